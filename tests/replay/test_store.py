"""The outcome folder."""

import dataclasses
import json
import math
import os

import pyarrow.parquet as pq
import pytest

from govtool.engine.codes import EVENT_NAMES
from govtool.errors import FileError, ParamError
from govtool.replay import backtest
from govtool.replay.backtest import replay
from govtool.replay.inputs import INPUTS, PROTOCOL
from govtool.replay.spool import Spool
from govtool.replay.store import COLUMNS, EVENTS, TOTALS, read_totals, totals, write_outcome
from tests.replay import tiny


@pytest.fixture(scope="module")
def outcome():
    pair = tiny.scenario([100.0] * 4 + [89.0] * 4, [89.0], sides=(1.0, -1.0))
    return replay(pair, tiny.book(), detail=True)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_an_outcome_is_its_results_and_what_was_replayed(tmp_path, outcome):
    write_outcome(outcome, tmp_path / "deep" / "outcome")
    assert names(tmp_path / "deep") == ["outcome"]
    assert names(tmp_path / "deep" / "outcome") == sorted([TOTALS, EVENTS, COLUMNS, INPUTS, PROTOCOL])


def test_totals_read_back_as_written(tmp_path, outcome):
    write_outcome(outcome, tmp_path / "o")
    read = read_totals(tmp_path / "o")
    assert read == totals(outcome)
    assert read["event_digest"] == outcome.event_digest
    assert read["metrics"]["cascade_factor"] is None and math.isnan(outcome.metrics["cascade_factor"])


def test_events_have_names_for_kinds_and_markets(tmp_path, outcome):
    write_outcome(outcome, tmp_path / "o")
    table = pq.read_table(tmp_path / "o" / EVENTS)
    assert table.num_rows == outcome.log.tick.size
    assert table["kind"].to_pylist() == [EVENT_NAMES[kind] for kind in outcome.log.kind]
    markets = table["market"].to_pylist()
    assert [market is None for market in markets] == (outcome.log.market < 0).tolist()
    assert set(markets) == {None, "BTC"}


@pytest.fixture
def spooled(monkeypatch):
    """The same outcome with a log that is read three rows at a time."""
    monkeypatch.setattr(backtest, "Spool", lambda: Spool(3))
    pair = tiny.scenario([100.0] * 4 + [89.0] * 4, [89.0], sides=(1.0, -1.0))
    return replay(pair, tiny.book(), detail=True)


def test_a_long_log_is_written_part_by_part_with_the_same_content(tmp_path, outcome, spooled):
    write_outcome(outcome, tmp_path / "held")
    write_outcome(spooled, tmp_path / "spooled")
    held, long = (tmp_path / name / EVENTS for name in ("held", "spooled"))
    assert pq.read_table(long).equals(pq.read_table(held), check_metadata=True)
    assert (pq.read_metadata(held).num_row_groups, pq.read_metadata(long).num_row_groups) == (1, 3)
    assert (tmp_path / "spooled" / TOTALS).read_bytes() == (tmp_path / "held" / TOTALS).read_bytes()


def test_a_failure_midway_through_the_log_leaves_nothing(tmp_path, spooled, monkeypatch):
    write, parts = pq.ParquetWriter.write_table, []

    def failing(self, table, *given, **named):
        parts.append(table.num_rows)
        if len(parts) == 2:
            raise OSError(28, "No space left on device")
        write(self, table, *given, **named)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", failing)
    with pytest.raises(FileError, match=r"cannot be written: No space left on device"):
        write_outcome(spooled, tmp_path / "o")
    assert parts == [3, 3]
    assert names(tmp_path) == []


def test_an_empty_log_is_a_table_without_rows(tmp_path, outcome):
    write_outcome(dataclasses.replace(outcome, events=Spool()), tmp_path / "o")
    table = pq.read_table(tmp_path / "o" / EVENTS)
    assert (table.num_rows, table.column_names[:2]) == (0, ["tick", "kind"])


def test_columns_carry_the_oracle_price_of_their_moment(tmp_path, outcome):
    write_outcome(outcome, tmp_path / "o")
    table = pq.read_table(tmp_path / "o" / COLUMNS)
    assert table["second"].to_pylist() == [60.0, 120.0]
    assert table["oracle.BTC"].to_pylist() == [100.0, 89.0]
    assert table["pool"].to_pylist() == [1e6, pytest.approx(1e6 - 100, abs=0.01)]


def test_the_same_outcome_gives_the_same_totals(tmp_path, outcome):
    write_outcome(outcome, tmp_path / "a")
    write_outcome(outcome, tmp_path / "b")
    assert (tmp_path / "a" / TOTALS).read_bytes() == (tmp_path / "b" / TOTALS).read_bytes()


def test_an_older_outcome_is_replaced(tmp_path, outcome):
    write_outcome(outcome, tmp_path / "o")
    (tmp_path / "o" / TOTALS).write_text("{}")
    write_outcome(outcome, tmp_path / "o")
    assert read_totals(tmp_path / "o") == totals(outcome)
    assert names(tmp_path) == ["o"]


def test_a_folder_with_something_else_is_left_alone(tmp_path, outcome):
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "thesis.txt").write_text("mine")
    with pytest.raises(FileError, match=r"holds thesis\.txt, which is no part of an outcome"):
        write_outcome(outcome, tmp_path / "o")
    assert names(tmp_path / "o") == ["thesis.txt"]


def test_a_file_in_the_way_is_left_alone(tmp_path, outcome):
    (tmp_path / "o").write_text("mine")
    with pytest.raises(FileError, match="is a file: name a folder"):
        write_outcome(outcome, tmp_path / "o")
    assert names(tmp_path) == ["o"]


def test_an_unwritable_place_is_named_and_nothing_is_left(tmp_path, outcome):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match=r"cannot be written: .*; choose another folder"):
        write_outcome(outcome, tmp_path / "file" / "o")
    assert names(tmp_path) == ["file"]


def test_a_failure_on_the_way_leaves_nothing(tmp_path, outcome, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(FileError, match=r"cannot be written: No space left on device"):
        write_outcome(outcome, tmp_path / "o")
    assert names(tmp_path) == []


def test_an_older_outcome_survives_a_failed_write(tmp_path, outcome, monkeypatch):
    write_outcome(outcome, tmp_path / "o")
    monkeypatch.setattr(os, "rename", lambda *_: (_ for _ in ()).throw(OSError(13, "Permission denied")))
    with pytest.raises(FileError):
        write_outcome(outcome, tmp_path / "o")
    assert names(tmp_path) == ["o"]
    assert read_totals(tmp_path / "o") == totals(outcome)


def test_an_outcome_without_detail_is_refused(tmp_path):
    bare = replay(tiny.scenario([100.0] * 8, [100.0]), tiny.book())
    with pytest.raises(ParamError, match="has no event log: replay it with detail=True"):
        write_outcome(bare, tmp_path / "o")


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        (None, FileError, "name an outcome folder"),
        ("{", ParamError, "is not valid JSON"),
        ("[]", ParamError, "format = None is not"),
        (json.dumps({"format": "govtool/outcome@7"}), ParamError, "format = 'govtool/outcome@7' is not"),
    ],
)
def test_what_is_no_outcome_is_refused(tmp_path, text, kind, sentence):
    if text is not None:
        (tmp_path / TOTALS).write_text(text)
    with pytest.raises(kind, match=sentence):
        read_totals(tmp_path)
