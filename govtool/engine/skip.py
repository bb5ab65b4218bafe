"""When an account's margin can next matter, so that most account-ticks are never visited.

An account keeps within its limits through a block of ticks if the block's bounds on prices, weights and funding say
so, whatever the prices do in it. Large blocks are tried first, then ever smaller ones, then single ticks.
"""

from typing import Any

import numpy as np

from govtool.engine.blocks import CHEAP, DEAR, HEAVY, HIGH, LIGHT, LOW, largest_from, width_of
from govtool.engine.bounds import least_of, margin_range, most_of
from govtool.engine.codes import NONE
from govtool.engine.jit import inlined, kernel
from govtool.engine.layout import Scan
from govtool.engine.rows import BEYOND
from govtool.engine.state import Rules, State, Tape
from govtool.engine.terms import Floats, Ints
from govtool.engine.watch import MARGIN_OF_ROUNDING, ROUNDED, Watch, leg_of

LONG_BLOCKS = 16
"""Whoever can wait for so many leaves under the wide bands does."""

TWO: Any = np.uint32(2)
"""Sides of a market, without a sign as a side is."""


Line = tuple[float, float, float, float]


@inlined
def _prices(
    markets: np.recarray, blocks: Floats, expected: Floats, row: int, t: int, m: int, wide: bool
) -> tuple[float, float]:
    """Least and largest posted price of market `m` within a band of what is expected: see `_keeps`."""
    band = markets[m].wide if wide else markets[m].band
    low = blocks[row, m, LOW] if t < 0 else expected[t, m]
    high = blocks[row, m, HIGH] if t < 0 else expected[t, m]
    return low * (1.0 - band), high * (1.0 + band)


@inlined
def _keeps(
    rows: np.recarray,
    side: Any,
    coins: Floats,
    span: Floats,
    markets: np.recarray,
    blocks: Floats,
    expected: Floats,
    i: int,
    row: int,
    t: int,
    wide: bool,
    slack: float,
) -> bool:
    """Whether account `i` keeps within its limits in a plain world: in tick `t` of block `row`, in all of it if -1."""
    one = rows[i]
    least = poorest = richest = one.worth
    scale = abs(one.worth)
    for k in range(one.legs % BEYOND):
        s, held = leg_of(rows, side, coins, i, k)
        m = s // TWO
        low, high = _prices(markets, blocks, expected, row, t, m, wide)
        long = s % TWO == 0
        worst = least_of(low, high, blocks[row, m, HEAVY] * one.below, long)
        least += held * (worst - blocks[row, m, DEAR] if long else worst + blocks[row, m, CHEAP])
        scale += held * high
    room = scale * MARGIN_OF_ROUNDING + slack
    if not least > room:
        return False
    if one.over == 0.0 and one.legs < BEYOND:
        return True
    above = 1.0 / one.over if one.over > 0.0 else 1.0
    most, margin = one.worth, 0.0
    for k in range(one.legs % BEYOND):
        s, held = leg_of(rows, side, coins, i, k)
        m = s // TWO
        low, high = _prices(markets, blocks, expected, row, t, m, wide)
        long = s % TWO == 0
        best = most_of(low, high, blocks[row, m, LIGHT] * above, long)
        cheap, dear = blocks[row, m, CHEAP], blocks[row, m, DEAR]
        if long:
            most += held * (best - cheap)
            poorest, richest = poorest + held * (low - dear), richest + held * (high - cheap)
        else:
            most += held * (best + dear)
            poorest, richest = poorest - held * (high - cheap), richest - held * (low - dear)
        margin += held * (low * blocks[row, m, LIGHT])
    under = (one.over == 0.0 or most < -room) and (richest - span[i, 2] + room) * span[i, 3] <= margin
    return bool(under and poorest - span[i, 0] > room and richest - span[i, 1] < -room)


@inlined
def _line(held: float, s: int, row: np.record, band: float, heavy: float, light: float) -> Line:
    """What a leg adds to E - k * MM at a price, as multiples of that and fixed: at least, and at most."""
    long = s % TWO == 0
    least = held * least_of(1.0 - band, 1.0 + band, heavy, long)
    most = held * most_of(1.0 - band, 1.0 + band, light, long)
    if long:
        return least, -held * row[DEAR], most, -held * row[CHEAP]
    return least, held * row[CHEAP], most, held * row[DEAR]


@kernel
def _first_of_few(
    rows: np.recarray,
    markets: np.recarray,
    blocks: Floats,
    expected: Floats,
    i: int,
    leaf: int,
    first: int,
    after: int,
    wide: bool,
    slack: float,
) -> int:
    """First tick of a leaf, from `first` on, in which `_keeps` is false of account `i` with one leg or two.

    Through a leaf weights and funding have the same bounds, and what is left is a sum of prices.
    """
    one = rows[i]
    above = 1.0 / one.over if one.over > 0.0 else 1.0
    m, n = one.first_side // TWO, one.second_side // TWO
    band = markets[m].wide if wide else markets[m].band
    row = blocks[leaf, m]
    least, low, most, high = _line(one.first, one.first_side, row, band, row[HEAVY] * one.below, row[LIGHT] * above)
    scale = abs(one.worth) + one.first * row[HIGH] * (1.0 + band)
    band = markets[n].wide if wide else markets[n].band
    row = blocks[leaf, n]
    second = _line(one.second, one.second_side, row, band, row[HEAVY] * one.below, row[LIGHT] * above)
    scale += one.second * row[HIGH] * (1.0 + band)
    room = scale * MARGIN_OF_ROUNDING + slack
    low, high = one.worth + low + second[1] - room, one.worth + high + second[3] + room
    for t in range(first, after):
        price, other = expected[t, m], expected[t, n]
        if not low + least * price + second[0] * other > 0.0:
            return t
        if one.over > 0.0 and not high + most * price + second[2] * other < 0.0:
            return t
    return after


@kernel
def _plain_breach(
    rows: np.recarray,
    side: Any,
    coins: Floats,
    span: Floats,
    markets: np.recarray,
    blocks: Floats,
    expected: Floats,
    levels: Ints,
    block_ticks: int,
    i: int,
    first: int,
    end: int,
    wide: bool,
    level: int,
    slack: float,
) -> int:
    """`next_breach` in a plain world, on the arrays themselves: nothing that a loop reads is behind a pointer."""
    t = first
    while t < end:
        leaf, width = t // block_ticks, width_of(level)
        block = leaf // width
        if _keeps(rows, side, coins, span, markets, blocks, expected, i, levels[level] + block, NONE, wide, slack):
            t, level = (block + 1) * width * block_ticks, largest_from((block + 1) * width, levels)
        elif level > 0:
            level -= 1
        else:
            after = min((leaf + 1) * block_ticks, end)
            if rows[i].legs <= 2:
                t = _first_of_few(rows, markets, blocks, expected, i, leaf, t, after, wide, slack)
            while t < after and rows[i].legs > 2:
                if not _keeps(rows, side, coins, span, markets, blocks, expected, i, leaf, t, wide, slack):
                    return t
                t += 1
            if t < after:
                return t
            level = largest_from(leaf + 1, levels)
    return min(t, end)


@kernel
def _keeps_otherwise(
    state: State,
    rules: Rules,
    tape: Tape,
    watch: Watch,
    i: int,
    row: int,
    first: int,
    last: int,
    wide: bool,
    slack: float,
) -> bool:
    """As `_keeps`, with any instruments and any margin, through a whole block."""
    one = watch.rows[i]
    held = (state.size[i], one.worth, row, wide, first, last)
    least, _, scale = margin_range(state, rules, tape, *held, one.below)
    if not least > scale * MARGIN_OF_ROUNDING + slack:
        return False
    if one.over > 0.0:
        _, most, scale = margin_range(state, rules, tape, *held, 1.0 / one.over)
        if not most < -(scale * MARGIN_OF_ROUNDING + slack):
            return False
    if watch.span[i, 3] > 0.0:
        _, most, scale = margin_range(state, rules, tape, *held, 1.0 / watch.span[i, 3])
        if not most - watch.span[i, 2] < -(scale * MARGIN_OF_ROUNDING + slack):
            return False
    if one.legs >= BEYOND:
        poorest, richest, scale = margin_range(state, rules, tape, *held, 0.0)
        room = scale * MARGIN_OF_ROUNDING + slack
        return bool(poorest - watch.span[i, 0] > room and richest - watch.span[i, 1] < -room)
    return True


@kernel
def _other_breach(
    state: State,
    rules: Rules,
    tape: Tape,
    watch: Watch,
    i: int,
    first: int,
    end: int,
    wide: bool,
    level: int,
    slack: float,
) -> int:
    """`next_breach` in any other world: single ticks are not asked for, since a bound costs more than a look."""
    t = first
    while t < end:
        width = width_of(level)
        block = t // rules.block_ticks // width
        begin, after = block * width * rules.block_ticks, (block + 1) * width * rules.block_ticks
        last = min(after, tape.index.shape[0]) - 1
        if _keeps_otherwise(state, rules, tape, watch, i, tape.levels[level] + block, begin, last, wide, slack):
            t, level = after, largest_from((block + 1) * width, tape.levels)
        elif level > 0:
            level -= 1
        else:
            return t
    return min(t, end)


@inlined
def _breach(
    state: State,
    rules: Rules,
    tape: Tape,
    watch: Watch,
    scan: Scan,
    i: int,
    first: int,
    end: int,
    wide: bool,
    level: int,
) -> int:
    """First tick from `first` on at which account `i` might leave its limits while prices keep some band.

    The first block tried is one of `level`: it costs less if that is about as large as the wait.
    """
    slack = ROUNDED * tape.funded.shape[0] * state.size.shape[1]
    if scan is None:
        legs, listed = (watch.rows, watch.side, watch.coins, watch.span), (state.markets, tape.blocks, tape.expected)
        return int(_plain_breach(*legs, *listed, tape.levels, rules.block_ticks, i, first, end, wide, level, slack))
    return _other_breach(state, rules, tape, watch, i, first, end, wide, level, slack)


@inlined
def next_breach(state: State, rules: Rules, tape: Tape, watch: Watch, i: int, first: int, end: int) -> int:
    """First tick from `first` on at which account `i` might leave its limits, as far as bounds can tell; at most `end`.

    Notes
    -----
    Bounds hold while posted prices keep their bands around what is expected; when one leaves it, those are asked again
    who were asked under it: `near` are those who could not wait for long under the wide one. Whoever could not the last
    time is asked under the narrow one first, from small blocks on.
    """
    near, watch.near[i] = watch.near[i], 0
    if watch.rows[i].legs == 0 or first >= end:
        return end
    soon = min(end, first + LONG_BLOCKS * rules.block_ticks)
    if near == 1:
        breach = _breach(state, rules, tape, watch, state.scan, i, first, soon, False, 0)
        if breach < soon:
            watch.near[i] = 1
            return breach
    breach = _breach(state, rules, tape, watch, state.scan, i, first, end, True, tape.levels.shape[0] - 2)
    if breach < soon:
        watch.near[i] = 1
        breach = _breach(state, rules, tape, watch, state.scan, i, breach, end, False, 0)
    return breach
