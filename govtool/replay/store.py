"""The outcome folder: totals.json, events.parquet, columns.parquet and what was replayed, whole or not at all."""

import json
import math
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from govtool import MODEL
from govtool.engine.codes import EVENT_NAMES
from govtool.errors import FileError, ParamError
from govtool.files import read_json, swap_folder
from govtool.replay.backtest import Outcome, Source
from govtool.replay.events import Log, Part
from govtool.replay.inputs import FORMED_UNDER, INPUTS, PROTOCOL, read_inputs, told, write_inputs
from govtool.replay.spool import Spool

FORMAT = "govtool/outcome@1"

TOTALS, EVENTS, COLUMNS = "totals.json", "events.parquet", "columns.parquet"

FILES = {TOTALS, EVENTS, COLUMNS, INPUTS, PROTOCOL, FORMED_UNDER}
"""All that may lie in an outcome folder; the last one only if the crowd was formed under another protocol."""


def totals(outcome: Outcome) -> dict[str, Any]:
    """What an outcome amounts to, as plain JSON values; a metric that does not exist is null.

    The digest of the inputs stands there only for an outcome that has them: one that was replayed with `detail`.
    """
    inputs = {} if outcome.source is None else {"inputs_digest": told(outcome.source).digest}
    return {
        "format": FORMAT,
        "model": MODEL,
        "scenario": outcome.scenario,
        "scenario_digest": outcome.scenario_digest,
        "label": outcome.label,
        "native_s": outcome.native_s,
        "markets": list(outcome.markets),
        "protocol": outcome.protocol,
        "protocol_digest": outcome.protocol_digest,
        "attacks": list(outcome.attacks),
        "mode": outcome.mode,
        "opening_pool": outcome.opening_pool,
        "event_digest": outcome.event_digest,
        **inputs,
        "metrics": {name: value if math.isfinite(value) else None for name, value in outcome.metrics.items()},
    }


def write_outcome(outcome: Outcome, folder: Path) -> None:
    """Write an outcome that was replayed with `detail`; replaces an outcome that is there already.

    Raises
    ------
    FileError
        The folder cannot be written, or holds something else; nothing is left behind.
    ParamError
        The outcome has no detail.
    """
    if outcome.events is None or outcome.columns is None or outcome.path is None or outcome.source is None:
        raise ParamError(f"outcome of {outcome.scenario} has no event log: replay it with detail=True")
    _refuse_strangers(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as problem:
        raise _unwritable(folder, problem) from problem
    try:
        text = json.dumps(totals(outcome), indent=2, allow_nan=False) + "\n"
        (made / TOTALS).write_text(text, encoding="utf-8")
        _write_events(outcome.events, outcome.instruments, made / EVENTS)
        pq.write_table(_columns(outcome), made / COLUMNS, compression="zstd")
        write_inputs(outcome.source, made)
        made.chmod(0o755)
        swap_folder(made, folder)
    except OSError as problem:
        raise _unwritable(folder, problem) from problem
    finally:
        shutil.rmtree(made, ignore_errors=True)


def read_totals(folder: Path) -> dict[str, Any]:
    """Content of totals.json. Raises FileError or ParamError if it is not an outcome of this version."""
    path = folder / TOTALS
    return read_json(path, FORMAT, "name an outcome folder, or write the outcome again")


def read_source(folder: Path) -> Source:
    """What the outcome in a folder was replayed from.

    Raises FileError or ParamError if it is no outcome, was written without, or is not what was written.
    """
    return read_inputs(folder, read_totals(folder).get("inputs_digest"))


def _refuse_strangers(folder: Path) -> None:
    """A file, or a folder that holds anything but an outcome, is not overwritten."""
    if folder.is_dir():
        strange = sorted({entry.name for entry in folder.iterdir()} - FILES)
        if strange:
            raise FileError(f"{folder} holds {strange[0]}, which is no part of an outcome: name another folder")
    elif folder.exists():
        raise FileError(f"{folder} is a file: name a folder")


def _unwritable(folder: Path, problem: OSError) -> FileError:
    return FileError(f"{folder} cannot be written: {problem.strerror or problem}; choose another folder")


def _write_events(events: Spool, instruments: tuple[str, ...], path: Path) -> None:
    """The event log with names for kinds and markets, a row group for each part; an unused market is null."""
    parts = (_table(part, instruments) for part in events.parts())
    first = next(parts)
    with pq.ParquetWriter(path, first.schema, compression="zstd") as file:
        file.write_table(first)
        for part in parts:
            file.write_table(part)


def _table(part: Part, instruments: tuple[str, ...]) -> pa.Table:
    log = Log(*part[0].T, *part[1].T)
    kinds = pa.DictionaryArray.from_arrays(pa.array(log.kind.astype(np.int32)), pa.array(EVENT_NAMES))
    unused = log.market < 0
    names = pa.array(np.where(unused, 0, log.market).astype(np.int32), mask=unused)
    markets = pa.DictionaryArray.from_arrays(names, pa.array(instruments))
    columns = {"tick": log.tick, "kind": kinds, "account": log.account, "market": markets}
    columns |= {name: getattr(log, name) for name in log._fields if name not in columns}
    return pa.table(columns)


def _columns(outcome: Outcome) -> pa.Table:
    """The time columns, and the oracle price of each market at the same moments."""
    columns, path = outcome.columns, outcome.path
    assert columns is not None and path is not None
    samples = columns["second"].size
    every = path.shape[0] // samples if samples else 1
    prices = path[every - 1 :: every][:samples]
    oracle = {f"oracle.{market}": prices[:, m] for m, market in enumerate(outcome.markets)}
    return pa.table({**columns, **oracle})
