"""Depth, spreads and spoofs."""

import numpy as np
import pytest

from govtool.errors import ParamError
from govtool.world.depth import depth_column, makers_away, reached, realised, shrunk, spoof_column, spread_column
from govtool.world.model import World
from govtool.world.pack import pack_venue
from tests.world.changes import changed, feed, path

CALM = path(*[100.0] * 20)
HALF = {"name": "there", "share": 0.5, "efficiency": 0.8}


def depth(world: World, index: np.ndarray, sigma: float = 0.04) -> np.ndarray:
    return depth_column(world, pack_venue(world, ("BTC",)), feed(index, sigma), 0)


def hours(*amplitudes: float) -> np.ndarray:
    """Hours of an index that swings, each minute, by a share of its price up and back."""
    minutes = np.concatenate([100.0 * (1.0 + one * (np.arange(60) % 2)) for one in amplitudes])
    return np.repeat(minutes, 4)[:, None]


def test_in_the_default_world_depth_and_spread_are_those_of_the_day():
    assert depth(changed(), hours(0.0, 0.1)).size == 0
    assert spread_column(changed(), hours(0.0, 0.1)).size == 0
    assert spoof_column(changed(), ("BTC",), 20).size == 0


def test_depth_elsewhere_counts_as_far_as_it_is_stitched_to_here():
    world = changed(liquidity={"elsewhere": [HALF | {"outages": [{"start_h": 0.0, "length_s": 30.0}]}]})
    assert reached(world, CALM, 0).tolist() == pytest.approx([0.5] * 2 + [0.9] * 18)
    found = depth(world, CALM)
    assert found.shape == (20, 1)
    assert found[:, 0].tolist() == pytest.approx([2**0.5] * 2 + [0.9**-0.5] * 18)


def test_full_efficiency_is_as_if_all_were_here():
    assert depth(changed(liquidity={"elsewhere": [HALF | {"efficiency": 1.0}]}), CALM).size == 0


def test_each_part_has_luck_of_its_own():
    parts = [{"name": name, "share": 0.25, "random": {"per_day": 50.0}} for name in ("one", "two")]
    found = reached(changed(liquidity={"elsewhere": parts}), np.full((9_000, 1), 100.0), 0)
    assert set(np.round(found, 9).tolist()) == {0.5, 0.75, 1.0}


def test_a_realised_volatility_is_that_of_minutes_scaled_to_a_day():
    found = realised(hours(0.0, 0.01, 0.0), 15, 240)
    # An hour at 100, then one of 30 minutes at 101 between 30 at 100, each reached from the other by 0.01 or 1/101.
    squares = 30 * 0.01**2 + 29 * (1 / 101) ** 2
    assert found[0, 0] == 0.0
    assert found[1, 0] == pytest.approx((squares / 60 * 1_440) ** 0.5)
    assert found[2, 0] == pytest.approx(((1 / 101) ** 2 / 60 * 1_440) ** 0.5)


def test_the_first_hour_lacks_the_minute_before_it_and_a_begun_one_counts_not():
    index = hours(0.01, 0.5)[: 240 + 100]
    found = realised(index, 15, 240)
    assert found.shape == (1, 1)
    assert found[0, 0] == pytest.approx(((30 * 0.01**2 + 29 * (1 / 101) ** 2) / 59 * 1_440) ** 0.5)


def test_long_ticks_are_sampled_one_by_one():
    assert realised(path(100, 101), 3_600, 1)[:, 0].tolist() == pytest.approx([0.0, 0.01 * 24**0.5])


def test_depth_shrinks_in_the_hour_after_volatility_and_only_above_its_lagged_day():
    index = hours(0.0, 0.01, 0.0, 0.0)
    now = float(realised(index, 15, 240)[1, 0])
    sigma = np.full((4, 1), now / 4)
    found = shrunk(0.5, index, sigma, 15, 240)
    after = now / 4 / float(realised(index, 15, 240)[2, 0])
    assert found[:, 0].tolist() == pytest.approx([1.0, 1.0, 0.5, min(1.0, after**0.5)])
    assert shrunk(0.5, index, sigma * 8, 15, 240).tolist() == [[1.0]] * 4
    assert shrunk(0.5, index, sigma * 0, 15, 240).tolist() == [[1.0]] * 4
    column = depth(changed(liquidity={"shrink": 0.5}), index, now / 4)
    assert column[:480].tolist() == [[1.0]] * 480 and column[480:720, 0] == pytest.approx(2**0.5)


def test_makers_leave_a_tick_after_a_move_and_come_back_when_it_has_been_quiet():
    makers = {"move": 0.1, "window_s": 15.0, "depth": 0.25, "spread": 4.0, "calm_s": 30.0}
    world = changed(liquidity={"makers": makers})
    index = path(*[100.0] * 3, *[80.0] * 9)
    # The fall at tick 3 is seen at 4; the two ticks after it are quiet, and they are back in the one after those.
    assert makers_away(world, index)[:, 0].tolist() == [False] * 4 + [True] * 3 + [False] * 5
    assert depth(world, index)[:, 0].tolist() == [1.0] * 4 + [2.0] * 3 + [1.0] * 5
    assert spread_column(world, index)[:, 0].tolist() == [1.0] * 4 + [4.0] * 3 + [1.0] * 5
    again = path(*[100.0] * 3, *[80.0] * 2, *[60.0] * 7)
    assert makers_away(world, again)[:, 0].tolist() == [False] * 4 + [True] * 5 + [False] * 3


def test_makers_leave_only_the_market_that_moved():
    world = changed(liquidity={"makers": {"move": 0.1, "depth": 0.25, "calm_s": 0.0}})
    index = np.array([[100.0, 50.0]] * 5 + [[100.0, 40.0]] * 5)
    assert not makers_away(world, index)[:, 0].any() and makers_away(world, index)[6, 1]
    assert spread_column(world, index).size == 0


def test_what_takes_depth_takes_it_together():
    makers = {"move": 0.1, "depth": 0.25, "calm_s": 0.0}
    world = changed(liquidity={"makers": makers, "elsewhere": [HALF | {"efficiency": 0.0}]})
    assert depth(world, path(100, 80, 80))[:, 0].tolist() == pytest.approx([2**0.5, 2**0.5, 8**0.5])


def test_a_spoofed_book_has_the_slope_of_the_depth_it_shows():
    spoof = {"kind": "spoof", "start_h": 1 / 60, "length_s": 30.0, "shown": 4.0, "market": "ETH"}
    wide = spoof | {"market": "", "start_h": 1.25 / 60, "shown": 16.0}
    found = spoof_column(changed(attacks=[spoof, wide]), ("BTC", "ETH"), 8)
    assert found[:, 0].tolist() == [1.0] * 5 + [0.25] * 2 + [1.0]
    # Where two meet, the deeper book is believed.
    assert found[:, 1].tolist() == [1.0] * 4 + [0.5] + [0.25] * 2 + [1.0]
    assert spoof_column(changed(attacks=[spoof | {"shown": 1.0}]), ("BTC", "ETH"), 8).size == 0


def test_a_spoof_of_a_market_that_is_not_there_is_refused():
    spoof = {"kind": "spoof", "start_h": 0.0, "length_s": 30.0, "shown": 4.0, "market": "DOGE"}
    sentence = r"attacks: market 'DOGE' of the spoof attack is none of this window's; use one of BTC, ETH"
    with pytest.raises(ParamError, match=sentence):
        spoof_column(changed(attacks=[spoof]), ("BTC", "ETH"), 8)
