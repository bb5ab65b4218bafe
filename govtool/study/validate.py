"""What stands behind a candidate: its neighbourhood, each of its changes alone, and which fields mattered."""

from collections.abc import Iterator, Sequence

import numpy as np
import optuna
from optuna.distributions import IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

from govtool.errors import ParamError
from govtool.protocol.model import Protocol
from govtool.study.context import Context
from govtool.study.evaluate import score_all
from govtool.study.journal import DIRECTIONS
from govtool.study.model import OBJECTIVES
from govtool.study.result import Alone, Nearby, Trial
from govtool.study.search import Params, Progress, Score, significant
from govtool.study.space import Axis, candidate, current_params, moved
from govtool.study.workers import Workers

STEPS = (-3, -1, 1, 3)
"""Grid steps by which each field is moved around the candidate: one, and a few."""


def scores(context: Context, wanted: Sequence[Params], workers: Workers) -> Iterator[tuple[int, Score]]:
    """Scores on train of the candidates, each with its position, as they finish; refused ones at once."""
    protocols: list[Protocol] = []
    positions = []
    for position, params in enumerate(wanted):
        try:
            protocols.append(candidate(context.current, context.axes, params))
            positions.append(position)
        except ParamError as problem:
            yield position, Score({}, {}, str(problem))
    for at, (values, constraints) in score_all(context, protocols, workers):
        yield positions[at], Score(values, constraints)


def neighbourhood(context: Context, params: Params, workers: Workers, progress: Progress) -> tuple[Nearby, ...]:
    """Train objectives with each field moved by a few grid steps; a plateau is trusted more than a peak."""
    plan: list[tuple[Axis, int, int]] = []
    for axis in context.axes:
        for steps in STEPS:
            value = moved(axis, params[axis.path], steps)
            if value is not None:
                plan.append((axis, steps, value))
    found = _all_scores(
        context, [params | {axis.path: value} for axis, _, value in plan], workers, progress, "sensitivity"
    )
    return tuple(
        Nearby(axis.path, steps, value, significant(one.values), _feasible(one))
        for (axis, steps, value), one in zip(plan, found, strict=True)
        if not one.reason
    )


def decomposition(context: Context, params: Params, workers: Workers, progress: Progress) -> tuple[Alone, ...]:
    """Train objectives with each changed field alone at the candidate's value, the others as they are."""
    current = current_params(context.axes)
    changed = [axis.path for axis in context.axes if params[axis.path] != axis.current]
    wanted = [current | {path: params[path]} for path in changed]
    found = _all_scores(context, wanted, workers, progress, "decomposition")
    return tuple(
        Alone(path, current[path], params[path], significant(one.values), _feasible(one))
        for path, one in zip(changed, found, strict=True)
        if not one.reason
    )


def importance(trials: Sequence[Trial], axes: Sequence[Axis]) -> dict[str, float]:
    """How much each field decided who came near the front (PED-ANOVA); they sum to one, or are zero.

    Fewer than twenty different outcomes tell nothing.
    """
    distributions = {axis.path: IntDistribution(axis.low, axis.high, step=axis.step) for axis in axes}
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(directions=DIRECTIONS)
    for trial in trials:
        if trial.state == "complete":
            study.add_trial(
                optuna.trial.create_trial(
                    params=dict(trial.params),
                    distributions=dict(distributions),
                    values=[trial.values[name] for name in OBJECTIVES],
                )
            )
    nothing = dict.fromkeys(distributions, 0.0)
    if len({tuple(trial.values) for trial in study.trials}) < LEAST_TRIALS:
        return nothing
    found = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
    if not all(np.isfinite(value) for value in found.values()):
        return nothing
    return nothing | significant(found)


LEAST_TRIALS = 20
"""PED-ANOVA compares the best tenth with the rest: of fewer outcomes that is one or two."""


def luck_note(trials: Sequence[Trial], considered: int, tested: bool) -> str:
    """How many were tried before one won: the more, the likelier that it won by luck."""
    distinct = len({tuple(trial.params.values()) for trial in trials if trial.state == "complete"})
    return (
        f"{distinct} distinct candidates were replayed on train and {considered} of them compared on select, "
        "so the winner's figures there are partly luck; "
        + ("the test events were scored once, for it alone." if tested else "the test events were not scored.")
    )


def _all_scores(
    context: Context, wanted: Sequence[Params], workers: Workers, progress: Progress, stage: str
) -> list[Score]:
    found: dict[int, Score] = {}
    for position, one in scores(context, wanted, workers):
        found[position] = one
        progress(stage, len(found), len(wanted))
    return [found[position] for position in range(len(wanted))]


def _feasible(one: Score) -> bool:
    return all(value <= 0 for value in one.constraints.values())
