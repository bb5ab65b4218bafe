"""Downloads from an archive on the loopback interface, laid out as the real one."""

import hashlib
import os

import numpy as np
import pytest

from govtool.errors import DataError, ParamError
from govtool.history import fetch as module
from govtool.history.bars import utc
from govtool.history.fetch import archives, fetch
from govtool.history.store import read_parquet, read_series

from .archive_server import FOLDER, klines, serving, zipped

JULY = np.datetime64("2024-07-01", "ms").astype(int)
AUGUST = np.datetime64("2024-08-01", "ms").astype(int)


@pytest.fixture
def served(monkeypatch):
    """An archive on 127.0.0.1, asked again without a pause."""
    monkeypatch.setattr(module, "PAUSE_S", 0.0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as archive:
        yield archive


def get(served, out, first="2024-07", last="2024-08", **options):
    """Fetch months of BTCUSDT minutes."""
    wanted = [archives("spot", "BTCUSDT", "klines", "1m", first, last)]
    return fetch(wanted, out, base_url=served.url, workers=2, **options)


def everything(folder):
    """Every file below a folder, by relative path."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


PARTS = ["parts/binance-spot/BTCUSDT-1m-2024-07.parquet", "parts/binance-spot/BTCUSDT-1m-2024-08.parquet"]


def test_months_become_one_checked_series(served, tmp_path):
    served.month("2024-07", JULY)
    served.month("2024-08", AUGUST, unit=1_000)
    said: list[str] = []
    (fetched,) = get(served, tmp_path, advance=said.append)
    assert everything(tmp_path) == ["binance-spot_BTCUSDT_1m_20240701-20240801.parquet", *PARTS]
    series = read_series(fetched.path)
    assert (series.digest, series.timestamp.size) == (fetched.digest, 240)
    assert [utc(int(series.timestamp[i])) for i in (0, 120)] == ["2024-07-01 00:00", "2024-08-01 00:00"]
    assert (fetched.downloaded, fetched.kept, fetched.gaps.count) == (2, 0, 1)
    assert sorted(said) == ["BTCUSDT-1m-2024-07.zip: verified", "BTCUSDT-1m-2024-08.zip: verified"]
    assert read_parquet(tmp_path / PARTS[0])[2]["archive_sha256"] == (
        hashlib.sha256(served.files[f"/{FOLDER}/BTCUSDT-1m-2024-07.zip"]).hexdigest()
    )


def test_what_was_verified_is_not_asked_for_again(served, tmp_path):
    served.month("2024-07", JULY)
    get(served, tmp_path, last="2024-07")
    served.month("2024-08", AUGUST)
    served.asked.clear()
    (fetched,) = get(served, tmp_path)
    assert (fetched.downloaded, fetched.kept) == (1, 1)
    assert all("2024-08" in path for path in served.asked)
    served.asked.clear()
    get(served, tmp_path)
    assert not served.asked


def test_a_part_that_was_damaged_since_is_fetched_again(served, tmp_path):
    served.month("2024-07", JULY)
    (first,) = get(served, tmp_path, last="2024-07")
    part = tmp_path / PARTS[0]
    content = bytearray(part.read_bytes())
    content[80] ^= 0xFF
    part.write_bytes(content)
    (again,) = get(served, tmp_path, last="2024-07")
    assert (again.downloaded, again.digest) == (1, first.digest)


def test_a_wrong_checksum_is_refused_by_name_and_the_rest_is_kept(served, tmp_path):
    served.month("2024-07", JULY)
    served.add(f"{FOLDER}/BTCUSDT-1m-2024-08.zip", zipped(klines(AUGUST)), checksum="0" * 64)
    with pytest.raises(
        DataError, match=r"^BTCUSDT-1m-2024-08\.zip: has SHA-256 .* 000000000000.* was published"
    ) as caught:
        get(served, tmp_path)
    assert "\n" not in str(caught.value)
    assert everything(tmp_path) == PARTS[:1]


def test_a_truncated_zip_is_refused_by_name(served, tmp_path):
    whole = zipped(klines(JULY))
    served.add(f"{FOLDER}/BTCUSDT-1m-2024-07.zip", whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"^BTCUSDT-1m-2024-07\.zip: is not a whole zip archive"):
        get(served, tmp_path, last="2024-07")
    assert everything(tmp_path) == []


def test_a_transfer_that_is_cut_short_is_refused_by_name(served, tmp_path):
    served.month("2024-07", JULY)
    path = f"/{FOLDER}/BTCUSDT-1m-2024-07.zip"
    served.cut.add(path)
    with pytest.raises(DataError, match=r"^BTCUSDT-1m-2024-07\.zip: cannot be fetched .*cut short after \d+ bytes"):
        get(served, tmp_path, last="2024-07")
    assert served.asked[path] == module.TRIES
    assert everything(tmp_path) == []


def test_a_missing_month_is_refused_by_name_and_the_next_run_goes_on(served, tmp_path):
    served.month("2024-08", AUGUST)
    with pytest.raises(DataError, match=r"^BTCUSDT-1m-2024-07\.zip.CHECKSUM: is not in the archive") as caught:
        get(served, tmp_path)
    assert f"{served.url}/{FOLDER}" in str(caught.value)
    assert everything(tmp_path) == PARTS[1:]
    served.month("2024-07", JULY)
    (fetched,) = get(served, tmp_path)
    assert (fetched.downloaded, fetched.kept) == (1, 1)


def test_several_failures_are_told_in_one_sentence(served, tmp_path):
    with pytest.raises(DataError, match=r"^BTCUSDT-1m-2024-07.* \(and 1 more failed\)"):
        get(served, tmp_path)


def test_bad_rows_inside_a_good_zip_are_refused_by_file_and_row(served, tmp_path):
    text = klines(JULY).replace("99.0", "-99.0", 1)
    served.add(f"{FOLDER}/BTCUSDT-1m-2024-07.zip", zipped(text))
    with pytest.raises(DataError, match=r"^BTCUSDT-1m-2024-07\.zip: row 1 .* has low = -99 and is not above zero"):
        get(served, tmp_path, last="2024-07")
    assert everything(tmp_path) == []


def test_a_server_that_is_busy_for_a_moment_is_asked_again(served, tmp_path):
    served.month("2024-07", JULY)
    served.busy[f"/{FOLDER}/BTCUSDT-1m-2024-07.zip"] = module.TRIES - 1
    (fetched,) = get(served, tmp_path, last="2024-07")
    assert fetched.rows == 120


def test_a_server_that_is_not_there_is_named(served, tmp_path):
    wanted = [archives("spot", "BTCUSDT", "klines", "1m", "2024-07", "2024-07")]
    with pytest.raises(DataError, match=r"cannot be fetched from http://127\.0\.0\.1:9/data"):
        fetch(wanted, tmp_path, base_url="http://127.0.0.1:9")


def test_a_checksum_file_with_something_else_in_it_is_refused(served, tmp_path):
    served.month("2024-07", JULY)
    served.files[f"/{FOLDER}/BTCUSDT-1m-2024-07.zip.CHECKSUM"] = b"<html>"
    with pytest.raises(DataError, match=r"^BTCUSDT-1m-2024-07\.zip\.CHECKSUM: does not begin with a SHA-256"):
        get(served, tmp_path, last="2024-07")


def test_funding_and_mark_prices_of_perpetuals_are_fetched(served, tmp_path):
    text = f"calc_time,funding_interval_hours,last_funding_rate\n{JULY + 2},8,0.0001\n{JULY + 28_800_005},8,0.0002\n"
    name = "BTCUSDT-fundingRate-2024-07.zip"
    served.add(f"data/futures/um/monthly/fundingRate/BTCUSDT/{name}", zipped(text))
    served.add("data/futures/um/monthly/markPriceKlines/BTCUSDT/1h/BTCUSDT-1h-2024-07.zip", zipped(klines(JULY, 1)))
    wanted = [
        archives("um", "BTCUSDT", "fundingRate", "1m", "2024-07", "2024-07"),
        archives("um", "BTCUSDT", "markPriceKlines", "1h", "2024-07", "2024-07"),
    ]
    funding, mark = fetch(wanted, tmp_path, base_url=served.url)
    assert funding.name == "binance-perp_BTCUSDT_8h-funding_20240701-20240701"
    assert read_series(funding.path).columns["funding_rate"].tolist() == [0.0001, 0.0002]
    assert mark.name == "binance-perp_BTCUSDT_1h-mark_20240701-20240701"
    assert set(read_series(mark.path).columns) == {"open", "high", "low", "close"}


def test_days_are_fetched_like_months(served, tmp_path):
    folder = "data/spot/daily/klines/BTCUSDT/1m"
    for day in ("2024-07-31", "2024-08-01"):
        start = np.datetime64(day, "ms").astype(int)
        served.add(f"{folder}/BTCUSDT-1m-{day}.zip", zipped(klines(start, 1_440)))
    (fetched,) = get(served, tmp_path, "2024-07-31", "2024-08-01")
    assert (fetched.rows, fetched.gaps.count) == (2_880, 0)


def test_months_are_counted_over_the_turn_of_the_year():
    paths = [archive.path for archive in archives("spot", "BTCUSDT", "klines", "1m", "2023-12", "2024-02")]
    assert paths[0] == f"{FOLDER}/BTCUSDT-1m-2023-12.zip"
    assert [path[-11:-4] for path in paths] == ["2023-12", "2024-01", "2024-02"]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("spot", "BTCUSDT", "klines", "1m", "2024-08", "2024-07"), "the end is before the beginning"),
        (("spot", "BTCUSDT", "klines", "1m", "2024-07", "2024-08-05"), "write both as months"),
        (("spot", "BTCUSDT", "klines", "1m", "July", "August"), "write both as months"),
        (("spot", "BTCUSDT", "klines", "1m", "2024-13", "2024-13"), "2024-13-01 is no day"),
        (("spot", "BTCUSDT", "klines", "7m", "2024-07", "2024-07"), "interval '7m'"),
        (("spot", "../etc", "klines", "1m", "2024-07", "2024-07"), "symbol '../etc'"),
        (("spot", "BTCUSDT", "fundingRate", "1m", "2024-07", "2024-07"), "give --market um"),
        (("um", "BTCUSDT", "fundingRate", "1m", "2024-07-01", "2024-07-01"), "funding archives are monthly"),
        (("coin", "BTCUSDT", "klines", "1m", "2024-07", "2024-07"), "market 'coin'"),
    ],
)
def test_what_the_archive_does_not_have_is_refused_before_any_request(arguments, fault):
    with pytest.raises(ParamError, match=fault):
        archives(*arguments)


def test_only_web_addresses_are_fetched_from(tmp_path):
    with pytest.raises(ParamError, match="does not begin with http"):
        fetch([], tmp_path, base_url=f"file://{os.sep}etc")
