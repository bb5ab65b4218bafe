"""CSV, gzip and Binance archives in; broken ones refused by name."""

import gzip

import numpy as np
import pytest

from govtool.errors import DataError, FileError, ParamError
from govtool.history.archive import import_series, read_content, read_source, title_from_name
from govtool.history.bars import Title
from govtool.history.store import write_series

from .archive_server import zipped
from .conftest import START_MS, bars

TITLE = Title("binance-spot", "BTCUSDT", 60, "bars")
KLINES = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,x,ignore"


def kline(minute: int, unit: int = 1, close: float = 100.5) -> str:
    """One line of a Binance kline file, times in milliseconds times `unit`."""
    time = (START_MS + minute * 60_000) * unit
    return f"{time},100.0,101.0,99.0,{close},2.5,{time + 59_999 * unit},251.0,12,1.0,100.0,0"


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("unit", [1, 1_000])
@pytest.mark.parametrize("packing", ["csv", "csv.gz", "zip"])
def test_klines_are_read_with_or_without_header_in_ms_or_us_from_any_packing(tmp_path, header, unit, packing):
    text = "\n".join(([KLINES] if header else []) + [kline(0, unit), kline(1, unit)]) + "\n"
    pack = {"csv": str.encode, "csv.gz": lambda t: gzip.compress(t.encode()), "zip": zipped}[packing]
    path = tmp_path / f"BTCUSDT-1m-2021-05.{packing}"
    path.write_bytes(pack(text))
    rows = read_source(path, TITLE)
    assert rows.timestamp.tolist() == [START_MS, START_MS + 60_000]
    assert {name: column.tolist() for name, column in rows.columns.items()} == {
        "open": [100.0, 100.0],
        "high": [101.0, 101.0],
        "low": [99.0, 99.0],
        "close": [100.5, 100.5],
        "volume": [2.5, 2.5],
    }


@pytest.mark.parametrize("header", [True, False])
def test_funding_archives_are_read_and_stamped_to_the_minute(header):
    lines = ["calc_time,funding_interval_hours,last_funding_rate"] if header else []
    lines += [f"{START_MS + 3},8,0.00010000", f"{START_MS + 28_800_000 + 11},8,-0.00020000"]
    title = Title("binance-perp", "BTCUSDT", 28_800, "funding")
    rows = read_content(zipped("\n".join(lines)), "BTCUSDT-fundingRate-2021-05.zip", title)
    assert rows.timestamp.tolist() == [START_MS, START_MS + 28_800_000]
    assert rows.columns["funding_rate"].tolist() == [0.0001, -0.0002]


def test_dates_in_words_and_columns_in_any_order_and_case_are_read():
    text = "Close,Date,Open,High,Low,Volume,Note\n11,2021-05-19 00:00,10,12,9,1,a\n"
    text += "12,2021-05-19T02:01:00+02:00,11,13,10,1,b\n"
    rows = read_content(text.encode(), "mine.csv", TITLE)
    assert rows.timestamp.tolist() == [START_MS, START_MS + 60_000]
    assert rows.columns["close"].tolist() == [11.0, 12.0]


def test_numbers_are_read_to_the_last_digit():
    line = kline(0).replace("100.5", "0.1234567890123456")
    rows = read_content(line.replace("99.0", "0.1").encode(), "fine.csv", TITLE)
    assert rows.columns["close"][0] == 0.1234567890123456


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"{kline(0)}\n{kline(1, close=float('nan'))}", "row 2 .* has close = nan"),
        (f"{kline(0)}\n{kline(1).replace('99.0', '-99.0')}", "row 2 .* has low = -99 and is not above zero"),
        (f"{kline(0)}\n{kline(0)}", "row 2 .* repeats the time"),
        (f"{KLINES}\n{kline(0).replace('100.5', 'n/a')}", "row 1 .* has close = nan"),
        ("open,close\n1,2\n", r"no column of times \(timestamp, time"),
        ("timestamp,open,high,low,close,volume\nnoon,1,1,1,1,1\n", "row 1 has time 'noon', which is neither"),
        ("timestamp,open,high,low,volume\n0,1,1,1,1\n", "column 'close' is missing"),
        ("", "is not a readable CSV file"),
        ("a,b\n1,2\n1,2,3,4\n", "is not a readable CSV file"),
    ],
)
def test_bad_tables_are_refused_in_one_sentence_naming_the_file(text, fault):
    with pytest.raises(DataError, match=rf"^bad\.csv: {fault}"):
        read_content(text.encode(), "bad.csv", TITLE)


def test_cut_archives_are_refused_by_name():
    whole = zipped("\n".join(kline(minute) for minute in range(500)))
    with pytest.raises(DataError, match=r"^a\.zip: is not a whole zip archive"):
        read_content(whole[: len(whole) // 2], "a.zip", TITLE)
    damaged = bytearray(whole)
    damaged[200] ^= 0xFF
    with pytest.raises(DataError, match=r"^a\.zip: is not a whole zip archive"):
        read_content(bytes(damaged), "a.zip", TITLE)
    with pytest.raises(DataError, match=r"^a\.csv\.gz: is not a whole gzip file"):
        read_content(gzip.compress(kline(0).encode())[:-9], "a.csv.gz", TITLE)


def test_a_zip_with_two_tables_is_refused():
    with pytest.raises(DataError, match="holds 2 CSV files"):
        read_content(zipped(kline(0), **{"other.csv": "1"}), "two.zip", TITLE)


def test_an_unknown_ending_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(ParamError, match=r"ends in none of \.parquet"):
        read_source(tmp_path / "prices.xlsx", TITLE)
    with pytest.raises(FileError, match="check the path"):
        read_source(tmp_path / "prices.csv", TITLE)


def write_minutes(path, minutes):
    """A CSV file of the minutes."""
    path.write_text("\n".join(kline(minute) for minute in minutes))
    return path


def test_files_are_joined_in_order_of_time(tmp_path):
    late, early = write_minutes(tmp_path / "b.csv", [2, 3]), write_minutes(tmp_path / "a.csv", [0, 1])
    (series,), gaps = import_series([late, early], TITLE)
    assert series.timestamp.tolist() == [START_MS + minute * 60_000 for minute in range(4)]
    assert gaps.count == 0
    assert series.name == "binance-spot_BTCUSDT_1m_20210519-20210519"


def test_files_that_overlap_are_refused(tmp_path):
    one, two = write_minutes(tmp_path / "a.csv", [0, 1]), write_minutes(tmp_path / "b.csv", [1, 2])
    with pytest.raises(DataError, match=r"^a\.csv, b\.csv: row 3 .* repeats the time"):
        import_series([one, two], TITLE)


def test_gaps_follow_the_policy(tmp_path):
    path = write_minutes(tmp_path / "a.csv", [0, 1, 5])
    with pytest.raises(DataError, match="3 bars of 1m are missing"):
        import_series([path], TITLE)
    for policy, sizes in (("keep", [3]), ("hold", [6]), ("split", [2, 1])):
        pieces, gaps = import_series([path], TITLE, policy=policy)
        assert [piece.timestamp.size for piece in pieces] == sizes
        assert gaps.bars == 3


def test_parquet_goes_through_the_same_checks(tmp_path):
    series = bars("BTC", 60, START_MS, 50)
    path = write_series(series, tmp_path)
    (again,), _ = import_series([path], Title("test", "BTC", 60, "bars"))
    assert again.digest == series.digest
    with pytest.raises(DataError, match=r"row 2 .* is off the 5m grid"):
        import_series([path], Title("test", "BTC", 300, "bars"))


def test_names_of_archives_and_of_our_series_tell_the_title(tmp_path):
    def told(name, venue=None, symbol=None, interval=None, kind="bars"):
        return title_from_name(tmp_path / name, venue, symbol, interval, kind)

    assert told("BTCUSDT-1m-2024-08.zip", venue="binance-spot") == TITLE
    assert told("BTCUSDT-5m-2024-08-05.csv.gz", venue="x") == Title("x", "BTCUSDT", 300, "bars")
    assert told("BTCUSDT-fundingRate-2024-08.zip", venue="x") == Title("x", "BTCUSDT", 28_800, "funding")
    assert told("okx-perp_BTCUSDT_1h-mark_20220501-20250831.parquet") == Title("okx-perp", "BTCUSDT", 3600, "mark")
    assert told("p.csv", "v", "S", "1h", "mark") == Title("v", "S", 3600, "mark")
    for name, given in (("p.csv", {}), ("p.csv", {"venue": "v"}), ("BTCUSDT-1m-2024-08.zip", {})):
        with pytest.raises(ParamError, match="give it with --"):
            told(name, **given)


def test_large_files_read_fast_enough_to_import_a_year_of_minutes():
    lines = "\n".join(kline(minute) for minute in range(2_000))
    rows = read_content(lines.encode(), "a.csv", TITLE)
    assert rows.timestamp.size == 2_000
    assert np.all(np.diff(rows.timestamp) == 60_000)


@pytest.mark.parametrize(
    "given", [{"venue": "../x"}, {"venue": "v/.."}, {"venue": "v", "symbol": ""}, {"symbol": "a b"}]
)
def test_a_name_that_is_no_file_name_is_refused(tmp_path, given):
    words = {"venue": "v", "symbol": "BTCUSDT"} | given
    with pytest.raises(ParamError, match="is no name for a file"):
        title_from_name(tmp_path / "p.csv", words["venue"], words["symbol"], "1m", "bars")
