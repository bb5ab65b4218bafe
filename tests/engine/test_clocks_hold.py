"""Rests, halts and the clocks of auctions keep to the rules at every moment (rules §8 and §8a)."""

from collections import Counter, defaultdict

import pytest

from govtool.engine import codes as names
from tests.engine.engines import Told
from tests.engine.handmade import events
from tests.engine.telling import SALES, abuses, market_of, notional, posted_prices, walked
from tests.engine.worlds import World
from tests.reference.numbers import ticks
from tests.reference.replay import Replay

CENT = 0.01
"""Of a quote unit: far above what rounding to quantums leaves."""
CLOSE_TO = 1e-9
"""Relative, for sums of floats: these tests may add in another order than the engines."""

pytestmark = pytest.mark.slow


def test_an_account_rests_after_a_sale_unless_it_is_insolvent(replays: Told) -> None:
    """A tranche that was open already goes on."""
    seen = 0
    for world, replay in replays:
        rest = ticks(world.terms.dampers.cooldown_s, world.venue.step_s)
        sold: dict[int, int] = {}
        for event in events(replay, names.OPEN, names.FILL, names.TAKE):
            rested = event.tick >= sold.get(event.account, -rest) + rest
            if event.kind != names.TAKE:
                assert rested or event.equity < 0
                seen += not rested
            if event.kind != names.OPEN:
                sold[event.account] = event.tick
    assert seen > 0


def test_nothing_opens_or_fills_in_a_halted_market_above_the_override(replays: Told) -> None:
    """Nor is anything taken, but for what else a tick brings after a first take, and for what was won before."""
    barred = seen = 0
    for world, replay in replays:
        dampers, until = world.terms.dampers, Counter[int]()
        first: set[tuple[int, int]] = set()
        length = max(1, ticks(dampers.breaker_halt_s, world.venue.step_s))
        late = any(abuses(world, k) for k in range(len(world.keepers.capital)))
        for event in events(replay, names.HALT, names.OPEN, names.FILL, names.TAKE):
            m = market_of(world, event.market)
            if event.kind == names.HALT:
                assert event.tick >= until[m]
                until[m] = event.tick + length
                barred += 1
                continue
            again = (event.tick, event.account) in first
            first.add((event.tick, event.account))
            if m >= 0 and event.tick < until[m] and not (event.kind == names.TAKE and (late or again)):
                assert event.equity < dampers.breaker_override * event.maintenance
                seen += 1
    assert barred > len(replays) / 20 and seen > 0


def test_a_breaker_trips_where_a_price_moved_and_else_only_where_much_was_closed(replays: Told) -> None:
    """Both since it last tripped: a market does not stand still twice for the same move or the same sales."""
    seen: Counter[bool] = Counter()
    for world, replay in replays:
        dampers = world.terms.dampers
        if dampers.breaker_move <= 0 and dampers.breaker_volume <= 0:
            continue
        halts = {(event.market, event.tick) for event in events(replay, names.HALT)}
        sold, path = sales_by_market(world, replay), posted_prices(world, replay)
        for m in range(len(world.terms.unit)):
            tripped, until = -1, -1
            for t in range(len(replay.path)):
                if t >= until:
                    much = sum(value for tick, value in sold[m] if max(tripped, 0) <= tick < t)
                    halt = (m, t) in halts
                    moved = moved_far(world, path, m, t, tripped)
                    assert halt or not moved
                    assert moved or not halt or much * (1 + CLOSE_TO) >= dampers.breaker_volume > 0
                    if halt:
                        tripped, until = t, t + max(1, ticks(dampers.breaker_halt_s, world.venue.step_s))
                        seen[moved] += 1
                else:
                    assert (m, t) not in halts
    assert min(seen.values()) > 0


def moved_far(world: World, path: list[list[float]], m: int, t: int, tripped: int) -> bool:
    dampers = world.terms.dampers
    back = max(1, ticks(dampers.breaker_window_s, world.venue.step_s))
    if dampers.breaker_move <= 0 or t < back:
        return False
    return abs(path[t][m] / path[max(t - back, tripped)][m] - 1) >= dampers.breaker_move


def sales_by_market(world: World, replay: Replay) -> dict[int, list[tuple[int, float]]]:
    """Tick and value of everything closed by force."""
    found: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for event, walk in walked(world, replay, *SALES):
        found[market_of(world, event.market)].append((event.tick, notional(walk, event)))
    return found


def test_an_auction_starts_again_only_as_often_as_allowed_and_never_once_it_is_insolvent(replays: Told) -> None:
    """Exactly where an account has one at a time; all of an account together elsewhere."""
    seen: Counter[int] = Counter()
    for world, replay in replays:
        selling = world.terms.selling
        resets: Counter[int] = Counter()
        opens: Counter[int] = Counter()
        insolvent: set[int] = set()
        for event in events(replay, names.OPEN, names.RESET, names.PHASE):
            i = event.account
            if event.kind == names.OPEN:
                opens[i] += 1
                if selling.tranches == 1:
                    resets[i], opens[i] = 0, 1
                    insolvent.discard(i)
                    if event.equity < 0 and selling.insolvent_s > 0:
                        insolvent.add(i)
            elif event.kind == names.PHASE:
                assert event.equity < 0 < selling.insolvent_s
                insolvent.add(i)
            else:
                resets[i] += 1
                seen[resets[i]] += selling.tranches == 1
                assert resets[i] <= selling.max_resets * opens[i]
                assert selling.tranches > 1 or i not in insolvent
    assert seen[1] > len(replays) / 20 and seen[2] > 0


def test_no_auction_of_an_insolvent_account_starts_again(some: Told) -> None:
    solvent = 0
    for world, replay in some:
        for event, walk in walked(world, replay, names.RESET):
            assert walk.now(event.tick).equity(event.account) >= 0
            solvent += 1
    assert solvent > 0


def test_an_insolvent_account_is_sold_below_cost_at_once(replays: Told) -> None:
    """Where there is such a phase, nothing is taken before it has begun: for the tranche where an account has one at a
    time, for any since the flag elsewhere. What was won before is settled as it was won."""
    seen = at_once = 0
    for world, replay in replays:
        if world.terms.selling.insolvent_s == 0:
            continue
        below: dict[int, int] = {}
        begins = names.OPEN if world.terms.selling.tranches == 1 else names.FLAG
        for event in events(replay, names.FLAG, names.OPEN, names.PHASE, names.TAKE):
            i = event.account
            if event.kind == begins:
                below.pop(i, None)
            if event.kind == names.PHASE or (event.kind == names.OPEN and event.equity < 0):
                below[i] = event.tick
            elif event.kind == names.TAKE and event.equity < -CENT and not abuses(world, event.other):
                assert i in below
                seen += 1
                at_once += below[i] == event.tick
    assert seen > len(replays) / 50 and at_once > 0
