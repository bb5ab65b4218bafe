"""Gap policies: refused, held, split; always counted."""

import numpy as np
import pytest

from govtool.errors import DataError, ParamError
from govtool.history.bars import Title, new_series
from govtool.history.gaps import Gaps, apply_policy, check_policy, find_gaps, on_grid, series_gaps


def gapped(minutes: list[int], kind: str = "bars"):
    """A series with a bar at each of the minutes, closing at 100 plus the minute."""
    close = 100.0 + np.array(minutes)
    columns = {"open": close - 1.0, "high": close + 1.0, "low": close - 2.0, "close": close, "volume": close}
    return new_series(Title("test", "BTC", 60, kind), np.array(minutes, dtype=np.int64) * 60_000, columns)


def test_gaps_are_counted_with_the_longest():
    gaps = find_gaps(gapped([0, 1, 4, 5, 7]).timestamp, 60)
    assert gaps == Gaps(count=2, bars=3, longest=2, longest_after_ms=60_000)
    assert gaps.text() == "2 (3 bars), longest 2 after 1970-01-01 00:01"
    assert find_gaps(gapped([3]).timestamp, 60).text() == "0"


def test_error_refuses_a_gap_and_says_what_to_state():
    with pytest.raises(DataError, match=r"2 bars of 1m are missing, the longest gap \(2\) after .* hold or split"):
        apply_policy(gapped([0, 1, 4]), "error")


def test_without_a_gap_every_policy_gives_the_series_itself():
    series = gapped([0, 1, 2])
    for policy in ("error", "hold", "split"):
        assert apply_policy(series, policy) == ([series], Gaps(0, 0, 0, 0))


def test_hold_carries_the_close_with_no_volume_and_counts():
    (held,), gaps = apply_policy(gapped([0, 1, 4]), "hold")
    assert gaps.bars == 2
    assert held.timestamp.tolist() == [0, 60_000, 120_000, 180_000, 240_000]
    for name in ("open", "high", "low", "close"):
        assert held.columns[name][2:4].tolist() == [101.0, 101.0]
    assert held.columns["volume"].tolist() == [100.0, 101.0, 0.0, 0.0, 104.0]
    assert held.columns["open"][4] == 103.0


def test_split_cuts_into_pieces_without_gaps():
    pieces, gaps = apply_policy(gapped([0, 1, 4, 5, 7]), "split")
    assert [piece.timestamp.size for piece in pieces] == [2, 2, 1]
    assert gaps.count == 2
    assert all(series_gaps(piece).count == 0 for piece in pieces)


def test_funding_has_no_gaps():
    times = np.array([0, 28_800_000, 90_000_000], dtype=np.int64)
    series = new_series(Title("test", "BTC", 28_800, "funding"), times, {"funding_rate": np.zeros(3)})
    assert apply_policy(series, "error") == ([series], Gaps(0, 0, 0, 0))


def test_nothing_can_be_held_before_the_first_bar():
    with pytest.raises(DataError, match="begins at 1970-01-01 00:02 UTC, after 1970-01-01 00:01"):
        on_grid(gapped([2, 3]), np.array([60_000, 120_000], dtype=np.int64))


def test_mark_prices_have_no_volume():
    columns, absent = on_grid(gapped([0, 1], kind="mark"), np.array([0, 60_000], dtype=np.int64))
    assert columns["volume"].tolist() == [0.0, 0.0]
    assert not absent.any()


def test_an_unknown_policy_is_refused_with_those_there_are():
    with pytest.raises(ParamError, match="'fill' is not one of error, hold, split"):
        check_policy("fill")
