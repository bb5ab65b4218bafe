"""All metrics of a finished replay: what the books counted, and what the event log tells."""

from govtool.engine.codes import (
    ADL_NOTIONAL,
    BAD_DEBT,
    COLLATERAL_SECONDS,
    COST,
    EXCESS,
    HAIRCUT,
    HALT_SECONDS,
    LIQUIDATED,
    LIQUIDATION_FEES,
    OI_SECONDS,
    OPENING,
    POOL_IN,
    POOL_LOW,
    POOL_OUT,
    RESIDUAL,
    TOPUPS,
    TRADE_FEES,
    UNDER_SECONDS,
)
from govtool.engine.loop import Result
from govtool.engine.terms import Terms
from govtool.replay.auctions import auction_metrics
from govtool.replay.events import Sizes, read_log, row_values
from govtool.replay.flows import flow_metrics
from govtool.replay.holdings import marks_and_bases, units
from govtool.replay.incidents import contagion_metrics, incident_metrics
from govtool.replay.metrics import METRICS
from govtool.replay.nerves import nerve_metrics
from govtool.replay.passage import passage_metrics
from govtool.replay.posting import posting_metrics
from govtool.replay.ratios import BPS, NAN, ratio
from govtool.replay.shadow import cast_shadow
from govtool.scenario.bundle import Scenario
from govtool.units import QUOTE_QUANTUM

DEPLETED_SHARE = 0.01
"""The pool counts as depleted at or below a hundredth of its opening balance (assumption)."""


def measure(scenario: Scenario, terms: Terms, formation: Terms, result: Result) -> dict[str, float]:
    """All metrics of a finished replay, in the order of METRICS; NaN for a share of nothing.

    `cascade_factor` needs a second replay and is NaN here.
    """
    log = read_log(result.trace)
    mark, basis = marks_and_bases(scenario, terms, formation, result.trace.path, log.tick, log.market)
    unit = units(scenario, terms)
    sizes = Sizes(row_values(log, unit, basis), row_values(log, unit, mark))
    shadow = cast_shadow(scenario, terms, formation, result)
    found = _from_books(result, scenario) | flow_metrics(result.books, log)
    found |= incident_metrics(scenario, result, log, sizes, shadow)
    found |= contagion_metrics(scenario, terms, formation, result.trace, log, sizes)
    found |= auction_metrics(scenario, terms, log, sizes)
    ticks, step_s = scenario.feed.index.shape[0], scenario.venue.step_s
    found |= passage_metrics(result.books, log, ticks, step_s) | nerve_metrics(result.books, log)
    found |= posting_metrics(scenario.feed.index, result.trace.path, scenario.weather, terms.posting, step_s)
    found["liquidation_cost_bps"] = BPS * ratio(found["liquidation_cost_usd"], found["liquidated_usd"])
    found["price_improvement_bps"] = BPS * terms.fee_rate - found["liquidation_cost_bps"]
    found["cascade_factor"] = NAN
    return {name: float(found[name]) for name in METRICS}


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
