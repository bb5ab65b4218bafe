"""Sorting in place, against Python's."""

import numpy as np
import pytest

from govtool.engine.sorting import sort, sort_by

SIZES = [0, 1, 2, 3, 13, 40, 41, 500]


@pytest.mark.parametrize("n", SIZES)
def test_the_first_entries_are_sorted_and_the_rest_stays(n):
    queue = np.random.default_rng(n).integers(0, 100, n + 3)
    wanted = sorted(queue[:n].tolist()) + queue[n:].tolist()
    sort(queue, n)
    assert queue.tolist() == wanted


@pytest.mark.parametrize("n", SIZES)
def test_the_highest_score_comes_first_and_the_lower_entry_among_equals(n):
    draws = np.random.default_rng(n)
    score, queue = draws.integers(0, 5, n + 1).astype(float), draws.permutation(n + 1)[:n].copy()
    wanted = sorted(queue.tolist(), key=lambda entry: (-score[entry], entry))
    sort_by(score, queue, n)
    assert queue.tolist() == wanted
