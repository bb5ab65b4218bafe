"""A liquidation that aims at the stop level sells what restores an account and no more (`target` of rules §8 and §8a).

Let `r = (stop / MM) * w - d` be what a quote unit sold at a discount of d brings an account nearer to its stop. Where
what it must keep is a sum over positions that each grow with their size (POSITION with flat weights, no options, no
`base_margin`) and the stop is `restore` times that, selling N moves the stop by `restore * w * N` and equity by
`-d * N`, exactly. Then N = (stop - E) / r, rounded up to a step, ends at most `r` of a step above the stop. Fees and
rewards only end it lower. Elsewhere this does not hold, nor is it meant to:

- Curves: selling lowers the weight of what is kept as well. LINEAR adds `restore * c * P * q * (b - q)`, tested below;
  ROOT adds more of the same kind in whole basis points.
- Options and scans: a leg sold may raise or lower the need of the others; there is no bound in w(i, j).
- `stop_share`, `stop_add`: the stop is then no multiple of the need, unless the account holds a single position.
- A batch cuts at its reserve and sells at a better price p: each unit then adds what p is better.
- A winner that settles late takes what it won, whatever has become of the account since.
- A backstop takes all that is left of a tranche.
"""

from collections.abc import Iterator

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.terms import BATCH, BOOK, DUTCH, FIRST_COME, FLAT, LINEAR, ORACLE, POSITION
from tests.engine.engines import Engine, compiled
from tests.engine.handmade import Event, events
from tests.engine.stalls import Stalls
from tests.engine.telling import (
    QUANTUM,
    Walk,
    backs,
    basis,
    changed,
    first_asset,
    first_option,
    notional,
    quantums,
    walked,
)
from tests.engine.worlds import World, seeded_world

CENT = 0.01
"""Of a quote unit: far above what rounding to quantums leaves."""
CLOSE_TO = 1e-9
"""Relative, for sums of floats: these tests may add in another order than the engines."""

pytestmark = pytest.mark.slow


def aiming(seed: int, liquidation_format: int, **selling: object) -> World:
    """A world whose liquidations stop at the stop level, with flat weights and keepers who pay at once."""
    world = seeded_world(seed)
    margin = {"method": POSITION, "curve": FLAT, "base_margin": np.zeros(len(world.terms.unit)), "stop_share": 0.0}
    margin |= {"stop_add": 0.0, "price_mode": ORACLE}
    terms = {"liquidation_format": liquidation_format, "margin": margin, "selling": {"target": 1} | selling}
    return changed(world, terms=terms | {"bidding": {"settle_s": 0.0}}, formation=None)


def seeds(again: Engine, first: int) -> range:
    return range(first, first + (200 if again is compiled else 110))


def told(walk: Walk, event: Event) -> bool:
    """Whether the account holds no options, so that its need is a sum of flat parts."""
    return not any(walk.sizes(event.account)[first_option(walk.world) : first_asset(walk.world)])


def sales(world: World, again: Engine, kind: int) -> Iterator[tuple[Event, Walk, float, float, float]]:
    """Each sale but to backstops, with the stop and the weight before it, and the equity above the stop after it."""
    replay = again(world)
    before = None
    for event, walk in walked(world, replay):
        if before is not None:
            sale, stop, weight = before
            books = walk.now(sale.tick)
            yield sale, walk, stop, weight, books.equity(sale.account) - books.stop(sale.account)
            before = None
        if event.kind == kind and told(walk, event) and event.maintenance > 0 and not backs(world, event.other):
            books = walk.now(event.tick)
            before = event, books.stop(event.account), books.weight(event.account, event.market)


def a_step(walk: Walk, event: Event) -> float:
    _, step = quantums(walk.world)
    return (step[event.market] * walk.unit[event.market]) * basis(walk, event.tick, event.market)


def side_of(event: Event) -> int:
    """Of the position that a sale makes smaller."""
    return -1 if event.size > 0 else 1


def lost(walk: Walk, event: Event) -> float:
    """Discount at which a perpetual or an asset is sold."""
    mark = basis(walk, event.tick, event.market)
    return side_of(event) * (mark - event.price) / mark


def slack(walk: Walk, event: Event, stop: float) -> float:
    return 3 * QUANTUM + CLOSE_TO * (abs(event.equity) + abs(stop) + notional(walk, event))


@pytest.mark.parametrize("liquidation_format", [DUTCH, FIRST_COME])
def test_a_take_ends_no_further_above_the_stop_than_a_step_brings(again: Engine, liquidation_format: int) -> None:
    """Where a sale brings the account nearer to its stop at all."""
    close = short = 0
    for seed in seeds(again, 70_000):
        world = aiming(seed, liquidation_format)
        for event, walk, stop, weight, above in sales(world, again, names.TAKE):
            relief = world.terms.restore * weight - lost(walk, event)
            if relief <= 0:
                continue
            assert event.equity < stop + slack(walk, event, stop)
            assert above <= relief * a_step(walk, event) + slack(walk, event, stop)
            close += above >= -0.01 * stop
            short += above < -0.01 * stop
    assert close > 10 and short > 0


def test_lots_of_a_batch_end_above_the_stop_only_by_what_the_price_is_better_than_the_reserve(again: Engine) -> None:
    """The price of a batch is one; the cut is made once, before the first lot, and up to a step. Anchored
    reserves are those of the opening, so this looks at others; none gives more than a solvent account has
    (`reserve_of`)."""
    close = 0
    for seed in seeds(again, 71_000):
        world = aiming(seed, BATCH, anchored=0, insolvent_s=0.0)
        better: dict[tuple[int, int], float] = {}
        reserves: dict[tuple[int, int, int], float] = {}
        for event, walk, stop, weight, above in sales(world, again, names.TAKE):
            key = event.tick, event.account
            reserve = reserves.setdefault((*key, event.market), reserve_of(walk, event, weight))
            relief = world.terms.restore * weight - reserve
            if relief <= 0:
                continue
            better[key] = better.get(key, 0.0) + notional(walk, event) * max(0.0, reserve - lost(walk, event))
            steps = relief * a_step(walk, event) * world.terms.selling.tranches
            assert above <= better[key] + steps + len(better) * slack(walk, event, stop)
            close += above >= -0.01 * stop
    assert close > 5


def reserve_of(walk: Walk, event: Event, weight: float) -> float:
    """Discount of a batch's reserve, by the state just before its first take: never more than a solvent account has."""
    before = abs(walk.size[event.account, event.market] - event.size)
    whole = (before * walk.unit[event.market]) * basis(walk, event.tick, event.market)
    most = event.equity * min(whole * weight, event.maintenance) / event.maintenance / whole
    return min(walk.world.terms.end_discount, most) if event.equity >= 0 else walk.world.terms.end_discount


def test_a_fill_ends_above_the_stop_only_by_what_it_may_not_leave(again: Engine) -> None:
    """A fill is cut as if it cost nothing. It ends above the stop by a step, by `min_notional`, by what the market paid
    more than the mark, and by what insurance paid."""
    close = 0
    for seed in seeds(again, 72_000):
        for least in (0.0, seeded_world(seed).terms.min_notional):
            world = changed(aiming(seed, BOOK), terms={"min_notional": least})
            for event, walk, stop, weight, above in sales(world, again, names.FILL):
                whole = world.terms.restore * weight * max(least, a_step(walk, event))
                gained = notional(walk, event) * max(0.0, -lost(walk, event)) + max(0, -event.fund) * QUANTUM
                assert above <= whole + gained + slack(walk, event, stop)
                close += least == 0 and above >= -0.01 * stop
    assert close > 10


def test_under_a_linear_curve_a_take_ends_above_the_stop_by_what_the_rest_weighs_less(again: Engine) -> None:
    """N(w + c b) over b coins falls by `c * P * q * (b - q)` more than the average weight says. Of perpetuals alone."""
    close = 0
    for seed in seeds(again, 73_000):
        plain = aiming(seed, DUTCH)
        curve = 0.5 * plain.terms.maintenance_weight / (1e4 / plain.feed.index[0])
        margin = {"curve": LINEAR, "curve_maintenance": curve, "curve_initial": curve}
        world = changed(plain, terms={"margin": margin})
        for event, walk, stop, weight, above in sales(world, again, names.TAKE):
            j = event.market
            relief = stop / event.maintenance * weight - lost(walk, event)
            if relief <= 0 or any(walk.sizes(event.account)[first_asset(world) :]) or j >= first_asset(world):
                continue
            sold, rest = (abs(size) * walk.unit[j] for size in (event.size, walk.size[event.account, j]))
            lighter = world.terms.restore * curve[j] * basis(walk, event.tick, j) * sold * rest
            assert above <= relief * a_step(walk, event) + lighter + slack(walk, event, stop)
            close += lighter > 0 and above > relief * a_step(walk, event)
    assert close > 0


@pytest.mark.parametrize("liquidation_format", [DUTCH, BATCH])
def test_no_more_opens_than_restores_at_the_largest_discount(again: Engine, liquidation_format: int) -> None:
    """With what is under auction already, but for a step and for what is too small to be split. Of solvent accounts:
    the others are put up whole."""
    cut = 0
    for seed in seeds(again, 74_000):
        world = aiming(seed, liquidation_format)
        replay = again(world)
        walk = Walk(world, replay)
        stalls = Stalls(walk)
        for event in events(replay):
            if event.kind == names.OPEN and told(walk, event) and event.equity >= 0:
                books = walk.now(event.tick)
                stop, weight = books.stop(event.account), books.weight(event.account, event.market)
                relief = world.terms.restore * weight - world.terms.end_discount
                if relief > 0 and weight > 0:
                    needed = (stop - event.equity) / relief - stalls.value(event.tick, event.account)
                    least = max(world.terms.min_notional, a_step(walk, event), needed)
                    assert notional(walk, event) <= least * (1 + CLOSE_TO) + slack(walk, event, stop)
                    cut += notional(walk, event) >= 0.9 * needed
            walk.tell(event)
            stalls.tell(event)
    assert cut > 20


def test_without_a_target_accounts_are_sold_past_their_stop(again: Engine) -> None:
    """What the tests above look for does occur."""
    past = 0
    for seed in seeds(again, 70_000):
        world = aiming(seed, DUTCH, target=0)
        for event, walk, _, weight, above in sales(world, again, names.TAKE):
            past += above > 2 * world.terms.restore * weight * a_step(walk, event) + CENT
    assert past > 10
