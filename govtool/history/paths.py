"""Bars of a made-up path that goes through given prices: what the reconstructed history is made of.

Only + - * / and square roots of counter-based draws, so that any machine makes the same numbers.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from govtool.engine.draw import draws

SEED = 20_210_519
# Streams of draws that are this module's alone.
CLOCK, SHARED, OWN, WICK_UP, WICK_DOWN, TRADES = 60, 61, 62, 63, 64, 65

CORRELATION = 0.8  # of two markets' one-minute returns, measured as in `bridge`
# Assumptions, set so that the reconstructed 2021-05-19 falls like the recorded one (historical/README.md).
BURST_CAP = 25.0  # largest shock of activity, in units of the smallest
BURST_MEMORY = 0.8  # share of activity that stays from one step to the next
LEG_NOISE = 0.5  # noise of a leg, in units of its move per square root of its steps
WICK = 1.5  # largest wick in deviations of its step; the mean is a third of it
LEAST_REACH = 0.05  # of the mean range: a bar without a move trades too
QUIETEST_TRADE, LIVELIEST_TRADE = 0.4, 1.6  # volume around what its range would give


class Path(NamedTuple):
    """Closes, and the standard deviation of each step as a fraction of the price."""

    close: NDArray[np.float64]
    sigma: NDArray[np.float64]


class Luck(NamedTuple):
    """Draws that make a path: activity of each step, shared by all markets, and correlated noise of variance one."""

    clock: NDArray[np.float64]
    noise: NDArray[np.float64]


class Bounds(NamedTuple):
    """Lowest and highest price that each step may reach."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


def luck(key: int, market: int, steps: int) -> Luck:
    """The draws of one market in one stretch of time; `key` names the stretch."""
    return Luck(_burst_clock(key, steps), _noise(key, market, steps))


def _burst_clock(key: int, steps: int) -> NDArray[np.float64]:
    """Heavy-tailed shocks of activity that fade, so that bursts follow bursts."""
    shock = np.minimum(1.0 / (1.0 - draws(SEED, CLOCK, key, np.arange(steps))), BURST_CAP)
    activity = np.empty(steps)
    level = 1.0
    for i, value in enumerate(shock.tolist()):
        level = BURST_MEMORY * level + (1.0 - BURST_MEMORY) * value
        activity[i] = level
    return activity


def _noise(key: int, market: int, steps: int) -> NDArray[np.float64]:
    """Centred sums of four uniforms, whose variance is a third."""
    at = np.arange(steps) * 4
    shared, own = np.zeros(steps), np.zeros(steps)
    for j in range(4):
        shared = shared + (draws(SEED, SHARED, key, at + j) - 0.5)
        own = own + (draws(SEED, OWN, _entity(key, market), at + j) - 0.5)
    return (math.sqrt(CORRELATION) * shared + math.sqrt(1.0 - CORRELATION) * own) * math.sqrt(3.0)


def _entity(key: int, market: int) -> int:
    return key * 64 + market


def bridged(pins: Sequence[tuple[int, float]], sigma: float, drawn: Luck) -> Path:
    """Closes of steps 1 ... last pin of a path through the pins (position, price), the first one at position 0.

    Between two pins time runs with the clock, so a move comes in bursts. The noise is a Brownian bridge on
    that clock, of deviation `sigma` a step plus a share of the move itself.
    """
    close = np.empty(pins[-1][0])
    deviation = np.empty_like(close)
    for (begin, start), (end, stop) in pairwise(pins):
        steps = end - begin
        passed = np.cumsum(drawn.clock[begin:end])
        weight, passed = drawn.clock[begin:end] * (steps / passed[-1]), passed / passed[-1]
        move = (stop / start - 1.0) * LEG_NOISE
        of_leg = math.sqrt(sigma * sigma + move * move / steps)
        walk = np.cumsum(drawn.noise[begin:end] * np.sqrt(weight)) * of_leg
        close[begin:end] = (start + (stop - start) * passed) * (1.0 + walk - passed * walk[-1])
        deviation[begin:end] = of_leg * np.sqrt(weight)
    return Path(close, deviation)


def bars(path: Path, opening: float, bounds: Bounds, key: int, market: int) -> dict[str, NDArray[np.float64]]:
    """Open, high, low and close of each step: it opens where the one before closed, and stays within `bounds`."""
    low, high = bounds
    close = path.close
    close = np.where(close < low, 2.0 * low - close, close)
    close = np.where(close > high, 2.0 * high - close, close)
    close = np.minimum(np.maximum(close, low), high)
    start = np.concatenate([np.array([opening]), close[:-1]])
    top, bottom = np.maximum(start, close), np.minimum(start, close)
    step = np.arange(close.size)
    up = draws(SEED, WICK_UP, _entity(key, market), step)
    down = draws(SEED, WICK_DOWN, _entity(key, market), step)
    return {
        "open": start,
        "high": np.maximum(np.minimum(top * (1.0 + WICK * path.sigma * up * up), high), top),
        "low": np.minimum(np.maximum(bottom * (1.0 - WICK * path.sigma * down * down), low), bottom),
        "close": close,
    }


def volumes(columns: dict[str, NDArray[np.float64]], total: float, key: int, market: int) -> NDArray[np.float64]:
    """Volume of each bar, adding up to `total`: it grows with the power 3/4 of the range (measured 0.64 to 0.8)."""
    reach = (columns["high"] - columns["low"]) / columns["close"]
    reach = reach + LEAST_REACH * float(np.cumsum(reach)[-1]) / reach.size
    u = draws(SEED, TRADES, _entity(key, market), np.arange(reach.size))
    lively = QUIETEST_TRADE + (LIVELIEST_TRADE - QUIETEST_TRADE) * u
    volume = np.sqrt(reach) * np.sqrt(np.sqrt(reach)) * lively
    return np.asarray(volume * (total / np.cumsum(volume)[-1]))
