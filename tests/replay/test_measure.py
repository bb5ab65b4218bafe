"""Metrics are made of some kinds of rows: all others change none of them."""

import numpy as np
import pytest

import govtool.replay.measure as measures
from govtool.engine.codes import EVENT_NAMES
from govtool.history.events import find_event
from govtool.protocol.read import preset
from govtool.replay.backtest import replay
from govtool.scenario.bundle import build
from govtool.world.read import read_world


@pytest.mark.parametrize(
    ("world", "protocol"), [("default", "dydx-v4"), ("stress", "govtool"), ("optimistic-rollup", "govtool")]
)
def test_kinds_that_metrics_read_are_all_that_they_need(monkeypatch, world, protocol):
    one = read_world(world)
    few = one.population.model_copy(update={"accounts": 40})
    changed = one.model_copy(update={"population": few, "step_s": 60})
    scenario = build(find_event("reconstructed-crash-2021-05-19"), changed, 0)
    read = replay(scenario, preset(protocol), detail=True)
    for kinds in ("CLOSES", "SALES", "REST"):
        assert 0 < read.events.log(getattr(measures, kinds)).kind.size < read.events.rows
        monkeypatch.setattr(measures, kinds, tuple(range(len(EVENT_NAMES))))
    np.testing.assert_equal(replay(scenario, preset(protocol)).metrics, read.metrics)
