"""Names, intervals and the canonical digest."""

import hashlib

import numpy as np
import pytest

from govtool.errors import DataError, ParamError
from govtool.history.bars import (
    HASHED_ROWS,
    Pieces,
    Title,
    digest_arrays,
    interval_seconds,
    interval_text,
    new_series,
    parse_name,
    series_name,
    utc,
)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("binance-spot_BTCUSDT_1m_20240801-20240831", Title("binance-spot", "BTCUSDT", 60, "bars")),
        ("binance-perp_BTCUSDT_1h-mark_20191223-20250831", Title("binance-perp", "BTCUSDT", 3600, "mark")),
        (
            "hyperliquid-perp_SOLUSDC_1h-funding_20230512-20250726",
            Title("hyperliquid-perp", "SOLUSDC", 3600, "funding"),
        ),
        ("binance-perp_BTCUSDT_4h-oi_20260301-20260320", Title("binance-perp", "BTCUSDT", 14400, "oi")),
        ("reconstructed_BTC-USD_1d_20200206-20250201", Title("reconstructed", "BTC-USD", 86400, "bars")),
    ],
)
def test_a_name_says_venue_symbol_interval_and_kind(name, title):
    assert parse_name(name) == title
    assert parse_name(series_name(title, 0, 86_400_000)) == title


@pytest.mark.parametrize("name", ["prices", "binance_BTCUSDT_1m", "binance_BTCUSDT_1m-last_20240801-20240831"])
def test_a_name_that_says_nothing_is_refused_with_the_remedy(name):
    with pytest.raises(DataError, match="govtool data import"):
        parse_name(name)


@pytest.mark.parametrize(("text", "seconds"), [("1m", 60), ("5m", 300), ("1h", 3600), ("4h", 14400), ("1d", 86400)])
def test_intervals_read_and_write(text, seconds):
    assert interval_seconds(text) == seconds
    assert interval_text(seconds) == text


@pytest.mark.parametrize("text", ["", "m", "7m", "0m", "1w", "-5m", "1.5h", "²m", "2d"])
def test_an_interval_that_does_not_divide_a_day_is_refused(text):
    with pytest.raises(ParamError, match="interval"):
        interval_seconds(text)


def test_the_digest_is_of_names_types_and_numbers_only():
    times = np.arange(3, dtype=np.int64)
    prices = np.array([1.0, 2.0, -0.0])
    digest = digest_arrays({"timestamp": times, "close": prices})
    assert digest == digest_arrays({"close": prices.astype(">f8"), "timestamp": times.astype(">i8")})
    assert digest == digest_arrays({"close": np.array([1.0, 2.0, 0.0]), "timestamp": times})
    assert digest == digest_arrays({"close": np.repeat(prices, 2)[::2], "timestamp": times})
    assert digest != digest_arrays({"open": prices, "timestamp": times})
    assert digest != digest_arrays({"close": prices, "timestamp": times.astype(np.float64)})
    assert digest != digest_arrays({"close": np.nextafter(prices, 9.0), "timestamp": times})


def test_the_digest_is_the_hash_of_a_line_and_the_bytes_of_each_array():
    by_hand = hashlib.sha256(b"govtool/arrays@1\na <i8 (2,)\n" + bytes([1, *[0] * 7, 2, *[0] * 7])).hexdigest()
    assert digest_arrays({"a": np.array([1, 2], dtype=np.int64)}) == f"sha256:{by_hand}"


@pytest.mark.parametrize("rows", [0, 1, HASHED_ROWS, HASHED_ROWS + 1])
def test_an_array_in_pieces_has_the_digest_of_the_whole(rows):
    whole = np.arange(2.0 * rows).reshape(rows, 2) * -1.0
    pieces = Pieces(whole.dtype, whole.shape, (whole[:3], whole[3:3], whole[3:]))
    by_hand = hashlib.sha256(f"govtool/arrays@1\na <f8 ({rows}, 2)\n".encode() + (whole + 0.0).tobytes()).hexdigest()
    assert digest_arrays({"a": whole}) == digest_arrays({"a": pieces}) == f"sha256:{by_hand}"


def test_a_scalar_has_the_digest_of_a_row():
    assert digest_arrays({"a": np.float64(2.5)}) == digest_arrays({"a": np.array([2.5])})


def test_arrays_of_a_series_are_copies_that_nothing_can_change():
    rate = np.array([0.0001])
    series = new_series(Title("test", "BTC", 28800, "funding"), np.array([0], dtype=np.int64), {"funding_rate": rate})
    rate[0] = 1.0
    assert series.columns["funding_rate"][0] == 0.0001
    with pytest.raises(ValueError, match="read-only"):
        series.timestamp[0] = 1


def test_a_series_without_rows_is_refused():
    with pytest.raises(DataError, match="holds no rows"):
        new_series(Title("test", "BTC", 60, "bars"), np.array([], dtype=np.int64), {})


def test_times_are_written_in_utc():
    assert utc(1_621_429_800_000) == "2021-05-19 13:10"
