"""Outages, transit and traders' own acts, from logs written by hand: ten ticks of 15 s."""

import numpy as np
import pytest

from govtool.engine.codes import (
    BOUNCE,
    CARRIERS,
    CUT_NOTIONAL,
    GAUGES,
    LIMIT_EVENT,
    OUTAGE,
    PANIC,
    RESUME,
    RETIRE,
    SEND,
    STOP_EVENT,
    TILLS,
    TOPUP,
    TRANSIT,
    TRANSIT_SECONDS,
    WITHDRAW,
)
from govtool.engine.state import Books
from govtool.replay.events import Log
from govtool.replay.nerves import nerve_metrics
from govtool.replay.passage import down_seconds, passage_metrics, topups_under_way

QUOTE = 1_000_000  # quantums
TICKS, STEP_S = 10, 15.0


def log(*rows: tuple[int, int, int, int, float]) -> Log:
    """A log of (tick, kind, account, quote in quantums, price) rows, all else nothing."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 5)
    tick, kind, account, quote = table[:, :4].astype(np.int64).T
    none = np.zeros(len(rows), dtype=np.int64)
    return Log(
        tick, kind, account, none - 1, none - 1, none, quote, none, none, table[:, 4], *[np.zeros(len(rows))] * 2
    )


def books(tills: dict[int, int] | None = None, gauges: dict[int, float] | None = None) -> Books:
    """Books of nobody with some sums."""
    counted, measured = np.zeros(TILLS, dtype=np.int64), np.zeros(GAUGES)
    for place, value in (tills or {}).items():
        counted[place] = value
    for place, value in (gauges or {}).items():
        measured[place] = value
    nothing, none = np.zeros(0), np.zeros(0, dtype=np.int64)
    table = np.zeros((0, 0), dtype=np.int64)
    return Books(
        none, table, none, none, none, none, nothing, nothing, np.zeros((0, 0)), none, tills=counted, gauges=measured
    )


def measured(told: Log, **sums) -> dict[str, float]:
    return passage_metrics(books(**sums), told, TICKS, STEP_S)


# Outages


def test_time_without_a_chain_is_what_its_ends_say():
    told = log((1, OUTAGE, -1, 0, 0), (3, RESUME, -1, 0, 30), (5, OUTAGE, -1, 0, 0), (6, RESUME, -1, 0, 15))
    assert down_seconds(told, TICKS, STEP_S) == 45.0


def test_an_outage_without_an_end_lasts_to_the_end_of_the_window():
    told = log((1, OUTAGE, -1, 0, 0), (3, RESUME, -1, 0, 30), (8, OUTAGE, -1, 0, 0))
    assert down_seconds(told, TICKS, STEP_S) == 30.0 + 2 * 15.0


def test_a_chain_that_was_always_up_was_never_down():
    assert down_seconds(log(), TICKS, STEP_S) == 0.0


# Money under way


def test_what_is_under_way_is_averaged_over_the_window():
    assert measured(log(), gauges={TRANSIT_SECONDS: 1_500.0})["transit_avg_usd"] == 10.0


def test_withdrawals_are_cash_of_leaving_and_of_drawing():
    told = log((1, WITHDRAW, 0, -30 * QUOTE, 1.0), (2, RETIRE, 0, -70 * QUOTE, 0.0), (2, TOPUP, 1, 5 * QUOTE, 0.0))
    metrics = measured(told, tills={CARRIERS: QUOTE})
    assert metrics["withdrawn_usd"] == pytest.approx(100.0)
    assert metrics["carrier_fees_usd"] == pytest.approx(1.0)
    assert metrics["withdrawals_in_transit_usd"] == 0.0


def test_topups_under_way_at_the_end_are_no_withdrawals():
    told = log((1, SEND, 3, 0, 40.0), (2, RETIRE, 0, -70 * QUOTE, 0.0))
    metrics = measured(told, tills={TRANSIT: 110 * QUOTE})
    assert metrics["withdrawals_in_transit_usd"] == pytest.approx(70.0)


@pytest.mark.parametrize(("kind", "late"), [(TOPUP, 0.0), (BOUNCE, 40.0)])
def test_a_topup_that_arrived_or_bounced_is_under_way_no_more(kind, late):
    told = log((1, SEND, 3, 0, 40.0), (4, kind, 3, 40 * QUOTE, 40.0))
    assert topups_under_way(told) == 0.0
    assert measured(told)["topups_late_usd"] == late


def test_a_second_topup_may_be_under_way_after_a_first():
    told = log((1, SEND, 3, 0, 40.0), (4, TOPUP, 3, 40 * QUOTE, 0), (6, SEND, 3, 0, 7.0), (7, SEND, 1, 0, 5.0))
    assert topups_under_way(told) == 12.0


def test_without_anything_nothing_was_under_way():
    assert set(measured(log()).values()) == {0.0}


# Traders


def test_orders_and_panics_are_counted_and_cuts_summed():
    told = log((1, PANIC, -1, 0, 0), (2, STOP_EVENT, 0, 0, 9), (2, STOP_EVENT, 1, 0, 9), (3, LIMIT_EVENT, 2, 0, 30))
    assert nerve_metrics(books(gauges={CUT_NOTIONAL: 12.5}), told) == {
        "voluntary_closed_usd": 12.5,
        "stop_orders": 2.0,
        "limit_orders": 1.0,
        "panics": 1.0,
    }
