"""The passive shadow: what would have become of an account that had been left alone when it was flagged.

Its position is frozen, prices are those that the oracle then showed, funding is paid, nobody tops up. Interest on what
it borrowed is left out.
"""

from typing import NamedTuple

import numpy as np

from govtool.engine.blocks import payments
from govtool.engine.jit import allocating, kernel
from govtool.engine.loop import Result
from govtool.engine.packing_rules import is_plain, is_ramped
from govtool.engine.state import Books, Feed, Trace, Venue
from govtool.engine.terms import Floats, Ints, Terms
from govtool.replay.holdings import left_alone, marks_and_bases, units
from govtool.scenario.bundle import Scenario
from govtool.units import QUOTE_QUANTUM, SECONDS_PER_DAY

HORIZON_S = SECONDS_PER_DAY
"""How long the shadow is followed: windows carry a tail of a day, so that every flag has it."""


SOME = 1 << 14
"""Snapshots that are followed at a time: of a year there may be very many."""


class Shadow(NamedTuple):
    """Per flagged account, in the order of the flags; all in quote currency."""

    lowest_equity: Floats  # (S,) over the horizon
    deepest_shortfall: Floats  # (S,) largest maintenance margin less equity
    notional: Floats  # (S,) at the flag
    true_shortfall: Floats  # (S,) maintenance margin less equity at the flag, at the index instead of the oracle


def cast_shadow(scenario: Scenario, terms: Terms, formation: Terms, result: Result) -> Shadow:
    """The shadow of every snapshot of a replay.

    After the window the index stands for the oracle, and weights stay as in the last hour.
    """
    trace = result.trace
    if trace.shot.shape[0] == 0:
        return Shadow(np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0))
    if is_plain(terms, scenario.listing) and not is_ramped(terms, formation):
        return _cast_plain(result.books, terms, scenario.venue, scenario.feed, trace, scenario.tail)
    return _cast_any(scenario, terms, formation, trace)


def _cast_any(scenario: Scenario, terms: Terms, formation: Terms, trace: Trace) -> Shadow:
    """With any instruments and margin rules: every tick of every snapshot is looked at."""
    tick, sizes = trace.shot[:, 0], trace.shot[:, 3:]
    cash = np.asarray(trace.shot[:, 2] * QUOTE_QUANTUM, dtype=np.float64)
    horizon = int(HORIZON_S // scenario.venue.step_s)
    held = (scenario, terms, formation)
    lowest, deepest = left_alone(*held, trace.path, tick, cash, sizes, horizon)
    _, true = left_alone(*held, scenario.feed.index, tick, cash, sizes, 1)
    rows, instruments = np.nonzero(sizes)
    _, basis = marks_and_bases(*held, trace.path, tick[rows], instruments)
    value = np.abs(sizes[rows, instruments]) * units(scenario, terms)[instruments] * basis
    notional = np.asarray(np.bincount(rows, weights=value, minlength=tick.size), dtype=np.float64)
    return Shadow(lowest, deepest, notional, true)


def _cast_plain(books: Books, terms: Terms, venue: Venue, feed: Feed, trace: Trace, tail: Floats) -> Shadow:
    """With perpetuals at flat weights: blocks of ticks that cannot matter are passed over."""
    low, high = (_extremes(least, trace.path, tail, venue.block_ticks) for least in (np.minimum, np.maximum))
    hour = np.minimum(np.arange(low.shape[0]) * venue.block_ticks // venue.ticks_per_hour, books.factor.shape[0] - 1)
    weight = np.minimum(1.0, terms.maintenance_weight * books.factor[hour])
    payment = payments(terms, feed)
    found = np.empty((len(Shadow._fields), trace.shot.shape[0]))
    for first in range(0, trace.shot.shape[0], SOME):
        shot = trace.shot[first : first + SOME]
        tick, base = shot[:, 0].copy(), shot[:, 3:] * terms.unit
        cash = np.asarray(shot[:, 2] * QUOTE_QUANTUM, dtype=np.float64)
        lowest, deepest, notional, short = found[:, first : first + SOME]
        lowest[:], deepest[:] = _follow(
            tick,
            cash,
            base,
            trace.path,
            tail,
            low,
            high,
            weight,
            feed.funding_tick,
            payment,
            venue.block_ticks,
            int(HORIZON_S // venue.step_s),
        )
        notional[:] = (np.abs(base) * trace.path[tick]).sum(axis=1)
        real = base * feed.index[tick]
        equity = cash + real.sum(axis=1)
        short[:] = (np.abs(real) * weight[tick // venue.block_ticks]).sum(axis=1) - equity
    return Shadow(*found)


def _extremes(least: np.ufunc, path: Floats, tail: Floats, block_ticks: int) -> Floats:
    """Least or largest prices in each block of ticks of the path with the tail behind it."""
    whole = path.shape[0] // block_ticks * block_ticks
    parts = (path[:whole], np.concatenate([path[whole:], tail]))
    return np.concatenate([least.reduceat(part, np.arange(0, part.shape[0], block_ticks), axis=0) for part in parts])


@kernel
def _health_at(base: Floats, cash: float, price: Floats, weight: Floats) -> tuple[float, float]:
    equity = cash
    shortfall = 0.0
    for m in range(base.shape[0]):
        if base[m] != 0.0:
            value = base[m] * price[m]
            equity += value
            shortfall += abs(value) * weight[m]
    return equity, shortfall - equity


@kernel
def _bound(base: Floats, cash: float, low: Floats, high: Floats, weight: Floats) -> tuple[float, float]:
    """Equity no higher, and shortfall no lower, than at any price between `low` and `high`.

    The sums run as in `_health_at`, so that the bounds hold in floating point: rounding is monotone.
    """
    equity = cash
    shortfall = 0.0
    for m in range(base.shape[0]):
        if base[m] != 0.0:
            equity += base[m] * (low[m] if base[m] > 0.0 else high[m])
            shortfall += abs(base[m] * high[m]) * weight[m]
    return equity, shortfall - equity


@allocating
def _follow(
    tick: Ints,
    purse: Floats,
    bases: Floats,
    path: Floats,
    tail: Floats,
    low: Floats,
    high: Floats,
    weight: Floats,
    funding_tick: Ints,
    payment: Floats,
    block_ticks: int,
    horizon: int,
) -> tuple[Floats, Floats]:
    """Lowest equity and deepest shortfall of each snapshot.

    A block of ticks is passed over when its bounds show that it can change neither.
    """
    lowest, deepest = np.empty(tick.shape[0]), np.empty(tick.shape[0])
    window = path.shape[0]
    for s in range(tick.shape[0]):
        t, cash, base = tick[s], purse[s], bases[s]
        end = min(window + tail.shape[0], t + horizon)
        f = np.searchsorted(funding_tick, t, side="right")
        lowest[s], deepest[s] = _health_at(base, cash, path[t], weight[t // block_ticks])
        while t < end:
            block = t // block_ticks
            last = min((block + 1) * block_ticks, end)
            if f == funding_tick.shape[0] or funding_tick[f] >= last:
                worst, depth = _bound(base, cash, low[block], high[block], weight[block])
                if worst >= lowest[s] and depth <= deepest[s]:
                    t = last
                    continue
            for u in range(t, last):
                if f < funding_tick.shape[0] and funding_tick[f] == u:
                    for m in range(base.shape[0]):
                        cash -= base[m] * payment[f, m]
                    f += 1
                price = path[u] if u < window else tail[u - window]
                equity, shortfall = _health_at(base, cash, price, weight[block])
                lowest[s] = min(lowest[s], equity)
                deepest[s] = max(deepest[s], shortfall)
            t = last
    return lowest, deepest
