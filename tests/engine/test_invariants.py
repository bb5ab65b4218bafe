"""What holds in every replay of the compiled engine, seen from its event log alone."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from govtool.engine import state as names
from govtool.engine.loop import run
from tests.engine.engines import compiled, compiled_result
from tests.engine.handmade import Event, events
from tests.engine.worlds import HUGE, World, seeded_world
from tests.reference.loop import Replay

SEEDS = range(50_000, 51_000)
CENT = 0.01
"""Of a quote unit: far above what rounding to quantums leaves, far below any amount that means something."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def replays() -> list[tuple[World, Replay]]:
    return [(world, compiled(world)) for world in map(seeded_world, SEEDS)]


@dataclass
class Walk:
    """Holdings retold from the log: what each account, keeper and the pool have after the events so far."""

    world: World
    cash: Counter[int] = field(default_factory=Counter)
    size: Counter[tuple[int, int]] = field(default_factory=Counter)
    flagged: set[int] = field(default_factory=set)
    pool: int = 0

    def __post_init__(self) -> None:
        self.pool = self.world.opening_pool

    def held(self, account: int) -> bool:
        return any(self.sizes(account))

    def sizes(self, account: int) -> list[int]:
        return [self.size[account, m] for m in range(len(self.world.terms.unit))]

    def tell(self, event: Event) -> None:
        """Carry out one event."""
        if event.kind == names.FUNDING:
            self._fund(event)
            return
        paid = -event.fund if event.kind == names.FILL and event.fund < 0 else 0
        self.cash[event.account] += event.quote - event.fee + paid
        self.pool += event.fund
        if event.kind == names.FLAG:
            self.flagged.add(event.account)
        if event.kind in (names.RECOVER, names.RETIRE):
            self.flagged.discard(event.account)
        if event.kind not in (names.OPEN, names.UNFILLED):
            self.size[event.account, event.market] += event.size
        if event.kind == names.DELEVERAGE and event.other >= 0:
            self.cash[event.other] -= event.quote
            self.size[event.other, event.market] -= event.size

    def _fund(self, event: Event) -> None:
        unit = float(self.world.terms.unit[event.market])
        index = float(self.world.feed.index[event.tick, event.market])
        total = 0
        for account in range(len(self.world.crowd.equity)):
            size = self.size[account, event.market]
            amount = round((size * unit) * index * event.price * 1e6)
            self.cash[account] -= amount
            total -= amount
        assert total == event.quote


def walked(world: World, replay: Replay) -> Iterator[tuple[Event, Walk]]:
    """Each event with the holdings just before it."""
    walk = Walk(world)
    for event in events(replay):
        yield event, walk
        walk.tell(event)


def test_cash_of_all_buckets_is_the_opening_pool(replays):
    for world, replay in replays:
        assert sum(replay.buckets.values()) == world.opening_pool
        assert replay.buckets["traders"] == sum(replay.cash)
        assert replay.buckets["keepers"] == sum(replay.keeper_cash)


def test_sizes_of_all_holders_cancel_and_keep_to_the_step(replays):
    for world, replay in replays:
        sizes = np.array(replay.size)
        assert (sizes.sum(axis=0) + replay.market_size == 0).all()
        assert (sizes % world.terms.step == 0).all()


def test_the_log_tells_every_account_to_the_quantum(replays):
    for world, replay in replays:
        walk = Walk(world)
        for event in events(replay):
            walk.tell(event)
        assert [walk.cash[i] for i in range(len(replay.cash))] == replay.cash
        assert walk.pool == replay.buckets["insurance"]
        for i, sizes in enumerate(replay.size):
            assert [walk.size[i, m] for m in range(len(sizes))] == sizes


def test_the_pool_never_goes_below_zero(replays):
    for world, replay in replays:
        lowest = world.opening_pool
        for _, walk in walked(world, replay):
            lowest = min(lowest, walk.pool)
            assert walk.pool >= 0
        assert replay.pool_low >= 0
        assert replay.pool_low >= min(lowest, replay.buckets["insurance"])


def test_events_are_in_order_of_ticks(replays):
    for world, replay in replays:
        ticks = [event.tick for event in events(replay)]
        assert ticks == sorted(ticks)
        assert set(ticks) <= set(range(len(world.feed.index)))


def test_only_an_account_with_positions_and_too_little_equity_is_flagged(replays):
    for world, replay in replays:
        for event, walk in walked(world, replay):
            if event.kind == names.FLAG:
                assert event.equity < event.maintenance
                assert walk.held(event.account) and event.account not in walk.flagged


def test_only_flagged_accounts_are_liquidated(replays):
    kinds = (names.FILL, names.OPEN, names.TAKE, names.DELEVERAGE, names.RECOVER)
    for world, replay in replays:
        for event, walk in walked(world, replay):
            if event.kind in kinds:
                assert event.account in walk.flagged


def test_flagged_accounts_do_not_trade_out(replays):
    for world, replay in replays:
        for event, walk in walked(world, replay):
            assert not (event.kind == names.TRADE and event.account in walk.flagged)


def test_liquidation_stops_at_the_stop_level(replays):
    for world, replay in replays:
        stop = world.terms.restore
        for event in events(replay, names.RECOVER):
            assert event.equity >= stop * event.maintenance
        for event in events(replay, names.FILL):
            assert event.equity < stop * event.maintenance


def test_a_fee_leaves_no_account_below_its_bankruptcy_quote(replays):
    for world, replay in replays:
        for event in events(replay, names.FILL, names.TAKE):
            assert 0 <= event.fee <= abs(event.quote) * world.terms.fee_rate
            if event.fee:
                assert event.quote - event.fee >= bankruptcy_quote(world, replay, event) - 1


def bankruptcy_quote(world: World, replay: Replay, event: Event) -> float:
    """Quantums that leave equity over maintenance where it is."""
    m = event.market
    value = -event.size * world.terms.unit[m] * replay.path[event.tick][m]
    hour = event.tick // world.venue.ticks_per_hour
    weight = min(1.0, world.terms.maintenance_weight[m] * replay.factor[hour][m])
    return float((value - event.equity * abs(value) * weight / event.maintenance) * 1e6)


def test_a_fill_is_no_worse_than_the_fillable_price(replays):
    for world, replay in replays:
        terms = world.terms
        for event in events(replay, names.FILL):
            hour = event.tick // world.venue.ticks_per_hour
            weight = min(1.0, terms.maintenance_weight[event.market] * replay.factor[hour][event.market])
            off = min(max((1 - event.equity / event.maintenance) * terms.bankruptcy_adjustment, 0), 1)
            side = -np.sign(event.size)
            oracle = replay.path[event.tick][event.market]
            limit = max(0.0, oracle * (1 - side * off * terms.spread_ratio * weight))
            assert side * (event.price - limit) >= -1e-9 * oracle


def test_insurance_pays_before_anyone_solvent(replays):
    """A counterparty's haircut beyond rounding comes only after the pool, or its cap per block, is used up."""
    seen = 0
    for world, replay in replays:
        if world.terms.liquidation_format != names.DUTCH:
            continue
        for event, walk in walked(world, replay):
            if event.kind == names.DELEVERAGE and event.price > CENT:
                covers = [one for one in events(replay, names.COVER) if one.tick == event.tick]
                paid = max((one.quote for one in covers if one.account == event.account), default=0)
                assert walk.pool == 0 or paid == world.terms.block_insurance
                seen += 1
    assert seen > 20


def test_nobody_pays_for_an_account_that_is_not_insolvent(replays):
    for _, replay in replays:
        for event in events(replay, names.DELEVERAGE):
            assert event.equity < CENT
            if event.equity >= 0:
                assert event.price < CENT


def test_deleveraging_leaves_counterparties_solvent(replays):
    seen = 0
    for world, replay in replays:
        for event, walk in walked(world, replay):
            if event.kind == names.DELEVERAGE and event.other >= 0:
                prices = zip(world.terms.unit, replay.path[event.tick], strict=True)
                worth = walk.cash[event.other] * 1e-6 + sum(
                    walk.size[event.other, m] * unit * price for m, (unit, price) in enumerate(prices)
                )
                assert worth - event.price >= -1e-6
                seen += 1
    assert seen > 20


def test_no_deleveraging_where_governance_forbids_it(replays):
    for world, replay in replays:
        if not world.terms.adl:
            assert events(replay, names.DELEVERAGE) == []


def test_bad_debt_remains_only_when_the_pool_is_empty(replays):
    seen = 0
    for world, replay in replays:
        for event, walk in walked(world, replay):
            if event.kind == names.BAD_DEBT_EVENT:
                assert walk.pool == 0
                seen += 1
    assert seen > 20


def test_a_pool_without_bottom_leaves_no_bad_debt(replays):
    for world, _ in replays[:100]:
        rich = World(**{**vars(world), "opening_pool": HUGE})
        assert compiled(rich).buckets["bad_debt"] == 0


def test_takes_of_a_tranche_are_no_more_than_the_tranche_and_wait_for_latency(replays):
    for world, replay in replays:
        live: dict[int, Event] = {}
        left: dict[int, int] = {}
        for event in events(replay, names.OPEN, names.TAKE):
            if event.kind == names.OPEN:
                live[event.account], left[event.account] = event, abs(event.size)
            else:
                opened = live[event.account]
                left[event.account] -= abs(event.size)
                assert left[event.account] >= 0 and event.market == opened.market
                assert event.tick - opened.tick >= world.keepers.latency[event.other]


def test_a_keeper_never_ties_up_more_than_its_capital_and_never_loses(replays):
    for world, replay in replays:
        assert min(replay.keeper_cash, default=0) >= -len(events(replay, names.TAKE))
        spent: Counter[tuple[int, int]] = Counter()
        for event in events(replay, names.TAKE):
            value = abs(event.size) * world.terms.unit[event.market] * replay.path[event.tick][event.market]
            spent[event.tick, event.other] += value
        for (_, k), value in spent.items():
            assert value <= world.keepers.capital[k] * (1 + 1e-9)


def test_the_first_half_of_a_window_does_not_know_the_second(replays):
    settling = {names.CLOSE, names.COVER, names.BAD_DEBT_EVENT, names.RETIRE}
    for world, replay in replays:
        ticks = len(world.feed.index) // 2
        half = compiled(first_ticks(world, ticks)).events
        same = [event for event in replay.events if event[0] < ticks]
        assert half[: len(same)] == same
        assert {event[1] for event in half[len(same) :]} <= settling


def first_ticks(world: World, ticks: int) -> World:
    """The same world with a shorter window."""
    feed, venue = world.feed, world.venue
    index = feed.index[:ticks].copy()
    starts = range(0, ticks, venue.block_ticks)
    early = feed.funding_tick < ticks
    short = feed._replace(
        index=index,
        slope=feed.slope[: -(-ticks // venue.ticks_per_hour)].copy(),
        low=np.array([index[t : t + venue.block_ticks].min(axis=0) for t in starts]),
        high=np.array([index[t : t + venue.block_ticks].max(axis=0) for t in starts]),
        funding_tick=feed.funding_tick[early],
        funding_rate=feed.funding_rate[early],
    )
    return World(**{**vars(world), "feed": short})


def test_inputs_are_left_as_they_were(replays):
    for world, _ in replays[:50]:
        records = (world.terms, world.venue, world.keepers, world.feed, world.crowd)
        before = [np.array(part).tobytes() for record in records for part in record]
        compiled_result(world)
        assert [np.array(part).tobytes() for record in records for part in record] == before


def test_buffers_that_overflow_are_enlarged(replays):
    for world, replay in replays[:20]:
        inputs = (world.terms, world.venue, world.keepers, world.feed, world.crowd, world.seed, world.opening_pool)
        tight = run(*inputs, events=1, snapshots=1)
        assert tight.status == names.DONE
        assert [(*whole, *real) for whole, real in zip(tight.trace.whole, tight.trace.real, strict=True)] == (
            replay.events
        )
        assert len(tight.trace.shot) == len(replay.shots)


def test_a_snapshot_is_what_the_log_tells_of_the_account_when_flagged(replays):
    for world, replay in replays:
        told = [
            (event.tick, event.account, walk.cash[event.account], *walk.sizes(event.account))
            for event, walk in walked(world, replay)
            if event.kind == names.FLAG
        ]
        assert told == replay.shots
