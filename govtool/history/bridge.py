"""Prices between bars: a seeded path through each bar's open, both extremes and close.

Only + - * / and square roots of doubles, in a fixed order, so that the path is the same on every machine.
"""

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from govtool.engine.draw import BRIDGE_NOISE, BRIDGE_ORDER, BRIDGE_TIME, draws
from govtool.errors import ParamError
from govtool.history.bars import MS, Window

ORDER_POWER = 6
"""Steepness of the order rule. Measured on Binance spot BTC and ETH minutes of 2021-04/05, 2021-09/10 and
2023-03/04, in bars of 5 and 60 minutes: with (close - open) / (high - low) near -0.1, -0.3, -0.5, -0.7 the
high came first in 0.58-0.71, 0.80-0.91, 0.95-0.97 and 0.98-1.00 of bars; the rule says 0.65, 0.86, 0.96,
0.99."""

FIRST_SHARE = 0.6
"""The first extreme lies at 0.6 u**3 of the bar, u uniform: quartiles 0.01, 0.08, 0.25; measured 0.02, 0.10,
0.27 in hourly bars of the same series. The second lies at 1 - v**2 of what is left: 0.5, 0.78, 0.95; measured
0.56, 0.76, 0.91."""

CORRELATION = 0.8
"""Correlation of one-minute returns of two markets: 0.82 on 2021-05-19 and 0.85 in the week of 2021-05-10,
BTC and ETH on Binance spot; rounded down, for smaller markets move less together."""

RANGE_OF_WALK = 1.5957691216057308
"""Expected range of a Brownian path over its standard deviation at the end, sqrt(8 / pi) (Feller 1951)."""

STRETCH = 1 << 12
"""Ticks that are bridged at a time, or one bar: what is computed on the way would be ten times the whole path."""

UNIFORMS = 4  # in one variate: the sum of four uniforms has variance 1/3 and tails to 3.5 deviations


class Knots(NamedTuple):
    """Where the path of each bar is pinned: ticks from 1 to n of both extremes, and which one is first."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    high_first: NDArray[np.bool_]


def bridge(window: Window, seed: int, step_s: int) -> NDArray[np.float64]:
    """Price of each market at the end of each tick, from the first bar through the last bar of the tail.

    A bar of n ticks runs from its open through one extreme, then the other, to its close. The order of
    extremes and the ticks that hit them are drawn once per bar for all markets; the order leans to the
    shorter path, by the mean over markets of (close - open) / (high - low). Both extremes are hit exactly,
    the last tick is the close, and in between a Brownian bridge, correlated over markets and thrown back at the
    extremes, stays within them. Bars of fewer than three ticks cannot hit all three: with two, first comes the
    extreme further from the close (the high if they tie), then the close; with one, the close.

    A pure function of (seed, market, bar, tick): bars and ticks are counted from 1970, markets by index.

    Parameters
    ----------
    seed : int
        Not negative.
    step_s : int
        Seconds in a tick; divides the bar.

    Returns
    -------
    float64 ((bars + tail_bars) * native_s / step_s, M)
    """
    n = ticks_per_bar(window.native_s, step_s)
    if seed < 0:
        raise ParamError(f"seed = {seed} is negative: choose 0 or more")
    if n == 1:
        return window.close.copy()
    if n == 2:
        return np.stack([_further_extreme(window), window.close], axis=1).reshape(-1, len(window.markets))
    bars, markets = window.close.shape
    path, some = np.empty((bars, n, markets)), max(1, STRETCH // n)
    for first in range(0, bars, some):
        path[first : first + some] = _path(_stretch(window, first, first + some), seed, n)
    return path.reshape(-1, markets)


def _stretch(window: Window, first: int, after: int) -> Window:
    """Some bars of a window, as a window of their own: what is drawn hangs on when a bar is, not on its place."""
    prices = {name: getattr(window, name)[first:after] for name in ("open", "high", "low", "close")}
    return replace(window, start_ms=window.start_ms + first * window.native_s * MS, **prices)


def ticks_per_bar(native_s: int, step_s: int) -> int:
    """Ticks in a bar; ParamError if the step does not divide it. Example: 60 s in steps of 15 s is 4."""
    if step_s <= 0 or native_s % step_s:
        raise ParamError(f"step_s = {step_s} does not divide a bar of {native_s} s: choose a divisor, such as 15")
    return native_s // step_s


def _further_extreme(window: Window) -> NDArray[np.float64]:
    return np.where(window.high - window.close >= window.close - window.low, window.high, window.low)


def _knots(window: Window, seed: int, n: int) -> Knots:
    """Order and times of the extremes, one draw each per bar, shared by all markets."""
    bar = _first_bar(window) + np.arange(window.close.shape[0], dtype=np.int64)
    height = window.high - window.low
    change = window.close - window.open
    lean = np.divide(change, height, out=np.zeros_like(change), where=height > 0.0)
    x = np.zeros(lean.shape[0])
    for m in range(lean.shape[1]):  # in index order: a fixed sum
        x = x + lean[:, m]
    x = x / lean.shape[1]
    down, up = _power(2.0 - x), _power(2.0 + x)
    high_first = draws(seed, BRIDGE_ORDER, 0, bar) * (down + up) < down

    u = draws(seed, BRIDGE_TIME, 0, bar)
    v = draws(seed, BRIDGE_TIME, 1, bar)
    first = 1 + np.minimum((FIRST_SHARE * u * u * u * (n - 1)).astype(np.int64), n - 3)
    left = n - 1 - first  # ticks that the second extreme may have: first + 1 ... n - 1
    second = first + 1 + np.minimum(((1.0 - v * v) * left).astype(np.int64), left - 1)
    return Knots(first, second, high_first)


def _power(x: NDArray[np.float64]) -> NDArray[np.float64]:
    result = x
    for _ in range(ORDER_POWER - 1):
        result = result * x
    return result


def _first_bar(window: Window) -> int:
    return window.start_ms // (window.native_s * MS)


def _path(window: Window, seed: int, n: int) -> NDArray[np.float64]:
    """Paths (bars, n, M) of bars with three ticks or more."""
    knots = _knots(window, seed, n)
    order = knots.high_first[:, None]
    early = np.where(order, window.high, window.low)
    late = np.where(order, window.low, window.high)

    at = np.arange(1, n + 1, dtype=np.int64)[None, :]
    first, second = knots.first[:, None], knots.second[:, None]
    begin = np.where(at <= first, 0, np.where(at <= second, first, second))
    end = np.where(at <= first, first, np.where(at <= second, second, n))
    share = ((at - begin) / (end - begin))[:, :, None]
    leg = ((at > first).astype(np.int64) + (at > second))[:, :, None]
    ends = np.stack([window.open, early, late, window.close], axis=1)
    start = np.take_along_axis(ends, leg, axis=1)
    stop = np.take_along_axis(ends, leg + 1, axis=1)

    walk = _walk(window, seed, n)
    w_begin = np.take_along_axis(walk, begin[:, :, None], axis=1)
    w_end = np.take_along_axis(walk, end[:, :, None], axis=1)
    noise = walk[:, 1:] - w_begin - share * (w_end - w_begin)
    scale = (window.high - window.low) / (RANGE_OF_WALK * math.sqrt(n))
    path = start + (stop - start) * share + noise * scale[:, None, :]
    # A path that would leave the bar is thrown back from its extreme, so that only the drawn ticks meet it.
    low, high = window.low[:, None, :], window.high[:, None, :]
    path = low + np.abs(path - low)
    path = high - np.abs(high - path)
    path = np.minimum(np.maximum(path, low), high)

    bars = np.arange(path.shape[0])
    path[bars, knots.first - 1] = early
    path[bars, knots.second - 1] = late
    path[:, n - 1] = window.close
    return np.asarray(path)


def _walk(window: Window, seed: int, n: int) -> NDArray[np.float64]:
    """Correlated random walks (bars, n + 1, M) from 0, steps of variance one."""
    bars, markets = window.close.shape
    tick = _first_bar(window) * n + np.arange(bars * n, dtype=np.int64)
    shared = _normal(seed, 0, tick)
    walk = np.zeros((bars, n + 1, markets))
    together, alone = math.sqrt(CORRELATION), math.sqrt(1.0 - CORRELATION)
    for m in range(markets):
        step = together * shared + alone * _normal(seed, m + 1, tick)
        walk[:, 1:, m] = np.cumsum(step.reshape(bars, n), axis=1)
    return walk


def _normal(seed: int, entity: int, tick: NDArray[np.int64]) -> NDArray[np.float64]:
    """Nearly normal variates of mean 0 and variance 1: a centred sum of four uniforms."""
    total = draws(seed, BRIDGE_NOISE, entity, tick * UNIFORMS)
    for j in range(1, UNIFORMS):
        total = total + draws(seed, BRIDGE_NOISE, entity, tick * UNIFORMS + j)
    return (total - UNIFORMS / 2.0) * math.sqrt(12.0 / UNIFORMS)
