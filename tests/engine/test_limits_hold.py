"""Limits on what is put up for sale hold at every moment (rules §8 and §8a)."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from govtool.engine import codes as names
from govtool.engine.terms import BATCH, Selling
from tests.engine.engines import Engine, Told
from tests.engine.handmade import Event, Trader, events
from tests.engine.handmade import world as handmade
from tests.engine.stalls import Stalls
from tests.engine.telling import Walk, backs, basis, changed, is_auction, market_of, notional, quantums, walked
from tests.engine.worlds import World
from tests.reference.replay import Replay

CLOSE_TO = 1e-9
"""Relative, for sums of floats: these tests may add in another order than the engines."""

pytestmark = pytest.mark.slow


def stalled(world: World, replay: Replay) -> Iterator[tuple[Event, Walk, Stalls]]:
    """Each event with the holdings and the auctions just after it."""
    walk = Walk(world, replay)
    stalls = Stalls(walk)
    for event in events(replay):
        walk.tell(event)
        stalls.tell(event)
        yield event, walk, stalls


def stalled_before(world: World, replay: Replay, *kinds: int) -> Iterator[tuple[Event, Walk, Stalls]]:
    """Each event of these kinds with the holdings and the auctions just before it."""
    walk = Walk(world, replay)
    stalls = Stalls(walk)
    for event in events(replay):
        if event.kind in kinds:
            yield event, walk, stalls
        walk.tell(event)
        stalls.tell(event)


def a_step(walk: Walk, event: Event) -> float:
    """Least part of an instrument, in quote. One step goes up for sale however little is allowed."""
    _, step = quantums(walk.world)
    return (step[event.market] * walk.unit[event.market]) * basis(walk, event.tick, event.market)


def keeps_to(amount: float, cap: float) -> bool:
    return amount <= cap * (1 + CLOSE_TO)


def test_no_more_is_under_auction_than_is_held_in_no_more_instruments_than_slots(replays: Told) -> None:
    seen: Counter[int] = Counter()
    for world, replay in replays:
        for event, walk, stalls in stalled(world, replay):
            live = stalls.of(event.account)
            assert all(0 <= left <= abs(walk.size[event.account, j]) for j, left in live.items())
            assert len(live) <= world.terms.selling.tranches
            seen[len(live)] += event.kind == names.OPEN
    assert seen[1] > len(replays) / 5 and seen[2] > 0


def test_no_more_tranches_live_than_slots_and_no_more_open_in_a_tick(some: Told, again) -> None:
    """Counted where no keeper takes anything: then each lives until a row says that it ended."""
    most: Counter[int] = Counter()
    for world, _ in some:
        if not is_auction(world):
            continue
        bare = changed(world, keepers=type(world.keepers)(*(column[:0] for column in world.keepers)))
        live: Counter[int] = Counter()
        opened: Counter[tuple[int, int]] = Counter()
        for event in events(again(bare)):
            i = event.account
            live[i] += event.kind == names.OPEN
            live[i] -= event.kind in (names.UNFILLED, names.ENDED)
            opened[event.tick, i] += event.kind == names.OPEN
            if event.kind in (names.RECOVER, names.RETIRE):
                del live[i]
            assert live[i] <= world.terms.selling.tranches
            most[live[i]] += event.kind == names.OPEN
        assert max(opened.values(), default=0) <= world.terms.selling.tranches
    assert most[1] > 0 and most[2] > 0


def test_all_auctions_together_keep_to_the_cap_when_one_opens(replays: Told) -> None:
    """But for a step and for insolvent accounts, which nothing holds back. Later, prices may lift them above it."""
    seen = 0
    for world, replay in replays:
        cap = world.terms.selling.outstanding
        if cap == 0 or not is_auction(world):
            continue
        for event, walk, stalls in stalled(world, replay):
            if event.kind == names.OPEN and event.equity >= 0:
                total = stalls.value(event.tick)
                assert keeps_to(total, cap + a_step(walk, event))
                seen += total > 0.99 * cap
    assert seen > len(replays) / 100


def test_what_is_sold_in_any_stretch_of_time_keeps_to_the_leaky_buckets(replays: Told) -> None:
    """Of an account, and of a market: at most the cap and what of it emptied meanwhile, and one step.

    A bucket holds no more than the cap and one step after each charge of a solvent account. What was charged in a
    stretch is what it holds at the end, less what it held at the start, and what emptied. Insolvent accounts are
    charged, but nothing holds them back. A stretch as long as the window thus sees twice the cap at most.
    """
    seen: Counter[str] = Counter()
    for world, replay in replays:
        selling = world.terms.selling
        caps = {"account": selling.account_window, "market": selling.market_window}
        charges: dict[tuple[str, int], list[tuple[int, float, float, bool]]] = defaultdict(list)
        for event, walk in walked(world, replay, names.OPEN, names.FILL):
            row = event.tick, notional(walk, event), a_step(walk, event), event.equity >= 0
            charges["account", event.account].append(row)
            if market_of(world, event.market) >= 0:
                charges["market", market_of(world, event.market)].append(row)
        for (whose, _), rows in charges.items():
            cap = caps[whose]
            if cap > 0:
                for first in range(len(rows)):
                    total, step = 0.0, 0.0
                    for tick, amount, least, solvent in rows[first:]:
                        total, step = total + amount, max(step, least)
                        emptied = cap * ((tick - rows[first][0]) * world.venue.step_s / selling.window_s)
                        assert not solvent or keeps_to(total, cap + emptied + step)
                        seen[whose] += solvent and total > 0.9 * (cap + emptied)
    assert min(seen["account"], seen["market"]) > len(replays) / 50


def test_no_more_than_a_growing_share_of_all_is_put_up(replays: Told) -> None:
    """But for a step, for what is too small to be split, and for insolvent accounts."""
    seen = 0
    for world, replay in replays:
        selling = world.terms.selling
        if selling.first_share >= 1 or selling.share_ramp_s == 0:
            continue
        since: dict[int, tuple[int, float]] = {}
        for event, walk, stalls in stalled_before(world, replay, names.FLAG, names.OPEN, names.FILL):
            i, j = event.account, event.market
            if event.kind == names.FLAG:
                since[i] = (event.tick, 0.0)
                continue
            free = ((abs(walk.size[i, j]) - stalls.left[i, j]) * walk.unit[j]) * basis(walk, event.tick, j)
            flagged, closed = since[i]
            elapsed = (event.tick - flagged) * world.venue.step_s / selling.share_ramp_s
            allowed = min(1.0, selling.first_share + (1 - selling.first_share) * elapsed)
            held = sum(
                (abs(size) * walk.unit[j]) * basis(walk, event.tick, j) for j, size in enumerate(walk.sizes(i)) if size
            )
            closed += notional(walk, event)
            since[i] = (flagged, closed)
            if allowed < 1 and event.equity >= 0 and free > world.terms.min_notional:
                before = closed - notional(walk, event)
                assert keeps_to(closed, (before + held) * allowed + a_step(walk, event))
                seen += 1
    assert seen > len(replays) / 20


def test_nothing_holds_an_insolvent_account_back(replays: Told) -> None:
    """What is put up of it is its portion of what is free, whatever the limits are; on the book, a fill is no more than
    that, for the market may take less."""
    seen = held_back = 0
    for world, replay in replays:
        terms, (_, step) = world.terms, quantums(world)
        for event, walk, stalls in stalled_before(world, replay, names.OPEN, names.FILL):
            j, free = event.market, abs(walk.size[event.account, event.market])
            free -= stalls.left[event.account, j]
            value = basis(walk, event.tick, j)
            whole = (free * walk.unit[j]) * value
            cap, small = max(terms.min_notional, whole * terms.portion), whole <= terms.min_notional
            if event.kind == names.FILL:
                cap = min(max(min(terms.min_notional, whole), whole * terms.portion), terms.block_notional)
                small = whole <= cap
            part = math.floor(cap / (walk.unit[j] * value)) // step[j] * step[j]
            wish = free if small or free <= step[j] else min(max(part, step[j]), free)
            assert abs(event.size) <= wish
            if event.kind == names.OPEN:
                assert abs(event.size) == wish or event.equity >= 0
                seen += event.equity < 0
                held_back += abs(event.size) < wish
    assert min(seen, held_back) > len(replays) / 20


def test_a_take_leaves_nothing_or_a_residue_worth_selling(replays: Told, again: Engine) -> None:
    """In worlds where an account has one tranche at a time, the target cuts nothing and no winner comes late; but for
    backstops, which take what they can. A batch is left out, see below.
    """
    seen = 0
    for plain, _ in replays:
        residue = plain.terms.selling.residue
        if residue == 0 or not is_auction(plain) or plain.terms.liquidation_format == BATCH:
            continue
        terms = {"selling": {"tranches": 1, "target": 0}, "bidding": {"settle_s": 0.0}}
        world = changed(plain, terms=terms)
        for event, walk, stalls in stalled(world, again(world)):
            if event.kind == names.TAKE and not backs(world, event.other):
                left = stalls.left[event.account, event.market]
                value = (left * walk.unit[event.market]) * basis(walk, event.tick, event.market)
                assert left == 0 or value >= residue * (1 - CLOSE_TO)
                seen += left > 0
    assert seen > 0


def test_a_batch_leaves_nothing_or_a_residue_worth_selling(replay):
    # 100 coins at 94, three bids of 30 each. The 10 left are below a residue of 50: one bid gets nothing, another 20.
    bids = [(1, 30 * 94.0, 0.0, 0.01, 0.0)] * 3
    given = {"liquidation_format": BATCH, "length_s": 30.0, "end_discount": 0.08, "keepers": bids}
    found = replay(handmade([100, *[94] * 4], [Trader(1500, [100])], selling=Selling(residue=50 * 94.0), **given))
    assert len(events(found, names.TAKE)) == 2
    assert 100 + sum(event.size for event in events(found, names.TAKE)) >= 50


def test_the_pool_pays_no_more_than_its_day_allows(replays: Told) -> None:
    """For fills, for losses and for advances; a day begins at ticks that are whole days."""
    seen: Counter[int] = Counter()
    for world, replay in replays:
        cap = world.terms.pool.day_insurance
        if cap == 0:
            continue
        paid: Counter[int] = Counter()
        for event in events(replay, names.FILL, names.COVER, names.ADVANCE):
            day = math.floor(event.tick * world.venue.step_s / 86400)
            paid[day] += max(0, -event.fund)
            assert paid[day] <= cap
            seen[min(day, 1)] += paid[day] == cap
    assert seen[0] > len(replays) / 100


def test_limits_that_are_wide_enough_leave_nothing_cut(some: Told, again) -> None:
    """They are not what stops the sales of other tests."""
    cut = 0
    for world, replay in some:
        wide = changed(
            world,
            terms={
                "selling": world.terms.selling._replace(
                    account_window=0.0, market_window=0.0, outstanding=0.0, first_share=Selling().first_share
                )
            },
        )
        cut += again(wide).events != replay.events
    assert cut > len(some) / 20
