"""Explanations of what the world does: outages, transit, orders and panics, as rows put into the log of a crash."""

import dataclasses

import numpy as np
import pytest

from govtool.engine import codes as kinds
from govtool.engine.terms import FIRST_COME_ORDER, PRIORITY_ORDER
from govtool.history.events import find_event
from govtool.proposal.cascade import cascade_chart
from govtool.protocol.fields import replaced
from govtool.protocol.read import preset
from govtool.replay.explain.cascade import cascade
from govtool.replay.explain.case import Case
from govtool.replay.explain.overview import moments
from govtool.replay.explain.story import explain_event, found
from govtool.replay.explain.walk import Walk
from govtool.scenario.bundle import build
from govtool.world.read import read_world
from tests.replay import tiny
from tests.replay.cases import case_of, crash
from tests.replay.conftest import EVENT
from tests.replay.unkind import unkind

QUOTE = tiny.QUOTE
UNUSED = {"account": -1, "market": -1, "other": -1}


def told(*rows: dict[str, float]) -> Case:
    """A crash with further rows in its log, each where its tick begins."""
    case = crash(tiny.book(), after=89.0, opening_pool=40 * QUOTE)
    log = case.log
    order = np.argsort(np.concatenate([[row["tick"] for row in rows], log.tick]), kind="stable")
    columns = {}
    for name in log._fields:
        old = getattr(log, name)
        new = np.array([row.get(name, UNUSED.get(name, 0)) for row in rows], dtype=old.dtype)
        columns[name] = np.concatenate([new, old])[order]
    return dataclasses.replace(case, log=log._replace(**columns))


def row_of(case: Case, kind: int) -> int:
    return int(np.flatnonzero(case.log.kind == kind)[0])


def text_of(case: Case, kind: int) -> str:
    return explain_event(case, row_of(case, kind)).text


OUTAGE = {"tick": 1, "kind": kinds.OUTAGE}, {"tick": 3, "kind": kinds.RESUME, "price": 30.0}
PANIC = {"tick": 6, "kind": kinds.PANIC}


# What happens to everyone


def test_an_outage_is_told_with_its_length():
    case = told(*OUTAGE)
    assert text_of(case, kinds.OUTAGE).startswith("the chain stops")
    found = explain_event(case, row_of(case, kinds.RESUME))
    assert found.text == "the chain is back after 30 s" and found.agrees
    assert {lever.path for lever in found.levers} >= {"sequencer.grace_s", "withdrawals.gate_outage_s"}


def test_outages_and_panics_are_moments_of_the_overview():
    named = {moment.what for moment in moments(told(*OUTAGE, PANIC))}
    assert {"chain stops for the first time", "end of the longest outage", "first panic"} <= named


def test_the_cascade_says_when_the_chain_was_down_and_traders_panicked():
    case = told(*OUTAGE, PANIC)
    found = cascade(case)
    assert found.down.tolist() == [0.5, 0.0, 0.0]
    assert found.panics.tolist() == [0.0, 1.0, 0.0]
    assert "; the chain was down for 30 s; traders panicked once." in cascade_chart(case)["alt"]


def test_an_outage_without_an_end_lasts_on():
    assert cascade(told(OUTAGE[0])).down.tolist() == [0.75, 1.0, 1.0]


def test_without_either_the_chart_says_nothing_of_them():
    found = cascade_chart(crash(tiny.book(), after=89.0))
    assert "chain" not in found["alt"] and "panicked" not in found["alt"]


# Money on its way, account 1

SEND = {"tick": 1, "kind": kinds.SEND, "account": 1, "price": 40.0}
TOPUP = {"tick": 2, "kind": kinds.TOPUP, "account": 1, "quote": 40 * QUOTE, "fee": QUOTE}
BOUNCE = {"tick": 2, "kind": kinds.BOUNCE, "account": 1, "price": 40.0}


def books_after(case: Case, tick: int) -> Walk:
    """The books when a tick begins."""
    return Walk(case).to(int(np.searchsorted(case.log.tick, tick)))


@pytest.mark.parametrize(
    ("rows", "wallet", "cash", "sent"),
    [
        ((SEND,), -40, 0, 40),  # nobody had anything in the wallet: what is sent stands below zero
        ((SEND, TOPUP), -40, 39, 0),
        ((SEND, BOUNCE), 0, 0, 0),
        ((TOPUP,), -40, 39, 0),
    ],
)
def test_a_topup_leaves_the_wallet_once_and_comes_back_if_it_bounces(rows, wallet, cash, sent):
    start, end = books_after(told(), 1), books_after(told(*rows), 3)
    assert int(end.wallet[1] - start.wallet[1]) == wallet * QUOTE
    assert int(end.cash[1] - start.cash[1]) == cash * QUOTE
    assert int(end.sent[1]) == sent * QUOTE


def test_each_stage_of_a_topup_is_told():
    case = told(SEND, TOPUP)
    assert text_of(case, kinds.SEND).startswith("its owner sends 40, which is on its way over the bridge")
    assert text_of(case, kinds.TOPUP) == "the 40 that its owner sent arrive, less 1 to the bridge"
    late = explain_event(told(SEND, BOUNCE), row_of(told(SEND, BOUNCE), kinds.BOUNCE))
    assert late.text == "the 40 that its owner sent come too late and go back" and late.agrees


def test_what_was_put_in_follows_topups_and_withdrawals():
    # A tenth of its equity is taken out, and with it a tenth of what it put in.
    draw = {"tick": 3, "kind": kinds.WITHDRAW, "account": 1, "quote": -50 * QUOTE, "equity": 500.0}
    assert books_after(told(SEND, TOPUP, draw), 4).put_in.tolist() == [1_000 * QUOTE, 936 * QUOTE]


def test_withdrawals_are_under_way_until_they_land():
    draws = ({"tick": 1, "kind": kinds.WITHDRAW, "account": 1, "quote": -15 * QUOTE, "equity": 900.0},)
    draws += ({"tick": 2, "kind": kinds.WITHDRAW, "account": 1, "quote": -5 * QUOTE, "equity": 900.0},)
    lands = tuple({"tick": tick, "kind": kinds.LAND, "account": 1, "price": price} for tick, price in ((3, 15), (4, 5)))
    case = told(*draws, *lands)
    passage = case.scenario.venue.passage._replace(proof_lag=2)
    venue = case.scenario.venue._replace(passage=passage)
    case = dataclasses.replace(case, scenario=dataclasses.replace(case.scenario, venue=venue))
    rows = np.flatnonzero(case.log.kind == kinds.LAND).tolist()
    assert [explain_event(case, row).text.split()[0] for row in rows] == ["15", "5"]
    assert all(explain_event(case, row).agrees for row in rows)
    assert books_after(case, 5).landing(1, 9) == 0


# The whole of a replay in which the world does its worst


@pytest.fixture(scope="module")
def adversarial():
    return build(find_event(EVENT), read_world("adversarial"), 0)


GRACE = {"sequencer.grace_s": 120, "withdrawals.gate_outage_s": 60}
SEALED = {"liquidation.format": "batch", "keepers.settle_s": 0, "keepers.bond_ppm": 0}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "changes", "ordering"),
    [
        ("dydx-v4", {}, FIRST_COME_ORDER),
        ("govtool", GRACE, PRIORITY_ORDER),
        ("govtool", SEALED, FIRST_COME_ORDER),
    ],
)
def test_an_unkind_world_is_walked_to_the_last_quantum(adversarial, monkeypatch, name, changes, ordering):
    monkeypatch.setattr("govtool.replay.explain.margin_events.nearest", lambda *_, **__: None)
    case = case_of(unkind(adversarial, ordering=ordering), replaced(preset(name), changes))
    walk, books = Walk(case), case.books
    assert [row for row in range(case.log.kind.size) if not found(walk, row, None).agrees] == []
    walk.to(case.log.kind.size)
    assert walk.gaps == [] and walk.pool == books.tills[kinds.INSURANCE]
    for mine, end in ((walk.cash, books.cash), (walk.size, books.size), (walk.wallet, books.wallet)):
        assert np.array_equal(mine, end)
    walk.impact.at(case.ticks)
    assert walk.impact.volume.tolist() == pytest.approx(books.volume.tolist(), rel=1e-12)
    happened = set(case.log.kind.tolist())
    always = {kinds.SEND, kinds.LAND, kinds.BOUNCE, kinds.WITHDRAW, kinds.OUTAGE, kinds.RESUME, kinds.PANIC}
    always |= {kinds.CUT_EVENT, kinds.STOP_EVENT, kinds.LIMIT_EVENT}
    assert always <= happened
    assert (kinds.FRONTRUN in happened) == (name == "govtool")
    sold = case.log.kind == (kinds.FILL if name == "dydx-v4" else kinds.TAKE)
    assert (sold & (case.log.other == backstop_of(case))).any()


def backstop_of(case: Case) -> int:
    """Index of the only backstop."""
    return int(np.flatnonzero(case.scenario.keepers.conduct == kinds.BACKSTOP)[0])
