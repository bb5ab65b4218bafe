"""How far prices fell: worked by hand."""

import numpy as np
import pytest

from govtool.history.falls import fall_of_bars, largest_fall

PATH = np.array([100.0, 110.0, 99.0, 104.0, 93.6])


@pytest.mark.parametrize(
    ("within", "fall"),
    [(None, 1 - 93.6 / 110.0), (9, 1 - 93.6 / 110.0), (3, 1 - 93.6 / 110.0), (2, 0.1), (1, 0.1), (0, 0.0)],
)
def test_a_fall_is_from_a_peak_to_a_low_no_later_than_allowed(within, fall):
    assert largest_fall(PATH, PATH, within) == pytest.approx(fall, abs=1e-15)


def test_a_rise_and_nothing_at_all_fall_by_nothing():
    assert largest_fall(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == 0.0
    assert largest_fall(np.zeros(0), np.zeros(0)) == 0.0


def test_the_high_and_the_low_of_one_bar_are_not_set_against_each_other():
    opening, high, low = np.array([100.0, 104.0]), np.array([120.0, 105.0]), np.array([90.0, 102.0])
    assert fall_of_bars(opening, high, low) == pytest.approx(1 - 102.0 / 120.0)
    assert fall_of_bars(opening[:1], high[:1], low[:1]) == pytest.approx(0.1)
