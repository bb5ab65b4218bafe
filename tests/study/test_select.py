"""Front, choice and verdict, on evaluations written by hand."""

import math

import pytest

from govtool.protocol.read import preset
from govtool.study.evaluate import Evaluation
from govtool.study.model import OBJECTIVES
from govtool.study.objective import CONSTRAINTS, Upkeep
from govtool.study.result import Considered, Interval, Trial
from govtool.study.select import (
    choose,
    consider,
    finalists,
    judge,
    nearest_to_passing,
    pareto_front,
    score,
)

TOLERANCE = {"tail_loss": 0.001, "trader_cost": 0.002, "capital_efficiency": 0.05}
KEPT = dict.fromkeys(CONSTRAINTS, -1.0)


def trial(number, tail, cost, efficiency, *, broken=0.0, params=None):
    values = dict(zip(OBJECTIVES, (tail, cost, efficiency), strict=True))
    return Trial(number, params or {"a": number}, values, KEPT | {"bad_debt": broken}, "complete")


def evaluation(tail, cost, efficiency, *, windows=7, gained=None, ours=None, theirs=None, borne=None):
    """Intervals as (estimate, half width) per objective, and objective differences equal to the estimates."""
    found = {
        name: Interval(estimate, estimate - half, estimate + half, windows)
        for name, (estimate, half) in zip(OBJECTIVES, (tail, cost, efficiency), strict=True)
    }
    differences = {name: one.estimate for name, one in found.items()} | (gained or {})
    sets = ("select", "test")
    return Evaluation(
        protocol=preset("dydx-v4"),
        opening_pool=0,
        upkeep=Upkeep(0, 0, 0),
        current_upkeep=Upkeep(0, 0, 0),
        rows=(),
        values=dict.fromkeys(sets, differences),
        current_values=dict.fromkeys(sets, dict.fromkeys(OBJECTIVES, 0.0)),
        constraints=dict.fromkeys(sets, KEPT | (ours or {})),
        current_constraints=dict.fromkeys(sets, KEPT | (theirs or {})),
        intervals=dict.fromkeys(sets, found),
        borne=dict.fromkeys(sets, borne or found),
    )


def test_the_front_holds_what_nothing_beats_in_all_three():
    trials = [
        trial(0, 1.0, 1.0, 1.0),
        trial(1, 2.0, 1.0, 1.0),  # beaten by 0
        trial(2, 0.5, 2.0, 1.0),
        trial(3, 0.5, 2.0, 2.0),  # beats 2: efficiency is better higher
        trial(4, 0.1, 0.1, 9.0, broken=0.1),  # best, but breaks a limit
        Trial(5, {"a": 5}, {}, {}, "refused", "no"),
    ]
    assert pareto_front(trials) == (0, 3)
    assert pareto_front([]) == ()


def test_of_equal_candidates_the_front_has_the_first():
    same = {"a": 1}
    assert pareto_front([trial(0, 1, 1, 1), trial(1, 1, 1, 1, params=same), trial(2, 1, 1, 1, params=same)]) == (0, 1)


def test_score_counts_improvement_in_tolerances():
    assert score({"tail_loss": -0.002, "trader_cost": 0.0, "capital_efficiency": 0.0}, TOLERANCE) == 2.0
    assert score({"tail_loss": 0.0, "trader_cost": 0.002, "capital_efficiency": 0.1}, TOLERANCE) == 1.0


def test_finalists_are_the_best_on_train_without_current():
    trials = [trial(number, 1.0 - number / 1_000, 1.0 + number / 10_000, 1.0) for number in range(6)]
    assert pareto_front(trials) == (0, 1, 2, 3, 4, 5)
    assert finalists(trials, (0, 1, 2, 3, 4, 5), TOLERANCE, 3) == [3, 4, 5]
    again = [*trials, trial(6, 1.0, 1.0, 1.0, params=trials[0].params)]
    assert 6 not in finalists(again, (0, 6), TOLERANCE, 3)


def test_nowhere_worse_is_within_the_tolerance_at_the_adverse_bound():
    passing = consider(1, evaluation((-0.002, 0.003), (0.001, 0.001), (-0.03, 0.02)), TOLERANCE)
    assert passing.passed and passing.why == "nowhere worse than current"
    wide = consider(1, evaluation((-0.002, 0.0031), (0.001, 0.001), (-0.03, 0.02)), TOLERANCE)
    assert not wide.passed and wide.why == "tail loss may be worse by more than its tolerance"
    lower = consider(1, evaluation((-0.002, 0.001), (0.0, 0.001), (-0.03, 0.0201)), TOLERANCE)
    assert not lower.passed and lower.why == "capital efficiency may be worse by more than its tolerance"


def test_a_worse_tail_is_seen_though_the_mean_of_windows_is_no_worse():
    found = consider(1, evaluation((0.0, 0.0), (-0.01, 0.0), (0, 0), gained={"tail_loss": 0.0011}), TOLERANCE)
    assert not found.passed and found.why == "tail loss is worse by more than its tolerance"


def test_a_limit_that_current_keeps_may_not_be_broken():
    better = ((-0.01, 0.0), (-0.01, 0.0), (0.1, 0.0))
    broken = consider(1, evaluation(*better, ours={"bad_debt": 0.01}), TOLERANCE)
    assert not broken.passed and "bad debt is above current's" in broken.why
    as_current = evaluation(*better, ours={"pool_floor": 0.2}, theirs={"pool_floor": 0.2})
    assert consider(1, as_current, TOLERANCE).passed


def considered(number, points, passed=True):
    return Considered(number, {}, {}, points, passed, "")


def test_the_best_score_that_passes_is_chosen_and_the_lower_number_of_two():
    assert choose([considered(3, 1.0), considered(5, 2.0), considered(9, 2.0)]).number == 5
    assert choose([considered(3, 1.0), considered(5, 2.0, passed=False)]).number == 3


def test_none_is_chosen_if_none_passes_or_none_improves():
    assert choose([]) is None
    assert choose([considered(3, 1.0, passed=False)]) is None
    assert choose([considered(3, 0.0), considered(4, -1.0)]) is None
    assert nearest_to_passing([considered(3, 0.5, passed=False), considered(4, -1.0)]).number == 3
    assert nearest_to_passing([]) is None


BETTER = ((-0.003, 0.001), (0.0, 0.001), (0.0, 0.01))


def test_improves_needs_one_objective_better_throughout_and_none_beyond_tolerance():
    judged = judge(evaluation(*BETTER), TOLERANCE)
    assert judged.verdict == "improves"
    assert judged.reason.startswith("On 7 held-out events tail loss improved throughout")


def test_several_improvements_are_listed():
    judged = judge(evaluation((-0.003, 0.001), (-0.003, 0.001), (0.1, 0.01)), TOLERANCE)
    assert "tail loss, trader cost and capital efficiency improved" in judged.reason


@pytest.mark.parametrize("windows", [1, 5])
def test_fewer_than_six_windows_are_inconclusive_at_best(windows):
    judged = judge(evaluation(*BETTER, windows=windows), TOLERANCE)
    assert judged.verdict == "inconclusive" and judged.reason.startswith("Fewer than six test windows")


def test_a_single_window_without_bounds_is_inconclusive():
    found = evaluation((-0.003, math.inf), (0.0, math.inf), (0.0, math.inf), windows=1)
    assert judge(found, TOLERANCE).verdict == "inconclusive"


def test_no_objective_better_throughout_is_inconclusive():
    judged = judge(evaluation((-0.003, 0.0031), (0.0, 0.001), (0.0, 0.01)), TOLERANCE)
    assert judged.verdict == "inconclusive" and "no objective is better" in judged.reason


def test_a_lower_yearly_cost_alone_improves_nothing():
    # The same saving in every window: an interval without width, and replays that do not differ at all.
    nothing = {name: Interval(0.0, 0.0, 0.0, 7) for name in OBJECTIVES}
    judged = judge(evaluation((0.0, 0.0), (-0.004, 0.0), (0.0, 0.0), borne=nothing), TOLERANCE)
    assert judged.verdict == "inconclusive" and "only yearly costs are lower" in judged.reason


def test_an_interval_that_reaches_beyond_the_tolerance_is_inconclusive():
    judged = judge(evaluation((-0.003, 0.001), (0.0015, 0.001), (0.0, 0.01)), TOLERANCE)
    assert judged.verdict == "inconclusive" and "trader cost reaches beyond" in judged.reason


@pytest.mark.parametrize("windows", [3, 7])
def test_worse_beyond_tolerance_is_worse_however_few_the_windows(windows):
    judged = judge(evaluation((-0.003, 0.001), (0.0021, 0.01), (0.0, 0.01), windows=windows), TOLERANCE)
    assert judged.verdict == "worse" and "trader cost is worse by more than its tolerance" in judged.reason


def test_a_limit_broken_on_the_test_events_is_worse():
    judged = judge(evaluation(*BETTER, ours={"bad_debt": 0.001}), TOLERANCE)
    assert judged.verdict == "worse" and "bad debt is above current's in some event" in judged.reason
