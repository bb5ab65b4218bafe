"""Value and Greeks of a European option on the forward (Black 1976), without discounting, to 1e-10 relative everywhere.

The textbook formula F N(d1) - K N(d2) loses every digit far from the strike and close to expiry. Here an option in
the money is its payoff plus the option out of the money of the other kind, and that one is, with the Mills ratio
R(z) = (1 - N(z)) / n(z) of the normal distribution, distance a = |ln(F / K)| / deviation and t = deviation / 2:

    min(F, K) n(a - t) (R(a - t) - R(a + t))

where only the difference can cancel; if t is small beside 1 + a it is a series in t instead. No libm: see `elementary`.
Source: Black, The pricing of commodity contracts (1976); Jäckel, Let's be rational (2015), section 6, for the regions.
"""

import math

from govtool.engine.elementary import exponential, log_ratio
from govtool.engine.jit import kernel

NORMAL_PEAK = 0.3989422804014327
"""Density of the standard normal distribution at zero, 1 / sqrt(2 pi)."""

FAR = 37.6
"""Standard deviations beyond which the normal density counts as zero; it is 4e-308 there."""

DISTANT = 1e8
"""From here on 1 / z is the Mills ratio, to the last bit."""

NARROW = 1e-3
"""Half deviation, over 1 + distance, below which two terms in t beat the difference; both are good to 1e-12 there."""

LEAST_DEVIATION = 1e-290
"""A deviation below this counts as none, so that dividing by it cannot overflow."""

# Mills ratio R as UPPER / LOWER, highest power first, on [0, inf). The rational function of degrees 10 and 11 that
# equals R at z = 4 (1 + y) / (1 - y), y the 22 zeros of the Chebyshev polynomial; error 2e-17. As all coefficients are
# positive, nothing cancels. `tests/engine/test_pricing.py` solves for them again.
UPPER = (
    8.634943994072101e-07,
    2.520291757586895e-05,
    0.00036480677892731237,
    0.003393812407902026,
    0.022272312377164878,
    0.10719830603144209,
    0.3824005361129063,
    0.9988352702071057,
    1.8349106192623743,
    2.1579260283216843,
    1.2533141373155003,
)
LOWER = (
    8.634943994072101e-07,
    2.5202917575868965e-05,
    0.000365670273326713,
    0.0034190153254793935,
    0.022635392167119316,
    0.11054171261622948,
    0.4039518693304244,
    1.0994979979374775,
    2.176350294818652,
    2.9744450028664335,
    2.5196604221553853,
    1.0,
)


@kernel
def mills_ratio(z):  # type: ignore[no-untyped-def]
    """Chance of a standard normal number above z >= 0, over the density at z, within 1e-15 relative.

    Source: fitted, see UPPER. Example: mills_ratio(0.0) is sqrt(pi / 2), 1.2533141373155003.
    """
    if z > DISTANT:
        return 1.0 / z
    upper = 0.0
    for coefficient in UPPER:
        upper = upper * z + coefficient
    lower = 0.0
    for coefficient in LOWER:
        lower = lower * z + coefficient
    return upper / lower


@kernel
def normal_density(z):  # type: ignore[no-untyped-def]
    """Standard normal density; zero beyond FAR. Example: normal_density(1.0) is 0.24197072451914."""
    if abs(z) > FAR:
        return 0.0
    return NORMAL_PEAK * exponential(-0.5 * z * z)


@kernel
def normal_distribution(x):  # type: ignore[no-untyped-def]
    """Chance that a standard normal number is below x, accurate relatively in the lower tail; zero below -FAR.

    Example: normal_distribution(-1.0) is 0.158655253931457.
    """
    tail = normal_density(x) * mills_ratio(abs(x))
    return tail if x < 0.0 else 1.0 - tail


@kernel
def deviation_at_expiry(volatility, tau):  # type: ignore[no-untyped-def]
    """Standard deviation of the logarithm of the price at expiry; zero after expiry or below LEAST_DEVIATION.

    Example: volatility 0.2 for a quarter of a year gives 0.1.
    """
    if tau <= 0.0:
        return 0.0
    deviation = volatility * math.sqrt(tau)
    return 0.0 if deviation < LEAST_DEVIATION else deviation


@kernel
def time_value(forward, strike, deviation):  # type: ignore[no-untyped-def]
    """Value of the option out of the money, call or put, for a deviation, strike and forward above zero.

    Parameters
    ----------
    forward, strike : float
        Prices, quote per unit of the underlying.
    deviation : float
        `deviation_at_expiry` of the option.

    Returns
    -------
    float
        Quote per unit of the underlying, never negative, within 1e-11 relative down to 1e-290 of the forward.

    Notes
    -----
    R' = z R - 1, so R(a - t) - R(a + t) = 2 t (-R' - R''' t**2 / 6 - ...), with R'' = R + a R', R''' = 2 R' + a R''.
    Example: forward and strike 100, deviation 0.2: 7.9655674554058.
    """
    a = abs(log_ratio(forward, strike)) / deviation
    t = 0.5 * deviation
    if a - t > FAR:
        return 0.0
    lesser = min(forward, strike)
    density = lesser * normal_density(a - t)
    if t < NARROW * (1.0 + a):
        ratio = mills_ratio(a)
        slope = 1.0 - a * ratio
        bend = 2.0 * slope - a * (ratio - a * slope)
        return density * deviation * (slope + bend * t * t / 6.0)
    if a < t:
        # n(a - t) R(a - t) is 1 - n(t - a) R(t - a): the Mills ratio is only ever taken of z >= 0.
        return lesser - density * (mills_ratio(t - a) + mills_ratio(t + a))
    return density * (mills_ratio(a - t) - mills_ratio(a + t))


@kernel
def premium(forward, strike, volatility, tau, is_call):  # type: ignore[no-untyped-def]
    """Value of an option on one unit of the underlying.

    Parameters
    ----------
    forward, strike : float
        Prices, quote per unit of the underlying, not negative.
    volatility : float
        Per square root of a year, not negative.
    tau : float
        Years to expiry; the payoff from zero down.
    is_call : int
        1 for a call, 0 for a put.

    Returns
    -------
    float
        Quote, never negative. NaN if a price or the volatility is NaN.

    Notes
    -----
    Source: Black (1976). A call less a put is forward less strike, to the last rounding.
    Example: forward and strike 100, volatility 0.2, one year: 7.9655674554058.
    """
    gain = forward - strike if is_call else strike - forward
    payoff = 0.0 if gain < 0.0 else gain
    deviation = deviation_at_expiry(volatility, tau)
    if deviation == 0.0 or forward == 0.0 or strike == 0.0:
        return payoff
    return payoff + time_value(forward, strike, deviation)


@kernel
def _delta(forward, strike, deviation, is_call):  # type: ignore[no-untyped-def]
    if deviation == 0.0 or forward == 0.0 or strike == 0.0:
        above = 1.0 if forward > strike else 0.5 if forward == strike else 0.0
        return above if is_call else above - 1.0
    d = log_ratio(forward, strike) / deviation + 0.5 * deviation
    return normal_distribution(d) if is_call else -normal_distribution(-d)


@kernel
def delta(forward, strike, volatility, tau, is_call):  # type: ignore[no-untyped-def]
    """Change of `premium` per change of the forward, from 0 to 1 for a call and from -1 to 0 for a put.

    Without volatility or time a half, in size, exactly at the money. Arguments as for `premium`.
    Source: Black (1976). Example: forward and strike 100, volatility 0.2, one year: 0.539827837277029 for the call.
    """
    return _delta(forward, strike, deviation_at_expiry(volatility, tau), is_call)


@kernel
def greeks(forward, strike, volatility, tau, is_call):  # type: ignore[no-untyped-def]
    """Delta, gamma, vega and theta of an option on one unit of the underlying. Arguments as for `premium`.

    Returns
    -------
    tuple of four floats
        Change of the value per change of the forward; change of that, per change of the forward; change of the
        value per 1.00 of volatility; change of the value per year that passes, never above zero. The last three are
        zero without volatility or time, and at a strike or forward of zero.

    Notes
    -----
    All but delta are F n(d1) times powers of volatility and time, and F n(d1) = min(F, K) n(a - t). Each is good to
    1e-12 relative, down to 1e-290 of 1, 1 / (F deviation), F sqrt(tau) and F volatility / sqrt(tau).
    Source: Black (1976).
    Example: a call, forward and strike 100, volatility 0.2, one year: 0.539827837277029, 0.0198476273738506,
    39.6952547477012, -3.96952547477012.
    """
    deviation = deviation_at_expiry(volatility, tau)
    slope = _delta(forward, strike, deviation, is_call)
    if deviation == 0.0 or forward == 0.0 or strike == 0.0:
        return slope, 0.0, 0.0, 0.0
    a = abs(log_ratio(forward, strike)) / deviation
    density = min(forward, strike) * normal_density(a - 0.5 * deviation)
    root = math.sqrt(tau)
    return slope, density / forward / deviation / forward, density * root, -0.5 * density * volatility / root
