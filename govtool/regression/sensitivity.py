"""What each parameter of a liquidation system moves, and which way: stated in a file, shown on a crash."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from govtool import MODEL
from govtool.errors import ParamError, fault
from govtool.files import read_toml
from govtool.history.events import Event, catalogue, find_event
from govtool.protocol.digest import digest
from govtool.protocol.fields import Value, replaced
from govtool.protocol.model import Protocol
from govtool.protocol.read import read_protocol
from govtool.regression.baseline import Part
from govtool.regression.run import absent_series
from govtool.replay.backtest import replay
from govtool.replay.metrics import METRICS
from govtool.scenario.bundle import Scenario, build
from govtool.world.read import read_world

FORMAT = "govtool/sensitivities@1"
SENSED_FORMAT = "govtool/sensed@1"
SHIPPED = Path(__file__).with_name("sensitivities.toml")

Direction = Literal["up", "down"]
Changes = dict[str, int | bool | str]


class Setting(Part):
    """Around what a sensitivity shows: a protocol with some parameters changed, in a world."""

    protocol: Annotated[str, Field(min_length=1)]
    world: Annotated[str, Field(min_length=1)]
    why: Annotated[str, Field(min_length=1)]
    changes: Changes = Field(default_factory=dict)


class Sensitivity(Part):
    """One parameter: taken from one value to another, it moves a metric up or down.

    `beside` holds what else must be set for it to show, on top of the setting, and `why` says how it comes about.
    """

    parameter: Annotated[str, Field(min_length=1)]
    setting: Annotated[str, Field(min_length=1)]
    from_: Annotated[int | bool | str, Field(alias="from")]
    to: int | bool | str
    moves: Annotated[str, Field(min_length=1)]
    direction: Direction
    why: Annotated[str, Field(min_length=1)]
    beside: Changes = Field(default_factory=dict)

    @model_validator(mode="after")
    def _moves_a_metric(self) -> "Sensitivity":
        if self.moves not in METRICS:
            raise ValueError(f'moves = "{self.moves}" is not a metric')
        if type(self.from_) is not type(self.to) or self.from_ == self.to:
            raise ValueError(f"from = {self.from_!r} and to = {self.to!r} must be two values of one kind")
        return self


class Sensitivities(Part):
    """All that is stated: the crash that shows it, the one that ships with govtool, the settings, and the list."""

    format: Literal["govtool/sensitivities@1"]
    event: Annotated[str, Field(min_length=1)]
    bundled_event: Annotated[str, Field(min_length=1)]
    seeds: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1)]
    settings: dict[str, Setting]
    sensitivities: tuple[Sensitivity, ...]

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
    before: Value
    after: Value
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
    """Read a file of sensitivities, by default the shipped one.

    Raises
    ------
    FileError, ParamError
        It cannot be read, or is none; one sentence names what is wrong.
    """
    path = path or SHIPPED
    content = read_toml(path, FORMAT, "restore the file")
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
        A setting, or a change beside it, is refused by the protocol's own rules.
    """
    event = event or default_event(stated)
    total = len(stated.sensitivities)
    rows: list[Shown] = []
    replays = Replays(event, stated.seeds)
    for one in stated.sensitivities:
        progress("sensitivities", len(rows), total)
        rows.append(_shown(one, stated.settings[one.setting], replays))
    progress("sensitivities", len(rows), total)
    return Sensed(event.name, replays.label, stated.seeds, tuple(rows))


def plain(found: Sensed) -> dict[str, Any]:
    """What was found, as a file keeps it."""
    return {"format": SENSED_FORMAT, "model": MODEL, "holds": found.holds} | asdict(found)


class Replays:
    """Replays of one event: scenarios are built once per world, and no protocol is replayed twice in one."""

    def __init__(self, event: Event, seeds: tuple[int, ...]) -> None:
        self.event = event
        self.seeds = seeds
        self.label = ""
        self._scenarios: dict[str, tuple[Scenario, ...]] = {}
        self._found: dict[tuple[str, str], list[dict[str, float]]] = {}

    def metrics(self, protocol: Protocol, world: str) -> list[dict[str, float]]:
        """Metrics of a protocol in a world, by seed."""
        if world not in self._scenarios:
            traders = read_world(world)
            self._scenarios[world] = tuple(build(self.event, traders, seed) for seed in self.seeds)
            self.label = self._scenarios[world][0].label
        key = (digest(protocol), world)
        if key not in self._found:
            self._found[key] = [dict(replay(scenario, protocol).metrics) for scenario in self._scenarios[world]]
        return self._found[key]


def values_of(one: Sensitivity, setting: Setting) -> tuple[Protocol, Protocol]:
    """The protocols that one sensitivity compares."""
    base = read_protocol(setting.protocol)
    first, second = (replaced(base, {**setting.changes, **one.beside, one.parameter: to}) for to in (one.from_, one.to))
    return first, second


def _shown(one: Sensitivity, setting: Setting, replays: Replays) -> Shown:
    first, second = (
        [metrics[one.moves] for metrics in replays.metrics(protocol, setting.world)]
        for protocol in values_of(one, setting)
    )
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
