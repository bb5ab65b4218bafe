"""Risk weights that follow volatility, and the initial weight that follows open interest."""

import math
from typing import Any

import numpy as np

from govtool.engine.elementary import half_power
from govtool.engine.jit import allocating, inlined, kernel
from govtool.engine.state import Feed, Rules, State, Tape
from govtool.engine.terms import Floats, Terms
from govtool.units import SECONDS_PER_HOUR, SECONDS_PER_YEAR


@kernel
def _moved(factor: float, goal: float, rise: float, fall: float) -> float:
    return max(1.0, min(max(goal, factor - fall), factor + rise))


@allocating
def volatilities(terms: Terms, feed: Feed, ticks_per_hour: int) -> tuple[Floats, Floats]:
    """Factor on all weights, and annualised volatility, per hour of the window and market, both of shape (H, M).

    An EWMA of squared hourly returns, annualised and time-aware, gives sigma; the goal is
    1 + gamma * max(0, sigma / reference - 1), at most the cap; the factor follows the goal no faster than
    the rise and fall limits. The factor is one if `terms.adaptive` is 0.

    Notes
    -----
    Source: rules, section 3. Example: reference 0.8, sigma 1.2, gamma 0.5: the goal is 1.25.
    """
    ticks, markets = feed.index.shape
    hours = (ticks + ticks_per_hour - 1) // ticks_per_hour
    factors = np.ones((hours, markets))
    sigmas = np.ones((hours, markets))
    leads = feed.lead_s.shape[0]
    for m in range(markets):
        variance = terms.reference[m] * terms.reference[m]
        factor = 1.0
        sigmas[0, m] = terms.reference[m]
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
            sigma = math.sqrt(variance)
            excess = max(0.0, sigma / terms.reference[m] - 1.0)
            goal = min(1.0 + terms.gamma[m] * excess, terms.cap[m])
            span = gap / float(SECONDS_PER_HOUR)
            factor = _moved(factor, goal, terms.rise[m] * span, terms.fall[m] * span)
            before, when = price, now
            if k < leads - 1:
                continue
            hour = max(0, k - leads + (1 if leads > 0 else 0))
            sigmas[hour, m] = sigma
            if terms.adaptive == 1:
                factors[hour, m] = factor
    return factors, sigmas


@inlined
def ramped(before: float, own: float, rules: Rules, t: int) -> float:
    """A base weight at tick `t` on its way to `own` since the activation at tick 0."""
    if rules.ramp_s <= 0.0:
        return own
    return before + (own - before) * min(1.0, (t * rules.step_s) / rules.ramp_s)


@inlined
def is_ramping(rules: Rules, t: int) -> bool:
    """Whether weights are still on their way at tick `t`."""
    return bool(rules.ramp_s > 0.0 and t * rules.step_s < rules.ramp_s)


@kernel
def set_volatilities(state: State, beside: Any, hour: int) -> None:
    """Put the volatilities of options in force; none in a plain world, which has nothing beside perpetuals."""
    if beside is not None:
        for o in range(beside.volatility.shape[1]):
            state.lots[state.markets.shape[0] + o].volatility = beside.volatility[hour, o]


@kernel
def set_weights(state: State, rules: Rules, tape: Tape, t: int) -> None:
    """Put the weights, the price impact and the volatilities of tick `t` in force."""
    hour = t // rules.ticks_per_hour
    for m in range(state.markets.shape[0]):
        market = state.markets[m]
        market.slope = market.seen = tape.slope[hour, m]
        market.factor = tape.factor[hour, m]
        market.confidence = tape.factor[hour, state.markets.shape[0] + m]
        market.sigma = tape.factor[hour, 2 * state.markets.shape[0] + m]
        initial = ramped(market.initial_before, market.initial_weight, rules, t)
        maintenance = ramped(market.maintenance_before, market.maintenance_weight, rules, t)
        market.initial = min(1.0, initial * tape.factor[hour, m])
        market.maintenance = min(1.0, maintenance * tape.factor[hour, m])
    set_volatilities(state, tape.beside, hour)


@inlined
def set_depth(state: State, rules: Rules, tape: Tape, t: int) -> None:
    """Put depth and spreads of tick `t` in force, and what keepers believe depth to be (rules, section 2a)."""
    weather = tape.weather
    hour = t // rules.ticks_per_hour
    if weather.depth.shape[0] > 0 or weather.spoof.shape[0] > 0:
        for m in range(state.markets.shape[0]):
            depth = weather.depth[t, m] if weather.depth.shape[0] > 0 else 1.0
            spoof = weather.spoof[t, m] if weather.spoof.shape[0] > 0 else 1.0
            state.markets[m].slope = tape.slope[hour, m] * depth
            state.markets[m].seen = state.markets[m].slope * spoof
    if weather.wide.shape[0] > 0:
        for j in range(state.lots.shape[0]):
            m = state.lots[j].market
            if m >= 0:
                state.lots[j].spread = state.lots[j].own_spread * weather.wide[t, m]


@inlined
def open_interest(state: State, m: int) -> float:
    """One-sided open interest of market `m` in quote currency, outside market makers included."""
    held = state.lots[m].gross + abs(state.lots[m].outside)
    return (held * 0.5 * state.lots[m].unit) * state.markets[m].oracle


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
    scaled = weight + (1.0 - weight) * (interest - lower) / (upper - lower)
    return math.floor(scaled * 1e6 + 1e-6) / 1e6
