"""The common grid of a window: which bars are replayed, which are its tail, and what the gap policy did."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from govtool.errors import DataError
from govtool.history.bars import MS, MS_PER_DAY, Series, utc
from govtool.history.catalogue import Event
from govtool.history.gaps import find_gaps, gap_error

TAIL_MS = MS_PER_DAY  # the passive shadow of a liquidated position looks 24 h past the end


class Grid(NamedTuple):
    """Bar times of a window and its tail, how many of them are replayed, and bars filled or cut per market."""

    timestamp: NDArray[np.int64]
    bars: int
    gaps: dict[str, int]


def window_grid(event: Event, markets: Sequence[str], main: Sequence[Series]) -> Grid:
    """Grid of an event over the main series of its markets; the tail ends where the first of them ends."""
    step = event.interval_s * MS
    for series in main:
        _check_cover(event, series, step)
    last = min(event.end_ms + TAIL_MS - step, *(int(series.timestamp[-1]) for series in main))
    times = np.arange(event.start_ms, last + step, step, dtype=np.int64)
    absent = np.stack([~np.isin(times, series.timestamp, assume_unique=True) for series in main])
    counts = {market: int(absent[m].sum()) for m, market in enumerate(markets)}
    bars = (event.end_ms - event.start_ms) // step
    if event.gap_policy == "error":
        for m, series in enumerate(main):
            if absent[m].any():
                raise _gap(event, series, times, absent[m])
    if event.gap_policy == "split" and absent.any():
        return _longest_piece(Grid(times, bars, counts), absent)
    return Grid(times, bars, counts)


def _check_cover(event: Event, series: Series, step: int) -> None:
    end_ms = int(series.timestamp[-1]) + step
    if series.start_ms > event.start_ms or end_ms < event.end_ms:
        raise DataError(
            f"{series.name} spans {utc(series.start_ms)} to {utc(end_ms)} UTC and does not cover event "
            f"{event.name!r} ({utc(event.start_ms)} to {utc(event.end_ms)}): name a longer series"
        )


def _gap(event: Event, series: Series, times: NDArray[np.int64], absent: NDArray[np.bool_]) -> DataError:
    present = ~absent
    present[0] = present[-1] = True  # a gap at an end is measured from the end itself
    gaps = find_gaps(times[present], event.interval_s)
    if gaps.count == 0:
        return DataError(
            f"event {event.name!r}, series {series.name}: the bar at {utc(int(times[absent][0]))} UTC "
            "is missing: "
            "state a gap policy, hold or split, or choose another window"
        )
    return gap_error(f"event {event.name!r}, series {series.name}", event.interval_s, gaps)


def _longest_piece(grid: Grid, absent: NDArray[np.bool_]) -> Grid:
    """Cut to the longest stretch of replayed bars without a gap, with what tail follows it unbroken."""
    broken = absent.any(axis=0)
    stops = np.r_[-1, np.flatnonzero(broken), grid.timestamp.size]
    begin = end = after = 0
    for before, stop in zip(stops[:-1].tolist(), stops[1:].tolist(), strict=True):
        if min(stop, grid.bars) - (before + 1) > end - begin:
            begin, end, after = before + 1, min(stop, grid.bars), stop
    if end == begin:
        raise DataError(f"markets {', '.join(grid.gaps)} have no bar in common: choose another window")
    return Grid(grid.timestamp[begin:after], end - begin, dict.fromkeys(grid.gaps, grid.bars - (end - begin)))
