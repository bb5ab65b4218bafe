"""Moves from the worst attack found so far, one dimension at a time: what a sampler finds last, it tries first."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from optuna.distributions import IntDistribution

from govtool.study.result import Trial
from govtool.study.search import Hints, Params

SAMPLED = 0.3
"""Share of the trials that the sampler alone asks for, before moves are made (measured on the planted attack)."""


def polishing(distributions: Mapping[str, IntDistribution], goal: str, trials: int) -> Hints:
    """Hints for a search of so many trials: none in its first part, then moves from its best trial.

    A pure function of the trials told, so that a search that is resumed asks alike.
    """

    first = math.ceil(SAMPLED * trials)

    def hints(told: Sequence[Trial], most: int) -> Sequence[Params]:
        best = worst_attack(told, goal)
        if best is None or len(told) < first:
            return ()
        seen = {key(trial.params) for trial in told}
        tried = Counter(item for trial in told[first:] for item in trial.params.items())
        found: list[Params] = []
        # What was tried least often comes first: from each new best, the ends alone would be tried again and again.
        for params in sorted(moves(best.params, distributions), key=lambda one: _tries(one, best.params, tried)):
            if key(params) not in seen and len(found) < most:
                seen.add(key(params))
                found.append(params)
        return found

    return hints


def _tries(params: Params, best: Params, tried: Mapping[tuple[str, int], int]) -> int:
    """How often the one value that differs from the best was tried."""
    return next(tried.get((name, value), 0) for name, value in params.items() if best[name] != value)


def worst_attack(told: Sequence[Trial], goal: str) -> Trial | None:
    """The trial with the most of the goal, the first of equal ones; None if every one was refused."""
    complete = [trial for trial in told if trial.state == "complete"]
    return min(complete, key=lambda trial: (-trial.values[goal], trial.number), default=None)


def key(params: Params) -> tuple[tuple[str, int], ...]:
    """What makes two candidates the same."""
    return tuple(sorted(params.items()))


def moves(params: Params, distributions: Mapping[str, IntDistribution]) -> list[Params]:
    """One dimension moved at a time: to its ends first, then by half its range, by a quarter, and so on to one step."""
    found: list[Params] = []
    widest = max((one.high - one.low for one in distributions.values()), default=0)
    for level in range(widest.bit_length()):
        for name, one in distributions.items():
            width = (one.high - one.low) >> level
            for there in (min(one.high, params[name] + width), max(one.low, params[name] - width)):
                if there != params[name]:
                    found.append({**params, name: there})
    return found
