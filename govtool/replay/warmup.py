"""Compiles all that a replay needs, or loads it, so that no later run waits: small scenarios, two of them replayed."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from govtool.engine.compiling import WATCH
from govtool.history.events import find_event
from govtool.protocol.read import preset
from govtool.replay.backtest import replay
from govtool.scenario.bundle import Scenario, build
from govtool.world.read import read_world, shipped_worlds

EVENT = "reconstructed-crash-2021-05-19"
"""A bundled window; any would do, as what is compiled hangs on types alone."""

ACCOUNTS = 200
"""Few, as the replay itself is of no use here."""

PLAIN, WHOLE = ("default", "dydx-v4"), ("instruments", "govtool")
"""World and preset of each form of the engine: perpetuals alone leave out what options and assets need."""


@dataclass(frozen=True)
class Warmed:
    """One part: wall seconds, and how many kernels had to be compiled; none if all were in the cache."""

    part: str
    seconds: float
    compiled: int


def _scenario(world: str) -> Scenario:
    told = read_world(world)
    few = told.population.model_copy(update={"accounts": ACCOUNTS})
    return build(find_event(EVENT), told.model_copy(update={"population": few}), 0)


def _scenarios() -> None:
    for world in shipped_worlds():
        _scenario(world)


def _replayed(world: str, rules: str) -> None:
    replay(_scenario(world), preset(rules), detail=True)


PARTS: Mapping[str, Callable[[], None]] = MappingProxyType(
    {
        "scenarios": _scenarios,
        "engine for perpetuals alone": lambda: _replayed(*PLAIN),
        "engine with options and assets": lambda: _replayed(*WHOLE),
    }
)
"""What there is to warm, by name."""


def warm(part: str) -> Warmed:
    """Compile or load one of `PARTS`. The sentence on compiling is taken as said: the caller knows."""
    WATCH.said = True
    before, begun = WATCH.compiled, time.perf_counter()
    PARTS[part]()
    return Warmed(part, time.perf_counter() - begun, WATCH.compiled - before)
