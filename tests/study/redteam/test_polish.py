"""Moves from the best trial: a pure function of what was told."""

from optuna.distributions import IntDistribution

from govtool.study.redteam.polish import SAMPLED, moves, polishing, worst_attack
from govtool.study.result import Trial

AXES = {"a": IntDistribution(0, 4), "b": IntDistribution(0, 1)}


def trial(number: int, a: int, b: int, profit: float | None) -> Trial:
    if profit is None:
        return Trial(number, {"a": a, "b": b}, {}, {}, "refused", "no")
    return Trial(number, {"a": a, "b": b}, {"profit": profit}, {}, "complete")


def test_moves_go_to_the_ends_first_and_one_dimension_at_a_time():
    assert moves({"a": 1, "b": 0}, AXES) == [
        {"a": 4, "b": 0},
        {"a": 0, "b": 0},
        {"a": 1, "b": 1},
        {"a": 3, "b": 0},
        {"a": 0, "b": 0},
        {"a": 2, "b": 0},
        {"a": 0, "b": 0},
    ]
    assert moves({}, {}) == []


def test_the_worst_attack_is_the_first_of_equal_ones_and_never_a_refused_one():
    told = [trial(0, 0, 0, None), trial(1, 1, 0, 5.0), trial(2, 2, 0, 5.0), trial(3, 3, 0, 4.0)]
    assert worst_attack(told, "profit").number == 1
    assert worst_attack(told[:1], "profit") is None


def test_nothing_is_hinted_before_the_sampler_had_its_share():
    hints = polishing(AXES, "profit", 10)
    told = [trial(0, 1, 0, 5.0), trial(1, 2, 0, 1.0)]
    assert len(told) < SAMPLED * 10 and hints(told, 5) == ()
    told.append(trial(2, 2, 1, None))
    found = hints(told, 5)
    assert found == hints(list(told), 5) and len(found) <= 5
    # Never one that was tried, and never the same twice.
    keys = [tuple(one.items()) for one in found]
    assert len(set(keys)) == len(keys) and (("a", 2), ("b", 0)) not in keys


def test_where_every_move_was_tried_the_sampler_goes_on():
    told = [trial(n, a, b, float(-n)) for n, (a, b) in enumerate((a, b) for a in range(5) for b in range(2))]
    assert polishing(AXES, "profit", 10)(told, 5) == []
