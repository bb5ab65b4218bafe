"""Undiscounted Black-76 value of an option on a forward, and its derivative (rules §2)."""

import math

from tests.reference.numbers import rint


def normal(x: float) -> float:
    """Distribution function of the standard normal."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def _log_ratio(a: float, b: float) -> float:
    """ln(a / b), also where the two are so near that the quotient's rounding would count."""
    return math.log1p((a - b) / b) if 0.5 * b < a < 2.0 * b else math.log(a / b)


def black(forward: float, strike: float, volatility: float, years: float, call: bool) -> float:
    """Expected payoff; without any deviation, the payoff itself."""
    deviation = volatility * math.sqrt(years)
    if deviation == 0:
        return payoff(forward, strike, call)
    d1 = _log_ratio(forward, strike) / deviation + 0.5 * deviation
    d2 = d1 - deviation
    if call:
        return max(forward * normal(d1) - strike * normal(d2), 0.0)
    return max(strike * normal(-d2) - forward * normal(-d1), 0.0)


def black_slope(forward: float, strike: float, volatility: float, years: float, call: bool) -> float:
    """Derivative of `black` to the forward."""
    deviation = volatility * math.sqrt(years)
    if deviation == 0:
        inside = forward > strike if call else forward < strike
        return (1.0 if call else -1.0) if inside else 0.0
    d1 = _log_ratio(forward, strike) / deviation + 0.5 * deviation
    return normal(d1) if call else -normal(-d1)


def payoff(price: float, strike: float, call: bool) -> float:
    return max(0.0, price - strike if call else strike - price)


def rounded(value: float, tick: float) -> float:
    """On a grid of `tick`, or as it is without one."""
    return rint(value / tick) * tick if tick else value


def nine_digits(x: float) -> float:
    return rint(x * 1e9) / 1e9
