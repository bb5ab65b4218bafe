"""Missing bars: counted always, and refused, held or split off by a named policy, never in silence."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from govtool.errors import DataError, ParamError
from govtool.history.bars import MS, Series, Title, interval_text, new_series, utc

POLICIES = ("error", "hold", "split")


@dataclass(frozen=True)
class Gaps:
    """Count of missing bars between a series' first and last row."""

    count: int
    bars: int
    longest: int
    longest_after_ms: int

    def text(self) -> str:
        """Short text for a table. Example: "1 (284 bars), longest 284 after 2021-04-25 04:00"."""
        if self.count == 0:
            return "0"
        return f"{self.count} ({self.bars} bars), longest {self.longest} after {utc(self.longest_after_ms)}"


def find_gaps(timestamp: NDArray[np.int64], interval_s: int) -> Gaps:
    """Gaps of an ascending grid of times; a single row has none."""
    absent = np.diff(timestamp) // (interval_s * MS) - 1
    if absent.size == 0 or absent.max() <= 0:
        return Gaps(0, 0, 0, 0)
    longest = int(np.argmax(absent))
    held = absent[absent > 0]
    return Gaps(int(held.size), int(held.sum()), int(absent[longest]), int(timestamp[longest]))


def series_gaps(series: Series) -> Gaps:
    """Gaps of a series of bars; funding and open interest have none, for their steps are not bars."""
    bars = series.kind in ("bars", "mark")
    return find_gaps(series.timestamp if bars else series.timestamp[:1], series.interval_s)


def check_policy(policy: str) -> str:
    """The policy itself, or ParamError naming those there are."""
    if policy not in POLICIES:
        raise ParamError(f"gap policy {policy!r} is not one of {', '.join(POLICIES)}")
    return policy


def gap_error(where: str, interval_s: int, gaps: Gaps) -> DataError:
    """The sentence for a gap under policy `error`."""
    return DataError(
        f"{where}: {gaps.bars} bars of {interval_text(interval_s)} are missing, the longest gap "
        f"({gaps.longest}) "
        f"after {utc(gaps.longest_after_ms)} UTC: state a gap policy, hold or split, or choose another window"
    )


def apply_policy(series: Series, policy: str) -> tuple[list[Series], Gaps]:
    """Pieces of a bar series without gaps under `policy`, and the gaps there were before.

    `error` raises DataError at a gap; `hold` fills each missing bar with the close before it and no volume;
    `split` cuts at each gap. Funding and open interest pass as they are: their steps are not bars.
    """
    check_policy(policy)
    gaps = series_gaps(series)
    if gaps.count == 0:
        return [series], gaps
    if policy == "error":
        raise gap_error(series.name, series.interval_s, gaps)
    if policy == "split":
        return _split(series), gaps
    start, step = series.start_ms, series.interval_s * MS
    grid = np.arange(start, int(series.timestamp[-1]) + step, step, dtype=np.int64)
    columns, _ = on_grid(series, grid)
    return [new_series(_title(series), grid, columns, label=series.label)], gaps


def _title(series: Series) -> Title:
    return Title(series.venue, series.symbol, series.interval_s, series.kind)


def _split(series: Series) -> list[Series]:
    cuts = np.flatnonzero(np.diff(series.timestamp) > series.interval_s * MS) + 1
    pieces = []
    for part in np.split(np.arange(series.timestamp.size), cuts):
        columns = {name: column[part] for name, column in series.columns.items()}
        pieces.append(new_series(_title(series), series.timestamp[part], columns, label=series.label))
    return pieces


def on_grid(series: Series, grid: NDArray[np.int64]) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.bool_]]:
    """Columns of a bar series on a grid of times, held where a bar is missing, and which ones were missing.

    A held bar has open = high = low = close = the close before it and volume 0. DataError if the first bar of
    the grid has nothing before it to hold. A series of mark prices has volume 0 throughout.
    """
    last = np.searchsorted(series.timestamp, grid, side="right") - 1
    if last.size and last[0] < 0:
        raise DataError(
            f"{series.name} begins at {utc(series.start_ms)} UTC, after {utc(int(grid[0]))} UTC where "
            "it is needed: "
            "choose a later window or a longer series"
        )
    absent = series.timestamp[last] != grid
    close = series.columns["close"][last]
    columns = {name: np.where(absent, close, series.columns[name][last]) for name in ("open", "high", "low", "close")}
    volume = series.columns.get("volume")
    columns["volume"] = np.zeros(grid.size) if volume is None else np.where(absent, 0.0, volume[last])
    return columns, absent
