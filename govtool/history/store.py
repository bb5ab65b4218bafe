"""Where series lie: the bundled folder and the GOVTOOL_HISTORY search path; reading and writing their Parquet."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from govtool.errors import DataError, FileError, ParamError
from govtool.files import write_whole
from govtool.history.bars import COLUMNS, RECONSTRUCTED, RECORDED, Series, new_series, parse_name
from govtool.history.check import Rows, check_rows

FORMAT = "govtool/series@1"
SEARCH_PATH = "GOVTOOL_HISTORY"
FIRST_OPEN = "open.first"

TIME_NAMES = ("timestamp", "time", "date", "datetime", "open_time")
"""What a column of times may be called."""

_FOREIGN = (b"ARROW:schema", b"pandas")
_NS_PER = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}


def bundled_folder() -> Path:
    """Folder of the reconstructed history that ships with govtool: beside the package, or inside it."""
    package = Path(__file__).resolve().parents[1]
    beside = package.parent / "historical"
    return beside if (beside / "events.toml").is_file() else package / "historical"


def folders() -> list[Path]:
    """Folders searched for series and catalogues: the bundled one, then those of GOVTOOL_HISTORY in order."""
    named = [Path(entry).expanduser() for entry in os.environ.get(SEARCH_PATH, "").split(os.pathsep) if entry]
    return list(dict.fromkeys([bundled_folder(), *named]))


def check_folders() -> None:
    """DataError if a named folder is not there: a typing error must not look like an empty history."""
    for folder in folders():
        if not folder.is_dir():
            raise DataError(f"{SEARCH_PATH} names {folder}, which is no folder: correct it, or fetch history into it")


def readable(paths: Iterable[Path]) -> tuple[list[tuple[Path, Series]], list[str]]:
    """The series of these files, and what is wrong with those that cannot be read: one must not hide the others."""
    found, problems = [], []
    for path in paths:
        try:
            found.append((path, read_series(path)))
        except (DataError, FileError) as problem:
            problems.append(str(problem))
    return found, problems


def series_paths() -> list[Path]:
    """Every series file in the searched folders, the first of a name only, in order of folder and name."""
    found: dict[str, Path] = {}
    for folder in folders():
        for path in sorted(folder.glob("*.parquet")):
            found.setdefault(path.stem, path)
    return list(found.values())


def find_path(name: str) -> Path:
    """File of the series of that name, in the first folder that has it."""
    for folder in folders():
        path = folder / f"{name}.parquet"
        if path.is_file():
            return path
    searched = ", ".join(str(folder) for folder in folders())
    raise DataError(
        f"series {name!r} is in none of {searched}: download it with `govtool data fetch`, bring it in with "
        f"`govtool data import`, or add its folder to {SEARCH_PATH}"
    )


def find_series(name: str) -> Series:
    """The checked series of that name; DataError names the folders searched and the remedy."""
    return read_series(find_path(name))


def read_series(path: Path) -> Series:
    """Read and check one Parquet series; arrays are read-only, and kept in memory for the next reader."""
    try:
        stamp = path.stat()
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror or problem}; check the path") from problem
    return _read(path, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=12)  # an event reads nine at most
def _read(path: Path, _mtime_ns: int, _size: int) -> Series:
    timestamp, columns, metadata = read_parquet(path)
    title = parse_name(path.stem)
    rows = Rows(timestamp, columns, title.interval_s, title.kind)
    check_rows(rows, str(path))
    return new_series(title, timestamp, columns, label=_label(path, metadata), name=path.stem)


def _label(path: Path, metadata: Mapping[str, str]) -> str:
    label = metadata.get("label", RECORDED)
    if label not in (RECORDED, RECONSTRUCTED):
        raise DataError(f"{path}: label {label!r} is not {RECORDED} or {RECONSTRUCTED}")
    return label


def read_parquet(path: Path) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]], dict[str, str]]:
    """Times in UTC milliseconds, number columns and text metadata of a Parquet file, unchecked.

    Our own files may be smaller than they look: columns stored as whole numbers with a `decimals` entry come
    back divided by that power of ten (the double nearest to the decimal number), and where the first open is
    an entry, each later open is the close before it.
    """
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    try:
        file = parquet.ParquetFile(path)
        table = file.read()
    except OSError as problem:
        raise FileError(f"{path}: cannot be read ({problem}); check the path and its permissions") from problem
    except arrow.ArrowException as problem:
        raise DataError(f"{path}: is not a readable Parquet file ({problem}); fetch or import it anew") from problem
    entries = file.metadata.metadata or {}
    metadata = {key.decode(): entry.decode() for key, entry in entries.items() if key not in _FOREIGN}
    if metadata.get("format", FORMAT) != FORMAT:
        raise ParamError(f"{path}: format {metadata['format']!r} is not {FORMAT!r}: this govtool cannot read it")
    columns: dict[str, NDArray[np.float64]] = {}
    places = dict(entry.split("=") for entry in metadata.get("decimals", "").split())
    for name in table.column_names:
        if name in TIME_NAMES:
            continue
        field = table.schema.field(name)
        if arrow.types.is_floating(field.type) or arrow.types.is_integer(field.type):
            columns[name] = _numbers(table[name], places.get(name))
    if FIRST_OPEN in metadata and "close" in columns:
        columns["open"] = np.concatenate([[float(metadata[FIRST_OPEN])], columns["close"][:-1]])
    return _times(table, path), columns, metadata


def _numbers(column: Any, decimals: str | None) -> NDArray[np.float64]:
    import pyarrow as arrow

    values = np.asarray(column.cast(arrow.float64()).to_numpy(), dtype=np.float64)
    return values if decimals is None else scaled(values, -int(decimals))


def scaled(values: NDArray[np.float64], places: int) -> NDArray[np.float64]:
    """Values times a power of ten, rounded once: whole powers of ten are exact doubles, their inverses are not."""
    power = float(10 ** abs(places))
    return values * power if places >= 0 else values / power


def _times(table: Any, path: Path) -> NDArray[np.int64]:
    import pyarrow as arrow

    found = [name for name in TIME_NAMES if name in table.column_names]
    if not found:
        raise DataError(f"{path}: no column of times ({', '.join(TIME_NAMES)}) among {', '.join(table.column_names)}")
    column = table[found[0]]
    if column.null_count:
        raise DataError(f"{path}: column {found[0]!r} has {column.null_count} empty cells: every row needs a time")
    if arrow.types.is_timestamp(column.type):
        nanoseconds = _NS_PER[column.type.unit]
        whole = np.asarray(column.cast(arrow.int64()).to_numpy(), dtype=np.int64)
        return whole * (nanoseconds // 1_000_000) if nanoseconds >= 1_000_000 else whole // (1_000_000 // nanoseconds)
    if arrow.types.is_integer(column.type):
        return epoch_ms(np.asarray(column.to_numpy(), dtype=np.int64))
    raise DataError(f"{path}: column 'timestamp' is {column.type}, and must be a timestamp or whole numbers")


def epoch_ms(whole: NDArray[np.int64]) -> NDArray[np.int64]:
    """Milliseconds from epoch counts in s, ms, µs or ns, told apart by their size.

    From 1973 to 5138 milliseconds have 12 to 14 digits, so the four units do not overlap there. The unit is
    judged value by value, because the archive of 2025 joins months in milliseconds and in microseconds.
    """
    size = np.abs(whole)
    return np.asarray(
        np.where(
            size < 10**11,
            whole * 1_000,
            np.where(size < 10**14, whole, np.where(size < 10**17, whole // 1_000, whole // 1_000_000)),
        ),
        dtype=np.int64,
    )


def write_series(
    series: Series,
    folder: Path,
    *,
    source: str = "",
    notes: Mapping[str, str] | None = None,
    decimals: Mapping[str, int] | None = None,
) -> Path:
    """Write a series as `<name>.parquet` in `folder`, whole or not at all.

    `notes` adds metadata; `decimals` names columns that are whole multiples of that power of ten and are
    stored as integers, which is a fraction of the size.
    """
    import pyarrow.parquet as parquet

    table, metadata = _packed(series, decimals or {})
    metadata |= {"source": source} if source else {}
    metadata |= notes or {}
    path = folder / f"{series.name}.parquet"

    def fill(waiting: Path) -> None:
        with parquet.ParquetWriter(waiting, table.schema, **_layout(table.column_names, decimals or {})) as out:
            out.write_table(table)
            out.add_key_value_metadata(metadata)

    write_whole(path, fill, make_folder=True)
    return path


def _packed(series: Series, decimals: Mapping[str, int]) -> tuple[Any, dict[str, str]]:
    """The table as it is stored, and the metadata that tells how to read it."""
    import pyarrow as arrow

    metadata = {"format": FORMAT, "label": series.label, "digest": series.digest}
    metadata |= {"decimals": " ".join(f"{name}={places}" for name, places in decimals.items())} if decimals else {}
    arrays = {"timestamp": arrow.array(series.timestamp, type=arrow.timestamp("ms", tz="UTC"))}
    for name in COLUMNS[series.kind]:
        values = series.columns[name]
        if name in decimals:
            values = np.rint(scaled(values, decimals[name])).astype(np.int32)
        arrays[name] = arrow.array(values)
    opens, closes = series.columns.get("open"), series.columns.get("close")
    if "open" in decimals and opens is not None and closes is not None and (opens[1:] == closes[:-1]).all():
        metadata[FIRST_OPEN] = repr(float(opens[0]))
        del arrays["open"]
    return arrow.table(arrays), metadata


def _layout(names: Iterable[str], decimals: Mapping[str, int]) -> dict[str, Any]:
    """How Parquet packs the columns: integers as deltas, doubles byte by byte."""
    return {
        "compression": "zstd",
        "compression_level": 19 if decimals else 9,
        "use_dictionary": False,
        "column_encoding": {
            name: "DELTA_BINARY_PACKED" if name == "timestamp" or name in decimals else "BYTE_STREAM_SPLIT"
            for name in names
        },
        "write_statistics": not decimals,
        "store_schema": False,
    }


def renamed(series: Series, name: str) -> Series:
    """The same series under another name."""
    return replace(series, name=name)
