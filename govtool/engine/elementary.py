"""Logarithm and power by + - * / alone, so that no result hangs on the machine's libm."""

import math

from govtool.engine.jit import kernel

LN2 = 0.6931471805599453
ROOT_HALF = 0.7071067811865476
LOG_TERMS = 13
EXP_TERMS = 18


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
    square = s * s
    total = 0.0
    for k in range(LOG_TERMS, -1, -1):
        total = total * square + 1.0 / (2.0 * k + 1.0)
    return 2.0 * s * total + e * LN2


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
