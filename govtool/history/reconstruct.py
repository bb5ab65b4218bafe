"""The bundled history: minutes and days bridged between published anchor prices, the same numbers every time.

Run as `python -m govtool.history.reconstruct`; it rewrites the Parquet files of `historical/` from its
`anchors.toml`.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from govtool.errors import GovtoolError
from govtool.history.anchors import MINUTE_MS, Anchor, EventAnchors, MarketAnchors, read_anchors
from govtool.history.bars import MS_PER_DAY, RECONSTRUCTED, Series, Title, new_series, series_name
from govtool.history.check import Rows, check_rows
from govtool.history.paths import Bounds, bars, bridged, luck, volumes
from govtool.history.store import bundled_folder, scaled, write_series

VENUE, QUOTE = "reconstructed", "USD"
MINUTES_PER_DAY = 1_440
LONGEST_STRIDE = 40  # days: daily anchors further apart belong to different stretches
PRICE_DIGITS, VOLUME_DIGITS = 5, 2  # significant digits that are kept of a usual price and volume
PULL_BACK = 0.1  # assumption: an extreme minute closes this share of the way back to the nearer anchor


class Reconstructed(NamedTuple):
    """A series, the decimals that its columns are rounded to, and where its anchors come from."""

    series: Series
    decimals: dict[str, int]
    source: str


def minutes(event: EventAnchors, index: int) -> Reconstructed:
    """Minute bars of the event's market at `index`."""
    market = event.markets[index]
    steps = (event.end_ms - event.start_ms) // MINUTE_MS
    key = event.start_ms // MINUTE_MS
    sigma = market.volatility / math.sqrt(MINUTES_PER_DAY)
    places = [(one.time_ms - event.start_ms) // MINUTE_MS for one in market.minute]
    pins = list(zip(places, _pinned(market.minute), strict=True))
    path = bridged(pins, sigma, luck(key, index, steps))
    columns = bars(path, market.minute[0].price, _bounds(market.minute, pins, sigma), key, index)
    for anchor, place in zip(market.minute, places, strict=True):
        if anchor.point != "at":
            columns[anchor.point][place - 1] = anchor.price
    columns["volume"] = volumes(columns, market.volume, key, index)
    times = event.start_ms + np.arange(steps, dtype=np.int64) * MINUTE_MS
    return _rounded(market.market, 60, times, columns, market.source)


def _pinned(anchors: Sequence[Anchor]) -> list[float]:
    """Where the path passes at each anchor: the wick to an extreme leaves the close a little inside."""
    pinned = []
    for i, one in enumerate(anchors):
        beside = [other.price for other in anchors[max(0, i - 1) : i + 2] if other is not one]
        back = 0.0
        if one.point == "low":
            back = max(0.0, min(beside) - one.price)
        elif one.point == "high":
            back = min(0.0, max(beside) - one.price)
        pinned.append(one.price + PULL_BACK * back)
    return pinned


def _bounds(anchors: Sequence[Anchor], pins: Sequence[tuple[int, float]], sigma: float) -> Bounds:
    """Prices that a minute may not pass: just inside the published extremes, the nearer ones next to their minute."""
    low = min([one.price for one in anchors if one.point == "low"], default=0.0)
    high = max([one.price for one in anchors if one.point == "high"], default=math.inf)
    floor, ceiling = np.empty(pins[-1][0]), np.empty(pins[-1][0])
    for (one, (begin, start)), (other, (end, stop)) in pairwise(zip(anchors, pins, strict=True)):
        lows = [anchor.price for anchor in (one, other) if anchor.point == "low"]
        highs = [anchor.price for anchor in (one, other) if anchor.point == "high"]
        floor[begin:end] = min(max([low, *lows]) * (1.0 + 0.5 * sigma), start, stop)
        ceiling[begin:end] = max(min([high, *highs]) * (1.0 - 0.5 * sigma), start, stop)
    return Bounds(floor, ceiling)


def days(market: str, index: int, events: Sequence[EventAnchors]) -> Reconstructed:
    """Daily bars of a market through the daily anchors of all events that have it, in stretches before each event."""
    found = [one for event in events for one in event.markets if one.market == market]
    stretches = _stretches(found)
    pieces = [_stretch(stretch, index) for stretch in stretches]
    times = np.concatenate([times for times, _ in pieces])
    columns = {name: np.concatenate([one[name] for _, one in pieces]) for name in pieces[0][1]}
    sources = "; ".join(dict.fromkeys(one.source for one in found))
    return _rounded(market, 86_400, times, columns, sources)


class Day(NamedTuple):
    """A daily anchor with the volatility and the volume of the days before it."""

    end_ms: int
    price: float
    volatility: float
    volume: float


def _stretches(found: Sequence[MarketAnchors]) -> list[list[Day]]:
    """All daily anchors in order of time, cut where two are further apart than the longest stride."""
    known: dict[int, Day] = {}
    for one in found:
        for anchor in one.daily:
            known.setdefault(anchor.time_ms, Day(anchor.time_ms, anchor.price, one.daily_volatility, one.daily_volume))
    stretches: list[list[Day]] = []
    for end_ms in sorted(known):
        day = known[end_ms]
        if stretches and end_ms - stretches[-1][-1].end_ms <= LONGEST_STRIDE * MS_PER_DAY:
            stretches[-1].append(day)
        else:
            stretches.append([day])
    return stretches


def _stretch(stretch: Sequence[Day], index: int) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    first = stretch[0].end_ms
    key = first // MINUTE_MS
    pins = [((day.end_ms - first) // MS_PER_DAY, day.price) for day in stretch]
    drawn = luck(key, index, pins[-1][0])
    # each leg has its own volatility and volume: those of the event that its end leads to
    legs = []
    for before, after in pairwise(stretch):
        begin, end = ((day.end_ms - first) // MS_PER_DAY for day in (before, after))
        part = type(drawn)(drawn.clock[begin:end], drawn.noise[begin:end])
        path = bridged([(0, before.price), (end - begin, after.price)], after.volatility, part)
        columns = bars(
            path,
            before.price,
            Bounds(np.zeros(end - begin), np.full(end - begin, math.inf)),
            key + begin,
            index,
        )
        columns["volume"] = volumes(columns, after.volume * (end - begin), key + begin, index)
        legs.append(columns)
    times = first + np.arange(pins[-1][0], dtype=np.int64) * MS_PER_DAY
    return times, {name: np.concatenate([leg[name] for leg in legs]) for name in legs[0]}


def _rounded(
    market: str,
    interval_s: int,
    times: NDArray[np.int64],
    columns: dict[str, NDArray[np.float64]],
    source: str,
) -> Reconstructed:
    prices = _decimals(columns["close"], PRICE_DIGITS)
    decimals = dict.fromkeys(("open", "high", "low", "close"), prices)
    decimals["volume"] = _decimals(columns["volume"], VOLUME_DIGITS)
    kept = {name: scaled(np.rint(scaled(values, decimals[name])), -decimals[name]) for name, values in columns.items()}
    title = Title(VENUE, f"{market}-{QUOTE}", interval_s, "bars")
    name = series_name(title, int(times[0]), int(times[-1]))
    check_rows(Rows(times, kept, interval_s, "bars"), f"anchors of {name}")
    return Reconstructed(new_series(title, times, kept, label=RECONSTRUCTED, name=name), decimals, source)


def _decimals(values: NDArray[np.float64], digits: int) -> int:
    """Decimals that leave the median value so many significant digits; negative for tens, hundreds and on."""
    usual = float(np.sort(values)[values.size // 2])
    decimals = digits
    while usual >= float(10 ** (digits - decimals)):
        decimals -= 1
    return decimals


def reconstruct(events: Sequence[EventAnchors]) -> list[Reconstructed]:
    """Every series of the bundled history: minutes of each market of each event, then days of each market.

    The days of an event that stands apart are not in the series of the others.
    """
    made = [minutes(event, index) for event in events for index in range(len(event.markets))]
    together = [event for event in events if not event.apart]
    for group in (together, *([event] for event in events if event.apart)):
        markets = dict.fromkeys(one.market for event in group for one in event.markets)
        made += [days(market, index, group) for index, market in enumerate(markets)]
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the bundled history; 2 if the anchors or the folder are not right."""
    parser = argparse.ArgumentParser(
        prog="python -m govtool.history.reconstruct",
        description="Rewrite the reconstructed history from its anchors. Example: --out historical",
    )
    parser.add_argument("--anchors", type=Path, default=bundled_folder() / "anchors.toml")
    parser.add_argument("--out", type=Path, default=bundled_folder())
    options = parser.parse_args(arguments)
    try:
        size = 0
        for one in reconstruct(read_anchors(options.anchors)):
            path = write_series(one.series, options.out, source=one.source, decimals=one.decimals)
            size += path.stat().st_size
            print(f"{one.series.name}  {one.series.timestamp.size} bars  {one.series.digest}")
        print(f"{size} bytes in {options.out}")
    except GovtoolError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
