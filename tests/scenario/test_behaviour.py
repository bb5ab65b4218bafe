"""The pace of traders."""

import numpy as np
import pytest

from govtool.engine.state import Habits
from govtool.scenario.behaviour import FASTEST, SLOWEST, STEADY_PACE, Pace, factor, pace_of, with_fee, with_latency
from govtool.world.model import World
from govtool.world.read import read_world
from tests.replay import tiny

CROWD = tiny.crowd([1.0, -1.0])._replace(
    hold=np.array([100.0, 200.0]),
    idle=np.array([0.0, 50.0]),
    topup_delay=np.array([4.0, 8.0]),
    habits=Habits(herd_delay=20.0),
)


def world(**habits: float) -> World:
    data = read_world("default").model_dump()
    data["habits"] |= habits
    return World.model_validate(data)


def test_a_factor_is_a_power_of_the_ratio_within_bounds():
    assert factor(0.0005, 0.0005, 0.7) == 1.0
    assert factor(0.001, 0.0005, 0.5) == pytest.approx(2**0.5, rel=1e-14)
    assert factor(0.00025, 0.0005, 1.0) == pytest.approx(0.5, rel=1e-14)
    assert factor(0.1, 0.0005, 4.0) == SLOWEST and factor(1e-9, 0.0005, 4.0) == FASTEST
    assert factor(0.0, 0.0005, 0.5) == FASTEST


def test_without_elasticity_the_crowd_is_the_same_object():
    assert with_fee(CROWD, STEADY_PACE, 0.01) is CROWD
    assert with_latency(world(), CROWD) is CROWD


def test_a_dearer_market_is_traded_less_often():
    found = with_fee(CROWD, Pace(1.0, 0.0005), 0.001)
    assert found.hold.tolist() == pytest.approx([200.0, 400.0]) and found.idle.tolist() == pytest.approx([0.0, 100.0])
    # Who never comes back still does not, and nobody reacts any slower.
    assert found.idle[0] == 0.0 and found.topup_delay is CROWD.topup_delay


def test_a_slower_chain_slows_reactions_and_holding():
    found = with_latency(world(latency_elasticity=1.0, reference_block_s=0.555), CROWD)
    assert found.hold.tolist() == pytest.approx([200.0, 400.0])
    assert found.topup_delay.tolist() == pytest.approx([8.0, 16.0])
    assert found.habits.herd_delay == pytest.approx(40.0) and found.idle is CROWD.idle


def test_a_world_states_its_pace():
    assert pace_of(world()) == STEADY_PACE
    assert pace_of(world(fee_elasticity=0.5, reference_fee=0.001)) == Pace(0.5, 0.001)
