"""Market data as others publish it: CSV (plain or gzip), Binance archives (zip), Parquet; read and checked."""

import datetime
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from govtool.errors import DataError, FileError, ParamError
from govtool.history.bars import (
    COLUMNS,
    RECORDED,
    Series,
    Title,
    interval_seconds,
    new_series,
    parse_name,
)
from govtool.history.check import Rows, check_rows
from govtool.history.gaps import Gaps, apply_policy, series_gaps
from govtool.history.store import TIME_NAMES, epoch_ms, read_parquet

KEEP = "keep"
"""Gap policy of a store: gaps stay gaps, and each window that meets one applies its own policy."""

KLINE = ("timestamp", "open", "high", "low", "close", "volume")
FUNDING = ("timestamp", "funding_interval_hours", "funding_rate")
"""Columns of Binance archives without a header line: the first ones of twelve, and the three of funding."""

OTHER_NAMES = {
    "last_funding_rate": "funding_rate",
    "fundingrate": "funding_rate",
    "vol": "volume",
    "calc_time": "timestamp",
}
MINUTE_MS = 60_000

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_BINANCE = re.compile(r"(?P<symbol>[A-Z0-9]+)-(?P<what>\d+[mhd]|fundingRate)-\d{4}-\d{2}(-\d{2})?")


def import_series(
    paths: Sequence[Path], title: Title, *, policy: str = "error", label: str = RECORDED
) -> tuple[list[Series], Gaps]:
    """The series that the files make together, in order of time, and the gaps found.

    `policy` is error, hold or split (several series come of it), or keep.
    """
    read = [read_source(path, title) for path in paths]
    rows = joined(read, ", ".join(path.name for path in paths))
    series = new_series(title, rows.timestamp, rows.columns, label=label)
    if policy == KEEP:
        return [series], series_gaps(series)
    return apply_policy(series, policy)


def joined(read: Sequence[Rows], where: str) -> Rows:
    """Rows of several files as one, in order of their first time, and checked again: they must not overlap."""
    ordered = sorted(read, key=lambda rows: int(rows.timestamp[0]))
    names = COLUMNS[ordered[0].kind]
    rows = Rows(
        np.concatenate([one.timestamp for one in ordered]),
        {name: np.concatenate([one.columns[name] for one in ordered]) for name in names},
        ordered[0].interval_s,
        ordered[0].kind,
    )
    if len(ordered) > 1:
        check_rows(rows, where)
    return rows


def read_source(path: Path, title: Title) -> Rows:
    """Checked rows of one file; how to read it is told from its ending: .parquet, .csv, .csv.gz or .zip."""
    if path.suffix == ".parquet":
        timestamp, columns, _ = read_parquet(path)
        rows = Rows(_stamped(timestamp, title), columns, title.interval_s, title.kind)
        check_rows(rows, path.name)
        return rows
    if path.suffix not in (".csv", ".gz", ".zip"):
        raise ParamError(f"{path}: ends in none of .parquet, .csv, .csv.gz and .zip: rename it or convert it")
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror or problem}; check the path") from problem
    return read_content(content, path.name, title)


def read_content(content: bytes, name: str, title: Title) -> Rows:
    """Checked rows of a CSV, gzipped CSV or zip archive held in memory; `name` tells which, and names failures."""
    if name.endswith(".zip"):
        content = _unzipped(content, name)
    elif name.endswith(".gz"):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as problem:
            raise DataError(f"{name}: is not a whole gzip file ({problem}): get it again") from problem
    timestamp, columns = _parsed(content, name, title.kind)
    rows = Rows(_stamped(timestamp, title), columns, title.interval_s, title.kind)
    check_rows(rows, name)
    return rows


def _unzipped(content: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            tables = [member for member in archive.namelist() if member.endswith(".csv")]
            if len(tables) != 1:
                raise DataError(f"{name}: holds {len(tables)} CSV files, and an archive has one: check what it is")
            return archive.read(tables[0])
    except (zipfile.BadZipFile, zlib.error, EOFError) as problem:
        raise DataError(f"{name}: is not a whole zip archive ({problem}): get it again") from problem


def _parsed(content: bytes, name: str, kind: str) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    """Times and known number columns of a CSV file, with a header line or in Binance's order without one."""
    header = content.split(b"\n", 1)[0].decode("utf-8", "replace").strip("\ufeff\r ").split(",")
    bare = header[0].strip('"').isdigit()
    names = list(FUNDING if kind == "funding" else KLINE) if bare else [_usual(column) for column in header]
    names += [f"unnamed {i}" for i in range(len(names), len(header))]
    table = _table(content, name, names[: len(header)], 0 if bare else 1)
    if "timestamp" not in names:
        raise DataError(f"{name}: no column of times ({', '.join(TIME_NAMES)}) among {', '.join(names)}")
    columns = {column: _numbers(table[column]) for column in COLUMNS[kind] if column in table.column_names}
    return _times(table["timestamp"], name), columns


def _table(content: bytes, name: str, names: list[str], skip: int) -> Any:
    """A CSV file as columns of text."""
    import pyarrow as arrow
    from pyarrow import csv

    reading = csv.ReadOptions(column_names=names, skip_rows=skip)
    turning = csv.ConvertOptions(column_types=dict.fromkeys(names, arrow.string()), strings_can_be_null=True)
    try:
        return csv.read_csv(io.BytesIO(content), read_options=reading, convert_options=turning)
    except (arrow.ArrowException, KeyError) as problem:
        raise DataError(f"{name}: is not a readable CSV file ({str(problem).strip()}): get it again") from problem


def _numbers(column: Any) -> NDArray[np.float64]:
    """A column of text as doubles, each the nearest to what is written; what is no number becomes NaN."""
    import pyarrow as arrow

    try:
        return np.asarray(column.cast(arrow.float64()).to_numpy(), dtype=np.float64)
    except arrow.ArrowException:
        return np.array([_number(text) for text in column.to_pylist()], dtype=np.float64)


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")


def _usual(column: str) -> str:
    """A column's name as it is called here."""
    plain = column.strip(' "').lower().replace(" ", "_")
    plain = OTHER_NAMES.get(plain, plain)
    return "timestamp" if plain in TIME_NAMES else plain


def _times(column: Any, name: str) -> NDArray[np.int64]:
    """UTC milliseconds of a column of epoch counts or of written dates; a date without a zone is UTC."""
    import pyarrow as arrow

    try:
        whole = column.cast(arrow.int64())
    except arrow.ArrowException:
        texts = column.to_pylist()
        return np.array([_written(text, row, name) for row, text in enumerate(texts, 1)], dtype=np.int64)
    if whole.null_count:
        row = column.to_pylist().index(None) + 1
        raise DataError(f"{name}: row {row} has no time: correct or remove it")
    return epoch_ms(np.asarray(whole.to_numpy(), dtype=np.int64))


def _written(text: str | None, row: int, name: str) -> int:
    try:
        date = datetime.datetime.fromisoformat(text or "")
    except ValueError:
        raise DataError(f"{name}: row {row} has time {text!r}, which is neither a date nor a whole number") from None
    zoned = date if date.tzinfo else date.replace(tzinfo=datetime.UTC)
    return int((zoned - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)) // datetime.timedelta(milliseconds=1))


def _stamped(timestamp: NDArray[np.int64], title: Title) -> NDArray[np.int64]:
    """Times of a kind as they are kept: funding is stamped some milliseconds late and goes to its minute."""
    return timestamp // MINUTE_MS * MINUTE_MS if title.kind == "funding" else timestamp


def title_from_name(path: Path, venue: str | None, symbol: str | None, interval: str | None, kind: str) -> Title:
    """Title of a file: what is given, else what its name says (one of ours, or of a Binance archive)."""
    for name, given in (("venue", venue), ("symbol", symbol)):
        if given is not None and not _WORD.fullmatch(given):
            raise ParamError(f"{name} {given!r} is no name for a file: use letters, digits, dots and dashes")
    stem = path.name.removesuffix(".gz").rsplit(".", 1)[0]
    try:
        told = parse_name(stem)
        venue, symbol = venue or told.venue, symbol or told.symbol
        interval_s = interval_seconds(interval) if interval else told.interval_s
        return Title(venue, symbol, interval_s, told.kind if kind == "bars" else kind)
    except DataError:
        pass
    found = _BINANCE.fullmatch(stem)
    if found is not None:
        symbol = symbol or found["symbol"]
        funding = found["what"] == "fundingRate"
        kind = "funding" if funding else kind
        interval = interval or ("8h" if funding else found["what"])
    for name, value in (("venue", venue), ("symbol", symbol), ("interval", interval)):
        if not value:
            raise ParamError(f"{path.name}: its name does not tell the {name}: give it with --{name}")
    title = Title(str(venue), str(symbol), interval_seconds(str(interval)), kind)
    if kind not in COLUMNS:
        raise ParamError(f"kind {kind!r} is not one of {', '.join(COLUMNS)}")
    return title
