"""The volatility that an option is priced at: the adaptive estimate, a term structure and a parabola of strikes."""

import math

import numpy as np

from govtool.engine.elementary import LN2, half_power, natural_log
from govtool.engine.jit import allocating, kernel
from govtool.engine.terms import Floats, Ints
from govtool.units import SECONDS_PER_DAY, SECONDS_PER_YEAR

WIDEST = 3.0
"""Strikes further out than this many standard deviations have the volatility at that distance."""


@kernel
def level_at(sigma: float, reference: float, seconds: float, half_life_s: float) -> float:
    """Mean volatility until expiry, when variance reverts to the reference with a half-life.

    Example: 0.8 now, reference 0.4, one half-life away: 0.8 and 0.4 in variance at weights 0.72 and 0.28, 0.71.
    """
    x = seconds / half_life_s
    weight = 1.0 if x <= 0.0 else (1.0 - half_power(x)) / (x * LN2)
    return math.sqrt(max(reference * reference + (sigma * sigma - reference * reference) * weight, 0.0))


@allocating
def option_volatilities(
    sigma: Floats,
    index: Floats,
    ticks_per_hour: int,
    step_s: float,
    market: Ints,
    strike: Floats,
    expiry: Ints,
    reference: Floats,
    half_life_s: float,
    skew: float,
    smile: float,
    floor: float,
    cap: float,
) -> Floats:
    """Volatility per hour and option series, shape (H, O), from `sigma` (H, M) and the index (T, M).

    Notes
    -----
    Source: rules, section 2: level * (1 + skew * z + smile * z * z), z the strike in standard deviations from the
    index at the start of the hour, within the floor and the cap.
    """
    hours, series = sigma.shape[0], market.shape[0]
    found = np.zeros((hours, series))
    for h in range(hours):
        for o in range(series):
            m = market[o]
            seconds = (expiry[o] - h * ticks_per_hour) * step_s
            level = max(level_at(sigma[h, m], reference[m], seconds, half_life_s), floor)
            years = max(seconds, float(SECONDS_PER_DAY)) / float(SECONDS_PER_YEAR)
            z = natural_log(strike[o] / index[h * ticks_per_hour, m]) / (level * math.sqrt(years))
            z = min(max(z, -WIDEST), WIDEST)
            found[h, o] = min(max(level * (1.0 + skew * z + smile * z * z), floor), cap)
    return found
