"""From the front to one candidate, and from its held-out numbers to a verdict; each with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from govtool.study.evaluate import Evaluation
from govtool.study.model import OBJECTIVES
from govtool.study.result import Considered, Interval, Trial, Verdict

LEAST_TEST_WINDOWS = 6
"""Fewer held-out windows cannot show an improvement: the verdict is "inconclusive" at best."""

NAMES = {"tail_loss": "tail loss", "trader_cost": "trader cost", "capital_efficiency": "capital efficiency"}
LIMITS = {
    "bad_debt": "bad debt is above current's in some event",
    "pool_floor": "the insurance pool falls below its floor",
    "auctions_clear": "too much of what is put up finds no taker",
    "revenue": "the treasury earns too little",
}


@dataclass(frozen=True)
class Judged:
    """A verdict with its reason."""

    verdict: Verdict
    reason: str


def pareto_front(trials: Sequence[Trial]) -> tuple[int, ...]:
    """Numbers of the feasible trials that no other feasible one beats; of equal params the first."""
    seen: set[tuple[int, ...]] = set()
    feasible = []
    for trial in trials:
        key = tuple(trial.params.values())
        if trial.feasible and key not in seen:
            seen.add(key)
            feasible.append((trial.number, _losses(trial.values)))
    return tuple(number for number, ours in feasible if not any(_dominates(theirs, ours) for _, theirs in feasible))


def finalists(trials: Sequence[Trial], front: Sequence[int], tolerance: Mapping[str, float], most: int) -> list[int]:
    """At most `most` of the front but trial 0, the best scores on train, in order of number."""
    zero = trials[0]
    scores = {
        number: score({name: trials[number].values[name] - zero.values[name] for name in OBJECTIVES}, tolerance)
        for number in front
        if trials[number].params != zero.params
    }
    best = sorted(scores, key=lambda number: (-scores[number], number))[:most]
    return sorted(best)


def score(differences: Mapping[str, float], tolerance: Mapping[str, float]) -> float:
    """Sum of the improvements, each in units of its tolerance: what a voter minds counts alike in all three.

    Example: tail loss down by 0.002 at a tolerance of 0.001, all else equal: 2.
    """
    return sum(-_adverse(name, differences[name]) / tolerance[name] for name in OBJECTIVES)


def consider(number: int, evaluation: Evaluation, tolerance: Mapping[str, float]) -> Considered:
    """A finalist on the select events: it passes if it is nowhere worse than current there.

    Nowhere worse: each objective, and the adverse bound of its 95 % interval, is within the tolerance, and no
    hard limit is broken by more than current breaks it.
    """
    found, gained = evaluation.intervals["select"], differences(evaluation, "select")
    reasons = [LIMITS[name] for name in broken_limits(evaluation, "select")]
    for name in OBJECTIVES:
        if _adverse(name, gained[name]) > tolerance[name]:
            reasons.append(f"{NAMES[name]} is worse by more than its tolerance")
        elif adverse_bound(name, found[name]) > tolerance[name]:
            reasons.append(f"{NAMES[name]} may be worse by more than its tolerance")
    return Considered(
        number=number,
        intervals=found,
        constraints=evaluation.constraints["select"],
        score=score(gained, tolerance),
        passed=not reasons,
        why="; ".join(reasons) or "nowhere worse than current",
    )


def choose(considered: Sequence[Considered]) -> Considered | None:
    """The best score among those that pass and improve, the lower number of two equal ones; None if none."""
    passed = [one for one in considered if one.passed and one.score > 0]
    return min(passed, key=lambda one: (-one.score, one.number), default=None)


def nearest_to_passing(considered: Sequence[Considered]) -> Considered | None:
    """Where none passes, the best score: what a reader will ask about."""
    return min(considered, key=lambda one: (-one.score, one.number), default=None)


def judge(evaluation: Evaluation, tolerance: Mapping[str, float]) -> Judged:
    """The verdict of the held-out test events.

    Worse: an objective is worse than current by more than its tolerance, or a hard limit is broken that
    current keeps. Improves: six windows or more, every adverse bound within its tolerance, and at least one
    objective better throughout its interval, also without the yearly costs. Inconclusive otherwise.
    """
    found, gained = evaluation.intervals["test"], differences(evaluation, "test")
    broken = broken_limits(evaluation, "test")
    worse = [
        name
        for name in OBJECTIVES
        if max(_adverse(name, found[name].estimate), _adverse(name, gained[name])) > tolerance[name]
    ]
    if broken or worse:
        faults = [LIMITS[name] for name in broken]
        faults += [f"{NAMES[name]} is worse by more than its tolerance" for name in worse]
        return Judged("worse", f"On the held-out test events {_listed(faults)}.")
    return _unless_shown(found, evaluation.borne["test"], tolerance)


def _unless_shown(
    found: Mapping[str, Interval], borne: Mapping[str, Interval], tolerance: Mapping[str, float]
) -> Judged:
    """Improves if the intervals show it, else inconclusive with what they lack.

    A lower yearly cost is the same in every window, so its interval never contains zero: only what the replays
    bear counts as shown.
    """
    beyond = [NAMES[name] for name in OBJECTIVES if adverse_bound(name, found[name]) > tolerance[name]]
    cheaper = [name for name in OBJECTIVES if adverse_bound(name, found[name]) < 0]
    better = [NAMES[name] for name in cheaper if adverse_bound(name, borne[name]) < 0]
    windows = found["tail_loss"].windows
    if windows >= LEAST_TEST_WINDOWS and better and not beyond:
        return Judged(
            "improves",
            f"On {windows} held-out events {_listed(better)} improved throughout the 95 % interval, and nothing "
            "got worse by more than its tolerance.",
        )
    if windows < LEAST_TEST_WINDOWS:
        why = f"Fewer than six test windows: {windows} held-out events cannot show an improvement."
    elif beyond:
        why = f"Inconclusive on held-out history: the 95 % interval of {_listed(beyond)} reaches beyond the tolerance."
    elif cheaper:
        why = "Inconclusive on held-out history: only yearly costs are lower, which no replay can put to the test."
    else:
        why = "Inconclusive on held-out history: no objective is better throughout its 95 % interval."
    return Judged("inconclusive", why)


def broken_limits(evaluation: Evaluation, name: str) -> list[str]:
    """Hard limits that the candidate breaks on a set by more than current does."""
    ours, theirs = evaluation.constraints[name], evaluation.current_constraints[name]
    return [limit for limit in ours if ours[limit] > max(0.0, theirs[limit])]


def differences(evaluation: Evaluation, name: str) -> dict[str, float]:
    """Candidate minus current per objective on a set; tail loss as the tail, not as the mean of windows."""
    ours, theirs = evaluation.values[name], evaluation.current_values[name]
    return {one: ours[one] - theirs[one] for one in OBJECTIVES}


def adverse_bound(name: str, found: Interval) -> float:
    """How much worse than current the 95 % interval allows the candidate to be; negative if better."""
    return found.high if OBJECTIVES[name] == "lower" else -found.low


def _adverse(name: str, difference: float) -> float:
    return difference if OBJECTIVES[name] == "lower" else -difference


def _losses(values: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(_adverse(name, values[name]) for name in OBJECTIVES)


def _dominates(theirs: tuple[float, ...], ours: tuple[float, ...]) -> bool:
    return theirs != ours and all(a <= b for a, b in zip(theirs, ours, strict=True))


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else words[0]
