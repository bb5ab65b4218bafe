import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtool.engine import liquidity

SLOPE = 1e-5
volumes = st.floats(-1e9, 1e9)


def test_a_million_bought_displaces_by_one_per_cent_at_slope_1e_5() -> None:
    assert liquidity.displacement(SLOPE, 1e6) == pytest.approx(0.01, rel=1e-12)
    assert liquidity.displacement(SLOPE, -1e6) == pytest.approx(-0.01, rel=1e-12)
    assert liquidity.displacement(SLOPE, 0.0) == 0.0


def test_a_trade_from_rest_pays_two_thirds_of_its_final_displacement() -> None:
    # The mean of sqrt over [0, x] is 2/3 of sqrt(x).
    mean = liquidity.mean_displacement(SLOPE, 0.0, -4e6)
    assert mean == pytest.approx(-2.0 / 3.0 * SLOPE * 2000.0, rel=1e-12)


def test_a_trade_of_nothing_pays_the_displacement_that_stands() -> None:
    assert liquidity.mean_displacement(SLOPE, 1e6, 1e6) == liquidity.displacement(SLOPE, 1e6)


@given(volumes, st.floats(1.0, 1e8), st.sampled_from([1, -1]))
def test_slicing_without_elapsed_time_saves_nothing(start: float, size: float, side: int) -> None:
    middle, end = start - side * size * 0.4, start - side * size
    whole = liquidity.mean_displacement(SLOPE, start, end) * size
    first = liquidity.mean_displacement(SLOPE, start, middle) * (size * 0.4)
    second = liquidity.mean_displacement(SLOPE, middle, end) * (size * 0.6)
    # Absolute: the antiderivatives cancel where the trade is small beside what stands.
    assert math.isclose(whole, first + second, rel_tol=1e-6, abs_tol=1e-4 * size * SLOPE * math.sqrt(1e9))


@given(volumes, st.floats(0.8, 1.2), st.sampled_from([1, -1]))
def test_filling_the_room_moves_the_marginal_price_to_the_limit(start: float, level: float, side: int) -> None:
    index, spread = 100.0, 2e-4
    limit = index * level
    room = liquidity.room_within(SLOPE, start, index, spread, side, limit)
    end = start - side * room
    marginal = index * (1.0 + liquidity.displacement(SLOPE, end) - side * spread)
    if room > 0.0:
        assert math.isclose(marginal, limit, rel_tol=1e-6)
    else:
        assert side * (marginal - limit) <= 1e-6 * index


def test_without_impact_all_or_nothing_fits() -> None:
    assert liquidity.room_within(0.0, 0.0, 100.0, 0.001, 1, 99.0) == liquidity.UNLIMITED
    assert liquidity.room_within(0.0, 0.0, 100.0, 0.001, 1, 99.95) == 0.0
    assert liquidity.room_within(0.0, 0.0, 100.0, 0.001, -1, 101.0) == liquidity.UNLIMITED
    assert liquidity.room_within(0.0, 0.0, 100.0, 0.001, -1, 100.05) == 0.0


def test_what_fits_is_floored_to_the_step() -> None:
    assert liquidity.fitting(1000.0, 50, 0.1, 100.0, 7) == 50
    assert liquidity.fitting(499.0, 50, 0.1, 100.0, 7) == 49
    assert liquidity.fitting(0.0, 50, 0.1, 100.0, 7) == 0
