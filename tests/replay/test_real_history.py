"""Minutes of 2021-05-19 as Binance recorded them: the default world against what governance sets."""

import pytest

from govtool.history.events import find_event
from govtool.protocol.fields import replaced
from govtool.protocol.read import preset
from govtool.replay.backtest import replay
from govtool.scenario.bundle import Scenario, build
from govtool.world.read import read_world

EVENT = "crash-2021-05-19"


@pytest.fixture(scope="module")
def scenario(real_history) -> Scenario:
    return build(find_event(EVENT), read_world("default"), 0)


def test_the_event_is_recorded_in_minutes(scenario, real_history):
    assert (scenario.label, scenario.native_s) == ("recorded", 60)
    assert scenario.kind == "crash"


def test_portions_of_5_10_and_20_per_cent_give_different_outcomes(scenario, real_history):
    field = "liquidation.max_position_portion_liquidated_ppm"
    found = [replay(scenario, replaced(preset("dydx-v4"), {field: ppm})) for ppm in (50_000, 100_000, 200_000)]
    assert len({outcome.event_digest for outcome in found}) == 3
    assert len({outcome.metrics["insurance_draw_usd"] for outcome in found}) == 3
    # Larger slices unwind sooner: the slowest hundredth of liquidations shows it.
    slow = [outcome.metrics["auction_seconds_p99"] for outcome in found]
    assert slow[0] > slow[1] > slow[2]


def test_auctions_of_45_120_and_600_seconds_give_different_outcomes(scenario, real_history):
    found = [replay(scenario, replaced(preset("govtool"), {"auction.length_s": s})) for s in (45, 120, 600)]
    assert len({outcome.event_digest for outcome in found}) == 3
    assert len({outcome.metrics["insurance_draw_usd"] for outcome in found}) == 3
    seconds = [outcome.metrics["auction_seconds_mean"] for outcome in found]
    assert seconds[0] < seconds[1] < seconds[2]
    # A longer auction has sold less of its discount when the keepers come: liquidation costs less.
    cost = [outcome.metrics["liquidation_cost_bps"] for outcome in found]
    assert cost[0] > cost[1] > cost[2]


def test_the_default_world_lies_in_the_range_of_published_figures(scenario, real_history):
    world, dydx = read_world("default"), preset("dydx-v4")
    shares = [replay(build(find_event(EVENT), world, seed), dydx).metrics["liquidated_share"] for seed in range(4)]
    # Open interest lost: 25 % on 2021-12-04 (price -25 %), 58 % on 2020-03-12 (-50 %); see docs/calibration.md.
    assert 0.245 < sum(shares) / len(shares) < 0.58


def test_insurance_pays_and_the_ledger_adds_up(scenario, real_history):
    metrics = replay(scenario, preset("dydx-v4")).metrics
    assert metrics["insurance_draw_usd"] > 0
    assert metrics["ledger_residual_quantums"] == 0
