"""Volatility factors and open-interest scaling (rules §3)."""

import math
from types import SimpleNamespace

from tests.reference.numbers import clip

YEAR_S = 31536000


def scaled(weight: float, open_interest: float, lower: float, upper: float) -> float:
    """Initial weight at this open interest."""
    if upper == 0 or open_interest <= lower:
        return weight
    if open_interest >= upper:
        return 1.0
    return weight + (1 - weight) * (open_interest - lower) / (upper - lower)


def factors(terms: SimpleNamespace, venue: SimpleNamespace, feed: SimpleNamespace) -> list[list[float]]:
    """Volatility factor per hour and market."""
    hours = (len(feed.index) + venue.ticks_per_hour - 1) // venue.ticks_per_hour
    by_market = [_of_market(terms, venue, feed, m, hours) for m in range(len(terms.unit))]
    return [list(row) for row in zip(*by_market, strict=True)]


def _of_market(
    terms: SimpleNamespace, venue: SimpleNamespace, feed: SimpleNamespace, m: int, hours: int
) -> list[float]:
    if not terms.adaptive:
        return [1.0] * hours
    lead = [(time, prices[m]) for time, prices in zip(feed.lead_s, feed.lead_price, strict=True)]
    window = [(h * 3600.0, feed.index[h * venue.ticks_per_hour][m]) for h in range(1, hours)]
    if not lead:
        lead = [(0.0, feed.index[0][m])]
    variance, factor = terms.reference[m] * terms.reference[m], 1.0
    before, price_before = lead[0]
    found = [factor]
    for time, price in lead[1:] + window:
        dt = time - before
        r = price / price_before - 1
        k = 0.5 ** (dt / terms.half_life_s[m])
        variance = k * variance + (1 - k) * (r * r * (YEAR_S / dt))
        excess = max(0.0, math.sqrt(variance) / terms.reference[m] - 1)
        goal = min(1 + terms.gamma[m] * excess, terms.cap[m])
        factor = clip(goal, factor - terms.fall[m] * (dt / 3600), factor + terms.rise[m] * (dt / 3600))
        factor = max(factor, 1.0)
        found.append(factor)
        before, price_before = time, price
    return found[len(lead) - 1 :]
