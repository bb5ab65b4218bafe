"""Bounds on prices, weights and funding within blocks of ticks, level by level: leaves, then ever larger blocks.

Row `b` of the first level covers the ticks from `b * block_ticks` on; FANOUT blocks of a level make one of the next.
"""

import numpy as np

from govtool.engine.jit import inlined, kernel
from govtool.engine.state import Feed, Rules
from govtool.engine.terms import Floats, Ints, Terms
from govtool.engine.weights import ramped

FANOUT = 16

LOW, HIGH, LIGHT, HEAVY, CHEAP, DEAR, SMALL, LARGE = range(8)
"""Columns: least and most expected price, maintenance weight, funding that a coin long has paid since the window
began, and factor of volatility on the weights."""

COLUMNS = 8


def extremes(columns: Floats, width: int) -> tuple[Floats, Floats]:
    """Least and most of each column in blocks of so many rows. Example: 3, 1, 2 by two: 1, 2 and 3, 2."""
    begins = np.arange(0, columns.shape[0], width)
    return np.minimum.reduceat(columns, begins, axis=0), np.maximum.reduceat(columns, begins, axis=0)


def payments(terms: Terms, feed: Feed) -> Floats:
    """Quote that a long coin pays at each funding time, shape (F, M): index times the clamped rate."""
    clamped = np.clip(feed.funding_rate, -terms.funding_clamp, terms.funding_clamp)
    return np.ascontiguousarray(clamped * feed.funding_share * feed.index[feed.funding_tick])


def funded(terms: Terms, feed: Feed) -> Floats:
    """Quote that a long coin has paid before each funding time and after the last, shape (F + 1, M).

    A funding time at or before the one before it is never reached, nor are those after it.
    """
    reached = np.cumprod(np.diff(feed.funding_tick, prepend=-1) > 0).astype(bool)
    paid = payments(terms, feed)[reached]
    return np.ascontiguousarray(np.concatenate([np.zeros((1, feed.index.shape[1])), np.cumsum(paid, axis=0)]))


def level_rows(leaves: int) -> Ints:
    """First row of each level over so many leaves, and the number of all rows. Example: 20 leaves: 0, 20, 22, 23."""
    first, count = [0, leaves], leaves
    while count > 1:
        count = -(-count // FANOUT)
        first.append(first[-1] + count)
    return np.array(first, dtype=np.int64)


def raised(leaves: Floats, levels: Ints, most: bool) -> Floats:
    """Extremes of the columns of `leaves` (B, S) over all levels, shape (N, S)."""
    parts = [leaves]
    choose = np.maximum if most else np.minimum
    for _ in range(levels.shape[0] - 2):
        parts.append(choose.reduceat(parts[-1], np.arange(0, parts[-1].shape[0], FANOUT), axis=0))
    return np.ascontiguousarray(np.concatenate(parts))


@inlined
def _span_of(market: np.record, rules: Rules, factor: float, first: int, last: int) -> tuple[float, float]:
    """Least and most maintenance weight of a market from tick `first` to `last`: a ramp moves one way."""
    begin = ramped(market.maintenance_before, market.maintenance_weight, rules, first)
    end = ramped(market.maintenance_before, market.maintenance_weight, rules, last)
    return min(1.0, min(begin, end) * factor), min(1.0, max(begin, end) * factor)


@kernel
def _fill_leaves(
    table: Floats,
    low: Floats,
    high: Floats,
    markets: np.recarray,
    rules: Rules,
    factor: Floats,
    funding_tick: Ints,
    paid: Floats,
    last: int,
) -> None:
    f = 0
    for b in range(low.shape[0]):
        first, after = b * rules.block_ticks, (b + 1) * rules.block_ticks
        hour = min(first, last) // rules.ticks_per_hour
        begun = f
        while f < paid.shape[0] - 1 and funding_tick[f] < after:
            f += 1
        for m in range(markets.shape[0]):
            row = table[b, m]
            row[LOW], row[HIGH] = low[b, m], high[b, m]
            row[SMALL] = row[LARGE] = factor[hour, m]
            row[LIGHT], row[HEAVY] = _span_of(markets[m], rules, factor[hour, m], min(first, last), min(after, last))
            row[CHEAP] = row[DEAR] = paid[begun, m]
            for k in range(begun + 1, f + 1):
                row[CHEAP] = min(row[CHEAP], paid[k, m])
                row[DEAR] = max(row[DEAR], paid[k, m])


@kernel
def _fill_levels(table: Floats, levels: Ints) -> None:
    for level in range(1, levels.shape[0] - 1):
        below, first, after = levels[level - 1], levels[level], levels[level + 1]
        for b in range(first, after):
            begin = below + (b - first) * FANOUT
            for m in range(table.shape[1]):
                for column in range(0, COLUMNS, 2):
                    table[b, m, column] = table[begin, m, column]
                    table[b, m, column + 1] = table[begin, m, column + 1]
                    for k in range(begin + 1, min(begin + FANOUT, first)):
                        table[b, m, column] = min(table[b, m, column], table[k, m, column])
                        table[b, m, column + 1] = max(table[b, m, column + 1], table[k, m, column + 1])


def block_table(
    low: Floats,
    high: Floats,
    markets: np.recarray,
    rules: Rules,
    factor: Floats,
    funding_tick: Ints,
    paid: Floats,
    levels: Ints,
    last: int,
) -> Floats:
    """Bounds of every market on every block of every level, shape (N, M, 8).

    Parameters
    ----------
    low, high : float64 (B, M)
        Extremes of the expected price in each leaf.
    markets : MARKET_ROW (M,)
        Base weights now and before a ramp.
    factor : float64 (H, M)
        Of volatility, on the weights.
    paid : float64 (F + 1, M)
        See `funded`.
    levels : int64
        See `level_rows`.
    last : int
        Last tick at which weights move.
    """
    table = np.empty((int(levels[-1]), low.shape[1], COLUMNS))
    _fill_leaves(table, low, high, markets, rules, factor, funding_tick, paid, last)
    _fill_levels(table, levels)
    return table


@inlined
def width_of(level: int) -> int:
    """Leaves in a block of a level. Example: 256 at level 2."""
    width = 1
    for _ in range(level):
        width *= FANOUT
    return width


@inlined
def largest_from(leaf: int, levels: Ints) -> int:
    """Level of the largest block that begins with a leaf. Example: 1 for leaf 32."""
    level, width = 0, FANOUT
    while level + 2 < levels.shape[0] and leaf % width == 0:
        level, width = level + 1, width * FANOUT
    return level
