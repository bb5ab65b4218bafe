"""The incidents file: which event, protocol and world re-create an incident, and the public figures beside it."""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from govtool.errors import DataError, ParamError, fault
from govtool.files import read_toml
from govtool.history.store import bundled_folder
from govtool.protocol.model import Protocol
from govtool.protocol.read import PRESETS, read_protocol
from govtool.regression.baseline import Part
from govtool.replay.metrics import METRICS
from govtool.scenario.bundle import LARGEST_SEED
from govtool.world.model import World
from govtool.world.read import read_world

FORMAT = "govtool/incidents@1"
SHIPPED = "incidents.toml"

FALL = "market_fall"
MEASURES: dict[str, str] = {name: metric.meaning for name, metric in METRICS.items()} | {
    "open_interest_start_usd": "One-sided open interest at the start.",
    "open_interest_lost_share": "Largest part of it that was gone at once.",
    "pool_start_usd": "Insurance pool at the start.",
    FALL: "Largest fall of a market's index, a fraction of its peak.",
}
"""What may stand beside a published figure: any metric of a replay, and these."""

Text = Annotated[str, Field(min_length=1)]


class Published(Part):
    """One published figure and the measure of the replay beside it, divided by another if `over` names one.

    `market` and `within_min`, the most minutes from peak to low, are for a market's fall alone. `given` says that the
    re-creation was set to the figure, so that a ratio of one proves nothing.
    """

    what: Text
    value: float
    unit: Text
    measure: Text
    source: Text
    over: str = ""
    market: str = ""
    within_min: Annotated[int, Field(ge=0)] = 0
    how: Text = "stated"
    given: bool = False

    @model_validator(mode="after")
    def _is_measured(self) -> "Published":
        for field, name in (("measure", self.measure), ("over", self.over)):
            if name not in MEASURES and (name or field == "measure"):
                raise ValueError(f'{field} = "{name}" is not a measure; name a metric or one of {_others()}')
        if self.over == FALL:
            raise ValueError(f'over = "{FALL}" divides by a fall; name another measure')
        if (self.measure == FALL) != bool(self.market) or (self.within_min and not self.market):
            raise ValueError(f'market and within_min belong to measure = "{FALL}", which needs a market')
        return self


class Incident(Part):
    """One incident: what is replayed, and the figures beside it. `opening_pool_usd` stands above the protocol's."""

    title: Text
    event: Text
    protocol: Text
    world: Text
    seeds: Annotated[tuple[Annotated[int, Field(ge=0, le=LARGEST_SEED)], ...], Field(min_length=1, strict=False)]
    label: Literal["recorded", "reconstructed"]
    what: Text
    left_out: Text
    figures: Annotated[tuple[Published, ...], Field(min_length=1, strict=False)]
    opening_pool_usd: Annotated[float, Field(ge=0, le=1e12)] | None = None


class Incidents(Part):
    """Content of an incidents file, and where it lies: its protocols and worlds are looked for beside it."""

    format: Literal["govtool/incidents@1"]
    sources: dict[str, Text]
    incidents: Annotated[dict[str, Incident], Field(min_length=1)]
    path: str = ""

    @model_validator(mode="after")
    def _sources_are_named(self) -> "Incidents":
        for name, incident in self.incidents.items():
            for figure in incident.figures:
                if figure.source not in self.sources:
                    raise ValueError(
                        f'incidents.{name}: source = "{figure.source}" of "{figure.what}" is not among [sources];'
                        " add it there or correct the name"
                    )
        return self

    def protocol_of(self, incident: Incident) -> Protocol:
        """Protocol of an incident: a preset, or a file beside this one."""
        named = incident.protocol
        return read_protocol(named if named in PRESETS else Path(self.path).parent / named)

    def world_of(self, incident: Incident) -> World:
        """World of an incident: a shipped one, or a file beside this one."""
        named = incident.world
        return read_world(Path(self.path).parent / named if named.endswith(".toml") else named)


def read_incidents(path: Path | None = None) -> Incidents:
    """Read a file of incidents, by default the one that ships with the bundled history.

    Raises
    ------
    FileError, ParamError
        It cannot be read, or is none; one sentence names the field and the remedy.
    """
    path = path or bundled_folder() / SHIPPED
    content = read_toml(path, FORMAT, "restore the file")
    if "path" in content:
        raise ParamError(f"{path}: path is an unknown field; remove it or correct its name")
    try:
        return Incidents.model_validate(content | {"path": str(path)})
    except ValidationError as problem:
        raise ParamError(f"{path}: {fault(problem.errors(include_url=False))}") from problem


def chosen(stated: Incidents, names: Sequence[str]) -> dict[str, Incident]:
    """Incidents of these names in this order, all if none is named; DataError with the nearest names."""
    for name in names:
        if name not in stated.incidents:
            near = difflib.get_close_matches(name, stated.incidents, n=3, cutoff=0.4)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(stated.incidents)}"
            raise DataError(f"{name!r} is not an incident of {stated.path}: {hint}")
    return {name: stated.incidents[name] for name in dict.fromkeys(names)} if names else stated.incidents


def refuse_other_label(stated: Incidents, name: str, label: str) -> None:
    """ParamError if an incident says of its history what its series do not."""
    incident = stated.incidents[name]
    if incident.label != label:
        raise ParamError(
            f'{stated.path}: incidents.{name}: label = "{incident.label}", and the series of {incident.event} are'
            f' {label}; say "{label}"'
        )


def _others() -> str:
    return ", ".join(name for name in MEASURES if name not in METRICS)
