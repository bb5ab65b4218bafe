"""A study from its file to its result: search on train, choose on select, judge once on test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count, takewhile
from pathlib import Path
from typing import TypeVar

from govtool.errors import FileError
from govtool.study.context import Context, open_context, used_series
from govtool.study.evaluate import Evaluation, evaluate, evaluate_all
from govtool.study.journal import journal_path, open_journal
from govtool.study.model import SETS, Study
from govtool.study.redteam.plans import red_team
from govtool.study.result import Alone, Considered, Nearby, Result, Trial
from govtool.study.search import Budget, Found, Progress, search
from govtool.study.select import (
    Judged,
    choose,
    consider,
    finalists,
    judge,
    nearest_to_passing,
    pareto_front,
)
from govtool.study.space import candidate
from govtool.study.validate import decomposition, importance, luck_note, neighbourhood, scores
from govtool.study.workers import Workers, usable_cores

Number = TypeVar("Number", int, float)


def quiet(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Searched:
    """A search with the context that it ran in and the journal that holds it."""

    context: Context
    found: Found
    journal: Path
    front: tuple[int, ...]


def run_search(
    study: Study,
    workers: Workers,
    *,
    journal: Path | None = None,
    progress: Progress = quiet,
    trials: int | None = None,
    timeout: float | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Searched:
    """Search a study, going on from its journal. `trials` replaces the study's number."""
    context = open_context(study)
    identity = context.identity()
    path = journal or journal_path(identity)
    # First what may be refused: a study that cannot be replayed leaves no journal behind.
    progress("scenarios", 0, 1)
    context.prepare(["train"], workers)
    progress("scenarios", 1, 1)
    kept = open_journal(path, identity)
    budget = Budget(trials or study.search.trials, timeout, stop)
    found = search(
        context.axes,
        study.search,
        lambda wanted: scores(context, wanted, workers),
        budget,
        journal=kept,
        progress=progress,
    )
    return Searched(context, found, path, pareto_front(found.trials))


def past_search(study: Study, journal: Path | None = None) -> Searched:
    """What the journal of a study holds, without replaying anything.

    Raises
    ------
    FileError
        There is no journal yet.
    """
    context = open_context(study)
    identity = context.identity()
    path = journal or journal_path(identity)
    if not path.is_file():
        raise FileError(f"{path}: there is no journal of study {study.name} yet; run `govtool optimize` first")
    kept = open_journal(path, identity).kept
    trials = tuple(kept[number] for number in takewhile(kept.__contains__, count()))
    return Searched(context, Found(trials, len(trials) >= study.search.trials, 0), path, pareto_front(trials))


def study_result(
    study: Study,
    *,
    workers: int | None = None,
    journal: Path | None = None,
    progress: Progress = quiet,
    trials: int | None = None,
    timeout: float | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Result:
    """Search, choose, validate and judge.

    The same study gives the same result, whatever the number of workers, and however often the search was
    killed and resumed. `timeout` and `stop` end the search at a batch boundary; the result is then of the
    trials that were made.
    """
    with Workers(workers or usable_cores()) as pool:
        searched = run_search(
            study, pool, journal=journal, progress=progress, trials=trials, timeout=timeout, stop=stop
        )
        return conclude(searched, pool, progress)


def conclude(searched: Searched, workers: Workers, progress: Progress = quiet, *, resume: bool = True) -> Result:
    """Choose on select, judge on test, validate, attack if the study asks for it, and say it in words.

    `resume` lets the search for attacks go on from its journals.
    """
    result = _concluded(searched, workers, progress)
    found = red_team(searched.context, result.candidate, workers, progress=progress, journal=resume)
    return replace(result, redteam=found)


def _concluded(searched: Searched, workers: Workers, progress: Progress) -> Result:
    context, trials = searched.context, searched.found.trials
    considered = _considered(context, trials, searched.front, workers, progress)
    winner = choose(considered)
    shown = winner or nearest_to_passing(considered)
    if shown is None:
        return _result(searched, considered, None, None, _nobody(searched.front, trials))
    params = trials[shown.number].params
    protocol = candidate(context.current, context.axes, params)
    sets = SETS if winner else SETS[:2]
    progress("held-out test" if winner else "comparison", 0, 1)
    final = evaluate(context, protocol, sets, workers)
    progress("held-out test" if winner else "comparison", 1, 1)
    judged = judge(final, context.study.selection.tolerance) if winner else _none_passes(considered, shown)
    return _result(
        searched,
        considered,
        winner.number if winner else None,
        final,
        judged,
        sensitivity=neighbourhood(context, params, workers, progress),
        decomposition=decomposition(context, params, workers, progress),
    )


def _considered(
    context: Context, trials: Sequence[Trial], front: Sequence[int], workers: Workers, progress: Progress
) -> tuple[Considered, ...]:
    """Every finalist on the select events, in order of number."""
    selection = context.study.selection
    numbers = finalists(trials, front, selection.tolerance, selection.finalists)
    protocols = [candidate(context.current, context.axes, trials[number].params) for number in numbers]
    found: dict[int, Considered] = {}
    for at, evaluation in evaluate_all(context, protocols, ["select"], workers):
        found[numbers[at]] = consider(numbers[at], evaluation, selection.tolerance)
        progress("selection", len(found), len(numbers))
    return tuple(found[number] for number in numbers)


def _nobody(front: Sequence[int], trials: Sequence[Trial]) -> Judged:
    if not any(trial.feasible for trial in trials):
        return Judged("no candidate", "No candidate keeps every hard limit on the training events.")
    return Judged(
        "no candidate",
        "No candidate that keeps every hard limit trades off better than the current parameters.",
    )


def _none_passes(considered: Sequence[Considered], nearest: Considered) -> Judged:
    if any(one.passed for one in considered):
        return Judged(
            "no candidate",
            f"Of {len(considered)} candidates on the front none both improves on current on the select "
            "events and is nowhere worse.",
        )
    return Judged(
        "no candidate",
        f"None of {len(considered)} candidates on the front is nowhere worse than current on the select "
        f"events; with the best score, trial {nearest.number}: {nearest.why}.",
    )


def _result(
    searched: Searched,
    considered: tuple[Considered, ...],
    chosen: int | None,
    final: Evaluation | None,
    judged: Judged,
    *,
    sensitivity: tuple[Nearby, ...] = (),
    decomposition: tuple[Alone, ...] = (),
) -> Result:
    context, found = searched.context, searched.found
    study = context.study
    change = judged.verdict == "improves"
    reason = judged.reason if change else f"{judged.reason} The current parameters stay."
    return Result(
        study=study,
        study_digest=context.identity().study,
        trials=found.trials,
        front=searched.front,
        chosen=chosen,
        current=context.current,
        candidate=final.protocol if final else None,
        outcome="change" if change else "no change",
        verdict=judged.verdict,
        reason=reason,
        considered=considered,
        intervals=final.intervals if final else {},
        values=_values(final),
        rows=final.rows if final else (),
        sensitivity=sensitivity,
        decomposition=decomposition,
        importance=importance(found.trials, context.axes),
        opening_pools=_both(context.pool, final.opening_pool if final else None),
        annual_costs=_both(final.current_upkeep.annual, final.upkeep.annual) if final else {},
        histories={name: study.histories[name] for name in used_series(study, context.events)},
        labels=tuple(sorted({one.label for group in context.scenarios.values() for one in group})),
        notes=(
            luck_note(found.trials, len(considered), tested="test" in final.intervals if final else False),
            *_stopped(found, study),
        ),
    )


def _values(final: Evaluation | None) -> dict[str, dict[str, dict[str, float]]]:
    if final is None:
        return {}
    return {name: {"current": final.current_values[name], "candidate": final.values[name]} for name in final.values}


def _both(current: Number, candidate: Number | None) -> dict[str, Number]:
    return {"current": current} if candidate is None else {"current": current, "candidate": candidate}


def _stopped(found: Found, study: Study) -> tuple[str, ...]:
    made = len(found.trials)
    if made == study.search.trials:
        return ()
    return (f"The search holds {made} trials where the study file names {study.search.trials}.",)
