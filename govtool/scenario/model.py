"""The scenario file: which event, in which world, with which seed."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

from govtool.errors import ParamError
from govtool.files import read_text, toml_of
from govtool.history.events import Event, catalogue, find_event
from govtool.history.store import series_paths
from govtool.scenario.bundle import LARGEST_SEED
from govtool.world.declare import Group, stated
from govtool.world.model import World
from govtool.world.read import DEFAULT, model_of, read_world

FORMAT = "govtool/scenario@1"


class ScenarioFile(Group):
    """Content of a scenario file."""

    format: Literal["govtool/scenario@1"]
    event: str = stated(unit="name", meaning="Event of the catalogue.", min_length=1)
    world: str = stated(
        unit="name or path",
        meaning="Shipped world, or a world file relative to this one.",
        default=DEFAULT,
        min_length=1,
    )
    seed: int = stated(unit="integer", meaning="Seed of every draw.", default=0, ge=0, le=LARGEST_SEED)


class Chosen(NamedTuple):
    """What a scenario is built from."""

    event: Event
    world: World
    seed: int


def read_scenario(name_or_path: str, *, world: str | None = None, seed: int | None = None) -> Chosen:
    """Event, world and seed that an event name or a scenario file stands for.

    `world` and `seed`, if given, stand above the file. Without either, an event is replayed in the default
    world with seed 0.

    Raises
    ------
    DataError
        No event has that name.
    FileError, ParamError
        The file cannot be read, or a field of it is wrong.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        event = find_event(name_or_path, catalogue())
        return Chosen(event, read_world(world or DEFAULT), _checked(seed or 0))
    told = model_of(ScenarioFile, toml_of(read_text(path), path), FORMAT, name_or_path)
    beside = path.parent / told.world
    named = str(beside) if told.world.endswith(".toml") else told.world
    return Chosen(
        find_event(told.event, catalogue()),
        read_world(world or named),
        told.seed if seed is None else _checked(seed),
    )


def _checked(seed: int) -> int:
    if not 0 <= seed <= LARGEST_SEED:
        raise ParamError(f"seed = {seed} is outside 0 to {LARGEST_SEED}")
    return seed


def events_at_hand() -> list[Event]:
    """Events of the catalogue of which every series is in a history folder, in the catalogue's order."""
    there = {path.stem for path in series_paths()}
    return [
        event
        for event in catalogue().values()
        if {*event.series.values(), *event.lead.values(), *event.funding.values()} <= there
    ]


def crashes_at_hand(markets: Iterable[str] | None = None) -> list[Event]:
    """The crashes among the events at hand; given markets, those that need no others."""
    crashes = [event for event in events_at_hand() if event.kind == "crash"]
    return crashes if markets is None else [event for event in crashes if set(event.series) <= set(markets)]
