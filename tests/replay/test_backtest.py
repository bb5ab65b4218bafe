"""Replays as a whole: refusals, determinism, modes."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from govtool.engine.codes import INSURANCE, TRADERS
from govtool.errors import EngineError, ParamError
from govtool.history.events import catalogue, find_event
from govtool.protocol.fields import replaced
from govtool.protocol.model import Protocol
from govtool.protocol.read import preset
from govtool.replay import backtest
from govtool.replay.backtest import COLUMNS, pack_terms, prepared, replay, run_engine, with_cascade
from govtool.scenario.arrays import flat
from govtool.scenario.bundle import Scenario, build
from govtool.world.read import read_world
from tests.replay import tiny

EVENT = "reconstructed-crash-2021-05-19"

PRICED = [
    name
    for name, event in catalogue().items()
    if name.startswith("reconstructed-") and set(event.series) <= set(preset("dydx-v4").markets)
]
"""Bundled windows whose markets every preset has; an incident may bring a protocol of its own."""


@pytest.fixture(scope="module")
def crash() -> Scenario:
    return build(find_event(EVENT), read_world("default"), 0)


@pytest.fixture(scope="module")
def dydx() -> Protocol:
    return preset("dydx-v4")


def stricter(protocol: Protocol) -> Protocol:
    tier = protocol.markets["BTC"].tier
    return replaced(protocol, {f"tiers.{tier}.initial_margin_ppm": 200_000})


@pytest.mark.slow
def test_the_same_inputs_give_the_same_event_log_twice_and_in_a_new_process(crash, dydx):
    script = (
        "from govtool.history.events import find_event\n"
        "from govtool.protocol.read import preset\n"
        "from govtool.replay.backtest import replay\n"
        "from govtool.scenario.bundle import build\n"
        "from govtool.world.read import read_world\n"
        f"made = build(find_event({EVENT!r}), read_world('default'), 0)\n"
        "print(replay(made, preset('dydx-v4')).event_digest)"
    )
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root), "PYTHONHASHSEED": "3"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=root, capture_output=True, text=True, check=True
    )
    first, second = replay(crash, dydx), replay(crash, dydx)
    assert first.event_digest == second.event_digest == done.stdout.strip()
    np.testing.assert_equal(first.metrics, second.metrics)


def test_a_replay_leaves_its_scenario_as_it_was(crash, dydx):
    before = {name: np.copy(value) for name, value in flat("crowd", crash.crowd).items()}
    replay(crash, dydx)
    assert all(np.array_equal(before[name], value) for name, value in flat("crowd", crash.crowd).items())


@pytest.mark.parametrize("name", ["dydx-v4", "govtool"])
@pytest.mark.parametrize("event", PRICED[::4])
def test_the_ledger_adds_up_in_every_window(name, event):
    scenario = build(find_event(event), read_world("default"), 1)
    assert replay(scenario, preset(name)).metrics["ledger_residual_quantums"] == 0


def test_the_insurance_fund_is_drawn_in_a_crash_and_rests_in_a_calm_window(crash, dydx):
    calm = build(find_event("reconstructed-calm-2021-07-11"), read_world("default"), 0)
    assert replay(crash, dydx).metrics["insurance_draw_usd"] > 0
    assert replay(calm, dydx).metrics["insurance_draw_usd"] == 0


@pytest.mark.parametrize(
    ("name", "field", "values"),
    [
        ("dydx-v4", "liquidation.max_position_portion_liquidated_ppm", (50_000, 100_000, 200_000)),
        ("govtool", "auction.length_s", (45, 120, 600)),
    ],
)
def test_portions_and_auction_lengths_give_different_outcomes(crash, name, field, values):
    outcomes = [replay(crash, replaced(preset(name), {field: value})) for value in values]
    assert len({outcome.event_digest for outcome in outcomes}) == 3
    assert len({outcome.metrics["liquidated_usd"] for outcome in outcomes}) == 3


def test_stricter_initial_margin_costs_open_interest(crash, dydx):
    before, after = replay(crash, dydx), replay(crash, stricter(dydx))
    assert after.metrics["open_interest_avg_usd"] < before.metrics["open_interest_avg_usd"]


def test_in_transition_the_crowd_was_formed_under_the_other_protocol(crash, dydx):
    steady = replay(crash, stricter(dydx), detail=True)
    transition = replay(crash, stricter(dydx), formed_under=dydx, detail=True)
    current = replay(crash, dydx, detail=True)
    assert (steady.mode, transition.mode) == ("steady", "transition")
    assert transition.columns["open_interest"][0] > steady.columns["open_interest"][0]
    # The opening is current's own; weights differ from the first tick on.
    opening = [int(np.count_nonzero(outcome.log.tick == 0)) for outcome in (transition, current)]
    rows = min(opening)
    assert np.array_equal(transition.log.size[: rows // 2], current.log.size[: rows // 2])
    assert transition.event_digest != current.event_digest


def test_the_opening_pool_is_the_protocols_balance_unless_told(crash, dydx):
    assert replay(crash, dydx).opening_pool == dydx.insurance.balance
    rich = replay(crash, dydx, opening_pool=10**15)
    assert rich.opening_pool == 10**15
    assert rich.metrics["insurance_depleted"] == 0
    assert rich.metrics["insurance_draw_usd"] > replay(crash, dydx).metrics["insurance_draw_usd"]


def test_a_negative_pool_is_refused(crash, dydx):
    with pytest.raises(ParamError, match="opening_pool = -1 is negative"):
        replay(crash, dydx, opening_pool=-1)


def test_a_protocol_without_the_market_is_refused(crash, dydx):
    lacking = dydx.model_copy(update={"markets": {key: one for key, one in dydx.markets.items() if key != "SOL"}})
    with pytest.raises(ParamError, match="market SOL is not in protocol dydx-v4"):
        replay(crash, lacking)


def test_detail_keeps_log_columns_and_path(crash, dydx):
    short, full = replay(crash, dydx), replay(crash, dydx, detail=True)
    assert (short.log, short.columns, short.path) == (None, None, None)
    assert short.event_digest == full.event_digest
    assert list(full.columns) == ["second", *COLUMNS]
    assert full.columns["second"][:2].tolist() == [60.0, 120.0]
    assert full.path.shape == crash.feed.index.shape
    assert full.columns["pool"].min() >= full.metrics["insurance_min_balance_usd"] - 1e-6


def test_without_feedback_the_oracle_is_the_index(crash, dydx):
    free = replace_deviation(dydx)
    quiet = replay(crash, free, feedback=False, detail=True)
    assert np.array_equal(quiet.path[1:], crash.feed.index[1:])
    assert replay(crash, free).event_digest != quiet.event_digest


def replace_deviation(protocol: Protocol) -> Protocol:
    """Oracles that post every move of a millionth, and every tick."""
    changes = {f"markets.{market}.min_price_change_ppm": 1 for market in ("BTC", "ETH", "SOL")}
    return replaced(protocol, changes | {"oracle.heartbeat_s": 15})


def test_the_cascade_factor_compares_with_and_without_feedback(crash, dydx):
    outcome = replay(crash, dydx)
    alone = replay(crash, dydx, feedback=False)
    told = with_cascade(outcome, crash, dydx)
    assert np.isnan(outcome.metrics["cascade_factor"])
    assert told.metrics["cascade_factor"] == outcome.metrics["liquidated_usd"] / alone.metrics["liquidated_usd"]
    assert list(told.metrics) == list(outcome.metrics)


def test_a_cascade_of_nothing_is_not_a_number():
    quiet = tiny.scenario([100.0] * 8, [100.0])
    outcome = replay(quiet, tiny.book())
    assert np.isnan(with_cascade(outcome, quiet, tiny.book()).metrics["cascade_factor"])


def test_traders_are_warned_no_lower_than_the_stop(crash, dydx):
    high = replaced(dydx, {"liquidation.restore_ppm": 4_000_000})
    assert replay(crash, high).status == 0


@pytest.mark.parametrize(("till", "what"), [(INSURANCE, "the sum of all buckets"), (TRADERS, "the sum of all buckets")])
def test_a_ledger_that_does_not_add_up_is_a_defect(crash, dydx, monkeypatch, till, what):
    def leak(*arguments, **options):
        result = run(*arguments, **options)
        result.books.tills[till] += 1
        return result

    run = backtest.run
    monkeypatch.setattr(backtest, "run", leak)
    with pytest.raises(EngineError, match=f"{what} is off by 1 quantums"):
        run_engine(crash, pack_terms(crash, dydx), 10**12)


def test_a_protocol_makes_its_own_word_of_the_worlds_sources():
    pair = tiny.scenario([100.0] * 8, [100.0])
    said = np.full((8, 1, 3), 100.0)
    said[4:, :, 2] = 130.0
    pair = dataclasses.replace(pair, sources=said, source_names=("a", "b", "c"))
    median, mean = tiny.book(), replaced(tiny.book(), {"oracle.aggregator": "mean"})
    assert prepared(pair, median).weather.quote[:, 0].tolist() == [100.0] * 8
    assert prepared(pair, mean).weather.quote[:, 0].tolist() == [100.0] * 4 + [110.0] * 4
    assert pair.weather.quote.size == 0
    # Made anew from the sources, not from what was made of them before.
    assert prepared(prepared(pair, mean), median).weather.quote[:, 0].tolist() == [100.0] * 8


def test_a_quote_is_made_once_for_all_protocols_that_hear_alike():
    pair = dataclasses.replace(tiny.scenario([100.0] * 8, [100.0]), sources=np.full((8, 1, 3), 100.0))
    first = prepared(pair, tiny.book()).weather.quote
    alike = replaced(tiny.book(), {"oracle.mean_s": 60, "insurance.balance": 5})
    assert prepared(pair, alike).weather.quote is first
    for change in ({"oracle.aggregator": "mean"}, {"oracle.sources": 2}, {"oracle.least_sources": 2}):
        assert prepared(pair, replaced(tiny.book(), change)).weather.quote is not first
    assert prepared(dataclasses.replace(pair, seed=7), tiny.book()).weather.quote is not first


def test_without_sources_no_quote_is_made():
    assert prepared(tiny.scenario([100.0] * 8, [100.0]), tiny.book()).weather.quote.size == 0
