"""The bundled history: made again to the last digit, true to its anchors, small."""

from pathlib import Path

import numpy as np
import pytest

from govtool.errors import FileError, ParamError
from govtool.history.anchors import read_anchors
from govtool.history.catalogue import catalogue
from govtool.history.reconstruct import days, main, minutes
from govtool.history.store import bundled_folder, find_series, read_parquet

EVENTS = {event.name: event for event in read_anchors(bundled_folder() / "anchors.toml")}


@pytest.mark.parametrize("name", ["reconstructed-crash-2021-05-19", "reconstructed-calm-2024-06-22"])
def test_minutes_made_again_have_the_digest_of_the_committed_file(name):
    for index in range(3):
        made = minutes(EVENTS[name], index).series
        assert made.digest == find_series(made.name).digest
        assert made.digest == read_parquet(bundled_folder() / f"{made.name}.parquet")[2]["digest"]


def test_days_made_again_have_the_digest_of_the_committed_file():
    made = days("BTC", 0, [event for event in EVENTS.values() if not event.apart]).series
    assert made.digest == find_series(made.name).digest


def test_every_anchored_extreme_is_met_exactly_in_its_minute_and_never_passed():
    for event in EVENTS.values():
        for index, market in enumerate(event.markets):
            columns = minutes(event, index).series.columns
            for anchor in market.minute:
                minute = (anchor.time_ms - event.start_ms) // 60_000 - 1
                if anchor.point != "at":
                    assert columns[anchor.point][minute] == anchor.price
                elif minute >= 0:
                    assert columns["close"][minute] == pytest.approx(anchor.price, rel=1e-4)
            lows = [anchor.price for anchor in market.minute if anchor.point == "low"]
            highs = [anchor.price for anchor in market.minute if anchor.point == "high"]
            assert columns["low"].min() == min(lows)
            # what is known of an incident has no highest price
            assert event.apart or columns["high"].max() == max(highs)


def test_opens_are_the_closes_before_and_every_minute_trades():
    for event in EVENTS.values():
        for index, market in enumerate(event.markets):
            columns = minutes(event, index).series.columns
            assert np.array_equal(columns["open"][1:], columns["close"][:-1])
            assert columns["volume"].min() >= 0.0
            assert columns["volume"].sum() == pytest.approx(market.volume, rel=0.02)


def test_volume_rises_with_the_range():
    columns = minutes(EVENTS["reconstructed-crash-2021-05-19"], 0).series.columns
    reach = (columns["high"] - columns["low"]) / columns["close"]
    assert np.corrcoef(np.log(columns["volume"] + 1.0), np.log(reach + 1e-5))[0, 1] > 0.6


def test_the_crash_of_may_2021_falls_like_the_recorded_one(real_history):
    made = minutes(EVENTS["reconstructed-crash-2021-05-19"], 0).series
    true = find_series("binance-spot_BTCUSDT_1m_20210420-20210520")
    inside = (true.timestamp >= made.start_ms) & (true.timestamp < made.start_ms + 720 * 60_000)

    def worst(close: np.ndarray, span: int) -> float:
        return float((close[span:] / close[:-span]).min() - 1.0)

    closes = made.columns["close"][:720], true.columns["close"][inside]
    for span, least, most in ((1, 0.4, 1.6), (5, 0.5, 1.5), (60, 0.75, 1.25)):
        assert least < worst(closes[0], span) / worst(closes[1], span) < most
    deviation = [float(np.std(np.diff(np.log(close)))) for close in closes]
    assert 0.6 < deviation[0] / deviation[1] < 1.4


def test_crashes_are_as_deep_as_published():
    lows = {"reconstructed-crash-2020-03-12": 3782.1, "reconstructed-crash-2021-05-19": 30000.0}
    for name, low in lows.items():
        columns = minutes(EVENTS[name], 0).series.columns
        assert columns["low"].min() == low
    march = minutes(EVENTS["reconstructed-crash-2020-03-12"], 0).series.columns
    assert march["low"].min() / march["high"].max() - 1.0 == pytest.approx(-0.506, abs=0.01)


def test_the_whole_is_small_and_labelled():
    files = sorted(bundled_folder().glob("*.parquet"))
    assert sum(path.stat().st_size for path in files) <= 750_000
    for path in files:
        assert read_parquet(path)[2]["label"] == "reconstructed"
        assert path.stem.startswith("reconstructed_")


def test_anchors_events_and_files_name_the_same_things():
    events = {name: event for name, event in catalogue().items() if name.startswith("reconstructed")}
    assert set(events) == set(EVENTS)
    for name, event in events.items():
        assert tuple(event.series) == tuple(market.market for market in EVENTS[name].markets)
        assert EVENTS[name].start_ms == event.start_ms
        assert EVENTS[name].end_ms == event.end_ms + 86_400_000
    used = {one for event in events.values() for one in (*event.series.values(), *event.lead.values())}
    assert used == {path.stem for path in bundled_folder().glob("*.parquet")}


def test_the_command_writes_the_files(tmp_path, capsys):
    anchors = tmp_path / "anchors.toml"
    text = (bundled_folder() / "anchors.toml").read_text()
    head, _, rest = text.partition("[events.")
    head = "".join(line for line in head.splitlines(keepends=True) if not line.startswith("apart"))
    first = rest.split("[events.reconstructed-crash-2021-02-23")[0]
    anchors.write_text(f"{head}[events.{first}")
    assert main(["--anchors", str(anchors), "--out", str(tmp_path / "out")]) == 0
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written[:1] == ["reconstructed_BTC-USD_1d_20200206-20200311.parquet"]
    assert len(written) == 6
    assert "bytes in" in capsys.readouterr().out


def bad_anchors(tmp_path: Path, change: tuple[str, str]) -> Path:
    """The bundled anchors with one text replaced."""
    path = tmp_path / "anchors.toml"
    text = (bundled_folder() / "anchors.toml").read_text()
    assert change[0] in text
    path.write_text(text.replace(*change, 1))
    return path


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("govtool/anchors@1", "govtool/anchors@2"), "'govtool/anchors@2' is not"),
        (("volume = ", "volumes = "), "field 'volume' is missing"),
        (('"binance-spot"', '"hearsay"'), "source = 'hearsay' is not among"),
        (("7647.4", "-7647.4"), "price above 0"),
        (('7647.4, "at"', '7647.4, "near"'), "a known point"),
        (("[2020-03-12T06:00:00Z", "[2020-03-12T07:00:00Z"), "in order of time"),
        (("[2020-03-12T06:00:00Z", "[2020-03-12T05:00:00Z"), "at the same time in every market"),
        (("[2020-02-05, ", '["early", '), "anchor time early is not a date"),
        (('apart = ["', 'apart = ["not-'), "apart names 'not-reconstructed-crash-2023-11-18'"),
    ],
)
def test_bad_anchors_are_refused_in_one_sentence(tmp_path, capsys, change, fault):
    path = bad_anchors(tmp_path, change)
    with pytest.raises(ParamError, match=fault):
        read_anchors(path)
    assert main(["--anchors", str(path), "--out", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()
    assert capsys.readouterr().err.startswith("error: ")


def test_a_missing_anchors_file_is_refused(tmp_path):
    with pytest.raises(FileError, match="check the path"):
        read_anchors(tmp_path / "anchors.toml")
