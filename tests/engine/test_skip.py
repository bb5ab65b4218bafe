"""When skipping says that an account can matter next, by hand."""

import numpy as np
import pytest

from govtool.engine import loop
from govtool.engine.attend import next_visit
from govtool.engine.codes import IN, OVERFLOW
from govtool.engine.packing_rules import is_plain
from govtool.engine.skip import LONG_BLOCKS, next_breach
from govtool.engine.terms import Margin
from tests.engine.handmade import Trader, world
from tests.engine.staging import Stage, copies, staged, watched
from tests.engine.worlds import World, seeded_world

TICKS = 600
SMALL = {"ticks_per_hour": 8, "block_ticks": 2, "maintenance_weight": 0.05}
"""Levels of 300, 19, 2 and 1 blocks: bounds of 2, 32, 512 and all ticks."""

EDGES = [1, 2, 3, 31, 32, 33, 64, 255, 300, 511, 512, 513, 598, 599]
"""Ticks at begins and ends of blocks of every level."""


def dips(*ticks: int, price: float = 89.0, **changed: object) -> World:
    """100 but in these ticks."""
    index = np.full(TICKS, 100.0)
    index[list(ticks)] = price
    return world(index, [Trader(10, [1])], **(SMALL | changed))


def breach(stage: Stage, first: int = 1, end: int = TICKS) -> int:
    return int(next_breach(stage.state, stage.rules, stage.tape, stage.watch, 0, first, end))


def long_coin(base: World, cash: float = -85.0) -> Stage:
    """A coin long: worth 15 at 100, and 4 at 89, where 4.45 is too much to keep."""
    return watched(staged(base), [[1]], [cash])


@pytest.mark.parametrize("tick", EDGES)
def test_the_first_breach_is_found_wherever_it_is(tick):
    assert breach(long_coin(dips(tick, min(tick + 40, TICKS - 1)))) == tick


@pytest.mark.parametrize("tick", EDGES)
def test_a_short_is_asked_the_other_way_round(tick):
    # Worth 15 at 100, and 5 at 110, where 5.5 is too much to keep.
    assert breach(watched(staged(dips(tick, price=110.0)), [[-1]], [115.0])) == tick


@pytest.mark.parametrize("tick", EDGES)
def test_a_breach_is_not_told_again_once_it_was(tick):
    assert breach(long_coin(dips(tick)), first=tick + 1) == TICKS


@pytest.mark.parametrize("first", [1, 30, 100, 254, 255])
def test_asked_from_any_tick_on_it_is_the_same_breach(first):
    assert breach(long_coin(dips(255)), first=first) == 255


@pytest.mark.parametrize("end", [5, 254, 255, 256])
def test_nothing_is_told_from_the_end_on(end):
    assert breach(long_coin(dips(255)), end=end) == min(255, end)
    assert breach(long_coin(dips(1)), first=end, end=end) == end


def test_who_holds_nothing_is_never_in_breach():
    assert breach(watched(staged(dips(*range(TICKS))), [[0]], [-85.0])) == TICKS


def test_the_band_counts_as_the_price():
    # At 89.48: worth 4.48, 4.474 to keep; 0.02 % less: 4.462 and 4.473.
    stage = long_coin(dips(5, price=89.48))
    assert breach(stage) == 5
    stage.state.markets["band"] = 0.0
    assert breach(stage) == TICKS


def test_who_can_wait_for_long_is_asked_under_the_wide_band_and_others_under_the_narrow_one():
    # Two per cent under 95: worth 8.1, 4.65 to keep; under 91: 4.18 and 4.46, but 5.95 and 4.55 by the narrow band.
    far, soon, late = (long_coin(dips(*ticks, price=price)) for ticks, price in DIPS)
    assert [breach(one) for one in (far, soon, late)] == [TICKS, TICKS, 300]
    assert [int(one.watch.near[0]) for one in (far, soon, late)] == [0, 1, 0]


def test_how_long_is_sixteen_leaves():
    assert LONG_BLOCKS == 16
    for tick, near in ((32, 1), (33, 0)):
        stage = long_coin(dips(tick, price=91.0))
        assert breach(stage) == (TICKS if near else tick)
        assert stage.watch.near[0] == near


def test_the_narrow_band_is_asked_from_where_the_wide_one_ends():
    # In tick 5 the wide band is not enough, in tick 9 neither is the narrow one.
    stage = long_coin(dips(5, price=91.0))
    stage.tape.expected[9] = 89.0
    stage.tape.blocks[stage.tape.levels[:-1], 0, 0] = 89.0
    stage.tape.blocks[4, 0, 0] = 89.0
    assert breach(stage) == 9


@pytest.mark.parametrize("tick", EDGES)
def test_funding_alone_can_be_the_breach(tick):
    # 0.8 * 100 / 8 = 10 leaves 5 at 100, and 5 must be kept: a little more is too much. A leaf is asked as one.
    paid = dips(rate=[(tick, 0.81)])
    assert breach(long_coin(paid)) == max(1, tick // 2 * 2)
    assert breach(watched(staged(paid), [[-1]], [115.0])) == TICKS


@pytest.mark.parametrize("hour", [1, 4, 31, 74])
def test_heavier_weights_can_be_the_breach(hour):
    # A jump that lasts moves volatility, and with it the weight to 0.2: 15 are too few.
    index = np.full(TICKS, 100.0)
    index[hour * 8 :] = 100.01
    moving = {"adaptive": 1, "reference": 1e-3, "gamma": 1e3, "cap": 4.0, "half_life_s": 1.0}
    assert breach(long_coin(world(index, [Trader(10, [1])], **(SMALL | moving)))) == hour * 8


def test_a_ramp_can_be_the_breach():
    # From 0.05 to 0.25 in 400 ticks: 0.15 in tick 200 leaves nothing to 15, and in a leaf the heaviest counts.
    base = world(np.full(TICKS, 100.0), [Trader(10, [1])], **SMALL)
    terms = base.terms._replace(maintenance_weight=np.array([0.25]), margin=Margin(ramp_s=400 * 15.0))
    stage = long_coin(World(**{**vars(base), "terms": terms, "formation": base.terms}))
    stage.state.markets["band"] = stage.state.markets["wide"] = 0.0
    assert breach(stage) in (198, 199, 200)


DIPS = (((255,), 95.0), ((5,), 91.0), ((300,), 91.0))


def plain_world() -> World:
    """The first seeded world of perpetuals at flat weights alone."""
    return next(one for seed in range(100) if is_plain((one := seeded_world(seed)).terms, one.listing))


def test_an_account_far_from_its_margin_is_left_alone_until_something_is_due() -> None:
    stage = long_coin(dips(), cash=1e6)
    state, asked = stage.state, (stage.rules, stage.tape, stage.watch, 0)
    state.accounts[0].due = 10 * TICKS
    assert next_visit(state, *asked, 0) == 10 * TICKS
    state.accounts[0].arrives = 5
    assert next_visit(state, *asked, 0) == 5
    assert next_visit(state, *asked, 5) == 6
    # In debt, the bound promises nothing: the account is looked at in the next tick.
    state.accounts[0].arrives = -1
    watched(stage, [[1]], [-1e6])
    assert next_visit(state, *asked, 0) == 1


def test_accounts_do_not_share_their_bounds():
    stage = watched(staged(copies(dips(100, 200), 3)), [[1], [1], [1]], [-85.0, 1e6, -1e6])
    told = [next_breach(stage.state, stage.rules, stage.tape, stage.watch, i, 1, TICKS) for i in range(3)]
    assert told == [100, TICKS, 1]
    assert (stage.state.accounts["status"] == IN).all()


def test_a_full_event_buffer_is_enlarged_and_the_replay_repeated() -> None:
    full = seeded_world(7)
    parts = (full.terms, full.venue, full.keepers, full.feed, full.crowd, full.seed, full.opening_pool)
    beside = {"listing": full.listing, "formation": full.formation}
    whole, small = loop.run(*parts, **beside), loop.run(*parts, **beside, events=1, snapshots=1)
    assert np.array_equal(whole.trace.whole, small.trace.whole)
    assert np.array_equal(whole.trace.shot, small.trace.shot)


def test_money_beyond_int64_ends_the_replay_with_a_status() -> None:
    rich = plain_world()
    crowd = rich.crowd._replace(equity=np.full_like(rich.crowd.equity, 2**60), enters=np.zeros_like(rich.crowd.enters))
    parts = (rich.terms, rich.venue, rich.keepers, rich.feed, crowd, rich.seed, rich.opening_pool)
    assert loop.run(*parts).status == OVERFLOW
