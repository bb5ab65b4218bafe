"""Buckets that empty evenly over a window: what limits and breakers count in."""

import math

from govtool.engine.jit import kernel
from govtool.engine.state import Rules
from govtool.units import SECONDS_PER_DAY


@kernel
def ticks_of(rules: Rules, seconds: float) -> int:
    """Ticks that a time takes, rounded up."""
    return math.ceil(seconds / rules.step_s)


@kernel
def ticks_of_day(rules: Rules, most: int) -> int:
    """Ticks after which a day is over to the second, at most `most`. Example: 1440 of a minute, 86400 of 7 s."""
    ticks = 1
    while ticks < most and (ticks * rules.step_s) % float(SECONDS_PER_DAY) != 0.0:
        ticks += 1
    return ticks


@kernel
def emptied(used: float, at: int, cap: float, window_s: float, t: int, step_s: float) -> float:
    """What is left at tick `t` in a bucket that held `used` at tick `at` and loses `cap` per window.

    Notes
    -----
    Source: rules, section 8a. Example: 100 in a bucket of 60 an hour, half an hour later: 70.
    """
    return max(0.0, used - cap * ((t - at) * step_s / window_s))
