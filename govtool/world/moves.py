"""When a market has moved far in a short time, as those see it who act a tick later."""

import math

import numpy as np
from numpy.typing import NDArray

from govtool.engine.terms import Floats

Switches = NDArray[np.bool_]


def ticks_in(seconds: float, step_s: int) -> int:
    """Ticks that a time takes, rounded up. Example: 31 s in ticks of 15 s are 3."""
    return math.ceil(seconds / step_s)


def falls(index: Floats, window_s: float, step_s: int) -> Floats:
    """How far each price lies below the highest of the window before it, (T, M), fractions of that price.

    The window is rounded up to ticks, one at least, and cut at the first tick. Example: 90 a minute after 100 is 0.1.
    """
    return np.asarray(1.0 - index / _highest(index, max(1, ticks_in(window_s, step_s))))


def rises(index: Floats, window_s: float, step_s: int) -> Floats:
    """How far each price lies above the lowest of the window before it, likewise."""
    return np.asarray(index / -_highest(-index, max(1, ticks_in(window_s, step_s))) - 1.0)


def moved(index: Floats, move: float, window_s: float, step_s: int) -> Switches:
    """Whether each market (T, M) moved by `move` within the window, up or down, as of the tick before."""
    far = (falls(index, window_s, step_s) >= move) | (rises(index, window_s, step_s) >= move)
    return seen(far)


def seen(happening: Switches) -> Switches:
    """What is seen of it in each tick: the state of the tick before, nothing in the first."""
    found = np.zeros_like(happening)
    found[1:] = happening[:-1]
    return found


def beginnings(switches: Switches) -> Switches:
    """The first tick of each stretch (T,) that is switched on."""
    found = switches.copy()
    found[1:] &= ~switches[:-1]
    return found


def lasting(switches: Switches, ticks: int) -> Switches:
    """Each market's switches (T, M), on until it has been off for more than so many ticks."""
    tick = np.arange(switches.shape[0])[:, None]
    last = np.maximum.accumulate(np.where(switches, tick, -ticks - 1), axis=0)
    return np.asarray(tick - last <= ticks)


def _highest(values: Floats, ticks: int) -> Floats:
    """Largest value of each tick and of as many ticks before it, by doubling the reach."""
    found, reach = values.copy(), 1
    while reach < ticks + 1:
        more = min(reach, ticks + 1 - reach)
        # safe: more <= reach, so that the two stretches that meet here leave no gap.
        found[more:] = np.maximum(found[more:], found[:-more])
        reach += more
    return found
