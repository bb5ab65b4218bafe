"""Where an attack is tried: one window, world, set of seeds and protocol, replayed with the attack and without."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from govtool.errors import ParamError, fault
from govtool.history.bars import Window
from govtool.protocol.model import Protocol
from govtool.replay.attack import Raid, raid
from govtool.scenario.attack_cost import attack_cost
from govtool.scenario.attackers import with_taker
from govtool.scenario.bundle import Scenario, assemble
from govtool.study.redteam.moves import Field
from govtool.study.redteam.result import Effect
from govtool.study.section import tuples
from govtool.world.attacks import Attack
from govtool.world.model import World
from govtool.world.sources import Source

THREE_SOURCES = (
    Source(name="first", volume=0.2),
    Source(name="second", volume=0.1),
    Source(name="third", volume=0.05),
)
"""What an oracle hears in a world that names no sources: three spot venues, exact, of a fifth, a tenth and a twentieth
of the market's volume (assumption). As they say what the index is, nothing but an attack shows."""


@dataclass(frozen=True)
class Ground:
    """A window with a world and seeds; scenarios without the attack are built once."""

    window: Window
    kind: str
    world: World
    seeds: tuple[int, ...]
    budget: float
    calm: tuple[Scenario, ...]

    def field(self, protocol: Protocol) -> Field:
        """Where an attacker of this protocol moves: it hears the first sources only, if it says how many."""
        count = protocol.oracle.sources or len(self.world.sources)
        interest = dict(zip(self.window.markets, self.calm[0].open_interest.tolist(), strict=True))
        return Field(self.window, self.world, self.world.sources[:count], self.budget, interest)


class Fort:
    """A protocol on its ground, with its replays without an attack, made when they are first needed.

    Every worker has one of its own, as it is handed over: each makes those replays once.
    """

    def __init__(self, ground: Ground, protocol: Protocol, opening_pool: int) -> None:
        self.ground = ground
        self.protocol = protocol
        self.opening_pool = opening_pool
        self._quiet: dict[tuple[int, bool], Raid] = {}

    def quiet(self, at: int, taker: bool = False) -> Raid:
        """The replay of the seed in this place without the attack, with the attacker's keeper alone or not."""
        if (at, taker) not in self._quiet:
            scenario = self.ground.calm[at]
            self._quiet[at, taker] = self._raid(_with_keeper(scenario) if taker else scenario)
        return self._quiet[at, taker]

    def effect(self, attacks: Sequence[Attack]) -> Effect:
        """What these attacks bring and cost, means over the seeds."""
        ground = self.ground
        cost = attack_cost(ground.world, ground.window, attacks)
        world = ground.world.model_copy(update={"attacks": (*ground.world.attacks, *attacks)})
        raids, keepers, quiet = [], [], []
        for at, seed in enumerate(ground.seeds):
            scenario = assemble(ground.window, ground.kind, world, seed)
            raids.append(self._raid(scenario))
            quiet.append(self.quiet(at))
            keepers.append(self.quiet(at, True).booty.keeper if scenario.takers else 0.0)
        booty = {name: _mean(asdict(one.booty)[name] for one in raids) for name in asdict(raids[0].booty)}
        booty["keeper"] -= _mean(keepers)
        harm = {
            name: _mean(
                getattr(one.harm, name) - getattr(before.harm, name) for one, before in zip(raids, quiet, strict=True)
            )
            for name in asdict(raids[0].harm)
        }
        gain = math.fsum([*booty.values(), -2 * booty["brought"]])
        return Effect(
            profit=gain - cost.push_usd,
            damage=math.fsum(harm.values()),
            **booty,
            push_cost=cost.push_usd,
            equity=cost.equity_usd,
            coincidences=cost.coincidences,
            harm=harm,
            events=tuple(one.events for one in raids),
        )

    def burden(self, before: "Fort") -> float:
        """What this protocol costs where nobody attacks, beside another: fees not paid, and losses on top."""
        pairs = [(self.quiet(at), before.quiet(at)) for at in range(len(self.ground.seeds))]
        fees = _mean(theirs.fees - ours.fees for ours, theirs in pairs)
        harm = _mean(ours.harm.total - theirs.harm.total for ours, theirs in pairs)
        return max(0.0, fees) + max(0.0, harm)

    def _raid(self, scenario: Scenario) -> Raid:
        return raid(scenario, self.protocol, self.opening_pool)


def open_ground(window: Window, kind: str, world: World, seeds: Sequence[int], budget: float) -> Ground:
    """The ground of a window and a world; one without sources gets `THREE_SOURCES`."""
    if not world.sources:
        world = world.model_copy(update={"sources": THREE_SOURCES})
    calm = tuple(assemble(window, kind, world, seed) for seed in seeds)
    return Ground(window, kind, world, tuple(seeds), budget, calm)


def attacks_from(told: Sequence[dict[str, Any]], where: str) -> tuple[Attack, ...]:
    """Attacks as a file or evidence tells them. ParamError names what is wrong."""
    try:
        return _ATTACKS.validate_python(tuples(told))
    except ValidationError as problem:
        raise ParamError(f"{where}: {fault(problem.errors(include_url=False), 'attacks')}") from problem


_ATTACKS: TypeAdapter[tuple[Attack, ...]] = TypeAdapter(tuple[Attack, ...])


def _with_keeper(scenario: Scenario) -> Scenario:
    """The scenario with the attacker's keeper and nothing else of the attack."""
    total = math.fsum(scenario.open_interest.tolist())
    keepers = with_taker(scenario.keepers, scenario.crowd.equity.size, total)
    return replace(scenario, keepers=keepers, takers=1)


def _mean(values: Any) -> float:
    listed = list(values)
    return math.fsum(listed) / len(listed)
