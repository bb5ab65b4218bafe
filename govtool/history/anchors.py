"""Published anchor prices that the reconstructed history is bridged between, as `historical/anchors.toml` has
them."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govtool.errors import ParamError
from govtool.files import read_toml

FORMAT = "govtool/anchors@1"
MINUTE_MS = 60_000
POINTS = ("at", "low", "high")
_FIELDS = ("minute", "volatility_pct", "volume", "daily", "daily_volatility_pct", "daily_volume", "source")


@dataclass(frozen=True)
class Anchor:
    """A price at a time: the trade then (`at`), or the lowest or highest trade of that minute."""

    time_ms: int
    price: float
    point: str


@dataclass(frozen=True)
class MarketAnchors:
    """Anchors of one market in one event.

    `volatility` is the daily volatility outside the anchored moves and `daily_volatility` that of the days
    before, fractions of one; `volume` is what traded over the minutes and `daily_volume` in a usual day
    before, base units.
    """

    market: str
    minute: tuple[Anchor, ...]
    volatility: float
    volume: float
    daily: tuple[Anchor, ...]
    daily_volatility: float
    daily_volume: float
    source: str


@dataclass(frozen=True)
class EventAnchors:
    """Anchors of all markets in one event; the minutes run from `start_ms` up to `end_ms`.

    `apart` says that its days are series of their own, beside those that the other events share.
    """

    name: str
    start_ms: int
    end_ms: int
    markets: tuple[MarketAnchors, ...]
    apart: bool = False


def read_anchors(path: Path) -> tuple[EventAnchors, ...]:
    """Every event of an anchors file, in file order."""
    content = read_toml(path, FORMAT)
    sources, apart = content.get("sources", {}), content.get("apart", [])
    for name in apart:
        if name not in content["events"]:
            raise ParamError(f"{path}: apart names {name!r}, which is none of the events; correct or remove it")
    return tuple(
        _event(name, markets, sources, f"{path}: {name}", apart=name in apart)
        for name, markets in content["events"].items()
    )


def _event(
    name: str, markets: Mapping[str, Any], sources: Mapping[str, str], where: str, *, apart: bool
) -> EventAnchors:
    read = tuple(_market(market, fields, sources, f"{where}.{market}") for market, fields in markets.items())
    spans = {(one.minute[0].time_ms, one.minute[-1].time_ms) for one in read}
    if len(spans) != 1:
        raise ParamError(f"{where}: the first and the last minute anchor must be at the same time in every market")
    start_ms, end_ms = spans.pop()
    return EventAnchors(name, start_ms, end_ms, read, apart)


def _market(market: str, fields: Mapping[str, Any], sources: Mapping[str, str], where: str) -> MarketAnchors:
    for field in _FIELDS:
        if field not in fields:
            raise ParamError(f"{where}: field {field!r} is missing")
    if fields["source"] not in sources:
        raise ParamError(f"{where}: source = {fields['source']!r} is not among [sources]")
    minute = tuple(Anchor(_ms(time), float(price), point) for time, price, point in _rows(fields["minute"], 3, where))
    daily = tuple(Anchor(_ms(day), float(price), "at") for day, price in _rows(fields["daily"], 2, where))
    for kind in (minute, daily):
        times = [anchor.time_ms for anchor in kind]
        if len(times) < 2 or times != sorted(set(times)):
            raise ParamError(f"{where}: anchors must be two or more, in order of time")
        for anchor in kind:
            if anchor.price <= 0 or anchor.point not in POINTS or anchor.time_ms % MINUTE_MS:
                raise ParamError(f"{where}: anchor {anchor} needs a whole minute, a price above 0 and a known point")
    return MarketAnchors(
        market=market,
        minute=minute,
        volatility=float(fields["volatility_pct"]) / 100.0,
        volume=float(fields["volume"]),
        daily=daily,
        daily_volatility=float(fields["daily_volatility_pct"]) / 100.0,
        daily_volume=float(fields["daily_volume"]),
        source=str(sources[fields["source"]]),
    )


def _rows(value: object, width: int, where: str) -> list[list[Any]]:
    if not isinstance(value, list) or not all(isinstance(row, list) and len(row) == width for row in value):
        raise ParamError(f"{where}: anchors are rows of {width}: time, price{', point' if width == 3 else ''}")
    return value


def _ms(value: object) -> int:
    """UTC milliseconds of a TOML date (its end, when the day closes) or date and time."""
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return int((value - epoch) // datetime.timedelta(milliseconds=1))
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return ((value - epoch.date()).days + 1) * 86_400_000
    raise ParamError(f"anchor time {value} is not a date, or a date and time with zone")
