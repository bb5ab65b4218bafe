"""Buckets that empty evenly over a window: what limits and breakers count in."""

import math

from govtool.engine.jit import kernel
from govtool.engine.state import Rules


@kernel
def ticks_of(rules: Rules, seconds: float) -> int:
    """Ticks that a time takes, rounded up."""
    return math.ceil(seconds / rules.step_s)


@kernel
def emptied(used: float, at: int, cap: float, window_s: float, t: int, step_s: float) -> float:
    """What is left at tick `t` in a bucket that held `used` at tick `at` and loses `cap` per window.

    Notes
    -----
    Source: rules, section 8a. Example: 100 in a bucket of 60 an hour, half an hour later: 70.
    """
    return max(0.0, used - cap * ((t - at) * step_s / window_s))
