"""The catalogue of named windows: crashes and calm stretches, each with its series, source and story."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govtool.errors import DataError, ParamError
from govtool.files import read_toml
from govtool.history.bars import MS, interval_seconds, interval_text, utc
from govtool.history.gaps import check_policy
from govtool.history.store import folders

FORMAT = "govtool/events@1"
KINDS = ("crash", "calm")

_REQUIRED = ("title", "kind", "start", "end", "interval", "series", "lead", "source", "what")
_OPTIONAL = ("funding", "gap_policy")


@dataclass(frozen=True)
class Event:
    """One named window of the catalogue: replayed from `start_ms` up to, not including, `end_ms`."""

    name: str
    title: str
    kind: str
    start_ms: int
    end_ms: int
    interval_s: int
    series: dict[str, str]
    lead: dict[str, str]
    funding: dict[str, str]
    gap_policy: str
    source: str
    what: str


def catalogue(paths: Sequence[Path] | None = None) -> dict[str, Event]:
    """Every named event, in file order: the bundled catalogue, then `events.toml` of each GOVTOOL_HISTORY folder."""
    if paths is None:
        paths = [folder / "events.toml" for folder in folders()]
        paths = [path for path in paths if path.is_file()]
    events: dict[str, Event] = {}
    origin: dict[str, Path] = {}
    for path in paths:
        for name, event in _read(path).items():
            if name in events:
                raise ParamError(f"{path}: event {name!r} is already named in {origin[name]}: rename one of them")
            events[name], origin[name] = event, path
    return events


def find_event(name: str, events: Mapping[str, Event] | None = None) -> Event:
    """The event of that name, or DataError with the nearest names."""
    import difflib

    known = catalogue() if events is None else events
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else "`govtool data list` prints them"
    raise DataError(f"event {name!r} is not in the catalogue of {len(known)} events: {hint}")


def _read(path: Path) -> dict[str, Event]:
    content = read_toml(path, FORMAT)
    unknown = set(content) - {"format", "events"}
    if unknown:
        raise ParamError(f"{path}: unknown field {sorted(unknown)[0]!r}; there are format and [events.<name>]")
    return {name: _event(name, fields, f"{path}: event {name!r}") for name, fields in content["events"].items()}


def _event(name: str, fields: Mapping[str, Any], where: str) -> Event:
    for field in _REQUIRED:
        if field not in fields:
            raise ParamError(f"{where}: field {field!r} is missing")
    unknown = sorted(set(fields) - {*_REQUIRED, *_OPTIONAL})
    if unknown:
        raise ParamError(f"{where}: unknown field {unknown[0]!r}; there are {', '.join(_REQUIRED + _OPTIONAL)}")
    if fields["kind"] not in KINDS:
        raise ParamError(f"{where}: kind = {fields['kind']!r} is not one of {', '.join(KINDS)}")
    series, lead, funding = (_names(fields.get(key, {}), f"{where}: {key}") for key in ("series", "lead", "funding"))
    for market in series:
        if market not in lead:
            raise DataError(f"{where}: market {market} has no lead series: name one under lead")
    strange = sorted({*lead, *funding} - set(series))
    if strange or not series:
        raise ParamError(f"{where}: market {strange[0] if strange else '(none)'} is not among those under series")
    interval_s = interval_seconds(str(fields["interval"]))
    start_ms, end_ms = (_time(fields[key], f"{where}: {key}") for key in ("start", "end"))
    if end_ms <= start_ms or start_ms % (interval_s * MS) or end_ms % (interval_s * MS):
        raise ParamError(
            f"{where}: start {utc(start_ms)} and end {utc(end_ms)} must lie in this order on the "
            f"{interval_text(interval_s)} grid"
        )
    return Event(
        name=name,
        title=str(fields["title"]),
        kind=str(fields["kind"]),
        start_ms=start_ms,
        end_ms=end_ms,
        interval_s=interval_s,
        series=series,
        lead=lead,
        funding=funding,
        gap_policy=check_policy(str(fields.get("gap_policy", "error"))),
        source=str(fields["source"]),
        what=str(fields["what"]),
    )


def _names(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value.values()):
        raise ParamError(f"{where} must be a table of market = series name")
    return {str(market): str(name) for market, name in value.items()}


def _time(value: object, where: str) -> int:
    if not isinstance(value, datetime.datetime) or value.tzinfo is None:
        raise ParamError(f"{where} = {value} is not a date and time with zone, such as 2021-05-19T07:00:00Z")
    whole = (value - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)) // datetime.timedelta(milliseconds=1)
    return int(whole)
