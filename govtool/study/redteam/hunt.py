"""The hunt: from a ground and a protocol to the worst attack found on it, and what closes that."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from govtool import MODEL
from govtool.errors import ParamError
from govtool.protocol.digest import digest
from govtool.study.journal import Identity, journal_path, open_journal
from govtool.study.model import Goals, Search, digest_of
from govtool.study.redteam.defences import defences_for, defend
from govtool.study.redteam.ground import Fort, Ground
from govtool.study.redteam.model import Defence, Goal, Space
from govtool.study.redteam.moves import (
    Choice,
    Dimensions,
    Field,
    attacks_of,
    choice_of,
    default_space,
    dimensions,
    distributions,
    params_of,
)
from govtool.study.redteam.polish import polishing, worst_attack
from govtool.study.redteam.result import Defended, Effect, Worst, closing
from govtool.study.search import Budget, Found, Params, Progress, Quest, Score, drive
from govtool.study.workers import Workers
from govtool.world.attacks import Attack

BINDS = 0.99
"""A budget of which so much is used binds."""

TEXTBOOK: tuple[Choice, ...] = (
    {},
    {"side": "long", "push": 0.1, "leverage": 1e9, "draw_s": 0.0, "keeper": False, "patience": 0.0, "outage_s": 0.0},
    {"side": "short", "push": 0.1, "leverage": 1.0, "draw_s": -1.0, "keeper": True, "outage_s": 0.0, "bridge_s": 0.0},
)
"""Where a search begins: in the middle of everything; with a price pushed to withdraw against it (Mango Markets,
October 2022); and with one pushed to buy what others lose."""


NOTHING: Choice = {"bridge_s": 0.0, "outage_s": 0.0, "patience": 0.0, "keeper": False, "wallets": 1.0, "push": 0.0}
"""What a search leaves in an attack though it is of no use, and the value that takes it out."""


@dataclass(frozen=True)
class Hunt:
    """What is hunted, and how: `name` is of the journal, `code` of the sources that replay."""

    name: str
    ground: Ground
    goal: Goal
    search: Search
    space: Space | None
    defences: tuple[Defence, ...] | None
    code: str


def hunt_digest(hunt: Hunt) -> str:
    """Digest of all that shapes a hunt's numbers but the protocol, the pool and the number of trials."""
    ground = hunt.ground
    return digest_of(
        {
            "model": MODEL,
            "window": ground.window.digest,
            "markets": list(ground.window.markets),
            "world": ground.world.model_dump(mode="json"),
            "scenarios": [scenario.digest for scenario in ground.calm],
            "budget": ground.budget,
            "goal": hunt.goal,
            "search": hunt.search.model_dump(mode="json", exclude={"trials"}),
            "space": None if hunt.space is None else hunt.space.model_dump(mode="json"),
            "defences": None if hunt.defences is None else [one.model_dump(mode="json") for one in hunt.defences],
        }
    )


def hunt_worst(
    hunt: Hunt,
    fort: Fort,
    workers: Workers,
    *,
    progress: Progress,
    timeout: float | None = None,
    stop: Callable[[], bool] = lambda: False,
    journal: bool = True,
) -> tuple[Worst, Found]:
    """The worst attack on a protocol, and the search that found it; it goes on from its journal if it has one.

    The same hunt finds the same, whatever the number of workers. What is of no use in it is taken out of it.

    Raises
    ------
    ParamError
        Nothing may vary, or an attack cannot be built at all.
    """
    field = hunt.ground.field(fort.protocol)
    values = dimensions(hunt.space or default_space(field), hunt.ground.window.markets)
    axes = distributions(values)
    goals: Goals = {hunt.goal: "higher"}
    kept = None
    if journal:
        about = {"hunt": hunt_digest(hunt), "protocol": digest(fort.protocol), "pool": fort.opening_pool}
        # Moves begin after a share of all trials, so that their number shapes the search here.
        shaped = digest_of(about | {"trials": hunt.search.trials})
        identity = Identity(f"redteam-{hunt.name}", shaped, hunt.code)
        kept = open_journal(journal_path(identity), identity, goals)

    # One object for all batches: workers keep it, and with it their replays without an attack.
    work = partial(_score, fort, values, field, hunt.goal)

    def scores(wanted: Sequence[Params]) -> Iterator[tuple[int, Score]]:
        for (at, _), score in workers.run(work, list(enumerate(wanted))):
            yield at, score

    first = [params_of(values, choice) for choice in TEXTBOOK]
    quest = Quest(axes, first, goals, polishing(axes, hunt.goal, hunt.search.trials), "attacks")
    budget = Budget(hunt.search.trials, timeout, stop)
    found = drive(quest, hunt.search, scores, budget, journal=kept, progress=progress)
    best = worst_attack(found.trials, hunt.goal)
    attacks: tuple[Attack, ...] = ()
    if best is not None:
        choice = trimmed(
            choice_of(values, best.params), values, lambda one: fort.effect(attacks_of(one, field)).of(hunt.goal)
        )
        attacks = attacks_of(choice, field)
    refused = sum(trial.state == "refused" for trial in found.trials)
    made = len(found.trials)
    return judge_attack(hunt, fort, attacks, workers, progress=progress, trials=made, refused=refused), found


def _score(fort: Fort, values: Dimensions, field: Field, goal: Goal, task: tuple[int, Params]) -> Score:
    """What the attack with these parameters comes to, or why there is none."""
    try:
        effect = fort.effect(attacks_of(choice_of(values, task[1]), field))
    except ParamError as problem:
        return Score({}, {}, str(problem))
    return Score({goal: effect.of(goal)}, {})


def trimmed(choice: Choice, values: Dimensions, worth: Callable[[Choice], float]) -> Choice:
    """The choice without what adds nothing to it: as little as gives as much, where the space allows that little."""
    most = worth(choice)
    for name, nothing in NOTHING.items():
        if choice[name] != nothing and nothing in values[name]:
            less = {**choice, name: nothing}
            found = worth(less)
            if found >= most:
                choice, most = less, found
    return choice


def judge_attack(
    hunt: Hunt,
    fort: Fort,
    attacks: Sequence[Attack],
    workers: Workers,
    *,
    progress: Progress,
    trials: int = 0,
    refused: int = 0,
) -> Worst:
    """One attack on a protocol: what it comes to, and, if that is anything, what is left of it under each defence.

    `trials` and `refused` are of the search that found it.
    """
    effect = fort.effect(attacks) if attacks else None
    defended: dict[int, Defended] = {}
    if effect is not None and effect.of(hunt.goal) > 0:
        defences = defences_for(fort.protocol, hunt.ground, attacks, hunt.defences)
        for place, one in defend(fort, attacks, defences, hunt.goal, workers):
            defended[place] = one
            progress("defences", len(defended), len(defences))
    listed = tuple(defended[place] for place in sorted(defended))
    return Worst(
        protocol=fort.protocol.name,
        protocol_digest=digest(fort.protocol),
        opening_pool=fort.opening_pool,
        trials=trials,
        refused=refused,
        attacks=tuple(told(attack) for attack in attacks),
        effect=effect,
        binds=effect is not None and _takes(effect) >= BINDS * hunt.ground.budget,
        defences=listed,
        closed_by=closing(listed),
    )


def told(attack: Attack) -> dict[str, Any]:
    """An attack as a world file tells it."""
    return attack.model_dump(mode="json")


def _takes(effect: Effect) -> float:
    return effect.push_cost + effect.equity
