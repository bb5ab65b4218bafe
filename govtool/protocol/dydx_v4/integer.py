"""Whole-number arithmetic with the chain's roundings: to zero, to the floor, to the ceiling.

Sources are in github.com/dydxprotocol/v4-chain, path given at each function. Go's `Quo` truncates to zero and
its `Div` by a positive divisor floors; the chain uses both on purpose.
"""

from collections.abc import Sequence
from fractions import Fraction

from govtool.units import PPM


def sign(value: int) -> int:
    """-1, 0 or 1."""
    return (value > 0) - (value < 0)


def truncated(numerator: int, denominator: int) -> int:
    """Quotient rounded to zero, denominator positive. Example: truncated(-7, 2) is -3."""
    quotient = abs(numerator) // denominator
    return quotient if numerator >= 0 else -quotient


def ceiled(numerator: int, denominator: int) -> int:
    """Quotient rounded up, denominator positive. Example: ceiled(-7, 2) is -3."""
    return -(-numerator // denominator)


def truncated_ratio(value: Fraction) -> int:
    """A ratio rounded to zero."""
    return truncated(value.numerator, value.denominator)


def floor_ppm(value: int, ppm: int) -> int:
    """Share of a value, rounded down. Source: protocol/lib/big_math.go, BigIntMulPpm."""
    return value * ppm // PPM


def ceil_ppm(value: int, ppm: int) -> int:
    """Share of a value, rounded up. Source: protocol/lib/big_math.go, BigMulPpm with roundUp."""
    return ceiled(value * ppm, PPM)


def clamped(value: int, low: int, high: int) -> int:
    """The value, or the bound that it passes."""
    return min(max(value, low), high)


def floor_to_multiple(value: int, step: int) -> int:
    """Largest multiple of step not above the value.

    Source: protocol/lib/big_math.go, BigIntRoundToMultiple.
    """
    return value // step * step


def ceil_to_multiple(value: int, step: int) -> int:
    """Smallest multiple of step not below the value."""
    return ceiled(value, step) * step


def power_of_ten(exponent: int) -> Fraction:
    """Ten to a power, exactly, of either sign."""
    if exponent >= 0:
        return Fraction(10**exponent)
    return Fraction(1, 10**-exponent)


def scaled(value: int, exponent: int) -> int:
    """value * 10**exponent rounded to zero. Source: protocol/lib/quantums.go."""
    return truncated_ratio(value * power_of_ten(exponent))


def median(values: Sequence[int]) -> int:
    """Median; of an even count the mean of the middle two, rounded away from zero.

    Source: protocol/lib/math.go, Median. Example: median([-10, -5, 0, 0]) is -3. The sequence is not empty.
    """
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2 == 1:
        return ordered[middle]
    total = ordered[middle - 1] + ordered[middle]
    return sign(total) * ceiled(abs(total), 2)
