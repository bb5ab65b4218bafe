"""All metrics of a finished replay: what the books counted, and what the event log tells."""

from govtool.engine.codes import (
    ADL_NOTIONAL,
    BAD_DEBT,
    BOUNCE,
    COLLATERAL_SECONDS,
    COST,
    ENDED,
    EXCESS,
    FLAG,
    HAIRCUT,
    HALT_SECONDS,
    LIMIT_EVENT,
    LIQUIDATED,
    LIQUIDATION_FEES,
    OI_SECONDS,
    OPEN,
    OPENING,
    OUTAGE,
    PANIC,
    POOL_IN,
    POOL_LOW,
    POOL_OUT,
    POOL_OVERFLOW,
    PREMIUM,
    RESET,
    RESIDUAL,
    RESUME,
    RETIRE,
    SEND,
    SLASH,
    STOP_EVENT,
    TOPUP,
    TOPUPS,
    TRADE_FEES,
    TRANSFER,
    UNDER_SECONDS,
    UNFILLED,
    WITHDRAW,
    WON,
)
from govtool.engine.loop import Result
from govtool.engine.terms import Floats, Terms
from govtool.replay.auctions import auction_metrics
from govtool.replay.events import ENDS_INCIDENT, FORCED, Log, Sizes, row_values
from govtool.replay.flows import flow_metrics
from govtool.replay.holdings import marks_and_bases, units
from govtool.replay.incidents import contagion_metrics, incident_metrics
from govtool.replay.metrics import METRICS
from govtool.replay.nerves import nerve_metrics
from govtool.replay.passage import passage_metrics
from govtool.replay.posting import posting_metrics
from govtool.replay.ratios import BPS, NAN, ratio
from govtool.replay.shadow import cast_shadow
from govtool.replay.spool import Spool
from govtool.scenario.bundle import Scenario
from govtool.units import QUOTE_QUANTUM

DEPLETED_SHARE = 0.01
"""The pool counts as depleted at or below a hundredth of its opening balance (assumption)."""

CLOSES = (*FORCED, FLAG)
SALES = (*CLOSES, *ENDS_INCIDENT, OPEN, UNFILLED, ENDED, RESET, WON, SLASH)
REST = (
    *(TRANSFER, POOL_OVERFLOW, PREMIUM, SLASH, OUTAGE, RESUME, SEND, TOPUP, BOUNCE),
    *(RETIRE, WITHDRAW, STOP_EVENT, LIMIT_EVENT, PANIC),
)
"""Kinds of event that metrics read: of incidents, of auctions, and of all else. One group is in memory after the other,
as a long window has millions of rows; contagion goes through the whole log."""

SOLD = ("tick", "kind", "account", "market", "other", "size", "quote")
"""Columns of sales that metrics read."""


def measure(scenario: Scenario, terms: Terms, formation: Terms, result: Result, events: Spool) -> dict[str, float]:
    """All metrics of a finished replay, in the order of METRICS; NaN for a share of nothing.

    Its log is in `events` and not in its trace. `cascade_factor` needs a second replay and is NaN here.
    """
    path, step_s = result.trace.path, scenario.venue.step_s
    found = _from_books(result, scenario)
    found |= _of_closes(scenario, terms, formation, result, events)
    log = events.log(SALES, SOLD)
    found |= auction_metrics(scenario, terms, log, _sizes(scenario, terms, formation, path, log))
    del log
    log = events.log(REST)
    found |= flow_metrics(result.books, log) | nerve_metrics(result.books, log)
    found |= passage_metrics(result.books, log, path.shape[0], step_s)
    found |= posting_metrics(scenario.feed.index, path, scenario.weather, terms.posting, step_s)
    found["liquidation_cost_bps"] = BPS * ratio(found["liquidation_cost_usd"], found["liquidated_usd"])
    found["price_improvement_bps"] = BPS * terms.fee_rate - found["liquidation_cost_bps"]
    found["cascade_factor"] = NAN
    return {name: float(found[name]) for name in METRICS}


def _of_closes(scenario: Scenario, terms: Terms, formation: Terms, result: Result, events: Spool) -> dict[str, float]:
    log, path = events.log(CLOSES), result.trace.path
    sizes = _sizes(scenario, terms, formation, path, log)
    found = incident_metrics(scenario, result, log, sizes, cast_shadow(scenario, terms, formation, result))
    return found | contagion_metrics(scenario, terms, formation, path, events, log, sizes)


def _sizes(scenario: Scenario, terms: Terms, formation: Terms, path: Floats, log: Log) -> Sizes:
    """What each row changed; one and the same array where mark and basis are."""
    mark, basis = marks_and_bases(scenario, terms, formation, path, log.tick, log.market)
    notional = row_values(log, units(scenario, terms), basis)
    return Sizes(notional, notional if mark is basis else row_values(log, units(scenario, terms), mark))


def _from_books(result: Result, scenario: Scenario) -> dict[str, float]:
    """What the books counted."""
    tills, gauges = result.books.tills, result.books.gauges
    seconds = scenario.feed.index.shape[0] * scenario.venue.step_s
    interest, collateral = gauges[OI_SECONDS] / seconds, gauges[COLLATERAL_SECONDS] / seconds
    bad_debt = -tills[BAD_DEBT] * QUOTE_QUANTUM
    depleted = tills[POOL_OUT] > 0 and tills[POOL_LOW] <= DEPLETED_SHARE * tills[OPENING]
    return {
        "bad_debt_usd": bad_debt,
        "bad_debt_bps_oi": BPS * ratio(bad_debt, interest),
        "insurance_draw_usd": tills[POOL_OUT] * QUOTE_QUANTUM,
        "insurance_inflow_usd": tills[POOL_IN] * QUOTE_QUANTUM,
        "insurance_min_balance_usd": tills[POOL_LOW] * QUOTE_QUANTUM,
        "insurance_depleted": float(depleted),
        # Rounding up to the quantum can leave a haircut of nothing a hair below zero.
        "adl_usd": max(0.0, gauges[HAIRCUT]),
        "adl_notional_usd": gauges[ADL_NOTIONAL],
        "liquidated_usd": gauges[LIQUIDATED],
        "liquidation_cost_usd": gauges[COST],
        "excess_liquidated_usd": gauges[EXCESS],
        "undercollateralised_account_seconds": gauges[UNDER_SECONDS],
        "halt_seconds": gauges[HALT_SECONDS],
        "open_interest_avg_usd": interest,
        "collateral_avg_usd": collateral,
        "capital_efficiency": ratio(interest, collateral),
        "fee_revenue_usd": (tills[TRADE_FEES] + tills[LIQUIDATION_FEES]) * QUOTE_QUANTUM,
        "topup_usd": tills[TOPUPS] * QUOTE_QUANTUM,
        "ledger_residual_quantums": float(tills[RESIDUAL]),
    }
