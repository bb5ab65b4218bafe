"""What a world amounts to, beside published figures."""

import math

import numpy as np
import pytest

from govtool.history.events import find_event
from govtool.protocol.read import preset
from govtool.replay.backtest import replay
from govtool.replay.calibration import calibrate, mean_of, opening_notional, weighted_quantile
from govtool.scenario.bundle import build
from govtool.world.figures import QUANTITIES
from govtool.world.read import read_world
from tests.replay import tiny


def test_a_tiny_world_by_hand():
    # Two accounts with 1,000 each, long and short 10,000 at 100; at 89 the long has lost 1,100.
    pair = tiny.scenario([100.0] * 4 + [89.0] * 4, [89.0], sides=(1.0, -1.0))
    found = calibrate(pair, tiny.book())
    assert list(found) == list(QUANTITIES)
    assert found["open_interest_usd"] == pytest.approx(10_000)
    assert found["open_interest_per_daily_volume"] == pytest.approx(1.0)
    assert found["open_interest_per_collateral"] == pytest.approx(5.0)
    assert found["leverage_mean"] == found["leverage_p90"] == pytest.approx(10.0)
    assert found["leverage_above_7x_share"] == 1
    assert found["leverage_to_3x_share"] == found["leverage_3x_to_7x_share"] == 0
    assert found["largest_account_share"] == pytest.approx(0.5)
    assert found["pool_per_open_interest"] == pytest.approx(100.0)
    assert found["liquidated_share"] == pytest.approx(0.89)
    assert found["fund_income_per_liquidated"] == found["deleveraged_share"] == 0


def test_initial_margin_clips_the_opening():
    eager = tiny.scenario([100.0] * 8, [100.0], crowd=tiny.crowd([1.0], leverage=100.0))
    outcome = replay(eager, tiny.book(), detail=True)
    assert opening_notional(eager, tiny.book(), outcome) == pytest.approx([50_000.0])  # 2 % of initial margin


def test_brackets_are_a_whole_and_the_default_world_is_near_the_figures():
    world, protocol = read_world("default"), preset("dydx-v4")
    event = find_event("reconstructed-calm-2021-07-11")
    found = mean_of([calibrate(build(event, world, seed), protocol) for seed in range(8)])
    brackets = [found[name] for name in QUANTITIES if name.startswith("leverage_") and name.endswith("x_share")]
    assert sum(brackets) == pytest.approx(1.0)
    assert brackets == pytest.approx([0.363, 0.485, 0.152], abs=0.05)
    assert found["open_interest_usd"] == pytest.approx(175e6, rel=0.02)


@pytest.mark.parametrize(("level", "expected"), [(0.1, 1.0), (0.5, 2.0), (0.51, 9.0), (1.0, 9.0)])
def test_a_weighted_quantile_by_hand(level, expected):
    assert weighted_quantile(np.array([9.0, 1.0, 2.0]), np.array([5.0, 1.0, 4.0]), level) == expected


def test_a_weighted_quantile_of_nothing_is_not_a_number():
    assert math.isnan(weighted_quantile(np.zeros(0), np.zeros(0), 0.9))


def test_means_leave_out_what_is_not_a_number():
    found = mean_of([{"a": 1.0, "b": math.nan}, {"a": math.nan, "b": math.nan}])
    assert found["a"] == 1.0
    assert math.isnan(found["b"])
    assert mean_of([]) == {}
