"""The search: one driver asks the sampler for a batch, has it evaluated, and tells it in trial order."""

import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import optuna
from optuna.distributions import IntDistribution
from optuna.samplers import BaseSampler, NSGAIISampler, RandomSampler, TPESampler
from optuna.samplers.nsgaii import PolynomialMutation, SBXCrossover

from govtool.errors import EngineError, ParamError
from govtool.study.journal import Journal, directions
from govtool.study.model import OBJECTIVES, Goals, Search
from govtool.study.result import Trial
from govtool.study.space import Axis, current_params

DIGITS = 9
"""Significant digits of an objective: what a proposal prints, and below what any CPU computes alike."""

Params = dict[str, int]
Progress = Callable[[str, int, int], None]
"""Called with a stage's name, what is done and what there is to do."""


@dataclass(frozen=True)
class Score:
    """What a candidate came to: objectives and constraints, or the reason why it was refused."""

    values: dict[str, float]
    constraints: dict[str, float]
    reason: str = ""


Evaluate = Callable[[Sequence[Params]], Iterator[tuple[int, Score]]]
"""Scores of the given candidates, each with its position, in whatever order they finish."""


@dataclass(frozen=True)
class Budget:
    """When a search ends: after `trials`, or at the first batch boundary past `timeout_s` or `stop()`."""

    trials: int
    timeout_s: float | None = None
    stop: Callable[[], bool] = lambda: False


Hints = Callable[[Sequence[Trial], int], Sequence[Params]]
"""Candidates to try next, at most so many, from the trials told so far: asked before the sampler is."""


def no_hints(trials: Sequence[Trial], most: int) -> Sequence[Params]:
    """Leave it all to the sampler."""
    return ()


@dataclass(frozen=True)
class Quest:
    """What is searched: integers on grids, where to begin, which scores are better, and what is known besides."""

    distributions: dict[str, IntDistribution]
    first: Sequence[Params]
    goals: Goals
    hints: Hints = no_hints
    stage: str = "search"


@dataclass(frozen=True)
class Found:
    """What a search found. `whole` is False where the clock or the user ended it early."""

    trials: tuple[Trial, ...]
    whole: bool
    replayed: int


def search(
    axes: Sequence[Axis],
    settings: Search,
    evaluate: Evaluate,
    budget: Budget,
    *,
    journal: Journal | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Found:
    """Search the axes; trial 0 is current.

    The same settings give the same trials, however many workers evaluate and however often the search was
    killed and resumed from its journal. A candidate seen before is told again but not evaluated again.

    Raises
    ------
    ParamError
        The journal's trials are not those of this search.
    """
    distributions = {axis.path: IntDistribution(axis.low, axis.high, step=axis.step) for axis in axes}
    quest = Quest(distributions, [current_params(axes)], OBJECTIVES)
    return drive(quest, settings, evaluate, budget, journal=journal, progress=progress)


def drive(
    quest: Quest,
    settings: Search,
    evaluate: Evaluate,
    budget: Budget,
    *,
    journal: Journal | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Found:
    """As `search`, of anything that has parameters on integer grids and scores."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    memory = optuna.create_study(directions=directions(quest.goals))
    for params in quest.first:
        memory.enqueue_trial(params)
    run = _Run(memory, quest, journal)
    begun = time.monotonic()
    for batch in range(-(-budget.trials // settings.batch)):
        late = budget.timeout_s is not None and time.monotonic() - begun > budget.timeout_s
        if late or budget.stop():
            return Found(tuple(run.trials), False, run.replayed)
        count = min(settings.batch, budget.trials - len(run.trials))
        memory.sampler = sampler(settings, batch)
        # A whole batch is asked for whatever is left of the budget: a shorter search begins as the longer one does.
        for params in quest.hints(run.trials, settings.batch):
            memory.enqueue_trial(params)
        _one_batch(run, count, evaluate, lambda done: progress(quest.stage, done, budget.trials))
    return Found(tuple(run.trials), True, run.replayed)


def sampler(settings: Search, batch: int) -> BaseSampler:
    """The sampler of one batch, seeded from (seed, batch) alone, so that a resumed search asks alike."""
    seed = int(np.random.SeedSequence((settings.seed, batch)).generate_state(1)[0])
    if settings.sampler == "random":
        return RandomSampler(seed=seed)
    if settings.sampler == "tpe":
        return TPESampler(seed=seed, multivariate=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        crossover, mutation = SBXCrossover(), PolynomialMutation()
    return NSGAIISampler(population_size=settings.population, crossover=crossover, mutation=mutation, seed=seed)


class _Run:
    """The state of a running search: what the sampler knows, what is scored, what is persisted."""

    def __init__(self, memory: optuna.Study, quest: Quest, journal: Journal | None) -> None:
        self.memory = memory
        self.distributions = quest.distributions
        self.goals = quest.goals
        self.journal = journal
        self.trials: list[Trial] = []
        self.scores: dict[tuple[int, ...], Score] = {}
        self.replayed = 0

    def key(self, params: Mapping[str, int]) -> tuple[int, ...]:
        """The values of a candidate, in the order of the axes."""
        return tuple(params[path] for path in self.distributions)

    def keep(self, trial: Trial) -> None:
        """Persist a trial that the journal does not hold yet."""
        if self.journal is not None and trial.number not in self.journal.kept:
            self.journal.add(trial, self.distributions)


def _one_batch(run: _Run, count: int, evaluate: Evaluate, progress: Callable[[int], None]) -> None:
    first = len(run.trials)
    asked = [run.memory.ask(dict(run.distributions)) for _ in range(count)]
    wanted: dict[tuple[int, ...], list[int]] = {}
    for number, trial in enumerate(asked, start=first):
        _take_from_journal(run, number, trial.params)
        wanted.setdefault(run.key(trial.params), []).append(number)
    finished = 0
    for key in [key for key in wanted if key in run.scores]:
        finished += _keep_all(run, key, wanted.pop(key))
        progress(first + finished)
    keys = list(wanted)
    for position, score in evaluate([dict(zip(run.distributions, key, strict=True)) for key in keys]):
        run.scores[keys[position]] = _rounded(score)
        run.replayed += 1
        finished += _keep_all(run, keys[position], wanted[keys[position]])
        progress(first + finished)
    for number, trial in enumerate(asked, start=first):
        _tell(run, number, trial)


def _take_from_journal(run: _Run, number: int, params: Params) -> None:
    kept = run.journal.kept.get(number) if run.journal is not None else None
    if kept is None:
        return
    if kept.params != params:
        assert run.journal is not None
        raise ParamError(
            f"{run.journal.path}: trial {number} of this journal is not what this study asks for; "
            "remove it or name another with --journal"
        )
    run.scores[run.key(params)] = Score(kept.values, kept.constraints, kept.reason)


def _keep_all(run: _Run, key: tuple[int, ...], numbers: Sequence[int]) -> int:
    for number in numbers:
        run.keep(_trial(run, number, key))
    return len(numbers)


def _trial(run: _Run, number: int, key: tuple[int, ...]) -> Trial:
    score = run.scores[key]
    params = dict(zip(run.distributions, key, strict=True))
    state = "refused" if score.reason else "complete"
    return Trial(number, params, score.values, score.constraints, state, score.reason)  # type: ignore[arg-type]


def _tell(run: _Run, number: int, asked: optuna.Trial) -> None:
    trial = _trial(run, number, run.key(asked.params))
    run.trials.append(trial)
    if trial.state == "refused":
        asked.set_user_attr("reason", trial.reason)
        run.memory.tell(asked, state=optuna.trial.TrialState.FAIL)
        return
    # Every constraint on every trial: one without any would count as feasible.
    for name, value in trial.constraints.items():
        asked.set_constraint(name, value)
    run.memory.tell(asked, [trial.values[name] for name in run.goals])


def _rounded(score: Score) -> Score:
    """The score at nine significant digits; a number that is not finite is a mistake of the replay."""
    if score.reason:
        return score
    for name, value in (*score.values.items(), *score.constraints.items()):
        if not np.isfinite(value):
            raise EngineError(f"{name} = {value} is not finite; the replay behind it is broken")
    return Score(significant(score.values), significant(score.constraints))


def significant(numbers: Mapping[str, float]) -> dict[str, float]:
    """The numbers at nine significant digits, never minus zero. Example: 1/3 is 0.333333333."""
    return {name: float(f"{value:.{DIGITS - 1}e}") + 0.0 for name, value in numbers.items()}
