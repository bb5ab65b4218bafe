"""Reading and writing series, and finding them on the search path."""

import os

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from govtool.errors import DataError, FileError, ParamError
from govtool.history.bars import RECONSTRUCTED, Title, new_series
from govtool.history.store import (
    bundled_folder,
    epoch_ms,
    find_series,
    folders,
    read_parquet,
    read_series,
    series_paths,
    write_series,
)

from .conftest import START_MS, bars, walk


def test_a_series_comes_back_as_it_was_written(tmp_path):
    series = bars("BTC", 60, START_MS, 500)
    path = write_series(series, tmp_path / "new" / "folder", source="made up")
    again = read_series(path)
    assert again.digest == series.digest
    assert again.name == series.name == "test_BTC_1m_20210519-20210519"
    assert again.label == "recorded"
    assert read_parquet(path)[2]["source"] == "made up"
    assert sorted(os.listdir(path.parent)) == [path.name]


def test_decimals_make_a_file_smaller_and_change_no_number(tmp_path):
    rounded = {name: np.round(values, 2) for name, values in walk(2_000, 3).items()}
    rounded["volume"] = np.round(rounded["volume"]) * 100.0
    rounded["high"] = np.maximum(rounded["high"], np.maximum(rounded["open"], rounded["close"]))
    times = START_MS + np.arange(2_000, dtype=np.int64) * 60_000
    series = new_series(Title("test", "BTC", 60, "bars"), times, rounded, label=RECONSTRUCTED)
    plain = write_series(series, tmp_path / "plain").stat().st_size
    decimals = {"open": 2, "high": 2, "low": 2, "close": 2, "volume": -2}
    small = write_series(series, tmp_path / "small", decimals=decimals)
    assert small.stat().st_size < plain / 2
    assert "open" not in parquet.read_schema(small).names  # each open is the close before it
    again = read_series(small)
    assert again.digest == series.digest
    assert again.label == RECONSTRUCTED


def test_opens_that_differ_from_the_close_before_are_stored(tmp_path):
    columns = {
        name: np.array([value, value + 1.0]) for name, value in zip(walk(1, 1), (5.0, 7.0, 4.0, 6.0, 1.0), strict=True)
    }
    columns["open"][1] = 6.5
    times = np.array([0, 60_000], dtype=np.int64)
    series = new_series(Title("test", "BTC", 60, "bars"), times, columns)
    path = write_series(series, tmp_path, decimals=dict.fromkeys(columns, 1))
    assert read_series(path).digest == series.digest


def test_a_missing_series_names_the_folders_and_the_remedies(folder):
    with pytest.raises(DataError) as caught:
        find_series("test_BTC_1m_20210519-20210519")
    text = str(caught.value)
    for part in (str(bundled_folder()), str(folder), "govtool data fetch", "govtool data import", "GOVTOOL_HISTORY"):
        assert part in text


def test_the_search_path_has_several_folders_and_the_first_one_wins(tmp_path, monkeypatch):
    one, two = tmp_path / "one", tmp_path / "two"
    monkeypatch.setenv("GOVTOOL_HISTORY", os.pathsep.join([str(one), "", str(two), str(one)]))
    assert folders() == [bundled_folder(), one, two]
    first, second = bars("BTC", 60, START_MS, 5, seed=1), bars("BTC", 60, START_MS, 5, seed=2)
    write_series(second, two)
    assert find_series(first.name).digest == second.digest
    write_series(first, one)
    assert find_series(first.name).digest == first.digest
    assert [path for path in series_paths() if path.stem == first.name] == [one / f"{first.name}.parquet"]


def test_a_changed_file_is_read_anew(folder, stored):
    first = stored(bars("BTC", 60, START_MS, 5, seed=1))
    assert find_series(first.name).digest == first.digest
    second = stored(bars("BTC", 60, START_MS, 5, seed=2))
    assert find_series(first.name).digest == second.digest


@pytest.mark.parametrize(("column", "value"), [("close", np.nan), ("close", -1.0), ("low", 1e9), ("volume", -1.0)])
def test_a_bad_number_in_a_file_is_refused_naming_file_and_row(tmp_path, column, value):
    columns = walk(5, 1)
    columns[column][2] = value
    series = new_series(Title("test", "BTC", 60, "bars"), np.arange(5, dtype=np.int64) * 60_000, columns)
    path = write_series(series, tmp_path)
    with pytest.raises(DataError, match=rf"{path.name}: row 3 \(1970-01-01 00:02 UTC\)"):
        read_series(path)


def test_a_file_of_another_format_version_is_refused(tmp_path):
    path = tmp_path / "test_BTC_1m_20210519-20210519.parquet"
    table = arrow.table({"timestamp": [0], "close": [1.0]}).replace_schema_metadata({"format": "govtool/series@9"})
    parquet.write_table(table, path)
    with pytest.raises(ParamError, match="'govtool/series@9' is not 'govtool/series@1'"):
        read_series(path)


def test_a_cut_file_is_refused_by_name(tmp_path):
    path = write_series(bars("BTC", 60, START_MS, 500), tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"test_BTC_1m_20210519-20210519\.parquet: is not a readable Parquet file"):
        read_series(path)


def test_a_path_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileError, match="check the path"):
        read_series(tmp_path / "test_BTC_1m_20210519-20210519.parquet")


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(FileError, match="cannot be written"):
        write_series(bars("BTC", 60, START_MS, 5), blocked)
    assert os.listdir(tmp_path) == ["file"]


def test_a_write_that_fails_half_way_leaves_the_old_file(tmp_path, monkeypatch):
    old = write_series(bars("BTC", 60, START_MS, 5, seed=1), tmp_path)
    before = old.read_bytes()

    def full(self, table):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet.ParquetWriter, "write_table", full)
    with pytest.raises(FileError, match="No space left on device"):
        write_series(bars("BTC", 60, START_MS, 5, seed=2), tmp_path)
    assert old.read_bytes() == before
    assert os.listdir(tmp_path) == [old.name]


def test_a_file_without_times_is_refused(tmp_path):
    path = tmp_path / "test_BTC_1m_20210519-20210519.parquet"
    parquet.write_table(arrow.table({"close": [1.0]}), path)
    with pytest.raises(DataError, match=r"no column of times \(timestamp, time, date"):
        read_series(path)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_of_any_unit_are_milliseconds_here(tmp_path, unit):
    path = tmp_path / "x.parquet"
    times = arrow.array([START_MS, START_MS + 60_000]).cast(arrow.timestamp("ms")).cast(arrow.timestamp(unit))
    parquet.write_table(arrow.table({"date": times, "close": [1, 2]}), path)
    timestamp, columns, _ = read_parquet(path)
    assert timestamp.tolist() == [START_MS, START_MS + 60_000]
    assert columns["close"].tolist() == [1.0, 2.0]


def test_epoch_counts_of_four_units_are_told_apart():
    second = 1_735_689_600
    whole = np.array([second, second * 10**3, second * 10**6, second * 10**9], dtype=np.int64)
    assert epoch_ms(whole).tolist() == [second * 1_000] * 4
