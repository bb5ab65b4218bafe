"""Volatility factors, the ramp and open-interest scaling (rules §3)."""

import math
from types import SimpleNamespace

from tests.reference.numbers import YEAR_S, clip
from tests.reference.state import State, open_interest


def scaled(weight: float, interest: float, lower: float, upper: float) -> float:
    """Initial weight at this open interest."""
    if upper == 0 or interest <= lower:
        return weight
    if interest >= upper:
        return 1.0
    raised = weight + (1 - weight) * (interest - lower) / (upper - lower)
    return math.floor(raised * 1e6 + 1e-6) / 1e6


def _base(state: State, name: str, m: int) -> float:
    """A weight of the terms before its factor, on the way there from the formation's under a ramp."""
    regime = state.regime
    own = getattr(regime.terms, name)[m]
    if regime.before is None:
        return own
    before = getattr(regime.before, name)[m]
    done = min(1.0, (state.tick * state.venue.step_s) / regime.terms.margin.ramp_s)
    return before + (own - before) * done


def maintenance_weight(state: State, m: int) -> float:
    return min(1.0, _base(state, "maintenance_weight", m) * state.regime.factor[state.hour][m])


def initial_weights(state: State) -> list[float]:
    """Initial weights of this moment, open interest included."""
    terms, factor = state.regime.terms, state.regime.factor[state.hour]
    return [
        scaled(
            min(1.0, _base(state, "initial_weight", m) * factor[m]),
            open_interest(state, m),
            terms.oi_lower[m],
            terms.oi_upper[m],
        )
        for m in state.markets
    ]


def hours_of(venue: SimpleNamespace, feed: SimpleNamespace) -> int:
    return (len(feed.index) + venue.ticks_per_hour - 1) // venue.ticks_per_hour


def factors(
    terms: SimpleNamespace, venue: SimpleNamespace, feed: SimpleNamespace
) -> tuple[list[list[float]], list[list[float]]]:
    """Factor on weights, and annualised volatility, both per hour and market."""
    by_market = [_of_market(terms, venue, feed, m) for m in range(len(terms.unit))]
    by_hour = list(zip(*by_market, strict=True))
    factor = [[found for found, _ in row] if terms.adaptive else [1.0] * len(row) for row in by_hour]
    return factor, [[sigma for _, sigma in row] for row in by_hour]


def _of_market(
    terms: SimpleNamespace, venue: SimpleNamespace, feed: SimpleNamespace, m: int
) -> list[tuple[float, float]]:
    lead = [(time, prices[m]) for time, prices in zip(feed.lead_s, feed.lead_price, strict=True)]
    window = [(h * 3600.0, feed.index[h * venue.ticks_per_hour][m]) for h in range(1, hours_of(venue, feed))]
    if not lead:
        lead = [(0.0, feed.index[0][m])]
    variance, factor = terms.reference[m] * terms.reference[m], 1.0
    before, price_before = lead[0]
    found = [(factor, math.sqrt(variance))]
    for time, price in lead[1:] + window:
        dt = time - before
        r = price / price_before - 1
        k = 0.5 ** (dt / terms.half_life_s[m])
        variance = k * variance + (1 - k) * (r * r * (YEAR_S / dt))
        excess = max(0.0, math.sqrt(variance) / terms.reference[m] - 1)
        goal = min(1 + terms.gamma[m] * excess, terms.cap[m])
        factor = clip(goal, factor - terms.fall[m] * (dt / 3600), factor + terms.rise[m] * (dt / 3600))
        factor = max(factor, 1.0)
        found.append((factor, math.sqrt(variance)))
        before, price_before = time, price
    return found[len(lead) - 1 :]
