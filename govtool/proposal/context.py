"""What a finished study leaves, as the plain facts of `evidence.json`, and back as the study's own values."""

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from govtool import MODEL, __version__
from govtool.errors import ParamError, fault
from govtool.history.bars import MS, RECONSTRUCTED
from govtool.history.events import Event
from govtool.proposal.canonical import nine
from govtool.proposal.canonical import plain as exact
from govtool.proposal.redteam import redteam_facts
from govtool.protocol.model import Protocol
from govtool.protocol.read import validated
from govtool.replay.ratios import NAN
from govtool.study.model import Study, parse_study
from govtool.study.result import Result, Row, Trial
from govtool.study.result import plain as result_plain
from govtool.world.model import World

FORMAT = "govtool/evidence@1"

Evidence = dict[str, Any]
Value = TypeVar("Value")

GIVEN = ("study", "current", "candidate")
"""Parts of a result that went in: evidence holds them exactly."""

MEASURED = (
    "study_digest",
    "trials",
    "front",
    "chosen",
    "outcome",
    "verdict",
    "reason",
    "considered",
    "intervals",
    "values",
    "rows",
    "sensitivity",
    "decomposition",
    "importance",
    "opening_pools",
    "annual_costs",
    "histories",
    "labels",
    "notes",
)
"""Parts of a result that came out: evidence holds them at nine significant digits."""


@dataclass(frozen=True)
class PoolPath:
    """The insurance pool and what was liquidated during one window, in quote currency, under both protocols."""

    set: str
    event: str
    seed: int
    mode: str
    hours: tuple[float, ...]
    pool: dict[str, tuple[float, ...]]
    liquidated: dict[str, tuple[float, ...]]


def facts(result: Result, *, world: World, events: Mapping[str, Event], path: PoolPath | None) -> Evidence:
    """The primary sections of evidence. Tables and charts follow from them alone."""
    return {
        "format": FORMAT,
        "model": MODEL,
        "versions": {"govtool": __version__},
        "events": {name: event_facts(events[name]) for name in result.study.events.all()},
        "world": exact(world.model_dump(mode="json")),
        **{name: exact(result_plain(getattr(result, name))) for name in GIVEN},
        **{name: nine(result_plain(getattr(result, name))) for name in MEASURED},
        "redteam": redteam_facts(result.redteam),
        "pool_path": None if path is None else nine(asdict(path)),
    }


def event_facts(event: Event) -> dict[str, Any]:
    told = ("title", "kind", "interval_s", "source", "what")
    return {
        "start": _utc(event.start_ms),
        "end": _utc(event.end_ms),
        **{name: getattr(event, name) for name in told},
    }


def _utc(milliseconds: int) -> str:
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=milliseconds // MS)
    return moment.strftime("%Y-%m-%d %H:%M")


def reconstructed(evidence: Evidence) -> bool:
    """Whether any history behind the evidence is reconstructed and not recorded."""
    return RECONSTRUCTED in evidence["labels"] or any(row["label"] == RECONSTRUCTED for row in evidence["rows"])


def study_of(evidence: Evidence) -> Study:
    """The study that the evidence holds."""
    return parse_study(evidence["study"])


def world_of(evidence: Evidence) -> World:
    """The world that the evidence holds."""
    try:
        return World.model_validate(evidence["world"])
    except ValidationError as problem:
        raise ParamError(f"evidence.json: {fault(problem.errors(include_url=False), 'world')}") from problem


def protocol_of(evidence: Evidence, which: str) -> Protocol:
    """The protocol `current` or `candidate` that the evidence holds."""
    tables = {key: value for key, value in evidence[which].items() if value is not None}
    return validated(tables, f"evidence.json: {which}")


def rows_of(evidence: Evidence) -> tuple[Row, ...]:
    """The rows as the study's own values; null is not a number again."""
    numbers = [{**row, **{side: _numbers(row[side]) for side in ("current", "candidate")}} for row in evidence["rows"]]
    return _checked(_ROWS, numbers, "rows")


def trials_of(evidence: Evidence) -> tuple[Trial, ...]:
    """The trials as the study's own values."""
    return _checked(_TRIALS, evidence["trials"], "trials")


_ROWS = TypeAdapter(tuple[Row, ...])
_TRIALS = TypeAdapter(tuple[Trial, ...])


def _checked(adapter: TypeAdapter[Value], found: Any, section: str) -> Value:
    """The section as the study's own values. Raises ParamError naming the first entry that is not one."""
    try:
        return adapter.validate_python(found)
    except ValidationError as problem:
        raise ParamError(f"evidence.json: {fault(problem.errors(include_url=False), section)}") from problem


def _numbers(found: Mapping[str, float | None]) -> dict[str, float]:
    return {name: NAN if value is None else float(value) for name, value in found.items()}
