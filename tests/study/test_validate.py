"""What stands behind a candidate: importance and the note on luck; the rest is tested on a small study."""

import pytest

from govtool.study.validate import LEAST_TRIALS, importance, luck_note
from tests.study.toys import FIELDS, toy_axes, toy_search


def test_importance_is_a_share_per_field_and_the_same_each_time():
    trials = toy_search(trials=80).trials
    first, second = (importance(trials, toy_axes()) for _ in range(2))
    assert first == second and set(first) == set(FIELDS)
    assert sum(first.values()) == pytest.approx(1.0, rel=1e-6)
    assert min(first.values()) >= 0


def test_few_trials_tell_nothing():
    trials = toy_search(trials=LEAST_TRIALS - 1).trials
    assert importance(trials, toy_axes()) == dict.fromkeys(FIELDS, 0.0)


def test_trials_that_are_all_alike_tell_nothing():
    alike = [toy_search(trials=1).trials[0]] * 30
    assert set(importance(alike, toy_axes()).values()) == {0.0}


def test_the_note_on_luck_counts_candidates_not_trials():
    trials = toy_search().trials
    distinct = len({tuple(trial.params.values()) for trial in trials if trial.state == "complete"})
    assert luck_note(trials, 7, tested=True).startswith(
        f"{distinct} distinct candidates were replayed on train and 7 of them"
    )
