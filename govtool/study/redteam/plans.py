"""Red teams from their files: of one protocol on one event, and of a study with its current and its candidate."""

import math
from collections.abc import Sequence
from typing import Any

from govtool.errors import ParamError
from govtool.history.events import Event, catalogue, find_event, load_window
from govtool.protocol.model import Protocol
from govtool.study.context import Context, code_digest
from govtool.study.model import Search
from govtool.study.objective import loss_usd
from govtool.study.redteam.ground import Fort, attacks_from, open_ground
from govtool.study.redteam.hunt import Hunt, hunt_digest, hunt_worst, judge_attack
from govtool.study.redteam.model import RedTeam, RedTeamFile
from govtool.study.redteam.result import RedTeamed, Worst
from govtool.study.search import Progress
from govtool.study.workers import Workers
from govtool.world.read import read_world

UNSAID = RedTeam(trials=120, budget=10_000_000.0)
"""What a study is attacked with that has no table `redteam`."""


def hunt_of_file(plan: RedTeamFile) -> Hunt:
    """The hunt of a red team's file.

    Raises
    ------
    ParamError, DataError, FileError
        World, event or history are not there or do not fit.
    """
    event = find_event(plan.event, catalogue())
    window = load_window(event, markets=plan.markets or None)
    ground = open_ground(window, event.kind, read_world(plan.beside(plan.world)), plan.seeds, plan.budget)
    search = Search(trials=plan.trials, batch=plan.batch, seed=plan.seed, sampler=plan.sampler)
    return Hunt(plan.name, ground, plan.goal, search, plan.space, plan.defences, code_digest())


def hunt_of_study(context: Context, workers: Workers) -> Hunt:
    """The hunt of a study, on its worst training event under current unless it names another; with its first seed."""
    study = context.study
    plan = study.redteam or UNSAID
    context.prepare(["train"], workers)
    event = _event(context, plan)
    window = load_window(event, markets=study.markets, digests=study.histories)
    ground = open_ground(window, event.kind, context.world, study.seeds[:1], plan.budget)
    search = Search(trials=plan.trials, batch=plan.batch, seed=study.search.seed, sampler="tpe")
    return Hunt(study.name, ground, plan.goal, search, plan.space, plan.defences, code_digest())


def red_team(
    context: Context,
    candidate: Protocol | None,
    workers: Workers,
    *,
    progress: Progress,
    journal: bool = True,
) -> RedTeamed | None:
    """The worst attack on current and on the candidate, if the study asks for it: same budget, seeds and trials.

    What is found on one of them is tried on the other as well.
    """
    if context.study.redteam is None:
        return None
    hunt = hunt_of_study(context, workers)
    forts = {"current": Fort(hunt.ground, context.current, context.pool)}
    if candidate is not None:
        forts["candidate"] = Fort(hunt.ground, candidate, context.pool_of(candidate))

    def staged(side: str) -> Progress:
        return lambda name, done, total: progress(f"{name} on {side}", done, total)

    found = {
        side: hunt_worst(hunt, fort, workers, progress=staged(side), journal=journal)[0] for side, fort in forts.items()
    }
    known = [one.attacks for one in found.values()]
    worst = {side: worse_of(hunt, fort, found[side], known, workers, staged(side)) for side, fort in forts.items()}
    return finding(hunt, worst["current"], worst.get("candidate"))


def worse_of(
    hunt: Hunt,
    fort: Fort,
    found: Worst,
    known: Sequence[tuple[dict[str, Any], ...]],
    workers: Workers,
    progress: Progress,
) -> Worst:
    """The worst of what was found on one protocol and what was found on the other: neither may look safe by luck."""
    best = found
    for told in known:
        if not told or told == best.attacks:
            continue
        attacks = attacks_from(told, "attacks")
        effect = fort.effect(attacks)
        if best.effect is None or effect.of(hunt.goal) > best.effect.of(hunt.goal):
            best = judge_attack(
                hunt, fort, attacks, workers, progress=progress, trials=found.trials, refused=found.refused
            )
    return best


def finding(hunt: Hunt, current: Worst, candidate: Worst | None = None) -> RedTeamed:
    """What was found, with all that shapes it."""
    ground = hunt.ground
    return RedTeamed(
        event=ground.window.event,
        label=ground.window.label,
        seeds=ground.seeds,
        markets=ground.window.markets,
        budget=ground.budget,
        goal=hunt.goal,
        trials=hunt.search.trials,
        digest=hunt_digest(hunt),
        scenarios=tuple(scenario.digest for scenario in ground.calm),
        current=current,
        candidate=candidate,
    )


def _event(context: Context, plan: RedTeam) -> Event:
    """The event that the study's table names, or the training event with the largest loss under current."""
    train = context.study.events.train
    if plan.event:
        if plan.event not in train:
            raise ParamError(
                f"study {context.study.name}: redteam.event = {plan.event!r} is not in events.train;"
                f" choose one of {', '.join(train)}"
            )
        return context.events[plan.event]
    seeds = context.study.seeds

    def loss(name: str) -> float:
        played = (context.baseline[f"{name}/{context.world.name}/{seed}"] for seed in seeds)
        return math.fsum(loss_usd(one.metrics) for one in played)

    return context.events[max(train, key=loss)]
