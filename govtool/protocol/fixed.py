"""Fixed-point numbers as contracts hold them: whole counts of a small unit, and how their products round.

A wad counts 1e-18, a ray 1e-27, a rad 1e-45. EVM contracts and Solana programs divide integers to zero.
"""

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

WAD = 10**18
RAY = 10**27
RAD = 10**45

MOST_DIGITS = 100
"""Longest amount that is read, in decimal digits before or behind the point; a rad has 45 behind it."""


def ratio(value: Any) -> Fraction:
    """Exact value of a number or a decimal string; a float stands for the shortest decimal that reads back as it.

    Example: 0.1 and "0.1" are one tenth.

    Raises
    ------
    TypeError
        It is not a number or a decimal string.
    ValueError
        It is not finite, or absurdly long.
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(f"{value!r} is not a number or a decimal string")
    try:
        decimal = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a decimal number") from None
    if not decimal.is_finite() or abs(decimal.adjusted()) > MOST_DIGITS:
        raise ValueError(f"{value!r} is not a finite amount of at most {MOST_DIGITS} digits")
    return Fraction(decimal)


def units(value: Any, scale: int = 1) -> int:
    """How many 1/scale are in a number, which must hold no finer part. Example: units("1.5", WAD) is 15 * 10**17.

    Raises
    ------
    TypeError, ValueError
        As `ratio`; ValueError also if a part finer than 1/scale is left.
    """
    counted = ratio(value) * scale
    if counted.denominator != 1:
        raise ValueError(f"{value!r} is finer than 1/{scale}")
    return counted.numerator


def truncated(numerator: int, denominator: int) -> int:
    """Quotient rounded to zero, of whatever signs. Example: truncated(-7, 2) is -3."""
    quotient = abs(numerator) // abs(denominator)
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def ceiled(numerator: int, denominator: int) -> int:
    """Quotient rounded up, denominator positive. Example: ceiled(7, 2) is 4."""
    return -(-numerator // denominator)


def wad_product(first: int, second: int) -> int:
    """Product of two wads, rounded to zero."""
    return truncated(first * second, WAD)


def wad_quotient(numerator: int, denominator: int) -> int:
    """Quotient of two wads, rounded to zero."""
    return truncated(numerator * WAD, denominator)


def wads(count: int) -> Fraction:
    """Plain value of a number of wads."""
    return Fraction(count, WAD)
