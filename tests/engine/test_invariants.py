"""What holds in every replay of the compiled engine, seen from its event log alone.

The log tells neither marks of options nor what a scan asks for each position. A test that needs one of them takes the
bounds that no mark can leave, or says which accounts and instruments it is about.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from govtool.engine import state as names
from govtool.engine.loop import run
from govtool.engine.terms import DUTCH, FLAT, LINEAR, ROOT, SCAN
from tests.engine.engines import compiled, compiled_result
from tests.engine.handmade import Event, events
from tests.engine.worlds import HUGE, World, seeded_world
from tests.reference.loop import Replay

SEEDS = range(50_000, 52_000)
CENT = 0.01
"""Of a quote unit: far above what rounding to quantums leaves, far below any amount that means something."""
CLOSE_TO = 1e-9
"""Relative, for sums of floats: these tests may add in another order than the engine."""
QUANTUM = 1e-6
HOURS_PER_YEAR = 8760

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def replays() -> list[tuple[World, Replay]]:
    return [(world, compiled(world)) for world in map(seeded_world, SEEDS)]


@dataclass
class Walk:
    """Holdings retold from the log: what accounts, the pool and lenders have after the events so far."""

    world: World
    replay: Replay
    cash: Counter[int] = field(default_factory=Counter)
    size: Counter[tuple[int, int]] = field(default_factory=Counter)
    flagged: set[int] = field(default_factory=set)
    pool: int = 0
    lenders: int = 0
    unit: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.pool = self.world.opening_pool
        self.unit, _ = quantums(self.world)

    def held(self, account: int) -> bool:
        return any(self.sizes(account))

    def sizes(self, account: int) -> list[int]:
        return [self.size[account, j] for j in range(len(self.unit))]

    def column(self, j: int) -> list[int]:
        """Size of every account in instrument `j`."""
        return [self.size[account, j] for account in range(len(self.world.crowd.equity))]

    def tell(self, event: Event) -> None:
        """Carry out one event."""
        self.pool += event.fund
        if event.kind == names.FUNDING:
            self._fund(event)
        elif event.kind == names.INTEREST:
            self._charge(event)
        else:
            self._move(event)

    def _move(self, event: Event) -> None:
        paid = -event.fund if event.kind == names.FILL and event.fund < 0 else 0
        self.cash[event.account] += event.quote - event.fee + paid
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
        unit, index = self.unit[event.market], float(self.world.feed.index[event.tick, event.market])
        self._collect(event, lambda size: (size * unit) * index * event.price)

    def _charge(self, event: Event) -> None:
        unit, mark = self.unit[event.market], basis(self, event.tick, event.market)
        self._collect(event, lambda size: ((max(-size, 0) * unit) * mark) * (event.price / HOURS_PER_YEAR))
        margin = self.world.terms.margin
        assert event.tick > 0 and event.tick % self.world.venue.ticks_per_hour == 0
        assert event.price == margin.borrow_rate[event.market - first_asset(self.world)]
        assert event.fund == math.floor(-event.quote * margin.interest_to_insurance)
        self.lenders += -event.quote - event.fund

    def _collect(self, event: Event, owed: Callable[[int], float]) -> None:
        """Every account pays what is `owed` on its size; together it is what the event tells."""
        total = 0
        for account, size in enumerate(self.column(event.market)):
            amount = round(owed(size) * 1e6)
            self.cash[account] -= amount
            total -= amount
        assert total == event.quote


def walked(world: World, replay: Replay, *kinds: int) -> Iterator[tuple[Event, Walk]]:
    """Each event with the holdings just before it; only events of these kinds if some are named."""
    walk = Walk(world, replay)
    for event in events(replay):
        if not kinds or event.kind in kinds:
            yield event, walk
        walk.tell(event)


def quantums(world: World) -> tuple[list[float], list[int]]:
    """Coins in a quantum of every instrument, and quantums in its least step."""
    terms, listing = world.terms, world.listing
    unit = np.concatenate([terms.unit, listing.option_unit, listing.asset_unit])
    step = np.concatenate([terms.step, listing.option_step, listing.asset_step])
    return unit.tolist(), step.tolist()


def first_option(world: World) -> int:
    return len(world.terms.unit)


def first_asset(world: World) -> int:
    return first_option(world) + len(world.listing.option_market)


def is_option(world: World, j: int) -> bool:
    return first_option(world) <= j < first_asset(world)


def basis(walk: Walk, tick: int, j: int) -> float:
    """What a coin of instrument `j` stands for: the posted price of its market, or the mark of an asset."""
    listing, posted = walk.world.listing, walk.replay.path[tick]
    if j < first_option(walk.world):
        return posted[j]
    if is_option(walk.world, j):
        return posted[listing.option_market[j - first_option(walk.world)]]
    k = j - first_asset(walk.world)
    ratio = float(listing.ratio[tick, k])
    return ratio if listing.asset_market[k] < 0 else posted[listing.asset_market[k]] * ratio


def marks(walk: Walk, tick: int, j: int) -> tuple[float, float]:
    """Lowest and highest price that instrument `j` may be marked at: the same, but for options.

    An option is worth no less than its payoff at the forward; a call no more than the forward, a put than the strike.
    """
    price = basis(walk, tick, j)
    if not is_option(walk.world, j):
        return price, price
    listing, o = walk.world.listing, j - first_option(walk.world)
    if tick >= listing.option_expiry[o]:
        return 0.0, 0.0
    strike, call = float(listing.option_strike[o]), listing.option_call[o]
    ahead, grid = forward(walk, tick, o, price), listing.option_tick * strike
    low, high = (max(ahead - strike, 0.0), ahead) if call else (max(strike - ahead, 0.0), strike)
    return low - grid, high + grid


def forward(walk: Walk, tick: int, o: int, price: float) -> float:
    """What series `o` will settle at if its market stays at `price`."""
    expiry = int(walk.world.listing.option_expiry[o])
    fixed = settling(walk.world, o, tick)
    window = settle_ticks(walk.world, o)
    return (sum(fixed) + min(expiry - tick, window) * price) / window


def settling(world: World, o: int, tick: int) -> list[float]:
    """Prices up to `tick` that enter the settlement mean of series `o`."""
    last = int(world.listing.option_expiry[o])
    first = last + 1 - settle_ticks(world, o)
    return world.feed.index[first : min(tick, last) + 1, world.listing.option_market[o]].tolist()


def settle_ticks(world: World, o: int) -> int:
    return min(world.terms.options.settle_ticks, int(world.listing.option_expiry[o]) + 1)


def worth(walk: Walk, account: int, tick: int) -> tuple[float, float]:
    """Least and most equity that an account may have: the same for one without options."""
    low = high = walk.cash[account] * QUANTUM
    for j, size in enumerate(walk.sizes(account)):
        if size:
            least, most = sorted((size * walk.unit[j]) * mark for mark in marks(walk, tick, j))
            low, high = low + least, high + most
    return low, high


def coins(walk: Walk, account: int, j: int) -> float:
    return abs(walk.size[account, j]) * walk.unit[j]


def base_weight(walk: Walk, tick: int, name: str, m: int) -> float:
    """Weight of the terms before its factor, under a ramp on its way there from the formation's."""
    world = walk.world
    own, ramp_s = float(getattr(world.terms, name)[m]), world.terms.margin.ramp_s
    if world.formation is None or ramp_s == 0:
        return own
    before = float(getattr(world.formation, name)[m])
    return before + (own - before) * min(1.0, (tick * world.venue.step_s) / ramp_s)


def maintenance_weight(walk: Walk, tick: int, m: int) -> float:
    factor = walk.replay.factor[tick // walk.world.venue.ticks_per_hour][m]
    return min(1.0, base_weight(walk, tick, "maintenance_weight", m) * factor)


def initial_weight(walk: Walk, tick: int, m: int) -> float:
    """With open interest as it stands."""
    terms, sizes = walk.world.terms, walk.column(m)
    factor = walk.replay.factor[tick // walk.world.venue.ticks_per_hour][m]
    weight = min(1.0, base_weight(walk, tick, "initial_weight", m) * factor)
    interest = ((sum(map(abs, sizes)) + abs(sum(sizes))) * 0.5 * walk.unit[m]) * walk.replay.path[tick][m]
    lower, upper = terms.oi_lower[m], terms.oi_upper[m]
    if upper == 0 or interest <= lower:
        return weight
    if interest >= upper:
        return 1.0
    return math.floor((weight + (1 - weight) * (interest - lower) / (upper - lower)) * 1e6 + 1e-6) / 1e6


def slope(walk: Walk, name: str, m: int) -> float:
    """Of a linear curve of weights."""
    margin = walk.world.terms.margin
    return float(getattr(margin, name)[m]) if margin.curve == LINEAR else 0.0


def weight_of(walk: Walk, event: Event) -> float | None:
    """w(i, j) of rules §3a where it hangs on the size alone; None elsewhere.

    Told of perpetuals under POSITION without a root curve, and of assets without any curve that a scan does not move.
    """
    margin, j = walk.world.terms.margin, event.market
    if j < first_option(walk.world):
        if margin.method == SCAN or margin.curve == ROOT:
            return None
        curve = slope(walk, "curve_maintenance", j) * coins(walk, event.account, j)
        return maintenance_weight(walk, event.tick, j) + curve
    k = j - first_asset(walk.world)
    if k < 0 or margin.curve != FLAT or (margin.method == SCAN and margin.asset_hedges[k]):
        return None
    held = walk.size[event.account, j] > 0
    return float(1 - margin.asset_maintenance[k] if held else margin.liability_maintenance[k] - 1)


def stop_level(walk: Walk, event: Event) -> float | None:
    """Equity at which the liquidation of an account stops (rules §3); None where the log does not tell it.

    Where it is part of the way to initial margin, it is told of accounts with perpetuals alone under POSITION without
    a root curve.
    """
    world, margin = walk.world, walk.world.terms.margin
    held = [j for j, size in enumerate(walk.sizes(event.account)) if size]
    beyond = held[-1] >= first_option(world) or margin.method == SCAN or margin.curve == ROOT
    if margin.stop_share and beyond:
        return None
    added = 0.0
    for j in held:
        value = coins(walk, event.account, j) * basis(walk, event.tick, j)
        added += margin.stop_add * value if takes_stop_add(walk, event.account, j) else 0.0
        added += margin.stop_share * way_to_initial(walk, event, j) * value if margin.stop_share else 0.0
    return float(world.terms.restore * (event.maintenance + added))


def takes_stop_add(walk: Walk, account: int, j: int) -> bool:
    """Perpetuals do but in a scan, and what is borrowed."""
    if j < first_option(walk.world):
        return walk.world.terms.margin.method != SCAN
    return j >= first_asset(walk.world) and walk.size[account, j] < 0


def way_to_initial(walk: Walk, event: Event, m: int) -> float:
    """From the maintenance weight of a perpetual to its initial one."""
    curve = slope(walk, "curve_initial", m) - slope(walk, "curve_maintenance", m)
    way = initial_weight(walk, event.tick, m) - maintenance_weight(walk, event.tick, m)
    return way + curve * coins(walk, event.account, m)


def test_cash_of_all_buckets_is_the_opening_pool(replays):
    for world, replay in replays:
        assert sum(replay.buckets.values()) == world.opening_pool
        assert replay.buckets["traders"] == sum(replay.cash)
        assert replay.buckets["keepers"] == sum(replay.keeper_cash)


def test_sizes_of_all_holders_cancel_and_keep_to_the_step(replays):
    """Also those of a snapshot, whose coins are whole steps in these worlds."""
    for world, replay in replays:
        _, step = quantums(world)
        sizes = np.array(replay.size)
        assert (sizes.sum(axis=0) + replay.market_size == 0).all()
        assert (sizes % step == 0).all()
        assert all(event.size % step[event.market] == 0 for event in events(replay) if event.size)


def test_the_log_tells_every_account_to_the_quantum(replays):
    for world, replay in replays:
        walk = Walk(world, replay)
        for event in events(replay):
            walk.tell(event)
        assert [walk.cash[i] for i in range(len(replay.cash))] == replay.cash
        assert [walk.sizes(i) for i in range(len(replay.size))] == replay.size
        assert walk.pool == replay.buckets["insurance"]
        assert walk.lenders == replay.buckets["lenders"]


def test_equity_in_the_log_is_cash_and_sizes_at_mark(replays):
    """Exact for accounts without options; of options, within the bounds of their marks."""
    kinds = (names.TOPUP, names.FLAG, names.RECOVER, names.FILL, names.OPEN, names.TAKE, names.DELEVERAGE, names.CLOSE)
    for world, replay in replays:
        for event, walk in walked(world, replay, *kinds):
            low, high = worth(walk, event.account, event.tick)
            gross = sum(coins(walk, event.account, j) * marks(walk, event.tick, j)[1] for j in range(len(walk.unit)))
            slack = CLOSE_TO * (abs(walk.cash[event.account]) * QUANTUM + gross)
            assert low - slack <= event.equity <= high + slack


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


def test_who_enters_brings_its_equity_and_who_leaves_takes_all_it_has(replays):
    """In cash and in kind; the cash of a snapshot is what is left after its legs."""
    for world, replay in replays:
        brought: Counter[tuple[int, int]] = Counter()
        for event, walk in walked(world, replay):
            key = event.tick, event.account
            taken = world.crowd.opening.size > 0 and event.tick == 0
            if event.kind == names.ENTER or (event.kind == names.TRADE and taken):
                brought[key] += event.quote
            elif event.kind == names.DEPOSIT and event.size > 0:
                brought[key] += round(((event.size * walk.unit[event.market]) * event.price) * 1e6)
            elif event.kind == names.RETIRE:
                assert walk.cash[event.account] + event.quote == 0 and not walk.held(event.account)
        for (_, account), quantums in brought.items():
            assert quantums == world.crowd.equity[account]


def test_deposits_do_not_pass_the_cap_of_an_asset(replays):
    for world, replay in replays:
        for event, walk in walked(world, replay, names.DEPOSIT):
            terms = world.formation if world.formation is not None and event.tick == 0 else world.terms
            if event.size < 0 or not terms.margin.asset_cap.size:
                continue
            cap = terms.margin.asset_cap[event.market - first_asset(world)]
            coins_in = event.size + sum(max(size, 0) for size in walk.column(event.market))
            value = coins_in * walk.unit[event.market] * event.price
            assert cap == 0 or value <= cap * (1 + CLOSE_TO)


def test_an_option_settles_for_all_its_holders_at_the_mean_of_the_index_and_is_gone(replays):
    seen = 0
    for world, replay in replays:
        for event, walk in walked(world, replay):
            o = event.market - first_option(world)
            if not is_option(world, event.market) or event.kind == names.ENDED:
                continue
            expiry, strike = int(world.listing.option_expiry[o]), float(world.listing.option_strike[o])
            if event.kind != names.EXPIRE:
                assert event.tick < expiry
                continue
            prices = settling(world, o, event.tick)
            assert event.tick == expiry and len(prices) == settle_ticks(world, o)
            assert event.price == pytest.approx(sum(prices) / len(prices), rel=CLOSE_TO)
            gain = event.price - strike if world.listing.option_call[o] else strike - event.price
            size = walk.size[event.account, event.market]
            assert event.size == -size != 0
            assert event.quote == round(((size * walk.unit[event.market]) * max(0.0, gain)) * 1e6)
            seen += 1
        over = first_option(world) + np.flatnonzero(world.listing.option_expiry < len(world.feed.index))
        assert not np.array(replay.size)[:, over].any()
    assert seen > 1000


def test_only_an_account_with_positions_and_too_little_equity_is_flagged(replays):
    for world, replay in replays:
        for event, walk in walked(world, replay, names.FLAG):
            assert event.equity < event.maintenance
            assert walk.held(event.account) and event.account not in walk.flagged


def test_only_flagged_accounts_are_liquidated(replays):
    kinds = (names.FILL, names.OPEN, names.TAKE, names.UNFILLED, names.DELEVERAGE, names.RECOVER)
    for world, replay in replays:
        for event, walk in walked(world, replay, *kinds):
            assert event.account in walk.flagged


def test_flagged_accounts_do_not_trade_out(replays):
    for world, replay in replays:
        for event, walk in walked(world, replay, names.TRADE):
            assert event.account not in walk.flagged


def test_liquidation_stops_at_the_stop_level(replays):
    """Where `stop_level` is told; `seen` counts only stops of their own tier."""
    seen = 0
    for world, replay in replays:
        for event, walk in walked(world, replay, names.RECOVER, names.FILL, names.OPEN):
            stop = stop_level(walk, event)
            if stop is None:
                continue
            slack = CLOSE_TO * (abs(event.equity) + abs(stop))
            seen += stop != world.terms.restore * event.maintenance
            if event.kind == names.RECOVER:
                assert event.equity >= stop - slack
            else:
                assert event.equity < stop + slack
    assert seen > 1000


def test_a_fee_leaves_no_account_below_its_bankruptcy_quote(replays):
    """The fee and its rate in every world, the quote where `weight_of` is told."""
    seen = 0
    for world, replay in replays:
        for event, walk in walked(world, replay, names.FILL, names.TAKE):
            assert 0 <= event.fee <= abs(event.quote) * world.terms.fee_rate
            weight = weight_of(walk, event)
            if event.fee and weight is not None:
                assert event.quote - event.fee >= bankruptcy_quote(walk, event, weight) - 1
                seen += 1
    assert seen > 2000


def bankruptcy_quote(walk: Walk, event: Event, weight: float) -> float:
    """Quantums that leave equity over maintenance where it is."""
    value = (-event.size * walk.unit[event.market]) * basis(walk, event.tick, event.market)
    if event.maintenance <= 0:
        return value * 1e6
    return (value - event.equity * abs(value) * weight / event.maintenance) * 1e6


def test_fees_and_insurance_leave_equity_between_nothing_and_what_it_was(replays):
    """A fee takes no account below zero, or further below; insurance brings none above zero, or further above.

    Of perpetuals and assets, whose marks the log tells.
    """
    seen = 0
    for world, replay in replays:
        for event, walk in walked(world, replay, names.FILL, names.TAKE):
            if is_option(world, event.market):
                continue
            paid = max(0, -event.fund)
            value = (event.size * walk.unit[event.market]) * basis(walk, event.tick, event.market)
            after = event.equity + value + (event.quote - event.fee + paid) * QUANTUM
            assert event.fee == 0 or after >= min(event.equity, 0) - CENT
            assert paid == 0 or min(event.equity, 0) - CENT <= after <= max(event.equity, 0) + CENT
            seen += event.fee > 0 or paid > 0
    assert seen > 2000


def test_a_fill_is_no_worse_than_the_fillable_price(replays):
    """To a quantum; of perpetuals and assets, below maintenance where `weight_of` is told, above it in every world."""
    seen = 0
    for world, replay in replays:
        terms = world.terms
        for event, walk in walked(world, replay, names.FILL):
            assert event.price >= 0
            health = event.equity / event.maintenance if event.maintenance > 0 else -math.inf
            off = min(max((1 - health) * terms.bankruptcy_adjustment, 0), 1)
            weight = weight_of(walk, event) if off else 0.0
            if weight is None or is_option(world, event.market):
                continue
            side, mark = -np.sign(event.size), basis(walk, event.tick, event.market)
            limit = max(0.0, mark * (1 - side * off * terms.spread_ratio * weight))
            size = abs(event.size) * walk.unit[event.market]
            assert side * (event.price - limit) * size >= -QUANTUM - CLOSE_TO * mark * size
            seen += 1
    assert seen > 2000


def test_insurance_pays_before_anyone_solvent(replays):
    """A counterparty's haircut beyond rounding comes only after the pool, or its cap per block, is used up."""
    seen = 0
    for world, replay in replays:
        if world.terms.liquidation_format != DUTCH:
            continue
        paid: dict[int, int] = {}
        for event, walk in walked(world, replay, names.UNFILLED, names.COVER, names.DELEVERAGE):
            if event.kind == names.UNFILLED:
                paid[event.account] = 0
            elif event.kind == names.COVER:
                paid[event.account] = event.quote
            elif event.price > CENT:
                assert walk.pool == 0 or paid[event.account] == world.terms.block_insurance
                seen += 1
    assert seen > 200


def test_nobody_pays_for_a_solvent_account_or_more_than_an_insolvent_one_lacks(replays):
    seen = 0
    for _, replay in replays:
        for event in events(replay, names.DELEVERAGE):
            assert event.equity < CENT
            assert event.price <= max(-event.equity, 0) + CENT
            seen += event.equity < -CENT
    assert seen > 200


def test_deleveraging_leaves_counterparties_solvent(replays):
    """If they hold options, then at the best marks these may have."""
    seen = 0
    for world, replay in replays:
        for event, walk in walked(world, replay, names.DELEVERAGE):
            if event.other >= 0:
                low, high = worth(walk, event.other, event.tick)
                assert high - event.price >= -QUANTUM
                seen += low == high
    assert seen > 200


def test_no_deleveraging_where_governance_forbids_it_and_none_of_assets(replays):
    for world, replay in replays:
        for event in events(replay, names.DELEVERAGE):
            assert world.terms.adl and event.market < first_asset(world)


def test_bad_debt_remains_only_when_the_pool_is_empty(replays):
    seen = 0
    for world, replay in replays:
        for _, walk in walked(world, replay, names.BAD_DEBT_EVENT):
            assert walk.pool == 0
            seen += 1
    assert seen > 200


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
    """More than rounding to quantums: half a quantum on each side of a take."""
    for world, replay in replays:
        takes = Counter(event.other for event in events(replay, names.TAKE))
        assert all(cash >= -takes[k] for k, cash in enumerate(replay.keeper_cash))
        spent: Counter[tuple[int, int]] = Counter()
        for event, walk in walked(world, replay, names.TAKE):
            size = abs(event.size) * walk.unit[event.market]
            spent[event.tick, event.other] += size * basis(walk, event.tick, event.market)
        for (_, k), value in spent.items():
            assert value <= world.keepers.capital[k] * (1 + CLOSE_TO)


def test_the_first_half_of_a_window_does_not_know_the_second(replays):
    """Neither its events nor what it shows of prices, marks and volatilities: see the collateral in the columns."""
    settling_up = {names.CLOSE, names.COVER, names.BAD_DEBT_EVENT, names.RETIRE}
    for world, replay in replays:
        ticks = len(world.feed.index) // 2
        half = compiled(first_ticks(world, ticks))
        same = [event for event in replay.events if event[0] < ticks]
        assert half.events[: len(same)] == same
        assert {event[1] for event in half.events[len(same) :]} <= settling_up
        assert half.shots == [shot for shot in replay.shots if shot[0] < ticks]
        assert half.path == replay.path[:ticks]
        assert half.factor == replay.factor[: len(half.factor)]
        assert half.columns == replay.columns[: ticks // world.venue.sample_ticks]


def first_ticks(world: World, ticks: int) -> World:
    """The same world with a shorter window."""
    feed, venue, listing = world.feed, world.venue, world.listing
    index, hours = feed.index[:ticks].copy(), -(-ticks // venue.ticks_per_hour)
    starts = range(0, ticks, venue.block_ticks)
    early = feed.funding_tick < ticks
    short = feed._replace(
        index=index,
        slope=feed.slope[:hours].copy(),
        low=np.array([index[t : t + venue.block_ticks].min(axis=0) for t in starts]),
        high=np.array([index[t : t + venue.block_ticks].max(axis=0) for t in starts]),
        funding_tick=feed.funding_tick[early],
        funding_rate=feed.funding_rate[early],
    )
    listed = listing._replace(
        ratio=listing.ratio[:ticks].copy(), confidence=listing.confidence[:hours].copy(), peg=listing.peg[:ticks].copy()
    )
    return World(**{**vars(world), "feed": short, "listing": listed})


def test_inputs_are_left_as_they_were(replays):
    for world, _ in replays[:200]:
        inputs = (world.terms, world.venue, world.keepers, world.feed, world.crowd, world.listing, world.formation)
        before = list(leaves(inputs))
        compiled_result(world)
        assert list(leaves(inputs)) == before


def leaves(part: Any) -> Iterator[bytes]:
    """Every array and number of nested records."""
    if isinstance(part, tuple):
        for inner in part:
            yield from leaves(inner)
    elif part is not None:
        yield np.array(part).tobytes()


def test_buffers_that_overflow_are_enlarged(replays):
    for world, replay in replays[:20]:
        inputs = (world.terms, world.venue, world.keepers, world.feed, world.crowd, world.seed, world.opening_pool)
        tight = run(*inputs, listing=world.listing, formation=world.formation, events=1, snapshots=1)
        assert tight.status == names.DONE
        assert [(*whole, *real) for whole, real in zip(tight.trace.whole, tight.trace.real, strict=True)] == (
            replay.events
        )
        assert [tuple(shot) for shot in tight.trace.shot.tolist()] == replay.shots


def test_a_snapshot_is_what_the_log_tells_of_the_account_when_flagged(replays):
    for world, replay in replays:
        told = [
            (event.tick, event.account, walk.cash[event.account], *walk.sizes(event.account))
            for event, walk in walked(world, replay, names.FLAG)
        ]
        assert told == replay.shots
