"""Panics."""

import numpy as np

from govtool.world.panic import panic_column
from tests.world.changes import changed, path


def panics(prices: list[float], move: float = 0.125, window_s: float = 30.0) -> list[int]:
    """Ticks in which a panic begins."""
    habits = changed(habits={"panic_move": move, "panic_window_s": window_s}).habits
    column = panic_column(habits, path(*prices), 15)
    assert column.size == 0 or (column.dtype == np.int64 and column.shape == (len(prices),))
    return np.flatnonzero(column).tolist()


def test_a_panic_begins_a_tick_after_the_fall_and_once():
    assert panics([100, 100, 87.5, 87, 86, 86, 86, 86]) == [3]


def test_another_begins_once_a_whole_window_has_passed_without_such_a_fall():
    assert panics([100, 80, 80, 80, 80, 70, 70]) == [2]
    assert panics([100, 80, 80, 80, 80, 80, 70, 70]) == [2, 7]


def test_a_rise_frightens_nobody():
    assert panics([100, 150, 200]) == []


def test_where_nobody_panics_there_is_no_column():
    assert panic_column(changed().habits, path(100, 1), 15).size == 0
    habits = changed(habits={"panic_move": 0.5}).habits
    assert panic_column(habits, path(100, 90), 15).size == 0


def test_the_fall_of_any_market_will_do_and_two_in_a_row_are_one_panic():
    habits = changed(habits={"panic_move": 0.125, "panic_window_s": 15.0}).habits
    index = np.array([[100.0, 50.0], [80.0, 50.0], [80.0, 40.0], [80.0, 40.0], [80.0, 40.0]])
    assert panic_column(habits, index, 15).tolist() == [0, 0, 1, 0, 0]
