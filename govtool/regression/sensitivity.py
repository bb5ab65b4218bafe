"""What each parameter and each switch of a world moves, and which way: stated in files, shown on a crash."""

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from govtool import MODEL
from govtool.errors import ParamError, fault
from govtool.files import read_text, refuse_other_format, toml_of
from govtool.history.events import Event, catalogue, find_event, load_window
from govtool.protocol.digest import digest
from govtool.protocol.fields import replaced
from govtool.protocol.model import Protocol
from govtool.protocol.read import read_protocol
from govtool.regression.baseline import Part
from govtool.regression.run import absent_series
from govtool.replay.backtest import replay
from govtool.replay.metrics import METRICS
from govtool.scenario.bundle import Scenario, assemble
from govtool.world import fields as world_fields
from govtool.world.model import World
from govtool.world.read import read_world

PARAMETERS, SWITCHES = "govtool/sensitivities@1", "govtool/switches@1"
SENSED_FORMAT = "govtool/sensed@1"
SHIPPED = Path(__file__).with_name("sensitivities.toml")
SHIPPED_SWITCHES = Path(__file__).with_name("switches.toml")

Direction = Literal["up", "down"]
Changes = dict[str, int | bool | str]
Weather = dict[str, Any]
"""Fields of a world by path."""


class Setting(Part):
    """Around what a sensitivity shows: a protocol with some parameters changed, in a world with some fields changed."""

    protocol: Annotated[str, Field(min_length=1)]
    world: Annotated[str, Field(min_length=1)]
    why: Annotated[str, Field(min_length=1)]
    changes: Changes = Field(default_factory=dict)
    weather: Weather = Field(default_factory=dict)


class Sensitivity(Part):
    """One parameter or switch: taken from one value to another, it moves a metric up or down.

    `beside` holds what else must be set of the protocol for it to show, on top of the setting, `weather` what of the
    world, and `why` says how it comes about.
    """

    parameter: Annotated[str, Field(min_length=1)]
    setting: Annotated[str, Field(min_length=1)]
    from_: Annotated[int | bool | float | str | list[dict[str, Any]], Field(alias="from")]
    to: int | bool | float | str | list[dict[str, Any]]
    moves: Annotated[str, Field(min_length=1)]
    direction: Direction
    why: Annotated[str, Field(min_length=1)]
    beside: Changes = Field(default_factory=dict)
    weather: Weather = Field(default_factory=dict)

    @model_validator(mode="after")
    def _moves_a_metric(self) -> "Sensitivity":
        if self.moves not in METRICS:
            raise ValueError(f'moves = "{self.moves}" is not a metric')
        if type(self.from_) is not type(self.to) or self.from_ == self.to:
            raise ValueError(f"from = {self.from_!r} and to = {self.to!r} must be two values of one kind")
        return self


class Sensitivities(Part):
    """All that is stated: the crash that shows it, the one that ships with govtool, the settings, and the list.

    The format says whether it is of parameters of protocols or of switches of worlds.
    """

    format: Literal["govtool/sensitivities@1", "govtool/switches@1"]
    event: Annotated[str, Field(min_length=1)]
    bundled_event: Annotated[str, Field(min_length=1)]
    seeds: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1)]
    settings: dict[str, Setting]
    sensitivities: tuple[Sensitivity, ...]

    @property
    def is_of_world(self) -> bool:
        """Whether it is of switches of worlds."""
        return self.format == SWITCHES

    @model_validator(mode="after")
    def _settings_exist(self) -> "Sensitivities":
        for one in self.sensitivities:
            if one.setting not in self.settings:
                raise ValueError(f'{one.parameter}: setting = "{one.setting}" is not one of {", ".join(self.settings)}')
        return self


@dataclass(frozen=True)
class Shown:
    """One sensitivity on one crash: the metric under the value before and after, means over the seeds."""

    parameter: str
    before: Any
    after: Any
    setting: str
    protocol: str
    world: str
    metric: str
    unit: str
    value_before: float
    value_after: float
    stated: Direction
    holds: bool
    why: str


@dataclass(frozen=True)
class Sensed:
    """All sensitivities on one crash, of recorded or reconstructed history."""

    event: str
    label: str
    seeds: tuple[int, ...]
    rows: tuple[Shown, ...]

    @property
    def holds(self) -> bool:
        """Whether every metric moved as stated."""
        return all(row.holds for row in self.rows)


def read_sensitivities(path: Path | None = None) -> Sensitivities:
    """Read a file of sensitivities, of parameters or of switches; by default the shipped one of parameters.

    Raises
    ------
    FileError, ParamError
        It cannot be read, or is none; one sentence names what is wrong.
    """
    path = path or SHIPPED
    content = toml_of(read_text(path, "restore the file"), path)
    wanted = SWITCHES if content.get("format") == SWITCHES else PARAMETERS
    refuse_other_format(content, wanted, path, "restore the file")
    content = {key: tuple(value) if isinstance(value, list) else value for key, value in content.items()}
    try:
        return Sensitivities.model_validate(content)
    except ValidationError as problem:
        raise ParamError(f"{path}: {fault(problem.errors(include_url=False))}") from problem


def default_event(stated: Sensitivities) -> Event:
    """The recorded crash of a file, or the one that ships with govtool where the other's series are not at hand."""
    events = catalogue()
    recorded = find_event(stated.event, events)
    return find_event(stated.bundled_event, events) if absent_series(recorded) else recorded


def sense(
    stated: Sensitivities,
    event: Event | None = None,
    *,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Sensed:
    """Replay every sensitivity on a crash, by default the one that the file names.

    Raises
    ------
    ParamError
        A setting, or a change beside it, is refused by the rules of the protocol or the world.
    """
    event = event or default_event(stated)
    total = len(stated.sensitivities)
    rows: list[Shown] = []
    replays = Replays(event, stated.seeds)
    for one in stated.sensitivities:
        progress("sensitivities", len(rows), total)
        rows.append(_shown(one, stated, replays))
    progress("sensitivities", len(rows), total)
    return Sensed(event.name, replays.label, stated.seeds, tuple(rows))


def plain(found: Sensed) -> dict[str, Any]:
    """What was found, as a file keeps it."""
    return {"format": SENSED_FORMAT, "model": MODEL, "holds": found.holds} | asdict(found)


class Replays:
    """Replays of one event: scenarios are built once per world, and no protocol is replayed twice in one."""

    def __init__(self, event: Event, seeds: tuple[int, ...]) -> None:
        self.event, self.window = event, load_window(event)
        self.seeds = seeds
        self.label = self.window.label
        self._scenarios: tuple[str, tuple[Scenario, ...]] = ("", ())
        self._found: dict[tuple[str, str], list[dict[str, float]]] = {}

    def metrics(self, side: "Side") -> list[dict[str, float]]:
        """Metrics of a protocol in a world, by seed."""
        world = json.dumps(side.world.model_dump(mode="json"), sort_keys=True)
        key = (digest(side.protocol), world)
        if key not in self._found:
            self._found[key] = [dict(replay(one, side.protocol).metrics) for one in self._built(side.world, world)]
        return self._found[key]

    def _built(self, world: World, key: str) -> tuple[Scenario, ...]:
        """Scenarios of a world by seed; only the last world's are kept, for there may be many."""
        if self._scenarios[0] != key:
            built = tuple(assemble(self.window, self.event.kind, world, seed) for seed in self.seeds)
            self._scenarios = (key, built)
        return self._scenarios[1]


@dataclass(frozen=True)
class Side:
    """One of two that are compared: a protocol in a world."""

    protocol: Protocol
    world: World


def sides_of(one: Sensitivity, stated: Sensitivities) -> tuple[Side, Side]:
    """What one sensitivity compares: two that differ in its parameter or switch alone."""
    setting, of_world = stated.settings[one.setting], stated.is_of_world
    rules: dict[str, Any] = {**setting.changes, **one.beside}
    weather = {**setting.weather, **one.weather}
    tried: tuple[dict[str, Any], ...] = ({one.parameter: one.from_}, {one.parameter: one.to})
    protocol, world = read_protocol(setting.protocol), read_world(setting.world)
    first, second = (
        Side(
            replaced(protocol, rules | ({} if of_world else taken)),
            world_fields.replaced(world, weather | (taken if of_world else {})),
        )
        for taken in tried
    )
    return first, second


def _shown(one: Sensitivity, stated: Sensitivities, replays: Replays) -> Shown:
    setting = stated.settings[one.setting]
    first, second = ([row[one.moves] for row in replays.metrics(side)] for side in sides_of(one, stated))
    before, after = _means(first, second)
    return Shown(
        parameter=one.parameter,
        before=one.from_,
        after=one.to,
        setting=one.setting,
        protocol=setting.protocol,
        world=setting.world,
        metric=one.moves,
        unit=METRICS[one.moves].unit,
        value_before=before,
        value_after=after,
        stated=one.direction,
        # Nothing is above or below what is not a number.
        holds=after > before if one.direction == "up" else after < before,
        why=one.why,
    )


def _means(first: list[float], second: list[float]) -> tuple[float, float]:
    """Means over the seeds at which both are numbers; NaN if there is none."""
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if not (math.isnan(a) or math.isnan(b))]
    if not pairs:
        return math.nan, math.nan
    return math.fsum(a for a, _ in pairs) / len(pairs), math.fsum(b for _, b in pairs) / len(pairs)
