"""Moves within a window."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtool.world.moves import beginnings, falls, moved, rises, seen, ticks_in
from tests.world.changes import path


def test_times_are_rounded_up_to_ticks():
    assert [ticks_in(seconds, 15) for seconds in (0.0, 15.0, 16.0, 31.0)] == [0, 1, 2, 3]


def test_a_fall_is_from_the_highest_price_of_the_window_and_a_rise_from_the_lowest():
    index = path(100, 110, 99, 120, 90)
    assert falls(index, 30.0, 15)[:, 0] == pytest.approx([0.0, 0.0, 0.1, 0.0, 0.25])
    assert rises(index, 30.0, 15)[:, 0] == pytest.approx([0.0, 0.1, 0.0, 120 / 99 - 1, 0.0])


def test_what_lies_before_the_window_counts_no_more():
    index = path(100, 90, 90, 90)
    assert falls(index, 30.0, 15)[:, 0] == pytest.approx([0.0, 0.1, 0.1, 0.0])
    # A window shorter than a tick is one tick.
    assert falls(index, 1.0, 15)[:, 0] == pytest.approx([0.0, 0.1, 0.0, 0.0])


@given(
    prices=st.lists(st.floats(1.0, 100.0), min_size=1, max_size=40),
    ticks=st.integers(1, 50),
)
def test_extremes_are_those_of_every_window_looked_at_one_by_one(prices, ticks):
    index = path(*prices)
    windows = [prices[max(0, t - ticks) : t + 1] for t in range(len(prices))]
    assert falls(index, ticks * 15.0, 15)[:, 0].tolist() == [1.0 - window[-1] / max(window) for window in windows]
    assert rises(index, ticks * 15.0, 15)[:, 0].tolist() == [window[-1] / min(window) - 1.0 for window in windows]


def test_a_move_is_seen_a_tick_later_in_either_direction_and_exactly_at_its_size():
    assert moved(path(100, 75, 75, 75), 0.25, 15.0, 15)[:, 0].tolist() == [False, False, True, False]
    assert moved(path(100, 125, 125), 0.25, 15.0, 15)[:, 0].tolist() == [False, False, True]
    assert not moved(path(100, 76, 76), 0.25, 15.0, 15).any()


def test_only_the_first_tick_of_a_stretch_begins_it():
    stretch = np.array([True, True, False, True, True])
    assert beginnings(stretch).tolist() == [True, False, False, True, False]
    assert seen(stretch).tolist() == [False, True, True, False, True]
    assert beginnings(np.zeros(0, dtype=bool)).size == 0
