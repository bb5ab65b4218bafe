"""Risk weights that follow volatility, and the initial weight that follows open interest."""

import math

import numpy as np

from govtool.engine.elementary import half_power
from govtool.engine.jit import kernel
from govtool.engine.state import Feed, Floats, State, Tape, Terms
from govtool.units import SECONDS_PER_HOUR, SECONDS_PER_YEAR


@kernel
def _moved(factor: float, goal: float, rise: float, fall: float) -> float:
    return max(1.0, min(max(goal, factor - fall), factor + rise))


@kernel
def volatility_factors(terms: Terms, feed: Feed, ticks_per_hour: int) -> Floats:
    """Factor on all weights, per hour of the window and market, shape (H, M).

    An EWMA of squared hourly returns, annualised and time-aware, gives sigma; the goal is
    1 + gamma * max(0, sigma / reference - 1), at most the cap; the factor follows the goal no faster than
    the rise and fall limits. All ones if `terms.adaptive` is 0.

    Notes
    -----
    Source: rules, section 3. Example: reference 0.8, sigma 1.2, gamma 0.5: the goal is 1.25.
    """
    ticks, markets = feed.index.shape
    hours = (ticks + ticks_per_hour - 1) // ticks_per_hour
    factors = np.ones((hours, markets))
    if terms.adaptive == 0:
        return factors
    leads = feed.lead_s.shape[0]
    for m in range(markets):
        variance = terms.reference[m] * terms.reference[m]
        factor = 1.0
        before = feed.lead_price[0, m] if leads > 0 else feed.index[0, m]
        when = feed.lead_s[0] if leads > 0 else 0.0
        for k in range(1, leads + hours):
            if k < leads:
                price, now = feed.lead_price[k, m], feed.lead_s[k]
            else:
                hour = k - leads + (1 if leads > 0 else 0)
                if hour >= hours:
                    break
                price, now = feed.index[hour * ticks_per_hour, m], hour * float(SECONDS_PER_HOUR)
            gap = now - when
            change = price / before - 1.0
            keep = half_power(gap / terms.half_life_s[m])
            variance = keep * variance + (1.0 - keep) * (change * change * (float(SECONDS_PER_YEAR) / gap))
            excess = max(0.0, math.sqrt(variance) / terms.reference[m] - 1.0)
            goal = min(1.0 + terms.gamma[m] * excess, terms.cap[m])
            span = gap / float(SECONDS_PER_HOUR)
            factor = _moved(factor, goal, terms.rise[m] * span, terms.fall[m] * span)
            before, when = price, now
            if now >= 0.0:
                factors[hour, m] = factor
            elif k == leads - 1:
                factors[0, m] = factor
    return factors


@kernel
def set_weights(state: State, tape: Tape, hour: int) -> None:
    """Put the weights and the price impact of this hour in force."""
    for m in range(state.markets.shape[0]):
        market = state.markets[m]
        market.slope = tape.slope[hour, m]
        market.initial = min(1.0, market.initial_weight * tape.factor[hour, m])
        market.maintenance = min(1.0, market.maintenance_weight * tape.factor[hour, m])


@kernel
def scaled_initial(weight: float, lower: float, upper: float, interest: float) -> float:
    """Initial weight raised by open interest, from `weight` at the lower cap to 1 at the upper.

    Notes
    -----
    Source: dYdX v4 `protocol/x/perpetuals/types/liquidity_tier.go:GetAdjustedInitialMarginPpm`.
    Example: 0.2 with caps 1M and 2M at 1.5M is 0.6.
    """
    if upper == 0.0 or interest <= lower:
        return weight
    if interest >= upper:
        return 1.0
    return weight + (1.0 - weight) * (interest - lower) / (upper - lower)
