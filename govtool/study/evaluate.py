"""Replaying candidates over the events of a study, paired with current in the same scenarios and seeds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from govtool.protocol.digest import digest
from govtool.protocol.model import Protocol
from govtool.study.context import Context
from govtool.study.model import SETS, SetName
from govtool.study.objective import Upkeep, constraint_values, intervals, objective_values, upkeep
from govtool.study.play import Played, Task, sealed
from govtool.study.result import Interval, Mode, Row
from govtool.study.workers import Workers

MODES: tuple[Mode, ...] = ("steady", "transition")


@dataclass(frozen=True)
class Evaluation:
    """A protocol replayed over some sets: its rows and, per set, what they come to for it and for current.

    `intervals` are the paired differences; `borne` are those that the replays alone bear, with current's yearly
    costs on both sides: a constant that no history can test is no evidence.
    """

    protocol: Protocol
    opening_pool: int
    upkeep: Upkeep
    current_upkeep: Upkeep
    rows: tuple[Row, ...]
    values: dict[str, dict[str, float]]
    current_values: dict[str, dict[str, float]]
    constraints: dict[str, dict[str, float]]
    current_constraints: dict[str, dict[str, float]]
    intervals: dict[str, dict[str, Interval]]
    borne: dict[str, dict[str, Interval]]


def evaluate(context: Context, protocol: Protocol, sets: Sequence[SetName], workers: Workers) -> Evaluation:
    """A protocol over some sets of the study's events, paired with current."""
    return next(evaluate_all(context, [protocol], sets, workers))[1]


def evaluate_all(
    context: Context, protocols: Sequence[Protocol], sets: Sequence[SetName], workers: Workers
) -> Iterator[tuple[int, Evaluation]]:
    """Each protocol's evaluation with its position, as they finish."""
    for at, rows in _replay_all(context, protocols, sets, workers):
        yield at, _evaluation(context, protocols[at], sets, rows)


def score_all(
    context: Context, protocols: Sequence[Protocol], workers: Workers
) -> Iterator[tuple[int, tuple[dict[str, float], dict[str, float]]]]:
    """Objectives and constraints of each protocol on train with its position, as they finish: what a search asks."""
    for at, rows in _replay_all(context, protocols, ["train"], workers):
        pool = context.pool_of(protocols[at])
        ours, _ = _upkeeps(context, protocols[at], rows)
        values = objective_values(rows, "candidate", ours, context.study.objectives)
        yield at, (values, constraint_values(rows, "candidate", context.study.constraints, pool))


def _replay_all(
    context: Context, protocols: Sequence[Protocol], sets: Sequence[SetName], workers: Workers
) -> Iterator[tuple[int, list[Row]]]:
    """Rows of each protocol with its position, as they finish; the replays are shared out one by one."""
    context.prepare(sets, workers)
    plans = [_plan(context, position, protocol, sets) for position, protocol in enumerate(protocols)]
    played: list[dict[tuple[str, Mode], Played]] = [{} for _ in protocols]
    unchanged = digest(context.current)
    tasks: list[Task] = []
    for position, protocol in enumerate(protocols):
        if digest(protocol) == unchanged:
            yield position, [_row(context, task, {}) for task in plans[position]]
        else:
            tasks += plans[position]
    for task, answer in workers.run(context.player.play, tasks):
        at, own = task.position, played[task.position]
        own[task.scenario, task.mode] = answer
        if len(own) == len(plans[at]):
            yield at, [_row(context, one, own) for one in plans[at]]


def _plan(context: Context, position: int, protocol: Protocol, sets: Sequence[SetName]) -> list[Task]:
    """Replays of a candidate: the wanted sets, and train where its upkeep is not known yet."""
    wanted = [name for name in SETS if name in sets]
    known = "train" in wanted or digest(protocol) in context.upkeeps
    names = wanted if known else ["train", *wanted]
    told, pool = sealed(protocol), context.pool_of(protocol)
    plan = [(name, scenario.name) for name in names for scenario in context.scenarios[name]]
    return [Task(position, told, pool, name, scenario, mode) for name, scenario in plan for mode in MODES]


def _upkeeps(context: Context, protocol: Protocol, rows: Sequence[Row]) -> tuple[Upkeep, Upkeep]:
    """Upkeep of a protocol and of current, from the rows of train or as known already."""
    costs, train = context.study.objectives, [row for row in rows if row.set == "train"]
    if train:
        pool = context.pool_of(protocol)
        context.upkeeps[digest(protocol)] = upkeep(protocol, pool, train, costs, "candidate")
        context.upkeeps[digest(context.current)] = upkeep(context.current, context.pool, train, costs, "current")
    return context.upkeeps[digest(protocol)], context.upkeeps[digest(context.current)]


def _evaluation(context: Context, protocol: Protocol, sets: Sequence[SetName], rows: Sequence[Row]) -> Evaluation:
    costs, limits = context.study.objectives, context.study.constraints
    pool, (ours, theirs) = context.pool_of(protocol), _upkeeps(context, protocol, rows)
    wanted = {name: [row for row in rows if row.set == name] for name in SETS if name in sets}
    return Evaluation(
        protocol=protocol,
        opening_pool=pool,
        upkeep=ours,
        current_upkeep=theirs,
        rows=tuple(row for row in rows if row.set in wanted),
        values={name: objective_values(own, "candidate", ours, costs) for name, own in wanted.items()},
        current_values={name: objective_values(own, "current", theirs, costs) for name, own in wanted.items()},
        constraints={name: constraint_values(own, "candidate", limits, pool) for name, own in wanted.items()},
        current_constraints={
            name: constraint_values(own, "current", limits, context.pool) for name, own in wanted.items()
        },
        intervals={name: intervals(own, ours, theirs, costs) for name, own in wanted.items()},
        borne={name: intervals(own, theirs, theirs, costs) for name, own in wanted.items()},
    )


def _row(context: Context, task: Task, played: Mapping[tuple[str, Mode], Played]) -> Row:
    scenario = context.player.scenarios[task.scenario]
    before = context.baseline[task.scenario]
    after = played.get((task.scenario, task.mode), before)
    return Row(
        set=task.set,
        event=scenario.event,
        kind=scenario.kind,
        seed=scenario.seed,
        mode=task.mode,
        scenario_digest=scenario.digest,
        label=scenario.label,
        native_s=scenario.native_s,
        days=scenario.days,
        current=before.metrics,
        candidate=after.metrics,
        current_events=before.events,
        candidate_events=after.events,
    )
