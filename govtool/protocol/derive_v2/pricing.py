"""Option prices on the forward (Black 1976), as Derive's managers use them. 64-bit floats.

The contracts evaluate exp, ln and the normal distribution in 18-decimal fixed point, by series of their own; here the
floating-point functions of the platform do. Both approximate one formula. Derive's test portfolios, computed in
floats, come out here to 1e-13 of a margin; its tests hold the contracts to 1e-8 of them, the vectors allow 1e-6.
Source: Black, The pricing of commodity contracts (1976); used in derivexyz/v2-core: lib/lyra-utils.
"""

from dataclasses import dataclass
from math import erfc, log, sqrt

from govtool.units import SECONDS_PER_YEAR


@dataclass(frozen=True)
class Option:
    """A held option: signed amount, with the volatility that its strike and expiry trade at."""

    strike: float
    is_call: bool
    amount: float
    volatility: float


def years(seconds: int) -> float:
    """Length of a time in years of 365 days."""
    return seconds / SECONDS_PER_YEAR


def normal_distribution(x: float) -> float:
    """Chance that a standard normal number is below x; accurate far out in both tails."""
    return 0.5 * erfc(-x / sqrt(2.0))


def black76(forward: float, strike: float, volatility: float, tau: float, discount: float = 1.0) -> tuple[float, float]:
    """Prices of a call and a put, `tau` years before expiry.

    Without volatility or time, or at a strike or forward of zero, the discounted payoff.
    Example: forward and strike 100, volatility 0.2, one year: 7.9656 both.
    """
    deviation = volatility * sqrt(tau)
    if deviation == 0.0 or strike == 0.0 or forward == 0.0:
        return discount * max(forward - strike, 0.0), discount * max(strike - forward, 0.0)
    upper = log(forward / strike) / deviation + deviation / 2.0
    lower = upper - deviation
    call = forward * normal_distribution(upper) - strike * normal_distribution(lower)
    put = strike * normal_distribution(-lower) - forward * normal_distribution(-upper)
    # Never below zero: far from the strike the two products may cancel to a negative rounding error.
    return discount * max(call, 0.0), discount * max(put, 0.0)


def option_value(option: Option, forward: float, volatility: float, tau: float, discount: float = 1.0) -> float:
    """Value of what is held of an option, at a volatility that may be shocked."""
    call, put = black76(forward, option.strike, volatility, tau, discount)
    return option.amount * (call if option.is_call else put)


def payoff(option: Option, price: float) -> float:
    """What the holding pays if the underlying settles at a price."""
    moneyness = price - option.strike if option.is_call else option.strike - price
    return option.amount * max(moneyness, 0.0)
