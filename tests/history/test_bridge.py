"""Prices between bars: exact at the extremes and the close, the same for every caller."""

import dataclasses
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govtool.errors import ParamError
from govtool.history.bars import Window, digest_arrays
from govtool.history.bridge import STRETCH, bridge, ticks_per_bar

from .conftest import START_MS, walk


def window(bars: int, markets: int = 2, native_s: int = 60, seed: int = 1) -> Window:
    """A window of random walks without lead or funding."""
    made = [walk(bars, seed * 100 + m, 100.0 * (m + 1)) for m in range(markets)]
    columns = {name: np.stack([one[name] for one in made], axis=1) for name in made[0]}
    none = np.empty(0)
    return Window(
        event="made up",
        label="recorded",
        markets=tuple(f"M{m}" for m in range(markets)),
        native_s=native_s,
        start_ms=START_MS,
        bars=bars,
        tail_bars=0,
        lead_s=none,
        lead_price=none,
        day_volume=none,
        day_sigma=none,
        lead_days=30,
        funding_ms=np.empty(0, dtype=np.int64),
        funding_rate=none,
        series=(),
        gaps={},
        digest="",
        **columns,
    )


@settings(max_examples=60)
@given(
    st.integers(1, 30), st.integers(1, 4), st.sampled_from([3, 4, 5, 12, 60]), st.integers(0, 2**31), st.integers(1, 99)
)
def test_both_extremes_and_the_close_are_hit_exactly_and_nothing_lies_outside(bars, markets, ticks, seed, made):
    one = window(bars, markets, native_s=ticks * 5, seed=made)
    path = bridge(one, seed, 5).reshape(bars, ticks, markets)
    assert np.array_equal(path.max(axis=1), one.high)
    assert np.array_equal(path.min(axis=1), one.low)
    assert np.array_equal(path[:, -1], one.close)


def test_extremes_come_in_one_order_and_at_the_same_ticks_in_every_market():
    one = window(200, 3, native_s=300)
    path = bridge(one, 7, 5).reshape(200, 60, 3)
    high, low = path.argmax(axis=1), path.argmin(axis=1)
    assert np.array_equal(high, np.repeat(high[:, :1], 3, axis=1))
    assert np.array_equal(low, np.repeat(low[:, :1], 3, axis=1))
    assert 20 < (high[:, 0] < low[:, 0]).sum() < 180


def test_a_falling_bar_mostly_shows_its_high_first():
    one = window(400, 1, native_s=300)
    path = bridge(one, 3, 5).reshape(400, 60, 1)[:, :, 0]
    first = path.argmax(axis=1) < path.argmin(axis=1)
    lean = ((one.close - one.open) / (one.high - one.low))[:, 0]
    assert first[lean < -0.6].mean() > 0.9
    assert first[lean > 0.6].mean() < 0.1


def test_one_tick_is_the_close():
    one = window(5)
    assert np.array_equal(bridge(one, 1, 60), one.close)


def test_two_ticks_are_the_extreme_further_from_the_close_and_the_close():
    one = dataclasses.replace(
        window(3, 1),
        open=np.array([[10.0], [10.0], [10.0]]),
        high=np.array([[15.0], [12.0], [13.0]]),
        low=np.array([[9.0], [5.0], [7.0]]),
        close=np.array([[11.0], [11.0], [10.0]]),
    )
    assert bridge(one, 1, 30)[:, 0].tolist() == [15.0, 11.0, 5.0, 11.0, 13.0, 10.0]


def test_three_ticks_are_both_extremes_and_the_close():
    one = window(20, 1)
    path = bridge(one, 1, 20).reshape(20, 3)
    assert np.array_equal(np.sort(path[:, :2], axis=1), np.concatenate([one.low, one.high], axis=1))


def test_a_bar_without_a_move_stays_where_it_is():
    flat = np.full((2, 1), 5.0)
    one = dataclasses.replace(window(2, 1), open=flat, high=flat, low=flat, close=flat)
    assert set(bridge(one, 1, 5).ravel()) == {5.0}


def test_the_path_is_a_pure_function_of_seed_market_bar_and_tick():
    one = window(50)
    path = bridge(one, 11, 15)
    assert np.array_equal(path, bridge(one, 11, 15))
    assert not np.array_equal(path, bridge(one, 12, 15))
    part = {name: getattr(one, name)[20:30] for name in ("open", "high", "low", "close", "volume")}
    later = dataclasses.replace(one, start_ms=one.start_ms + 20 * 60_000, bars=4, tail_bars=6, **part)
    assert np.array_equal(bridge(later, 11, 15), path[80:120])


def test_a_path_of_many_stretches_is_that_of_its_bars_one_by_one():
    one = window(3 * STRETCH // 240 + 1, native_s=3_600)
    path = bridge(one, 11, 15).reshape(-1, 240, 2)
    for at in range(path.shape[0]):
        bar = {name: getattr(one, name)[at : at + 1] for name in ("open", "high", "low", "close")}
        alone = dataclasses.replace(one, start_ms=one.start_ms + at * 3_600_000, **bar)
        assert np.array_equal(bridge(alone, 11, 15), path[at])


def test_markets_move_together_between_bars():
    one = window(300, 2, native_s=3_600)
    steps = np.diff(bridge(one, 5, 60).reshape(300, 60, 2), axis=1)
    assert np.corrcoef(steps[:, :, 0].ravel(), steps[:, :, 1].ravel())[0, 1] > 0.3


def test_the_numbers_are_the_same_on_every_machine():
    path = bridge(window_of_tenths(), 20_210_519, 15)
    assert digest_arrays({"path": path}) == PINNED


def window_of_tenths() -> Window:
    """A window whose numbers come from divisions alone, not from a machine's random walk."""
    close = 100.0 + (np.arange(40) * 7 % 23)[:, None] / 10.0 + np.array([[0.0, 50.0]])
    start = np.concatenate([close[:1], close[:-1]])
    high, low = np.maximum(start, close) + 0.3, np.minimum(start, close) - 0.2
    return dataclasses.replace(window(40), open=start, high=high, low=low, close=close)


PINNED = "sha256:7482940d5355b91f15155f57d946fd59fe158996a9e5b07fc9c6f9e0b4ea90f1"


@pytest.mark.parametrize(("step_s", "fault"), [(7, "step_s = 7 does not divide a bar of 60 s"), (0, "step_s = 0")])
def test_a_step_that_does_not_divide_the_bar_is_refused(step_s, fault):
    with pytest.raises(ParamError, match=fault):
        ticks_per_bar(60, step_s)


def test_a_negative_seed_is_refused():
    with pytest.raises(ParamError, match="seed = -1 is negative"):
        bridge(window(3), -1, 15)


def test_two_days_of_minutes_in_three_markets_take_well_under_a_tenth_of_a_second():
    one = window(2_880, 3)
    bridge(one, 1, 15)
    begun = time.perf_counter()
    bridge(one, 2, 15)
    assert time.perf_counter() - begun < 0.1  # 0.01 s measured on one core
