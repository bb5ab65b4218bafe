"""The event log read back: costs, incidents, durations."""

import numpy as np
import pytest

from govtool.engine.codes import COST, DELEVERAGE, FILL, FLAG, LIQUIDATED, RECOVER, RETIRE
from govtool.history.events import find_event
from govtool.protocol.read import preset
from govtool.replay.backtest import pack_terms, run_engine
from govtool.replay.events import (
    FORCED,
    Log,
    forced_cost,
    incident_of,
    read_log,
    row_values,
    rows_of,
    seconds_to_end,
)
from govtool.scenario.bundle import build
from govtool.world.read import read_world


def log(*rows: tuple[int, int, int]) -> Log:
    """A log of (tick, kind, account) rows, all else nothing."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    nothing = np.zeros(len(rows), dtype=np.int64)
    return Log(*columns, *[nothing] * 6, *[np.zeros(len(rows))] * 3)


def test_a_row_belongs_to_the_last_flag_of_its_account():
    told = log(
        (1, FLAG, 7),
        (1, FLAG, 3),
        (2, FILL, 7),
        (3, RECOVER, 7),
        (5, FLAG, 7),
        (6, FILL, 3),
        (7, FILL, 7),
        (8, FILL, 9),
    )
    assert incident_of(told, rows_of(told, (FILL,))).tolist() == [0, 1, 2, -1]


def test_without_flags_a_row_belongs_to_none():
    told = log((1, FILL, 0))
    assert incident_of(told, np.array([0])).tolist() == [-1]


def test_a_duration_ends_at_the_accounts_own_next_end():
    told = log((1, FLAG, 7), (2, FLAG, 3), (4, RETIRE, 3), (6, RECOVER, 7), (9, FLAG, 3), (11, FILL, 7))
    assert seconds_to_end(told, FLAG, (RECOVER, RETIRE), 15.0).tolist() == [75.0, 30.0, 30.0]


def test_nothing_has_no_durations():
    assert seconds_to_end(log(), FLAG, (RECOVER,), 15.0).size == 0
    assert seconds_to_end(log((3, FILL, 1)), FLAG, (RECOVER,), 15.0).size == 0


@pytest.mark.parametrize("name", ["dydx-v4", "govtool"])
def test_costs_and_values_read_off_the_log_are_what_the_engine_counted(name):
    scenario = build(find_event("reconstructed-crash-2021-05-19"), read_world("default"), 0)
    terms = pack_terms(scenario, preset(name))
    result = run_engine(scenario, terms, 10**12)
    told = read_log(result.trace)
    rows = rows_of(told, FORCED)
    value = row_values(told, terms.unit, result.trace.path[told.tick, np.maximum(told.market, 0)])[rows]
    on_market = told.kind[rows] != DELEVERAGE
    assert rows.size > 100
    assert value[on_market].sum() == pytest.approx(result.books.gauges[LIQUIDATED], rel=1e-12)
    assert forced_cost(told, rows, value).sum() == pytest.approx(result.books.gauges[COST], rel=1e-9)
