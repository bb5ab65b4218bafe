import math

from hypothesis import given
from hypothesis import strategies as st

from govtool.engine.elementary import half_power, natural_log

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
