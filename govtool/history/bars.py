"""Values of this room: one stored series, and the window of the past that a scenario needs."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from govtool.errors import DataError, ParamError

MS = 1_000
MS_PER_DAY = 86_400_000

RECORDED = "recorded"
RECONSTRUCTED = "reconstructed"

COLUMNS: dict[str, tuple[str, ...]] = {
    "bars": ("open", "high", "low", "close", "volume"),
    "mark": ("open", "high", "low", "close"),
    "funding": ("funding_rate",),
    "oi": ("open_interest", "open_interest_value"),
}
"""Columns of each kind of series, beside `timestamp`."""

HASHED_ROWS = 1 << 16
"""Rows of an array that are brought into canonical form at a time: a copy of the whole could be too large."""

_UNIT_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}
_NAME = re.compile(
    r"(?P<venue>[a-z0-9.-]+)_(?P<symbol>[A-Za-z0-9.-]+)_(?P<interval>\d+[mhd])"
    r"(?:-(?P<kind>mark|funding|oi))?_\d{8}-\d{8}"
)


@dataclass(frozen=True, eq=False)
class Series:
    """One stored series of one market. Times are UTC milliseconds; bars are stamped at their open."""

    name: str
    venue: str
    symbol: str
    interval_s: int
    kind: str
    label: str
    start_ms: int
    timestamp: NDArray[np.int64]
    columns: dict[str, NDArray[np.float64]]
    digest: str


@dataclass(frozen=True, eq=False)
class Window:
    """What a scenario needs of the past: all markets on one grid, and what was known before it.

    Shapes: B bars replayed, then `tail_bars` more; M markets; L lead samples; D days of bars and tail, begun
    ones counted; F funding times.

    Attributes
    ----------
    native_s : int
        Length of a bar, seconds.
    open, high, low, close, volume : float64 (B + tail_bars, M)
        Prices in quote per base, volume in base units.
    lead_s, lead_price : float64 (L,), (L, M)
        Seconds relative to `start_ms` (negative, ascending) and the close prices at those times.
    day_volume : float64 (D + 1, M)
        Median daily volume, quote currency, of up to 30 whole UTC days before each day of the window.
    day_sigma : float64 (D + 1, M)
        Standard deviation of daily log returns over the same days, a fraction of one.
    lead_days : int
        Whole days before the window that every market has, at most 30.
    funding_ms, funding_rate : int64 (F,), float64 (F, M)
        Settlements inside the replayed part; a market without one at that time pays none (0).
    series : tuple of (name, digest)
        Everything that was read.
    gaps : dict
        Bars of each market that the gap policy filled, or cut off for `split`.
    """

    event: str
    label: str
    markets: tuple[str, ...]
    native_s: int
    start_ms: int
    bars: int
    tail_bars: int
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]
    lead_s: NDArray[np.float64]
    lead_price: NDArray[np.float64]
    day_volume: NDArray[np.float64]
    day_sigma: NDArray[np.float64]
    lead_days: int
    funding_ms: NDArray[np.int64]
    funding_rate: NDArray[np.float64]
    series: tuple[tuple[str, str], ...]
    gaps: dict[str, int]
    digest: str


class Pieces(NamedTuple):
    """An array that is not in memory as a whole: what it would be, and its rows piece by piece, in order."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    rows: Iterable[NDArray[Any]]


class Title(NamedTuple):
    """What a series' name says of it."""

    venue: str
    symbol: str
    interval_s: int
    kind: str


def interval_seconds(text: str) -> int:
    """Seconds in an interval such as "1m", "4h" or "1d"; it must divide a day. Example: "5m" is 300."""
    number, unit = text[:-1], text[-1:]
    if not number.isascii() or not number.isdigit() or unit not in _UNIT_SECONDS:
        raise ParamError(f"interval {text!r} is not a number followed by m, h or d, such as 1m, 4h or 1d")
    seconds = int(number) * _UNIT_SECONDS[unit]
    if seconds <= 0 or _UNIT_SECONDS["d"] % seconds:
        raise ParamError(f"interval {text!r} does not divide a day: use one such as 1m, 5m, 15m, 1h, 4h or 1d")
    return seconds


def interval_text(seconds: int) -> str:
    """The shortest text for an interval. Example: 3600 is "1h"."""
    for unit in ("d", "h", "m"):
        if seconds % _UNIT_SECONDS[unit] == 0:
            return f"{seconds // _UNIT_SECONDS[unit]}{unit}"
    raise ParamError(f"interval of {seconds} s is not a whole number of minutes")


def utc(ms: int) -> str:
    """A time as text. Example: 0 is "1970-01-01 00:00"."""
    return str(np.datetime64(int(ms), "ms").astype("datetime64[m]")).replace("T", " ")


def day_stamp(ms: int) -> str:
    """The UTC day of a time, for names. Example: 0 is "19700101"."""
    return str(np.datetime64(int(ms), "ms").astype("datetime64[D]")).replace("-", "")


def parse_name(name: str) -> Title:
    """Venue, symbol, interval and kind that a series' name states; DataError if it states none."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise DataError(
            f"series name {name!r} is not <venue>_<SYMBOL>_<interval>[-mark|-funding|-oi]_<first "
            "day>-<last day>: "
            "rename the file or bring it in with `govtool data import`"
        )
    return Title(found["venue"], found["symbol"], interval_seconds(found["interval"]), found["kind"] or "bars")


def series_name(title: Title, first_ms: int, last_ms: int) -> str:
    """Name of a series from what it holds. Example: "binance-spot_BTCUSDT_1m_20240801-20240831"."""
    kind = "" if title.kind == "bars" else f"-{title.kind}"
    days = f"{day_stamp(first_ms)}-{day_stamp(last_ms)}"
    return f"{title.venue}_{title.symbol}_{interval_text(title.interval_s)}{kind}_{days}"


def digest_arrays(arrays: Mapping[str, NDArray[Any] | Pieces]) -> str:
    """Canonical SHA-256 of named arrays: sorted names, dtypes, shapes, little-endian bytes; minus zero is zero.

    How a file stores the numbers (compression, column order, CSV or Parquet) does not enter, nor whether an array comes
    whole or in pieces.
    """
    canonical = hashlib.sha256(b"govtool/arrays@1\n")
    for name in sorted(arrays):
        array = arrays[name]
        dtype, shape = array.dtype.newbyteorder("<"), array.shape or (1,)
        canonical.update(f"{name} {dtype.str} {shape}\n".encode())
        for rows in array.rows if isinstance(array, Pieces) else _pieces(array.reshape(shape)):
            if dtype.kind == "f":
                rows = rows + 0.0  # -0.0 becomes 0.0
            canonical.update(rows.astype(dtype, copy=False).tobytes())
    return f"sha256:{canonical.hexdigest()}"


def _pieces(array: NDArray[Any]) -> Iterable[NDArray[Any]]:
    return (array[first : first + HASHED_ROWS] for first in range(0, array.shape[0], HASHED_ROWS))


def new_series(
    title: Title,
    timestamp: NDArray[np.int64],
    columns: Mapping[str, NDArray[np.float64]],
    *,
    label: str = RECORDED,
    name: str | None = None,
) -> Series:
    """A series of read-only arrays with its digest; trusts the numbers (`check.check_series` is the edge)."""
    if timestamp.size == 0:
        raise DataError(f"{name or title.symbol} holds no rows: a series needs at least one")
    times = np.array(timestamp, dtype=np.int64)
    kept = {column: np.array(columns[column], dtype=np.float64) for column in COLUMNS[title.kind]}
    for array in (times, *kept.values()):
        array.setflags(write=False)
    return Series(
        name=name or series_name(title, int(times[0]), int(times[-1])),
        venue=title.venue,
        symbol=title.symbol,
        interval_s=title.interval_s,
        kind=title.kind,
        label=label,
        start_ms=int(times[0]),
        timestamp=times,
        columns=kept,
        digest=digest_arrays({"timestamp": times, **kept}),
    )
