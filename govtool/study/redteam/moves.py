"""What an attacker may do: from a space and integers on its axes to the attacks of a world."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optuna.distributions import IntDistribution

from govtool.errors import ParamError
from govtool.history.bars import Window
from govtool.scenario.attack_cost import attack_cost
from govtool.scenario.attackers import tick_of
from govtool.study.redteam.model import Space
from govtool.study.search import Params
from govtool.units import SECONDS_PER_HOUR
from govtool.world.attacks import Attack, BridgeDown, ChainDown, Collusion, Position, Push
from govtool.world.model import World
from govtool.world.sources import Source

CENTS = 100
"""Equity is brought in whole cents, rounded down, so that a budget is never passed."""

MOST_PUSH = 0.9
"""Part of the budget that pushes may take: without equity nothing is gained by them."""

LOWEST, DECIMALS = -0.99, 6
"""A price is not pushed below a hundredth of itself; a push that money limits is rounded to so many decimals."""

Choice = dict[str, Any]
"""One value per dimension of a space."""

Dimensions = dict[str, tuple[Any, ...]]
"""The values of every dimension."""


@dataclass(frozen=True)
class Field:
    """Where an attacker moves: window, world, sources that the protocol hears, money at hand, and what is open."""

    window: Window
    world: World
    heard: tuple[Source, ...]
    budget: float
    open_interest: dict[str, float]

    @property
    def seconds(self) -> int:
        """Length of the replayed part."""
        return self.window.bars * self.window.native_s


def default_space(field: Field) -> Space:
    """Everything that is searched where nobody says otherwise; bounds are assumptions of what is in reach."""
    hours = field.seconds / SECONDS_PER_HOUR
    quarter, step = 0.25, float(field.world.step_s)
    starts = tuple(quarter * k for k in range(4, max(5, int(hours / quarter) - 7)))
    whole = tuple(float(k) for k in range(1, max(2, int(hours) - 1)))
    return Space(
        sources=tuple(float(k + 1) for k in range(max(1, len(field.heard)))),
        push=tuple(round(0.01 * k, 2) for k in range(-10, 31)) if field.heard else (0.0,),
        start_h=starts,
        length_s=tuple(float(s) for s in (60, 120, 180, 300, 450, 600, 900, 1_200, 1_800)),
        equity=tuple(field.budget * k / 20 for k in range(1, 21)),
        leverage=(1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0),
        draw_s=(-1.0, *(step * k for k in (0, 1, 2, 4, 8, 16, 32))),
        wallets=(1.0, 4.0, 16.0),
        keeper=(False, True),
        patience=(0.0, 0.01, 0.03) if field.world.keepers else (0.0,),
        outage_h=whole,
        outage_s=(0.0, 900.0, 3_600.0),
        bridge_h=whole,
        bridge_s=(0.0, 900.0, 3_600.0),
    )


def dimensions(space: Space, markets: Sequence[str]) -> Dimensions:
    """Values of every dimension, in the order of the space; no market named is all of them."""
    found = {name: getattr(space, name) for name in Space.model_fields}
    return found | {"market": space.market or tuple(markets), "equity": space.equity or (float("inf"),)}


def distributions(values: Dimensions) -> dict[str, IntDistribution]:
    """Axes of the search: places among the values of each dimension that varies."""
    return {name: IntDistribution(0, len(known) - 1) for name, known in values.items() if len(known) > 1}


def choice_of(values: Dimensions, params: Params) -> Choice:
    """The values at these places; a dimension that does not vary has its only one."""
    return {name: known[params.get(name, 0)] for name, known in values.items()}


def params_of(values: Dimensions, choice: Choice) -> Params:
    """The places nearest to a choice, or equal to it where values are words; the middle of what it leaves out."""
    found = {}
    for name in distributions(values):
        known, wish = values[name], choice.get(name)
        if wish is None:
            found[name] = (len(known) - 1) // 2
        elif isinstance(wish, str | bool):
            found[name] = known.index(wish) if wish in known else 0
        else:
            found[name] = min(range(len(known)), key=lambda k: (abs(known[k] - wish), k))
    return found


def attacks_of(choice: Choice, field: Field) -> tuple[Attack, ...]:
    """The attacks of a choice: accounts first, then what is done around them.

    Everything that is chosen can be paid: a push goes no further than `MOST_PUSH` of the budget takes it, and equity is
    what the budget leaves beside it, if that is less than chosen. No position is larger than all that the market has
    open without it: nobody would be there to take the other side.

    Raises
    ------
    ParamError
        They do not fit into the window.
    """
    around = (*_push(choice, field), *_around(choice, field))
    left = field.budget - attack_cost(field.world, field.window, around).push_usd
    equity = math.floor(min(choice["equity"], left) * CENTS) / CENTS
    return (_position(choice, field, equity), *around)


def begins(choice: Choice, field: Field) -> int:
    """Tick at which the push begins. ParamError if the attacker could not enter before it or act before the end."""
    step = field.world.step_s
    start, last = tick_of(choice["start_h"], step), field.seconds // step
    if start - _ticks(choice["lead_s"], step) < 1 or start + _ticks(max(0.0, choice["draw_s"]), step) >= last:
        raise ParamError("the attack does not fit into the window")
    return start


def _position(choice: Choice, field: Field, equity: float) -> Position:
    step, start = field.world.step_s, begins(choice, field)
    draws = start + _ticks(choice["draw_s"], step) if choice["draw_s"] >= 0 else 0
    enters = start - max(1, _ticks(choice["lead_s"], step))
    return Position(
        kind="position",
        market=choice["market"],
        side=choice["side"],
        equity=equity,
        leverage=min(float(choice["leverage"]), field.open_interest[choice["market"]] / equity),
        enters_h=_hours(enters, step),
        draws_h=_hours(draws, step),
        wallets=int(choice["wallets"]),
        liquidates=choice["keeper"],
    )


def _push(choice: Choice, field: Field) -> tuple[Attack, ...]:
    if choice["push"] == 0 or not field.heard:
        return ()
    thinnest = sorted(field.heard, key=lambda source: source.volume)[: int(choice["sources"])]
    step = field.world.step_s
    by = float(choice["push"]) * (1.0 if choice["side"] == "long" else -1.0)
    push = Push(
        kind="push",
        market=choice["market"],
        sources=tuple(source.name for source in thinnest),
        by=max(by, LOWEST),
        start_h=_hours(begins(choice, field), step),
        length_s=float(max(1, _ticks(choice["length_s"], step)) * step),
    )
    cost, most = attack_cost(field.world, field.window, (push,)).push_usd, MOST_PUSH * field.budget
    if cost > most:
        # It grows with the third power.
        push = push.model_copy(update={"by": round(push.by * (most / cost) ** (1 / 3), DECIMALS)})
    return (push,)


def _around(choice: Choice, field: Field) -> tuple[Attack, ...]:
    step = field.world.step_s
    found: list[Attack] = []
    # A pool that buys from anyone has nobody to agree with.
    names = tuple(keeper.name for keeper in field.world.keepers if keeper.conduct != "backstop")
    if choice["patience"] > 0 and names:
        found.append(Collusion(kind="collusion", keepers=names, patience=float(choice["patience"])))
    for kind, model in (("outage", ChainDown), ("bridge", BridgeDown)):
        if choice[f"{kind}_s"] > 0:
            start_h = _hours(tick_of(choice[f"{kind}_h"], step), step)
            word = "sequencer" if model is ChainDown else "bridge"
            told = {"kind": word, "start_h": start_h, "length_s": float(choice[f"{kind}_s"])}
            found.append(model.model_validate(told))
    return tuple(found)


def _ticks(seconds: float, step_s: float) -> int:
    return round(seconds / step_s)


def _hours(tick: int, step_s: float) -> float:
    return tick * step_s / SECONDS_PER_HOUR
