"""The whole of larger replays: what explanations reckon against the event log and the books."""

import numpy as np
import pytest

from govtool.engine import codes as kinds
from govtool.history.events import find_event
from govtool.protocol.read import preset
from govtool.replay.explain.overview import sufferers
from govtool.replay.explain.story import explain_account, found
from govtool.replay.explain.walk import Walk
from govtool.scenario.bundle import build
from govtool.world.read import read_world
from tests.replay.cases import case_of


def test_the_walk_gives_the_equity_and_margin_that_each_row_records(large):
    walk, log = Walk(large), large.log
    noted = np.flatnonzero((log.equity != 0.0) | (log.maintenance != 0.0))
    assert noted.size > 1_000
    for row in noted.tolist():
        walk.to(row)
        i = int(log.account[row])
        assert walk.stage.equity(int(walk.cash[i]), walk.size[i]) == pytest.approx(log.equity[row], abs=1e-6)
        assert walk.stage.maintenance(walk.size[i]) == pytest.approx(log.maintenance[row], abs=1e-6)


def test_the_walk_ends_where_the_replay_did_to_the_last_quantum(large):
    walk, books = Walk(large), large.books
    walk.to(large.log.kind.size)
    assert walk.gaps == []
    for mine, end in ((walk.cash, books.cash), (walk.size, books.size), (walk.wallet, books.wallet)):
        assert np.array_equal(mine, end)
    assert np.array_equal(walk.inside, books.status == kinds.IN)
    assert np.array_equal(walk.flag, books.flag)
    assert walk.pool == books.tills[kinds.INSURANCE]
    assert (walk.live >= 0).all()
    walk.impact.at(large.ticks)
    assert walk.impact.volume.tolist() == pytest.approx(books.volume.tolist(), rel=1e-12)


def test_every_number_that_the_log_has_too_is_the_same_there(large, monkeypatch):
    monkeypatch.setattr("govtool.replay.explain.margin_events.nearest", lambda *_, **__: None)
    walk = Walk(large)
    told_ = [found(walk, row, None) for row in range(large.log.kind.size)]
    assert [one for one in told_ if not one.agrees] == []
    assert sum(step.logged is not None for one in told_ for step in one.steps) > 10_000


@pytest.mark.slow
def test_options_and_assets_are_walked_alike(real_history):
    scenario = build(find_event("calm-2023-07-29"), read_world("instruments"), 0)
    case = case_of(scenario, preset("govtool"))
    walk = Walk(case)
    assert all(found(walk, row, None).agrees for row in range(case.log.kind.size))
    walk.to(case.log.kind.size)
    assert walk.gaps == [] and np.array_equal(walk.cash, case.books.cash)


def test_recorded_history_reconciles_alike(real_history):
    case = case_of(build(find_event("crash-2021-05-19"), read_world("default"), 0), preset("dydx-v4"))
    walk, log = Walk(case), case.log
    for row in np.flatnonzero(log.kind == kinds.FLAG).tolist():
        walk.to(row)
        i = int(log.account[row])
        assert walk.stage.equity(int(walk.cash[i]), walk.size[i]) == pytest.approx(log.equity[row], abs=1e-6)
    walk.to(log.kind.size)
    assert np.array_equal(walk.cash, case.books.cash) and walk.gaps == []


def test_an_accounts_story_is_every_row_of_it(large):
    account = sufferers(large)[0].account
    story = list(explain_account(large, account))
    rows = [one.row for one in story]
    assert rows == sorted(rows)
    assert set(np.flatnonzero(large.log.account == account).tolist()) <= set(rows)
    assert all(one.account == account for one in story)
