"""Fixed-point numbers: exact readings, and roundings that bracket the ratio."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtool.protocol.fixed import (
    RAY,
    WAD,
    ceiled,
    ratio,
    truncated,
    units,
    wad_product,
    wad_quotient,
    wads,
)

counts = st.integers(-(10**40), 10**40)
divisors = counts.filter(bool)


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (0.1, Fraction(1, 10)),
        ("0.1", Fraction(1, 10)),
        (1e-18, Fraction(1, WAD)),
        ("80.000000000000000001", Fraction(80 * WAD + 1, WAD)),
        (10**40, Fraction(10**40)),
        ("-1e3", Fraction(-1000)),
        (Fraction(1, 3), Fraction(1, 3)),
    ],
)
def test_a_number_is_read_as_it_is_written(value, exact):
    assert ratio(value) == exact


@pytest.mark.parametrize("value", [True, None, [], {}])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(TypeError, match="is not a number or a decimal string"):
        ratio(value)


@pytest.mark.parametrize("value", ["x", "", "1/3", float("nan"), float("inf"), "1e101", "1e-999999999"])
def test_what_is_no_finite_decimal_is_refused(value):
    with pytest.raises(ValueError, match="is not a"):
        ratio(value)


def test_units_are_whole():
    assert units("1.5", WAD) == 15 * 10**17
    assert units(3) == 3
    assert units("0.999230132966", RAY) == 999230132966 * 10**15
    with pytest.raises(ValueError, match=r"1\.5 is finer than 1/1"):
        units(1.5)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e90, max_value=1e90))
def test_a_float_stands_for_the_decimal_that_reads_back_as_it(value):
    if value == 0 or abs(value) > 1e-90:
        assert float(ratio(value)) == value


@given(counts, divisors)
def test_truncating_goes_to_zero_and_misses_less_than_one(numerator, denominator):
    exact, quotient = Fraction(numerator, denominator), truncated(numerator, denominator)
    assert abs(quotient) <= abs(exact) < abs(quotient) + 1
    assert truncated(-numerator, denominator) == -quotient == truncated(numerator, -denominator)


@given(counts, st.integers(1, 10**30))
def test_the_ceiling_is_the_least_whole_number_above(numerator, denominator):
    assert ceiled(numerator, denominator) - 1 < Fraction(numerator, denominator) <= ceiled(numerator, denominator)


@given(counts, divisors)
def test_wads_multiply_and_divide_without_gaining(first, second):
    assert abs(wads(wad_product(first, second))) <= abs(wads(first) * wads(second))
    assert abs(wad_product(wad_quotient(first, second), second)) <= abs(first)
