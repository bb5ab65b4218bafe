"""When an account's margin concerns nobody, at the very boundaries."""

import numpy as np
import pytest

from govtool.engine.codes import ADVANCE, REPAY
from govtool.engine.terms import Pool
from govtool.engine.visits import BRUTE, EVERY, SKIP
from govtool.engine.watch import is_quiet, restless
from tests.engine.engines import compiled, reference
from tests.engine.handmade import USD, Trader, events, world
from tests.engine.staging import Stage, copies, post, staged, watched


@pytest.mark.parametrize("visit", [SKIP, BRUTE, EVERY])
def test_an_advance_is_paid_back_at_once_where_less_than_maintenance_may_be_left(visit):
    # Tick 1: worth 6, 9 to keep: 7.5 more is lent. Tick 2: 8 of its own is above 0.8 of 9.2.
    pool = Pool(advance_trigger=1.1, advance_target=1.5, advance_account=100.0, advance_event=100.0, advance_repay=0.8)
    lent = world([100, 90, 92], [Trader(16, [1])], pool=100.0, insurance=pool, block_ticks=2)
    rows = events(compiled(lent, visit=visit), ADVANCE, REPAY)
    assert rows == events(reference(lent), ADVANCE, REPAY)
    assert [(row.tick, row.kind, row.quote) for row in rows[:2]] == [
        (1, ADVANCE, 7_500_000),
        (2, REPAY, -7_500_000),
    ]


def lone(**changed: object) -> Stage:
    """A world of one coin at 100 whose maintenance margin is 5."""
    return staged(world([100.0] * 4, [Trader(10, [1])], maintenance_weight=0.05, block_ticks=2, **changed))


def quiet(stage: Stage, worth: float, size: int = 1, price: float = 100.0) -> bool:
    """Whether an account that is worth so much at this price is."""
    post(stage, price)
    watched(stage, [[size]], [worth - size * price])
    return bool(is_quiet(stage.state, stage.rules, stage.watch, 0, 0))


SLACK = 4e-6
"""A quantum for rounding and a billionth of the price, twice where equity counts, are left to the mechanisms."""


@pytest.mark.parametrize("size", [1, -1])
def test_an_account_is_quiet_from_its_margin_on(size):
    stage = lone()
    assert [quiet(stage, worth, size) for worth in (5 - SLACK, 5.0, 5 + 1e-6, 5 + SLACK)] == [False] * 3 + [True]


def test_an_account_is_quiet_at_whatever_price():
    # Maintenance margin is 6 at 120 and 4 at 80.
    assert [quiet(lone(), worth, 1, 120.0) for worth in (6 - SLACK, 6 + SLACK)] == [False, True]
    assert [quiet(lone(), worth, -1, 80.0) for worth in (4 - SLACK, 4 + SLACK)] == [False, True]


def test_an_account_without_positions_is_quiet():
    assert quiet(lone(), -1000.0, 0)


def limits(stage: Stage, *edges: float, **given: float) -> None:
    """An account with these traits is quiet between two equities and nowhere else."""
    for name, value in given.items():
        stage.state.accounts[0][name] = value
    low, high = edges
    assert [quiet(stage, worth) for worth in (low - SLACK, low, low + SLACK)] == [False, False, True]
    assert [quiet(stage, worth) for worth in (high - SLACK, high, high + SLACK)] == [True, False, False]


FAR = 1000.0


def unbounded(stage: Stage, edge: float, **given: float) -> None:
    """An account with these traits is quiet above an equity."""
    for name, value in given.items():
        stage.state.accounts[0][name] = value
    assert [quiet(stage, worth) for worth in (edge - SLACK, edge, edge + SLACK, FAR)] == [False, False, True, True]


def test_who_is_not_warned_is_quiet_above_the_warning_and_who_is_below_it():
    unbounded(lone(warning=1.6), 8.0)
    limits(lone(warning=1.6), 5.0, 8.0, warned=1)


def test_the_warning_of_the_venue_is_another():
    unbounded(lone(habits={"nudge": 1.8}), 9.0)
    limits(lone(habits={"nudge": 1.8}), 5.0, 9.0, nudged=1)
    # Of two the nearer one: warned by the venue alone, not by itself.
    limits(lone(warning=1.4, habits={"nudge": 1.8}), 7.0, 9.0, nudged=1)
    limits(lone(warning=1.4, habits={"nudge": 1.8}), 5.0, 7.0, nudged=1, warned=1)


def test_orders_are_levels_of_equity():
    ordered = {"habits": {"stop_loss": [0.7], "take_profit": [1.2]}}
    limits(lone(**ordered), 7.0, 12.0, put_in=10 * USD)
    unbounded(lone(**ordered), 5.0, put_in=0)
    unbounded(lone(habits={"stop_loss": [0.7], "take_profit": [0.0]}), 7.0, put_in=10 * USD)
    limits(lone(habits={"stop_loss": [0.0], "take_profit": [1.2]}), 5.0, 12.0, put_in=10 * USD)


def lending(repay: float) -> Stage:
    pool = Pool(advance_trigger=1.2, advance_target=1.5, advance_account=9.0, advance_event=9.0, advance_repay=repay)
    return lone(insurance=pool)


def test_an_advance_is_lent_below_its_trigger_and_paid_back_above_its_own_limit():
    unbounded(lending(1.4), 6.0)
    # 1.4 * 5 and 3 owed.
    limits(lending(1.4), 5.0, 10.0, owed=3 * USD)
    limits(lending(0.8), 5.0, 7.0, owed=3 * USD)
    limits(lending(0.0), 5.0, 6.0, owed=6 * USD)


def test_who_is_worth_less_than_it_owes_is_quiet_until_it_is_worth_more():
    # Whether it is sunk is noted when it is looked at: worth 8 and 9, 8.5 owed.
    stage = lending(2.0)
    stage.state.accounts[0].owed = 8_500_000
    assert quiet(stage, 8.0)
    assert stage.watch.sunk[0] == 1
    for price, so in ((100.5 - SLACK, True), (100.5, False), (100.5 + SLACK, False), (97.5, True)):
        post(stage, price)
        assert bool(is_quiet(stage.state, stage.rules, stage.watch, 0, 0)) == so
    assert quiet(stage, 9.0)
    assert stage.watch.sunk[0] == 0
    post(stage, 99.5)
    assert not is_quiet(stage.state, stage.rules, stage.watch, 0, 0)


def test_funding_that_was_paid_is_no_loss_of_worth():
    stage = staged(world([100.0] * 4, [Trader(10, [1])], maintenance_weight=0.05, rate=[(1, 0.8)], block_ticks=2))
    # 10 are paid in tick 1: 16 before are 6 after, of which 5 must be kept.
    watched(stage, [[1]], [-84.0])
    post(stage, 100.0, 1)
    assert is_quiet(stage.state, stage.rules, stage.watch, 0, 1)
    post(stage, 98.5, 1)
    assert not is_quiet(stage.state, stage.rules, stage.watch, 0, 1)
    # Who is looked at after it has 6 in cash less, and the same limits.
    watched(stage, [[1]], [-94.0], f=1)
    post(stage, 100.0, 1)
    assert is_quiet(stage.state, stage.rules, stage.watch, 0, 1)


def test_the_restless_are_found_in_index_order():
    stage = staged(copies(world([100.0] * 4, [Trader(10, [1])], maintenance_weight=0.05), 4))
    watched(stage, [[1], [1], [0], [-1]], [-96.0, -90.0, -1.0, 104.0])
    post(stage, 100.0)
    found = np.full(4, -1, dtype=np.int64)
    n = restless(stage.state, stage.rules, stage.watch, found, 0)
    assert found[:n].tolist() == [0, 3]
