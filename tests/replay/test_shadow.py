"""The passive shadow."""

import numpy as np
import pytest

from govtool.engine.state import Feed
from govtool.history.events import find_event
from govtool.protocol.read import preset
from govtool.replay.backtest import pack_terms, run_engine
from govtool.replay.shadow import HORIZON_S, _cast_any, cast_shadow
from govtool.scenario.bundle import Scenario, build
from govtool.world.read import read_world
from tests.replay import tiny


def shadow_of(scenario: Scenario, protocol):
    terms = pack_terms(scenario, protocol)
    result = run_engine(scenario, terms, 10**12)
    return terms, result, cast_shadow(scenario, terms, terms, result)


def plain_shadow(scenario: Scenario, terms, result) -> tuple[list[float], list[float]]:
    """The same, tick by tick, in plain Python."""
    path = np.concatenate([result.trace.path, scenario.tail])
    per_hour = scenario.venue.ticks_per_hour
    lowest, deepest = [], []
    for shot in result.trace.shot:
        cash, base = shot[2] * 1e-6, shot[3:] * terms.unit
        equities, shortfalls = [], []
        for t in range(shot[0], min(len(path), shot[0] + int(HORIZON_S / scenario.venue.step_s))):
            for f in np.flatnonzero(scenario.feed.funding_tick == t):
                if t > shot[0]:
                    rate = np.clip(scenario.feed.funding_rate[f], -terms.funding_clamp, terms.funding_clamp)
                    cash -= float(np.sum(base * rate * scenario.feed.funding_share * scenario.feed.index[t]))
            factor = result.books.factor[min(t // per_hour, len(result.books.factor) - 1)]
            weight = np.minimum(1.0, terms.maintenance_weight * factor)
            equities.append(cash + float(np.sum(base * path[t])))
            shortfalls.append(float(np.sum(np.abs(base * path[t]) * weight)) - equities[-1])
        lowest.append(min(equities))
        deepest.append(max(shortfalls))
    return lowest, deepest


@pytest.mark.parametrize("name", ["dydx-v4", "govtool"])
def test_passing_over_quiet_blocks_changes_nothing(name):
    scenario = build(find_event("reconstructed-crash-2021-02-23"), read_world("default"), 0)
    settled = Feed(**scenario.feed._asdict() | funding(scenario))
    scenario = tiny.dataclasses.replace(scenario, feed=settled)
    terms, result, shadow = shadow_of(scenario, preset(name))
    result = result._replace(trace=result.trace._replace(shot=result.trace.shot[::15]))
    lowest, deepest = plain_shadow(scenario, terms, result)
    assert len(lowest) > 4
    assert shadow.lowest_equity[::15] == pytest.approx(lowest, rel=1e-9, abs=1e-6)
    assert shadow.deepest_shortfall[::15] == pytest.approx(deepest, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("name", ["dydx-v4", "govtool"])
def test_looking_at_every_tick_of_every_instrument_gives_the_same_shadow(name):
    scenario = build(find_event("reconstructed-crash-2021-02-23"), read_world("default"), 0)
    scenario = tiny.dataclasses.replace(scenario, feed=Feed(**scenario.feed._asdict() | funding(scenario)))
    terms, result, shadow = shadow_of(scenario, preset(name))
    general = _cast_any(scenario, terms, terms, result.trace)
    assert len(shadow.notional) > 50
    for fast, slow in zip(shadow, general, strict=True):
        assert fast == pytest.approx(slow, rel=1e-9, abs=1e-6)


def funding(scenario: Scenario) -> dict[str, np.ndarray]:
    """A settlement in every hour, in turn for and against longs, beyond the clamp at times."""
    ticks = np.arange(239, scenario.feed.index.shape[0], 240)
    rate = np.where(np.arange(ticks.size) % 2, -0.2, 0.01)[:, None] * np.ones(len(scenario.markets))
    return {"funding_tick": ticks, "funding_rate": rate}


def test_a_shadow_starts_at_the_flag():
    scenario = tiny.scenario([100.0] * 4 + [91.0] * 4, [95.0])
    _, _, shadow = shadow_of(scenario, tiny.book())
    assert shadow.lowest_equity == pytest.approx([100.0])
    assert shadow.deepest_shortfall == pytest.approx([9.2])
    assert shadow.notional == pytest.approx([9_100.0])
    assert shadow.true_shortfall == pytest.approx([9.2])


def test_a_short_gains_when_the_price_falls():
    scenario = tiny.scenario([100.0] * 4 + [109.0] * 4, [109.5, 90.0], sides=(-1.0,))
    _, _, shadow = shadow_of(scenario, tiny.book())
    assert shadow.lowest_equity == pytest.approx([50.0])  # 2,000 less 100 coins at 109.5 less the 10,000 received
    assert shadow.deepest_shortfall == pytest.approx([109.5 * 100 * 0.012 - 50.0])


def test_a_day_after_the_flag_nothing_counts_any_more():
    quiet = [91.0] * 5_759
    _, _, within = shadow_of(tiny.scenario([100.0] * 4 + [91.0] * 4, [*quiet[:5_755], 80.0]), tiny.book())
    _, _, beyond = shadow_of(tiny.scenario([100.0] * 4 + [91.0] * 4, [*quiet[:5_756], 80.0]), tiny.book())
    assert within.lowest_equity == pytest.approx([-1_000.0])
    assert beyond.lowest_equity == pytest.approx([100.0])


def test_without_flags_there_are_no_shadows():
    _, _, shadow = shadow_of(tiny.scenario([100.0] * 8, [100.0]), tiny.book())
    assert all(column.size == 0 for column in shadow)
