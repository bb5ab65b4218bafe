"""Metrics of a replay: each declared once, with unit, better direction and meaning."""

import math
from typing import Literal, NamedTuple

import numpy as np

from govtool.engine.loop import Result
from govtool.engine.state import (
    ADL_NOTIONAL,
    BAD_DEBT,
    COLLATERAL_SECONDS,
    COST,
    DELEVERAGE,
    EXCESS,
    FILL,
    FLAG,
    HAIRCUT,
    KEEPERS,
    LIQUIDATED,
    LIQUIDATION_FEES,
    OI_SECONDS,
    OPEN,
    OPENING,
    POOL_IN,
    POOL_LOW,
    POOL_OUT,
    RESIDUAL,
    TAKE,
    TOPUPS,
    TRADE_FEES,
    TREASURY,
    UNDER_SECONDS,
    UNFILLED,
    Trace,
)
from govtool.engine.terms import DUTCH, Floats, Ints, Terms
from govtool.replay.contagion import fell_for_others
from govtool.replay.events import (
    ENDS_INCIDENT,
    ENDS_TRANCHE,
    FORCED,
    Log,
    forced_cost,
    incident_of,
    read_log,
    row_values,
    rows_of,
    seconds_to_end,
)
from govtool.replay.holdings import marks_and_bases, units
from govtool.replay.shadow import Shadow, cast_shadow
from govtool.scenario.bundle import Scenario
from govtool.units import QUOTE_QUANTUM

BPS = 10_000.0
NAN = float("nan")

DEPLETED_SHARE = 0.01
"""The pool counts as depleted at or below a hundredth of its opening balance (assumption)."""


class Metric(NamedTuple):
    """What a number means. `better` is "none" for a number that is neither good nor bad in itself."""

    unit: str
    better: Literal["lower", "higher", "none"]
    meaning: str


METRICS: dict[str, Metric] = {
    # Solvency
    "bad_debt_usd": Metric("usd", "lower", "Losses that nobody paid."),
    "bad_debt_bps_oi": Metric("bps", "lower", "The same per average open interest."),
    "insurance_draw_usd": Metric("usd", "lower", "Paid out by the insurance pool."),
    "insurance_inflow_usd": Metric("usd", "higher", "Fees paid into the insurance pool."),
    "insurance_min_balance_usd": Metric("usd", "higher", "Lowest balance of the insurance pool."),
    "insurance_depleted": Metric("0 or 1", "lower", "1 if the pool fell to a hundredth of its opening or less."),
    "adl_usd": Metric("usd", "lower", "What deleveraged counterparties lost against oracle."),
    "adl_notional_usd": Metric("usd", "lower", "Size that was deleveraged, at oracle."),
    "adl_accounts": Metric("accounts", "lower", "Counterparties that were deleveraged."),
    # Liquidation
    "liquidated_usd": Metric("usd", "lower", "Size closed by force on the market or by keepers, at oracle."),
    "liquidated_accounts": Metric("accounts", "lower", "Accounts of which something was closed by force."),
    "liquidated_share": Metric(
        "fraction", "lower", "Size closed by force or deleveraged, of the open interest at the start."
    ),
    "liquidation_cost_usd": Metric("usd", "lower", "What forced closes cost their traders against oracle."),
    "liquidation_cost_bps": Metric("bps", "lower", "The same per size closed."),
    "contagion_usd": Metric(
        "usd", "lower", "Size closed by force in markets that had lost their account nothing, while another had."
    ),
    "contagion_share": Metric("fraction", "lower", "The same, of all that was closed by force."),
    "excess_liquidated_usd": Metric("usd", "lower", "Size closed beyond what restores the account's margin."),
    "unnecessary_liquidation_share": Metric(
        "fraction", "lower", "Size closed of accounts that would have stayed solvent for a day if left alone."
    ),
    "unnecessary_liquidation_cost_usd": Metric("usd", "lower", "What closing those cost their traders."),
    "liquidation_velocity_max_usd_per_min": Metric(
        "usd per min", "lower", "Most that was closed by force in one minute."
    ),
    "cascade_factor": Metric(
        "ratio", "lower", "Size closed by force beside the same without the oracle's feedback; on request."
    ),
    "undercollateralised_account_seconds": Metric(
        "account s", "lower", "Time that accounts spent below maintenance margin."
    ),
    "oracle_error_liquidations": Metric(
        "accounts", "lower", "Liquidations begun while the index alone would not have begun them."
    ),
    # Auctions
    "auction_seconds_median": Metric(
        "s", "lower", "Median time from the opening of an auction to its end; on the book, of a liquidation."
    ),
    "auction_seconds_p99": Metric("s", "lower", "The 99th percentile of the same."),
    "auction_unfilled_share": Metric(
        "fraction", "lower", "Size put up that no keeper took; on the book, size closed by last resorts."
    ),
    "price_improvement_bps": Metric(
        "bps", "higher", "Liquidation cost below that of the full liquidation fee at the oracle price."
    ),
    "keeper_profit_usd": Metric("usd", "none", "What keepers earned."),
    "keeper_hhi": Metric("fraction", "lower", "Concentration of what keepers took (Herfindahl index)."),
    "fastest_keeper_share": Metric("fraction", "lower", "Share of what keepers took that the fastest one took."),
    # Use
    "open_interest_avg_usd": Metric("usd", "higher", "Time average of one-sided open interest."),
    "collateral_avg_usd": Metric("usd", "none", "Time average of what traders own."),
    "capital_efficiency": Metric("ratio", "higher", "Average open interest per average collateral."),
    "fee_revenue_usd": Metric("usd", "higher", "Trading and liquidation fees paid."),
    "treasury_revenue_usd": Metric("usd", "higher", "What the treasury received of them."),
    "topup_usd": Metric("usd", "none", "Collateral that traders added."),
    "capital_needed_usd": Metric(
        "usd", "lower", "Collateral that would have kept every liquidated account above maintenance for a day."
    ),
    "buffer_p95": Metric(
        "fraction of notional",
        "lower",
        "Extra collateral that would have kept 95 % of liquidated accounts above maintenance for a day.",
    ),
    # Integrity
    "ledger_residual_quantums": Metric("quantums", "lower", "Money made or lost by the arithmetic; zero."),
}
"""Every metric, in the order of tables. Mechanisms that do not exist yet have no metric here."""


class Sizes(NamedTuple):
    """What each row of the event log changed: its notional size, and its value at mark, quote currency."""

    notional: Floats
    worth: Floats


def measure(scenario: Scenario, terms: Terms, formation: Terms, result: Result) -> dict[str, float]:
    """All metrics of a finished replay, in the order of METRICS; NaN for a share of nothing.

    `cascade_factor` needs a second replay and is NaN here.
    """
    log = read_log(result.trace)
    mark, basis = marks_and_bases(scenario, terms, formation, result.trace.path, log.tick, log.market)
    unit = units(scenario, terms)
    sizes = Sizes(row_values(log, unit, basis), row_values(log, unit, mark))
    shadow = cast_shadow(scenario, terms, formation, result)
    found = _from_tills(result, scenario) | _from_log(scenario, result, log, sizes, shadow)
    found |= _auctions(scenario, terms, log, sizes)
    found |= _contagion(scenario, terms, formation, result.trace, log, sizes)
    found["liquidation_cost_bps"] = BPS * ratio(found["liquidation_cost_usd"], found["liquidated_usd"])
    found["price_improvement_bps"] = BPS * terms.fee_rate - found["liquidation_cost_bps"]
    found["cascade_factor"] = NAN
    return {name: float(found[name]) for name in METRICS}


def ratio(part: float, whole: float) -> float:
    """`part` of `whole`; NaN if the whole is not positive."""
    return part / whole if whole > 0 else NAN


def quantile(values: Floats, level: float) -> float:
    """Smallest value that this share of all does not exceed; NaN of none. Level 0.5 of 1, 2, 3 is 2."""
    if values.size == 0:
        return NAN
    return float(np.sort(values)[max(0, math.ceil(level * values.size) - 1)])


def _from_tills(result: Result, scenario: Scenario) -> dict[str, float]:
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
        "keeper_profit_usd": tills[KEEPERS] * QUOTE_QUANTUM,
        "open_interest_avg_usd": interest,
        "collateral_avg_usd": collateral,
        "capital_efficiency": ratio(interest, collateral),
        "fee_revenue_usd": (tills[TRADE_FEES] + tills[LIQUIDATION_FEES]) * QUOTE_QUANTUM,
        "treasury_revenue_usd": tills[TREASURY] * QUOTE_QUANTUM,
        "topup_usd": tills[TOPUPS] * QUOTE_QUANTUM,
        "ledger_residual_quantums": float(tills[RESIDUAL]),
    }


def _from_log(scenario: Scenario, result: Result, log: Log, sizes: Sizes, shadow: Shadow) -> dict[str, float]:
    """Who was closed by force, how fast, and whether that was necessary."""
    trace, venue = result.trace, scenario.venue
    rows = rows_of(log, FORCED)
    value = sizes.notional[rows]
    minute = (log.tick[rows] * venue.step_s // 60).astype(np.int64)
    fastest = np.bincount(minute, weights=value).max() if rows.size else 0.0
    incident = incident_of(log, rows)
    known = incident >= 0
    solvent = shadow.lowest_equity > 0
    spared = known & np.append(solvent, False)[incident]
    hit = np.unique(incident[known])
    short = np.maximum(0.0, shadow.deepest_shortfall[hit])
    start = trace.columns[0, 1] if trace.columns.shape[0] else NAN
    owner = owners(scenario)
    borne = log.other[log.kind == DELEVERAGE]
    return {
        "adl_accounts": np.unique(owner[borne[borne >= 0]]).size,
        "liquidated_accounts": np.unique(owner[log.account[rows]]).size,
        "liquidated_share": ratio(value.sum(), start),
        "unnecessary_liquidation_share": ratio(value[spared].sum(), value.sum()),
        "unnecessary_liquidation_cost_usd": forced_cost(log, rows, sizes.worth[rows])[spared].sum(),
        "liquidation_velocity_max_usd_per_min": fastest,
        "oracle_error_liquidations": np.count_nonzero(shadow.true_shortfall[hit] <= 0),
        "capital_needed_usd": _largest_each(trace.shot[hit, 1], short).sum(),
        "buffer_p95": quantile(short / shadow.notional[hit], 0.95),
    }


def _largest_each(account: Ints, amount: Floats) -> Floats:
    """Largest amount of each account: what keeps it safe once is there again the next time."""
    found = np.zeros(int(account.max(initial=-1)) + 1)
    np.maximum.at(found, account, amount)
    return found


def owners(scenario: Scenario) -> Ints:
    """Who owns each account of the crowd: itself, but for wallets of one owner."""
    crowd = scenario.crowd
    return crowd.owner if crowd.owner.size else np.arange(crowd.equity.size)


def _contagion(
    scenario: Scenario, terms: Terms, formation: Terms, trace: Trace, log: Log, sizes: Sizes
) -> dict[str, float]:
    """Size closed by force in one market for what another had lost."""
    rows = rows_of(log, FORCED)
    size = sizes.notional[rows]
    fell = size[fell_for_others(scenario, terms, formation, trace.path, log, rows)].sum()
    return {"contagion_usd": fell, "contagion_share": ratio(fell, size.sum())}


def _auctions(scenario: Scenario, terms: Terms, log: Log, sizes: Sizes) -> dict[str, float]:
    """How long auctions took, what they left, and who won them."""
    step_s = scenario.venue.step_s

    def total(*kinds: int) -> float:
        return float(sizes.notional[rows_of(log, kinds)].sum())

    if terms.liquidation_format == DUTCH:
        seconds = seconds_to_end(log, OPEN, ENDS_TRANCHE, step_s)
        unfilled = ratio(total(UNFILLED), total(OPEN))
    else:
        seconds = seconds_to_end(log, FLAG, ENDS_INCIDENT, step_s)
        unfilled = 1.0 - ratio(total(FILL), total(*FORCED))
    takes = rows_of(log, (TAKE,))
    taken = sizes.notional[takes]
    won = np.bincount(log.other[takes], weights=taken, minlength=scenario.keepers.latency.size)
    return {
        "auction_seconds_median": quantile(seconds, 0.5),
        "auction_seconds_p99": quantile(seconds, 0.99),
        "auction_unfilled_share": unfilled,
        "keeper_hhi": ratio(float((won * won).sum()), float(taken.sum()) ** 2),
        "fastest_keeper_share": ratio(float(won[:1].sum()), float(taken.sum())),
    }
