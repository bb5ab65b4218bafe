"""The benchmarks of speed on tiny inputs: what they build is whole, and what they compare is the same."""

import math

import numpy as np
import pytest

from benchmarks.effort import rows as effort_rows
from benchmarks.flox import agreement, marks_of
from benchmarks.replay import cells, data
from benchmarks.speed.building import compiler
from benchmarks.speed.cases import HABITS, PRESET, protocol_of, year_scenario
from benchmarks.speed.clock import Timing, timed
from benchmarks.speed.figure import draw
from benchmarks.speed.growth import VISITS, Row, Size, by_accounts, exponent, is_same, measured, ratio
from benchmarks.speed.history import SERIES, SPANS, SYNTHETIC_HOURS, label, window_of
from benchmarks.speed.plain import c_loops, first_hits, legs_of, library, numpy_loops
from benchmarks.speed.replays import BRUTE, SKIP, log_digest, rates, replay
from benchmarks.speed.still import still, still_case
from govtool.protocol.read import read_protocol

FEW = 60


def test_without_real_history_prices_are_labelled_synthetic():
    assert label() == SYNTHETIC_HOURS
    window = window_of("day-calm", 2)
    assert window.label == "synthetic"
    assert window.markets == ("BTC", "ETH")
    assert (window.low <= np.minimum(window.open, window.close)).all()
    assert (window.high >= np.maximum(window.open, window.close)).all()


def test_windows_of_synthetic_hours_agree_where_they_overlap():
    day, month = window_of("day-crash", 2), window_of("month-crash", 3)
    first = (day.start_ms - month.start_ms) // 3_600_000
    assert np.array_equal(day.close, month.close[first : first + day.close.shape[0], :2])
    assert np.array_equal(day.day_sigma[0], month.day_sigma[first // 24, :2])


def test_a_day_of_crash_falls_and_a_calm_day_does_not():
    fall = {kind: window_of(f"day-{kind}", 1) for kind in ("crash", "calm")}
    assert fall["crash"].low.min() < 0.75 * fall["crash"].open[0, 0]
    assert fall["calm"].low.min() > 0.9 * fall["calm"].open[0, 0]


def test_a_case_is_as_large_as_asked_for():
    case = year_scenario(FEW, 3, span="day-calm")
    assert case.scenario.feed.index.shape == (1_440, 3)
    assert case.account_steps == 1_440 * FEW
    assert case.terms.adaptive == 1
    assert (case.scenario.venue.own_weight > 0).all()


def test_twenty_markets_are_listed_and_only_one_of_them_is_new():
    assert len(SERIES) == 20
    assert set(SERIES) - set(read_protocol(PRESET).markets) == {"FTT"}
    assert set(SERIES) <= set(protocol_of().markets)


def test_fixed_positions_are_held_by_all_and_topped_up_by_none():
    crowd = year_scenario(FEW, 2, span="day-calm", habits="fixed").scenario.crowd
    assert (crowd.enters == 0).all()
    assert not crowd.wallet.any()
    assert not crowd.topup_chance.any()


@pytest.mark.slow
@pytest.mark.parametrize("habits", HABITS)
@pytest.mark.parametrize("span", [name for name in SPANS if name.startswith("day")])
def test_every_way_to_visit_accounts_leaves_the_same_log(span, habits):
    case = year_scenario(FEW, 4, span=span, habits=habits)
    logs = {visit: replay(case, visit) for visit in (SKIP, BRUTE)}
    assert len({log_digest(result) for result in logs.values()}) == 1
    assert rates(case, logs[SKIP])["events"] == logs[SKIP].trace.whole.shape[0]


def test_calls_are_timed_in_turn_and_the_first_is_not_counted():
    calls = []
    found = timed({name: lambda name=name: calls.append(name) for name in "ab"}, repeats=2)
    assert calls[:4] == ["a", "b", "a", "b"]
    assert all(len(timing.seconds) >= 1 for timing in found.values())


def test_a_spread_is_of_the_median():
    timing = Timing((1.0, 2.0, 3.0), 0, None)
    assert (timing.median, timing.spread) == (2.0, 1.0)
    assert timing.text() == "2 s (3×, ±50 %)"


@pytest.fixture(scope="module", params=["day-calm", "day-crash"])
def held(request):
    return still(still_case(FEW, 4, request.param))


def test_both_layouts_of_legs_hold_the_same_coins(held):
    legs = legs_of(held.coins)
    accounts = np.arange(held.cash.size)
    rows, columns = np.zeros_like(held.coins), np.zeros_like(held.coins)
    np.add.at(rows, (np.repeat(accounts, np.diff(legs.first)), legs.market), legs.coins)
    for markets, coins in zip(legs.markets, legs.columns, strict=True):
        np.add.at(columns, (legs.order, markets), coins)
    assert np.array_equal(rows, held.coins)
    assert np.array_equal(columns, held.coins)


def test_more_legs_than_the_loops_are_written_for_are_refused():
    with pytest.raises(ValueError, match="4 positions"):
        legs_of(np.ones((1, 4)))


@pytest.mark.skipif(compiler() is None, reason="no C compiler")
def test_the_plain_loops_find_those_below_margin_whom_the_engine_flags(held):
    with library() as lib:
        assert np.array_equal(first_hits(lib, held), held.flagged)
        counts = {loop() for loop in (c_loops(lib, held) | numpy_loops(held)).values()}
    assert len(counts) == 1


def test_marks_that_moved_are_told_once():
    price = np.array([[1.0, 5.0], [1.0, 6.0], [1.0, 6.0]])
    assert marks_of(price, moved=True) == [[(0, 1.0), (1, 5.0)], [(1, 6.0)], []]
    assert [len(now) for now in marks_of(price, moved=False)] == [2, 2, 2]


def test_agreement_counts_who_was_liquidated_by_whom_and_when():
    found = agreement(np.array([3, 4, -1, 7]), np.array([3, 5, 6, -1]))
    assert found == "liquidated: 3 by FLOX, 3 by govtool, 2 by both, 1 in the same tick"


SMALL = Size("day-crash", FEW, 3)


@pytest.fixture(scope="module")
def grown():
    return next(measured([SMALL], longest_s=60.0))


@pytest.mark.slow
def test_one_size_has_a_row_for_each_way_and_their_logs_agree(grown):
    assert [row.visit for row in grown] == list(VISITS)
    assert is_same(grown)
    assert len({row.events for row in grown}) == 1
    assert ratio(grown, "skip") == 1.0


@pytest.mark.slow
def test_tables_and_chart_are_made_of_the_rows(grown):
    assert len(cells(grown)) == 10
    assert cells(grown)[-1] == "skip = brute = every"
    assert [line.count(",") for line in data(grown).splitlines()] == [7] * (1 + len(VISITS))
    assert len(draw(grown).axes) == 2


def test_a_way_that_would_take_too_long_is_left_out_by_name():
    left_out = Row(SMALL, "every", 10, math.nan, "left out, about 900 s", 0, "")
    done = Row(SMALL, "skip", 10, 2.0, "2 s", 5, "digest")
    assert is_same([done, left_out])
    assert not is_same([done, done._replace(digest="another")])
    assert by_accounts([done, left_out], "every", "day-crash", 3) == []
    assert "left out, about 900 s" in cells([done, left_out._replace(visit="brute"), left_out])


def test_an_exponent_is_the_slope_of_logarithms():
    assert exponent([(1, 3), (10, 300)]) == pytest.approx(2.0)
    assert exponent([(1, 5), (10, 5), (100, 5)]) == pytest.approx(0.0)
    assert math.isnan(exponent([(1, 3)]))


def test_effort_tells_looks_and_rows_of_a_replay():
    first, second = effort_rows((FEW, 3 * FEW), span="day-crash")
    assert (first[0], second[0], first[2]) == ("60", "180", "-")
    assert 0 < int(first[3].replace(",", "")) < int(second[3].replace(",", ""))
    assert int(first[6].replace(",", "")) < int(second[6].replace(",", ""))
