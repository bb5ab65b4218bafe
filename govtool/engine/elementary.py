"""Logarithm, exponential and power by + - * / alone, so that no result hangs on the machine's libm."""

import math

from govtool.engine.jit import kernel

LN2 = 0.6931471805599453
ROOT_HALF = 0.7071067811865476
LOG_TERMS = 13
EXP_TERMS = 18

LN2_HIGH = 6.93147180369123816490e-01
"""Leading 33 bits of ln 2: its product with a whole number below 2**20 is exact."""
LN2_LOW = 1.90821492927058770002e-10
"""The rest of ln 2."""
OVERFLOW = 709.782712893384
UNDERFLOW = -708.0
"""Below this the exponential is zero; it stays above the smallest normal number, 2.2e-308."""


@kernel
def _twice_artanh(s):  # type: ignore[no-untyped-def]
    square = s * s
    total = 0.0
    for k in range(LOG_TERMS, -1, -1):
        total = total * square + 1.0 / (2.0 * k + 1.0)
    return 2.0 * s * total


@kernel
def natural_log(x):  # type: ignore[no-untyped-def]
    """Natural logarithm of x > 0, within 1e-15 relative away from x = 1.

    x = m * 2**e with m in [sqrt(1/2), sqrt(2)); ln m = 2 (s + s**3/3 + s**5/5 + ...), s = (m - 1) / (m + 1).
    Example: natural_log(2.0) is 0.6931471805599453.
    """
    m, e = math.frexp(x)
    if m < ROOT_HALF:
        m = m * 2.0
        e = e - 1
    s = (m - 1.0) / (m + 1.0)
    return _twice_artanh(s) + e * LN2


@kernel
def log_ratio(a, b):  # type: ignore[no-untyped-def]
    """Natural logarithm of a / b for a, b > 0, within 1e-15 relative however near a is to b.

    The quotient is not formed, as its rounding would be most of the logarithm of two close numbers: with the
    exponents taken off, and both within sqrt(2) of each other, a - b is exact and s = (a - b) / (a + b).
    Example: log_ratio(4.0, 2.0) is 0.6931471805599453.
    """
    a, above = math.frexp(a)
    b, below = math.frexp(b)
    e = above - below
    if a < ROOT_HALF * b:
        a = a * 2.0
        e = e - 1
    elif b < ROOT_HALF * a:
        b = b * 2.0
        e = e + 1
    return _twice_artanh((a - b) / (a + b)) + e * LN2


@kernel
def exponential(x):  # type: ignore[no-untyped-def]
    """e to the power x, within one unit in the last place; 0 below x = -708, infinite above x = 709.78.

    x = k ln 2 + r with |r| <= ln(2) / 2; e**r = 1 + r + r c / (2 - c), c = r - r**2 (P1 + r**2 (P2 + ...)).
    Source: fdlibm, e_exp.c. Example: exponential(1.0) is 2.71828182845905.
    """
    if x < UNDERFLOW:
        return 0.0
    if x > OVERFLOW:
        return math.inf
    if x != x:
        return x
    k = math.floor(x / LN2 + 0.5)
    high = x - k * LN2_HIGH
    low = k * LN2_LOW
    r = high - low
    t = r * r
    c = 4.13813679705723846039e-08
    c = -1.65339022054652515390e-06 + t * c
    c = 6.61375632143793436117e-05 + t * c
    c = -2.77777777770155933842e-03 + t * c
    c = 1.66666666666666019037e-01 + t * c
    c = r - t * c
    # safe: a product with a power of two is exact, as the result is normal.
    return math.ldexp(1.0 - ((low - (r * c) / (2.0 - c)) - high), int(k))


@kernel
def power(base, exponent):  # type: ignore[no-untyped-def]
    """Power of a base > 0, within 1e-14 relative while the result is between 1e-15 and 1e15.

    The relative error grows as the logarithm of the result. Example: power(2.0, 0.5) is 1.414213562373095.
    """
    return exponential(exponent * natural_log(base))


@kernel
def half_power(x):  # type: ignore[no-untyped-def]
    """One half to the power x >= 0: what is left after x half-lives. Example: half_power(2.0) is 0.25."""
    whole = math.floor(x)
    if whole > 1000.0:
        return 0.0
    rest = -(x - whole) * LN2
    total = 1.0
    for k in range(EXP_TERMS, 0, -1):
        total = 1.0 + total * rest / k
    for _ in range(int(whole)):
        total = total * 0.5
    return total
