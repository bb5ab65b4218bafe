"""I80F48: the 128-bit binary fixed-point number of Mango, held as a count of 2**-48.

Source: blockworks-foundation/mango-v4: programs/mango-v4/src/state/bank.rs uses the `fixed` crate's type. There
products round down, quotients to zero, and conversion from a float or decimal to the nearest, ties to even.
"""

from fractions import Fraction

from govtool.protocol.fixed import truncated

ONE = 2**48


def nearest(value: Fraction | float) -> int:
    """Count of 2**-48 nearest to a number, ties to even. Example: 0.5 is 2**47."""
    return round(Fraction(value) * ONE)


def product(first: int, second: int) -> int:
    """Product of two I80F48, rounded down."""
    return first * second // ONE


def quotient(numerator: int, denominator: int) -> int:
    """Quotient of two I80F48, rounded to zero."""
    return truncated(numerator * ONE, denominator)


def value(count: int) -> Fraction:
    """Plain value of an I80F48."""
    return Fraction(count, ONE)
