"""`govtool data`, as a user meets it."""

import json
import shutil

import numpy as np
import pytest

from govtool.history.bars import Title, new_series
from govtool.history.store import bundled_folder, read_series, write_series
from tests.history.archive_server import serving

START_MS = 18_766 * 86_400_000  # 2021-05-19
KLINE = "{time},100.0,101.0,99.0,100.5,2.5,0,0,0,0,0,0"


@pytest.fixture
def served(monkeypatch):
    """An archive on 127.0.0.1."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as archive:
        yield archive


def lines(minutes) -> str:
    """A kline file of the minutes."""
    return "\n".join(KLINE.format(time=START_MS + minute * 60_000) for minute in minutes)


def series(close=(100.5, 100.5, 100.5), minutes=(0, 1, 2)):
    """A short stored series, right or wrong."""
    times = START_MS + np.array(minutes, dtype=np.int64) * 60_000
    flat = {"open": 100.0, "high": 101.0, "low": 99.0, "volume": 2.5}
    columns = {name: np.full(len(minutes), value) for name, value in flat.items()} | {"close": np.array(close)}
    return new_series(Title("test", "BTC", 60, "bars"), times, columns)


def test_list_shows_bundled_series_and_events(cli):
    result = cli("data", "list", "2021-05-19")
    assert result.exit_code == 0
    assert "reconstructed_BTC-USD_1m_20210519-20210520  reconstructed  1m" in result.stdout
    assert "reconstructed-crash-2021-05-19" in result.stdout
    assert "3 series, 2 events" in result.stdout


def test_list_in_json_says_digest_span_resolution_label_and_gaps(cli):
    result = json.loads(cli("data", "list", "reconstructed", "--json").stdout)
    one = next(row for row in result["series"] if row["name"] == "reconstructed_BTC-USD_1m_20210519-20210520")
    assert one["digest"] == read_series(bundled_folder() / f"{one['name']}.parquet").digest
    assert (one["label"], one["interval"], one["rows"], one["gaps"]) == ("reconstructed", "1m", 2_160, 0)
    assert (one["from"], one["to"]) == ("2021-05-19 03:00", "2021-05-20 14:59")
    assert all(event["available"] for event in result["events"])


def test_list_includes_folders_of_the_search_path_and_says_which_events_are_there(cli, tmp_path):
    write_series(series(minutes=(0, 1, 4)), tmp_path)
    result = json.loads(cli("data", "list", "--json", env={"GOVTOOL_HISTORY": str(tmp_path)}).stdout)
    (one,) = [row for row in result["series"] if row["name"].startswith("test_")]
    assert (one["gaps"], one["missing"], one["label"]) == (1, 2, "recorded")
    recorded = [event for event in result["events"] if not event["name"].startswith("reconstructed")]
    assert recorded
    assert not any(event["available"] for event in recorded)


def test_import_writes_a_checked_series(cli, tmp_path):
    source = tmp_path / "BTCUSDT-1m-2021-05.csv"
    source.write_text(lines(range(5)))
    result = cli("data", "import", source, "--venue", "binance-spot", "--out", tmp_path / "out", "--json")
    assert result.exit_code == 0, result.stderr
    (row,) = json.loads(result.stdout)["series"]
    assert row["name"] == "binance-spot_BTCUSDT_1m_20210519-20210519"
    assert read_series(tmp_path / "out" / f"{row['name']}.parquet").digest == row["digest"]


def test_import_goes_to_the_first_folder_of_the_search_path(cli, tmp_path):
    source = tmp_path / "BTCUSDT-1m-2021-05.csv"
    source.write_text(lines([0, 1, 3]))
    arguments = ("data", "import", source, "--venue", "v", "--gaps", "hold")
    result = cli(*arguments, env={"GOVTOOL_HISTORY": str(tmp_path / "mine")})
    assert result.exit_code == 0, result.stderr
    assert "gaps: 1 (1 bars), longest 1 after 2021-05-19 00:01; policy hold" in result.stdout
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["v_BTCUSDT_1m_20210519-20210519.parquet"]


@pytest.mark.parametrize(
    ("text", "extra", "fault"),
    [
        (lines([0, 1, 4]), (), "2 bars of 1m are missing"),
        (lines([0, 0]), (), "row 2 (2021-05-19 00:00 UTC) repeats the time"),
        (lines([0]).replace("100.5", "nan"), (), "row 1 (2021-05-19 00:00 UTC) has close = nan"),
        (lines([0]).replace("99.0", "-99.0"), (), "low = -99 and is not above zero"),
        (lines([0]), ("--interval", "7m"), "interval '7m' does not divide a day"),
    ],
)
def test_import_refuses_bad_data_in_one_sentence_and_writes_nothing(cli, tmp_path, text, extra, fault):
    source = tmp_path / "BTCUSDT-1m-2021-05.csv"
    source.write_text(text)
    result = cli("data", "import", source, "--venue", "v", "--out", tmp_path / "out", *extra)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert fault in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_import_of_a_missing_file_and_without_a_folder_are_refused(cli, tmp_path):
    result = cli("data", "import", tmp_path / "BTCUSDT-1m-2021-05.csv", "--venue", "v", "--out", tmp_path)
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert "no such file" in result.stderr.lower()
    result = cli("data", "import", tmp_path / "x.csv", "--venue", "v")
    assert result.exit_code == 2
    assert "give --out DIR or set GOVTOOL_HISTORY" in result.stderr


def test_import_into_a_folder_that_cannot_be_written_is_refused(cli, tmp_path):
    source = tmp_path / "BTCUSDT-1m-2021-05.csv"
    source.write_text(lines([0]))
    blocked = tmp_path / "file"
    blocked.write_text("")
    result = cli("data", "import", source, "--venue", "v", "--out", blocked / "deeper")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_check_passes_good_series_and_counts(cli, tmp_path):
    path = write_series(series(), tmp_path)
    result = cli("data", "check", path, "reconstructed_ETH-USD_1m_20210519-20210520")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{path}: ok; 3 rows, gaps 0, no trade in 0",
        "reconstructed_ETH-USD_1m_20210519-20210520: ok; 2160 rows, gaps 0, no trade in 0",
    ]


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        (series(close=(100.5, np.nan, 100.5)), "row 2 (2021-05-19 00:01 UTC) has close = nan"),
        (series(close=(100.5, 200.0, 100.5)), "has close = 200 above high = 101"),
        (series(minutes=(0, 1, 4)), "2 bars are missing in 1 gaps, the longest (2) after 2021-05-19 00:01 UTC"),
    ],
)
def test_check_exits_1_where_a_series_is_not_right(cli, tmp_path, made, fault):
    path = write_series(made, tmp_path)
    result = cli("data", "check", path)
    assert result.exit_code == 1
    assert fault in result.stdout
    report = json.loads(cli("data", "check", path, "--json").stdout)["series"][0]
    assert fault in report["problems"][0]


def test_check_may_keep_gaps(cli, tmp_path):
    path = write_series(series(minutes=(0, 1, 4)), tmp_path)
    result = cli("data", "check", path, "--gaps", "keep")
    assert result.exit_code == 0
    assert "gaps 1 (2 bars)" in result.stdout


def test_check_of_a_cut_file_exits_1_and_of_an_unknown_name_2(cli, tmp_path):
    path = write_series(series(), tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    result = cli("data", "check", path)
    assert result.exit_code == 1
    assert "is not a readable Parquet file" in result.stdout
    result = cli("data", "check", "nowhere_BTC_1m_20210519-20210519")
    assert result.exit_code == 2
    assert "govtool data fetch" in result.stderr


def test_fetch_reports_series_and_progress(cli, tmp_path, served):
    served.month("2021-05", START_MS)
    arguments = ("data", "fetch", "BTCUSDT", "--from", "2021-05", "--to", "2021-05", "--out", tmp_path)
    result = cli(*arguments, "--base-url", served.url)
    assert result.exit_code == 0, result.stderr
    assert "fetch 1/1 BTCUSDT-1m-2021-05.zip: verified" in result.stderr
    assert "binance-spot_BTCUSDT_1m_20210519-20210519" in result.stdout
    again = json.loads(cli(*arguments, "--json", env={"GOVTOOL_ARCHIVE": served.url}).stdout)
    assert (again["series"][0]["downloaded"], again["series"][0]["kept"]) == (0, 1)


def test_fetch_of_a_missing_month_is_one_sentence_and_exit_code_2(cli, tmp_path, served):
    arguments = ("data", "fetch", "BTCUSDT", "--from", "2021-05", "--to", "2021-05", "--out", tmp_path / "out")
    result = cli(*arguments, "--base-url", served.url)
    assert result.exit_code == 2
    sentence = result.stderr.splitlines()[-1]
    assert sentence.startswith("error: BTCUSDT-1m-2021-05.zip.CHECKSUM: is not in the archive")
    assert not (tmp_path / "out").exists()


def test_bridge_error_measures_an_event(cli):
    result = cli("data", "bridge-error", "reconstructed-calm-2024-06-22", "--seeds", "2")
    assert result.exit_code == 0
    assert result.stdout.split()[0] == "market"
    assert [line.split()[0] for line in result.stdout.splitlines()[1:]] == ["BTC", "ETH", "SOL"]
    report = json.loads(cli("data", "bridge-error", "reconstructed-calm-2024-06-22", "--seeds", "2", "--json").stdout)
    assert report["label"] == "reconstructed"
    assert 0.0 < report["markets"][0]["mean_bps"] < 30.0


def test_bridge_error_of_an_unknown_event_or_bar_is_refused(cli):
    assert cli("data", "bridge-error", "nope").exit_code == 2
    result = cli("data", "bridge-error", "reconstructed-calm-2024-06-22", "--coarse", "1m")
    assert result.exit_code == 2
    assert "cannot be made of bars of 1m" in result.stderr


def test_a_broken_catalogue_on_the_search_path_is_refused_by_name(cli, tmp_path):
    shutil.copy(bundled_folder() / "events.toml", tmp_path / "events.toml")
    result = cli("data", "list", env={"GOVTOOL_HISTORY": str(tmp_path)})
    assert result.exit_code == 2
    assert "is already named in" in result.stderr


@pytest.mark.parametrize("command", ["list", "import", "check", "fetch", "bridge-error"])
def test_every_command_has_help_with_an_example(cli, command):
    result = cli("data", command, "--help")
    assert result.exit_code == 0
    assert "Example: govtool data" in result.stdout
    assert "--json" in result.stdout


def test_a_broken_file_does_not_hide_the_others(cli, tmp_path):
    (tmp_path / "x_BTCUSDT_1m_20240801-20240801.parquet").write_bytes(b"junk")
    result = cli("data", "list", "BTC", env={"GOVTOOL_HISTORY": str(tmp_path)})
    assert result.exit_code == 0 and "reconstructed_BTC-USD_1d" in result.stdout
    assert result.stderr.startswith("left out: ") and "x_BTCUSDT_1m_20240801-20240801" in result.stderr


def test_a_folder_of_history_that_is_not_there_exits_2(cli, tmp_path):
    result = cli("data", "list", env={"GOVTOOL_HISTORY": str(tmp_path / "nope")})
    assert result.exit_code == 2 and len(result.stderr.splitlines()) == 1
    assert "GOVTOOL_HISTORY names" in result.stderr and "nope" in result.stderr
