import math

from hypothesis import given
from hypothesis import strategies as st

from govtool.engine.elementary import exponential, half_power, log_ratio, natural_log, power

ROUNDING = 2e-15
"""A few units in the last place: the series is cut below that, and sums round."""


@given(st.floats(1e-300, 1e300))
def test_natural_log_agrees_with_the_standard_library(x: float) -> None:
    assert math.isclose(natural_log(x), math.log(x), rel_tol=ROUNDING, abs_tol=ROUNDING)


@given(st.floats(0.0, 900.0))
def test_half_power_agrees_with_the_standard_library(x: float) -> None:
    assert math.isclose(half_power(x), 0.5**x, rel_tol=ROUNDING)


def test_whole_powers_of_one_half_are_exact() -> None:
    assert [half_power(float(n)) for n in (0, 1, 2, 10)] == [1.0, 0.5, 0.25, 2.0**-10]


def test_an_endless_wait_leaves_nothing() -> None:
    assert half_power(1e9) == 0.0


@given(st.floats(-700.0, 700.0))
def test_exponential_agrees_with_the_standard_library(x: float) -> None:
    assert math.isclose(exponential(x), math.exp(x), rel_tol=5e-16)  # one rounding here, one there


def test_exponential_at_its_edges() -> None:
    assert [exponential(x) for x in (-math.inf, -1e6, -708.1, 0.0, 710.0, math.inf)] == [0, 0, 0, 1, math.inf, math.inf]
    assert 0.0 < exponential(-708.0) < 1e-307
    assert exponential(709.782712893384) > 1.79e308
    assert math.isnan(exponential(math.nan))


@given(st.floats(-700.0, 700.0))
def test_exponential_does_not_fall_from_one_number_to_the_next(x: float) -> None:
    assert exponential(math.nextafter(x, math.inf)) >= exponential(x)


@given(st.floats(1e-300, 1e300), st.floats(1e-300, 1e300))
def test_log_ratio_agrees_with_the_standard_library(a: float, b: float) -> None:
    assert math.isclose(log_ratio(a, b), math.log(a) - math.log(b), rel_tol=ROUNDING, abs_tol=3e-13)  # logs of 690


@given(st.floats(1e-5, 1e5), st.floats(-0.5, 1.0))
def test_log_ratio_of_close_numbers_is_relatively_accurate(b: float, distance: float) -> None:
    a = b + b * distance
    # safe: a - b is exact within a factor of two.
    assert math.isclose(log_ratio(a, b), math.log1p((a - b) / b), rel_tol=ROUNDING)
    assert log_ratio(a, b) == -log_ratio(b, a)


@given(st.floats(0.01, 100.0), st.floats(-5.0, 5.0))
def test_power_agrees_with_the_standard_library(base: float, exponent: float) -> None:
    assert math.isclose(power(base, exponent), base**exponent, rel_tol=1e-14)


def test_powers_of_one_and_to_zero_are_exactly_one() -> None:
    assert [power(1.0, 3.7), power(5.3, 0.0)] == [1.0, 1.0]
