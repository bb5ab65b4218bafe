"""What a series must satisfy before anything is computed from it, each failure as one sentence."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from govtool.errors import DataError
from govtool.history.bars import COLUMNS, MS, interval_text, utc

FUNDING_LIMIT = 1.0  # a funding rate of 100 % a settlement is a unit mistake (per cent for fraction)


class Rows(NamedTuple):
    """Rows as they were read, not yet trusted."""

    timestamp: NDArray[np.int64]
    columns: Mapping[str, NDArray[np.float64]]
    interval_s: int
    kind: str


def check_rows(rows: Rows, where: str) -> None:
    """Raise DataError for the first thing wrong in `rows`; `where` is the file or series named in it.

    Times strictly ascending and, except for funding, on the interval's grid; finite numbers; prices above
    zero; low <= open, close <= high; volumes and open interest not negative; funding rates below 100 %.
    """
    found = problems(rows, limit=1)
    if found:
        raise DataError(f"{where}: {found[0]}; correct or remove it, or take the file from another source")


def problems(rows: Rows, limit: int = 10) -> list[str]:
    """Up to `limit` things wrong in `rows`, the first row of each kind of failure; empty if it may be used."""
    missing = [column for column in COLUMNS[rows.kind] if column not in rows.columns]
    if missing:
        return [f"column {missing[0]!r} is missing among {', '.join(rows.columns) or 'none'}"]
    if rows.timestamp.size == 0:
        return ["it has no rows"]
    rules = [_finite, _ascending, _on_grid]
    if rows.kind in ("bars", "mark"):
        rules += [_positive, _ordered]
    rules += [_not_negative, _rate_is_fraction]
    found: list[str] = []
    for rule in rules:
        sentence = rule(rows)
        if sentence:
            found.append(sentence)
        # a number that is none, or a time out of order, makes the other comparisons idle
        if len(found) >= limit or (found and rule is _finite):
            break
    return found


def _row(rows: Rows, row: int) -> str:
    return f"row {row + 1} ({utc(int(rows.timestamp[row]))} UTC)"


def _first(bad: NDArray[np.bool_]) -> int | None:
    return int(np.argmax(bad)) if bad.any() else None


def _finite(rows: Rows) -> str | None:
    for column in COLUMNS[rows.kind]:
        row = _first(~np.isfinite(rows.columns[column]))
        if row is not None:
            return f"{_row(rows, row)} has {column} = {rows.columns[column][row]}, which is not a finite number"
    return None


def _ascending(rows: Rows) -> str | None:
    step = np.diff(rows.timestamp)
    row = _first(step <= 0)
    if row is None:
        return None
    fault = "repeats the time of the row before" if step[row] == 0 else "is earlier than the row before"
    return f"{_row(rows, row + 1)} {fault}"


def _on_grid(rows: Rows) -> str | None:
    if rows.kind == "funding":
        return None  # venues change the interval and stamp a settlement late
    row = _first(rows.timestamp % (rows.interval_s * MS) != 0)
    if row is None:
        return None
    return f"{_row(rows, row)} is off the {interval_text(rows.interval_s)} grid by {_offset(rows, row)} ms"


def _offset(rows: Rows, row: int) -> int:
    return int(rows.timestamp[row] % (rows.interval_s * MS))


def _positive(rows: Rows) -> str | None:
    for column in ("open", "high", "low", "close"):
        row = _first(rows.columns[column] <= 0.0)
        if row is not None:
            return f"{_row(rows, row)} has {column} = {rows.columns[column][row]:.10g} and is not above zero"
    return None


def _ordered(rows: Rows) -> str | None:
    for low, high in (("low", "open"), ("low", "close"), ("open", "high"), ("close", "high")):
        below, above = rows.columns[low], rows.columns[high]
        row = _first(below > above)
        if row is not None:
            return f"{_row(rows, row)} has {low} = {below[row]:.10g} above {high} = {above[row]:.10g}"
    return None


def _not_negative(rows: Rows) -> str | None:
    for column in ("volume", "open_interest", "open_interest_value"):
        if column in COLUMNS[rows.kind]:
            row = _first(rows.columns[column] < 0.0)
            if row is not None:
                return f"{_row(rows, row)} has {column} = {rows.columns[column][row]:.10g}, which is negative"
    return None


def _rate_is_fraction(rows: Rows) -> str | None:
    if rows.kind != "funding":
        return None
    rate = rows.columns["funding_rate"]
    row = _first(np.abs(rate) >= FUNDING_LIMIT)
    if row is None:
        return None
    return f"{_row(rows, row)} has funding_rate = {rate[row]:.10g} outside (-1, 1)"
