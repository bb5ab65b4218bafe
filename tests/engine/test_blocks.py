"""Bounds on blocks of ticks, by hand and against their definition."""

from itertools import pairwise

import numpy as np
import pytest

from govtool.engine.blocks import (
    CHEAP,
    DEAR,
    FANOUT,
    HEAVY,
    HIGH,
    LARGE,
    LIGHT,
    LOW,
    SMALL,
    funded,
    largest_from,
    level_rows,
    raised,
    width_of,
)
from govtool.engine.terms import Margin
from tests.engine.handmade import Trader, world
from tests.engine.rungs import walk
from tests.engine.staging import staged
from tests.engine.worlds import World


@pytest.mark.parametrize(
    ("leaves", "rows"),
    [
        (1, [0, 1]),
        (2, [0, 2, 3]),
        (16, [0, 16, 17]),
        (17, [0, 17, 19, 20]),
        (20, [0, 20, 22, 23]),
        (256, [0, 256, 272, 273]),
        (257, [0, 257, 274, 276, 277]),
    ],
)
def test_levels_follow_each_other(leaves, rows):
    assert level_rows(leaves).tolist() == rows


def test_blocks_grow_sixteenfold():
    assert [width_of(level) for level in range(4)] == [1, 16, 256, 4096]


@pytest.mark.parametrize(
    ("leaf", "level"), [(0, 3), (1, 0), (15, 0), (16, 1), (17, 0), (32, 1), (255, 0), (256, 2), (272, 1), (512, 2)]
)
def test_the_largest_block_that_begins_with_a_leaf(leaf, level):
    # 600 leaves: 38 blocks of 16, 3 of 256, one of all.
    assert largest_from(leaf, level_rows(600)) == level


def test_one_leaf_has_one_level():
    assert largest_from(0, level_rows(1)) == 0


@pytest.mark.parametrize("most", [True, False])
@pytest.mark.parametrize("leaves", [1, 15, 16, 17, 300])
def test_extremes_of_larger_blocks_are_those_of_their_leaves(leaves, most):
    column = np.random.default_rng(leaves).normal(size=(leaves, 2))
    levels = level_rows(leaves)
    table = raised(column, levels, most=most)
    assert table.shape == (levels[-1], 2)
    for level, (first, after) in enumerate(pairwise(levels)):
        for b in range(after - first):
            part = column[b * FANOUT**level : (b + 1) * FANOUT**level]
            assert table[first + b].tolist() == (part.max(axis=0) if most else part.min(axis=0)).tolist()


def test_funding_adds_up_by_coin():
    # 100 * 0.01 / 8 = 0.125; then -0.02 is clamped to -0.016, of 200: -0.4.
    paid = world([100, 100, 100, 200], [Trader(10, [1])], rate=[(1, 0.01), (3, -0.02)], funding_clamp=0.016)
    assert funded(paid.terms, paid.feed)[:, 0].tolist() == pytest.approx([0.0, 0.125, -0.275], rel=1e-15)


def test_funding_at_a_time_that_is_never_reached_is_not_paid():
    paid = world([100] * 5, [Trader(10, [1])], rate=[(1, 0.01), (1, 0.01), (3, 0.01)])
    assert funded(paid.terms, paid.feed)[:, 0].tolist() == [0.0, 0.125]


def test_nothing_is_paid_without_funding_times():
    assert funded(*(world([100] * 5, [Trader(10, [1])]).terms, world([100] * 5, [Trader(10, [1])]).feed)).tolist() == [
        [0.0]
    ]


def rich() -> World:
    """Ramp, adaptive weights, funding at begins and ends of blocks, and a last block that is cut short."""
    index = walk(1, 331, 0.003)
    rate = [(t, 0.01 * (-1) ** n) for n, t in enumerate([0, 1, 2, 3, 5, 8, 60, 61, 62, 63, 64, 200, 330])]
    moving = {"adaptive": 1, "reference": 0.2, "rise": 0.3, "fall": 0.1, "ticks_per_hour": 8, "block_ticks": 2}
    formation = {"maintenance_weight": 0.02}
    return world(index, [Trader(10, [1])], rate=rate, margin=Margin(ramp_s=3000.0), formation=formation, **moving)


def test_a_block_bounds_every_tick_in_it_and_no_more_than_it_must():
    stage = staged(rich())
    tape, rules, market = stage.tape, stage.rules, stage.state.markets[0]
    ticks, levels = len(tape.index), tape.levels
    base = [
        market.maintenance_before
        + (market.maintenance_weight - market.maintenance_before) * min(1.0, t * rules.step_s / rules.ramp_s)
        for t in range(ticks)
    ]
    factor = [tape.factor[t // rules.ticks_per_hour, 0] for t in range(ticks)]
    weight = [min(1.0, one * other) for one, other in zip(base, factor, strict=True)]
    paid = [tape.funded[np.searchsorted(tape.funding_tick, t, side="right"), 0] for t in range(ticks)]
    for level, (first, after) in enumerate(pairwise(levels)):
        width = 2 * FANOUT**level
        for b in range(after - first):
            row, part = tape.blocks[first + b, 0], slice(b * width, (b + 1) * width)
            # A block also knows what held right before it, and the weight right after it.
            wide = slice(max(0, b * width - 1), (b + 1) * width)
            assert [row[LOW], row[HIGH]] == [tape.index[part].min(), tape.index[part].max()]
            assert [row[SMALL], row[LARGE]] == [min(factor[part]), max(factor[part])]
            assert [row[CHEAP], row[DEAR]] == [
                min([*paid[wide], *[0.0] * (b == 0)]),
                max([*paid[wide], *[0.0] * (b == 0)]),
            ]
            assert row[LIGHT] <= min(weight[part])
            assert max(weight[part]) <= row[HEAVY] <= 1.03 * max(weight[part])
