"""The measured error of bridged prices."""

import dataclasses

import numpy as np
import pytest

from govtool.errors import ParamError
from govtool.history.bridge_error import bridge_error, coarser
from govtool.history.events import catalogue, load_window

from .test_bridge import window


def test_coarser_bars_keep_open_extremes_close_and_volume():
    fine = window(130)
    coarse = coarser(fine, 3_600)
    assert (coarse.bars, coarse.tail_bars, coarse.native_s) == (2, 0, 3_600)  # the last ten minutes are left out
    for b in range(2):
        part = slice(60 * b, 60 * b + 60)
        assert np.array_equal(coarse.open[b], fine.open[60 * b])
        assert np.array_equal(coarse.high[b], fine.high[part].max(axis=0))
        assert np.array_equal(coarse.low[b], fine.low[part].min(axis=0))
        assert np.array_equal(coarse.close[b], fine.close[60 * b + 59])
        assert np.allclose(coarse.volume[b], fine.volume[part].sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize(
    ("native_s", "fault"), [(60, "cannot be made of"), (90, "not a whole number of minutes"), (14_400, "shorter")]
)
def test_bars_that_cannot_be_made_are_refused(native_s, fault):
    with pytest.raises(ParamError, match=fault):
        coarser(window(130), native_s)


def test_a_straight_line_is_bridged_without_error_at_the_closes():
    close = np.full((120, 1), 100.0)
    flat = dataclasses.replace(window(120, 1), open=close, high=close, low=close, close=close)
    (error,) = bridge_error(flat, 3_600, range(3))
    assert (error.mean_bps, error.max_bps, error.drop_true_pct, error.drop_bridged_pct) == (0.0, 0.0, 0.0, 0.0)


def test_finer_bars_are_bridged_with_a_smaller_error():
    fine = window(720)
    by_hour = bridge_error(fine, 3_600, range(4))
    by_five_minutes = bridge_error(fine, 300, range(4))
    for coarse, less_coarse in zip(by_hour, by_five_minutes, strict=True):
        assert 0.0 < less_coarse.mean_bps < coarse.mean_bps
        assert coarse.mean_bps <= coarse.p95_bps <= coarse.max_bps


def test_on_the_crash_of_may_2021_bridged_hours_fall_about_as_fast_as_the_minutes(real_history):
    errors = bridge_error(load_window(catalogue()["crash-2021-05-19"]), 3_600, range(5))
    for error in errors:
        assert error.mean_bps < 300.0
        assert 0.8 < error.drop_bridged_pct / error.drop_true_pct < 1.3
        assert 0.8 < error.range_bridged_pct[0] / error.range_true_pct[0] < 1.2
