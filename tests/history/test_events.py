"""The window of an event: its bars, its tail, and only what was known before."""

import dataclasses

import numpy as np
import pytest

from govtool.errors import DataError, ParamError
from govtool.history.bars import Title, new_series
from govtool.history.catalogue import Event
from govtool.history.events import catalogue, load_window
from govtool.history.store import write_series

from .conftest import DAY_MS, START_MS, bars, walk

MINUTE_MS = 60_000


def event(**changes: object) -> Event:
    """Two hours of BTC and ETH from 2021-05-19 06:00."""
    start = START_MS + 6 * 3_600_000
    fields = {
        "name": "one",
        "title": "One",
        "kind": "crash",
        "start_ms": start,
        "end_ms": start + 120 * MINUTE_MS,
        "interval_s": 60,
        "series": {m: f"test_{m}_1m_20210519-20210520" for m in ("BTC", "ETH")},
        "lead": {m: f"test_{m}_1h_20210409-20210520" for m in ("BTC", "ETH")},
        "funding": {},
        "gap_policy": "error",
        "source": "made up",
        "what": "nothing",
    }
    return Event(**{**fields, **changes})


def cut(series, keep):
    """The rows of a series that `keep` says, under the same name."""
    columns = {name: column[keep] for name, column in series.columns.items()}
    title = Title(series.venue, series.symbol, series.interval_s, series.kind)
    return new_series(title, series.timestamp[keep], columns, name=series.name)


@pytest.fixture
def history(stored):
    """Minutes of two days and hours of forty days before them, for BTC and ETH."""
    made = {}
    for seed, market in enumerate(("BTC", "ETH")):
        made[market] = stored(bars(market, 60, START_MS, 2 * 1_440, seed))
        made[f"{market} lead"] = stored(bars(market, 3_600, START_MS - 40 * DAY_MS, 42 * 24, seed + 10))
    return made


def test_the_window_holds_the_bars_of_the_event_and_a_day_after_it(history):
    window = load_window(event())
    assert (window.bars, window.tail_bars, window.native_s) == (120, 1_440, 60)
    assert window.markets == ("BTC", "ETH")
    assert window.label == "recorded"
    at = 6 * 60
    for m, market in enumerate(window.markets):
        for name in ("open", "high", "low", "close", "volume"):
            column = history[market].columns[name]
            assert getattr(window, name)[:, m].tolist() == column[at : at + 1_560].tolist()
    assert window.gaps == {"BTC": 0, "ETH": 0}
    assert dict(window.series) == {one.name: one.digest for one in history.values()}


def test_the_tail_ends_where_the_first_series_does(history, stored):
    stored(cut(history["ETH"], slice(0, 9 * 60)))
    window = load_window(event())
    assert (window.bars, window.tail_bars) == (120, 60)


def test_lead_prices_are_hourly_closes_before_the_start(history):
    window = load_window(event())
    assert window.lead_s[0] == -30 * 86_400.0
    assert window.lead_s[-1] == -3_600.0
    assert np.all(np.diff(window.lead_s) == 3_600.0)
    # the hour that opens at 04:00 closes at 05:00, one hour before the start
    assert window.lead_price[-1, 0] == history["BTC lead"].columns["close"][40 * 24 + 4]


def test_daily_volume_is_the_median_of_thirty_days_before_each_day(history):
    window = load_window(event())
    # 26 hours from 06:00 begin two days; one row more than days
    assert window.day_volume.shape == window.day_sigma.shape == (3, 2)
    assert window.lead_days == 30
    lead = history["BTC lead"].columns
    days = (lead["volume"] * lead["close"]).reshape(-1, 24).sum(axis=1)
    closes = lead["close"].reshape(-1, 24)[:, -1]
    for row in range(3):
        known = slice(10 + row, 40 + row)
        assert window.day_volume[row, 0] == pytest.approx(np.median(days[known]), rel=1e-12)
        sigma = np.std(np.diff(np.log(closes[known])), ddof=1)
        assert window.day_sigma[row, 0] == pytest.approx(sigma, rel=1e-12)


def test_nothing_after_a_day_enters_what_is_known_on_it(history, stored):
    before = load_window(event())
    lead = history["BTC lead"]
    columns = {name: column.copy() for name, column in lead.columns.items()}
    for column in columns.values():
        column[40 * 24 + 6 :] *= 7.0  # from the start of the window on
    stored(dataclasses.replace(lead, columns=columns))
    after = load_window(event())
    assert after.day_volume[0].tolist() == before.day_volume[0].tolist()
    assert after.day_sigma[0].tolist() == before.day_sigma[0].tolist()
    assert after.lead_price.tolist() == before.lead_price.tolist()
    assert after.digest != before.digest


def test_a_daily_lead_is_sampled_daily(history, stored):
    lead = {m: stored(bars(m, 86_400, START_MS - 5 * DAY_MS, 5, seed)).name for seed, m in enumerate(("BTC", "ETH"))}
    window = load_window(event(lead=lead))
    assert window.lead_s.tolist() == [-86_400.0 * d - 6 * 3_600.0 for d in range(4, -1, -1)]
    assert window.lead_days == 5
    assert window.day_volume[1].tolist() == window.day_volume[0].tolist()  # nothing new became known


def test_fewer_than_three_days_of_lead_are_refused(history, stored):
    stored(cut(history["ETH lead"], slice(38 * 24, None)))
    with pytest.raises(DataError, match=r"test_ETH_1h.* has 2 whole days .* begins earlier"):
        load_window(event())


def test_markets_can_be_chosen_and_ordered(history):
    window = load_window(event(), markets=("ETH",))
    assert window.markets == ("ETH",)
    assert window.close.shape == (1_560, 1)
    swapped = load_window(event(), markets=("ETH", "BTC"))
    assert swapped.close[:, 0].tolist() == window.close[:, 0].tolist()
    assert swapped.digest != load_window(event()).digest


def test_a_missing_market_is_refused(history):
    with pytest.raises(DataError, match="event 'one' has no market 'SOL', only BTC, ETH"):
        load_window(event(), markets=("BTC", "SOL"))


def test_a_missing_series_is_refused_with_the_remedy(history):
    series = {"BTC": "test_BTC_1m_20210519-20210520", "ETH": "test_ETH_1m_20200519-20200520"}
    with pytest.raises(DataError, match=r"test_ETH_1m_20200519.* is in none of .*govtool data fetch.*GOVTOOL_HISTORY"):
        load_window(event(series=series))


def test_digests_that_agree_are_accepted_and_one_that_differs_is_refused(history, stored):
    pinned = dict(load_window(event()).series)
    assert load_window(event(), digests=pinned).series == tuple(pinned.items())
    stored(dataclasses.replace(history["BTC"], columns=walk(2_880, 99)))
    with pytest.raises(DataError, match=r"series test_BTC_1m_20210519-20210520 is sha256:.*was stated for it"):
        load_window(event(), digests=pinned)


def test_a_series_that_the_digests_do_not_name_is_refused(history):
    pinned = dict(load_window(event()).series)
    del pinned["test_ETH_1h_20210409-20210520"]
    with pytest.raises(DataError, match="and no digest was stated for it"):
        load_window(event(), digests=pinned)


def with_gap(series, first=420, count=5):
    """The series without some bars, by default five from 07:00."""
    keep = np.ones(series.timestamp.size, dtype=bool)
    keep[first : first + count] = False
    return cut(series, keep)


def test_a_gap_is_refused_by_default(history, stored):
    stored(with_gap(history["ETH"]))
    with pytest.raises(
        DataError, match=r"'one', series test_ETH_1m.*: 5 bars of 1m are missing, .* after 2021-05-19 06:59"
    ):
        load_window(event())


@pytest.mark.parametrize("first", [360, 360 + 1_559])
def test_a_gap_at_an_end_of_the_window_is_a_gap_too(history, stored, first):
    stored(with_gap(history["ETH"], first, 1))
    with pytest.raises(DataError, match="missing"):
        load_window(event())


def test_a_gap_outside_the_window_does_not_matter(history, stored):
    stored(with_gap(history["ETH"], first=10))
    assert load_window(event()).gaps == {"BTC": 0, "ETH": 0}


def test_hold_fills_the_gap_and_counts_it(history, stored):
    stored(with_gap(history["ETH"]))
    window = load_window(event(gap_policy="hold"))
    assert window.gaps == {"BTC": 0, "ETH": 5}
    before = history["ETH"].columns["close"][419]
    assert window.close[60:65, 1].tolist() == [before] * 5
    assert window.volume[60:65, 1].tolist() == [0.0] * 5
    assert window.bars == 120


def test_split_cuts_to_the_longest_piece_and_counts_what_is_lost(history, stored):
    stored(with_gap(history["ETH"], first=400))
    window = load_window(event(gap_policy="split"))
    # 40 bars before the gap, 75 after it, and the tail follows those without a break
    assert (window.bars, window.tail_bars) == (75, 1_440)
    assert window.start_ms == event().start_ms + 45 * MINUTE_MS
    assert window.gaps == {"BTC": 45, "ETH": 45}
    assert window.close[0, 0] == history["BTC"].columns["close"][405]


def test_split_drops_the_tail_where_a_gap_cuts_it_off(history, stored):
    stored(with_gap(history["ETH"], first=470))
    window = load_window(event(gap_policy="split"))
    assert (window.bars, window.tail_bars) == (110, 0)
    assert window.start_ms == event().start_ms


def test_a_series_that_does_not_cover_the_event_is_refused(history, stored):
    stored(cut(history["ETH"], slice(0, 400)))
    with pytest.raises(
        DataError, match="spans 2021-05-19 00:00 to 2021-05-19 06:40 UTC and does not cover event 'one'"
    ):
        load_window(event())


def test_a_series_of_another_interval_is_refused(history):
    with pytest.raises(ParamError, match="event 'one' has interval 1m, but series test_BTC_1h"):
        load_window(event(series=event().lead))


@pytest.mark.parametrize(("value", "fault"), [(np.nan, "has close = nan"), (-1.0, "has close = -1 and is not above")])
def test_nan_and_negative_prices_are_refused(history, folder, value, fault):
    columns = {name: column.copy() for name, column in history["BTC"].columns.items()}
    columns["close"][1_000] = value
    write_series(dataclasses.replace(history["BTC"], columns=columns), folder)
    with pytest.raises(DataError, match=rf"test_BTC_1m.*\.parquet: row 1001 .*{fault}"):
        load_window(event())


def funding(stored, times, rates):
    """Store a funding series of BTC, times in minutes after the start."""
    stamps = event().start_ms + np.array(times, dtype=np.int64) * MINUTE_MS
    columns = {"funding_rate": np.array(rates)}
    return stored(new_series(Title("test", "BTC", 28_800, "funding"), stamps, columns)).name


def test_funding_inside_the_replayed_part_is_taken(history, stored):
    name = funding(stored, [0, 60, 120, 180], [0.1, 0.2, 0.3, 0.4])
    window = load_window(event(funding={"BTC": name}))
    assert ((window.funding_ms - window.start_ms) // MINUTE_MS).tolist() == [60, 120]
    assert window.funding_rate.tolist() == [[0.2, 0.0], [0.3, 0.0]]  # ETH pays none


def test_an_event_without_funding_has_none(history):
    window = load_window(event())
    assert window.funding_ms.shape == (0,)
    assert window.funding_rate.shape == (0, 2)


def test_a_funding_series_without_a_settlement_inside_is_refused(history, stored):
    name = funding(stored, [500], [0.1])
    with pytest.raises(DataError, match="has no funding settlement between 2021-05-19 06:00 and 2021-05-19 08:00"):
        load_window(event(funding={"BTC": name}))


def test_arrays_of_a_window_cannot_be_changed(history):
    with pytest.raises(ValueError, match="read-only"):
        load_window(event()).close[0, 0] = 1.0


def test_every_bundled_event_loads():
    for one in catalogue().values():
        if not one.name.startswith("reconstructed"):
            continue
        window = load_window(one)
        assert window.label == "reconstructed"
        assert window.native_s == 60
        assert window.bars in (720, 1_440)
        assert window.tail_bars == 1_440
        # of the days before an incident as much is known as articles state
        assert window.lead_days == {"2023-11-18": 28, "2025-10-10": 6}.get(one.name[-10:], 30)
        assert np.all(window.day_volume > 0.0)
        assert np.all((window.day_sigma > 0.001) & (window.day_sigma < 0.5))
        assert np.all(window.low > 0.0)


def test_every_recorded_event_loads(real_history):
    for one in catalogue().values():
        if one.name.startswith("reconstructed"):
            continue
        window = load_window(one)
        assert window.label == "recorded"
        assert window.lead_days == 30
        assert window.gaps == dict.fromkeys(window.markets, 0)
        assert window.funding_ms.size > 0
        drop = (window.low / np.maximum.accumulate(window.high)).min(axis=0) - 1.0
        assert np.all(drop > -0.75)
        if one.kind == "crash":
            assert drop.min() < -0.08


def test_the_crash_of_may_2021_is_as_deep_as_recorded(real_history):
    window = load_window(catalogue()["crash-2021-05-19"])
    assert window.low[: window.bars].min(axis=0)[:2].tolist() == [30_000.0, 1_888.0]
