"""A stormy world replayed: what its columns say is what happens."""

import numpy as np
import pytest

from govtool.engine.codes import EVENT_NAMES
from govtool.history.events import find_event
from govtool.protocol.fields import replaced
from govtool.protocol.model import Protocol
from govtool.protocol.read import preset
from govtool.replay.backtest import Outcome, prepared, replay
from govtool.scenario.bundle import Scenario, build
from govtool.world.read import read_world
from tests.world.changes import changed

STORM = {
    "chain": {"random": {"per_day": 6.0, "length_s": 1_200.0}, "forced_s": 600.0, "batch_s": 60.0},
    "bridge": {"delay_s": 300.0, "load": {"move": 0.05}},
    "liquidity": {"shrink": 0.5, "makers": {"move": 0.03, "depth": 0.4, "spread": 3.0}},
    "habits": {"panic_move": 0.1},
    "sources": [{"name": f"s{n}", "volume": 0.1, "noise": 0.001, "failures": {"per_day": 6.0}} for n in range(3)],
    "attacks": [
        {"kind": "silence", "sources": ["s0", "s1", "s2"], "start_h": 6.0, "length_s": 900.0},
        {"kind": "spoof", "shown": 9.0, "start_h": 3.0, "length_s": 3_600.0},
    ],
}


@pytest.fixture(scope="module")
def storm() -> Scenario:
    return build(find_event("reconstructed-crash-2021-05-19"), changed(**STORM), 1)


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return replaced(preset("govtool"), {"oracle.least_sources": 2, "sequencer.grace_s": 600})


@pytest.fixture(scope="module")
def outcome(storm, protocol) -> Outcome:
    return replay(storm, protocol, detail=True)


def ticks(outcome: Outcome, kind: str) -> list[int]:
    return outcome.log.tick[outcome.log.kind == EVENT_NAMES.index(kind)].tolist()


def test_the_ledger_adds_up_in_a_storm(outcome):
    assert outcome.metrics["ledger_residual_quantums"] == 0


def test_outages_are_those_of_the_chain_column(outcome, storm):
    edges = np.diff(np.concatenate([[0], (storm.weather.chain > 0).astype(int)]))
    assert ticks(outcome, "OUTAGE") == np.flatnonzero(edges == 1).tolist() != []
    assert ticks(outcome, "RESUME") == np.flatnonzero(edges == -1).tolist()


def test_prices_stand_still_while_the_sources_are_silent(outcome, storm, protocol):
    quote = prepared(storm, protocol).weather.quote
    assert (quote[1_440:1_500] == 0.0).all() and quote[1_500:].any()
    # The oracle is a tick late: what it heard last is posted in the first silent one.
    assert (outcome.path[1_441:1_501] == outcome.path[1_440]).all()


def test_the_same_storm_leaves_the_same_events(outcome, storm, protocol):
    again = build(find_event("reconstructed-crash-2021-05-19"), changed(**STORM), 1)
    assert again.digest == storm.digest
    assert replay(again, protocol).event_digest == outcome.event_digest


def test_in_clear_weather_nothing_of_it_happens(protocol):
    clear = build(find_event("reconstructed-crash-2021-05-19"), read_world("default"), 1)
    found = replay(clear, protocol, detail=True)
    assert [kind for kind in ("OUTAGE", "RESUME", "PANIC", "SEND", "BOUNCE") if ticks(found, kind)] == []
