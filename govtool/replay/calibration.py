"""What a world amounts to, in the quantities that venues publish."""

from collections.abc import Sequence

import numpy as np

from govtool.engine.codes import TRADE
from govtool.engine.terms import Floats
from govtool.errors import ParamError
from govtool.protocol.model import Protocol
from govtool.replay.backtest import Outcome, pack_terms, prepared, replay
from govtool.replay.holdings import marks_and_bases, units
from govtool.replay.ratios import ratio
from govtool.scenario.bundle import Scenario
from govtool.units import QUOTE_QUANTUM

LEVERAGE_EDGES = (3.0, 7.0)
"""Edges of the published leverage brackets (world/figures.toml)."""

MOST_OF_NOTIONAL = 0.9


def calibrate(scenario: Scenario, protocol: Protocol) -> dict[str, float]:
    """The quantities of `world.figures.QUANTITIES` for one scenario, replayed under a protocol.

    Those of the opening are measured on positions as they were taken, after initial margin has clipped them.
    """
    outcome = replay(scenario, protocol, detail=True)
    gross = opening_notional(scenario, protocol, outcome)
    equity = scenario.crowd.equity * QUOTE_QUANTUM
    held = gross > 0
    total, collateral = float(gross.sum()), float(equity[held].sum())
    brackets = _brackets(gross[held], gross[held] / equity[held])
    metrics = outcome.metrics
    interest = _start(outcome, "open_interest")
    return {
        "open_interest_usd": interest,
        "open_interest_per_daily_volume": ratio(interest, scenario.daily_volume),
        "open_interest_per_collateral": ratio(interest, _start(outcome, "collateral")),
        "leverage_mean": ratio(total, collateral),
        "leverage_p90": weighted_quantile(gross[held] / equity[held], gross[held], MOST_OF_NOTIONAL),
        "leverage_to_3x_share": brackets[0],
        "leverage_3x_to_7x_share": brackets[1],
        "leverage_above_7x_share": brackets[2],
        "largest_account_share": ratio(float(gross.max(initial=0.0)), total),
        "pool_usd": outcome.opening_pool * QUOTE_QUANTUM,
        "pool_per_open_interest": ratio(outcome.opening_pool * QUOTE_QUANTUM, interest),
        "fund_income_per_liquidated": ratio(metrics["insurance_inflow_usd"], metrics["liquidated_usd"]),
        "liquidated_share": metrics["liquidated_share"],
        "deleveraged_share": ratio(metrics["adl_notional_usd"], interest),
    }


def opening_notional(scenario: Scenario, protocol: Protocol, outcome: Outcome) -> Floats:
    """Gross notional (A,) of every account's opening positions, quote currency; 0 for those that were out."""
    log = outcome.log
    if log is None:
        raise ParamError(f"outcome of {outcome.scenario} has no event log: replay it with detail=True")
    terms = pack_terms(scenario, protocol)
    scenario = prepared(scenario, protocol)
    rows = np.flatnonzero((log.kind == TRADE) & (log.tick == 0))
    _, basis = marks_and_bases(scenario, terms, terms, scenario.feed.index, log.tick[rows], log.market[rows])
    value = np.abs(log.size[rows]) * units(scenario, terms)[log.market[rows]] * basis
    total = np.bincount(log.account[rows], weights=value, minlength=scenario.crowd.equity.size)
    return np.asarray(total, dtype=np.float64)


def weighted_quantile(values: Floats, weights: Floats, level: float) -> float:
    """Smallest value at or below which `level` of all weight lies; NaN of none."""
    if values.size == 0:
        return float("nan")
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    return float(values[order][min(int(np.searchsorted(below, level * below[-1])), values.size - 1)])


def mean_of(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """Mean of each quantity over replays, leaving out what is not a number."""
    names = list(rows[0]) if rows else []
    columns = {name: np.array([row[name] for row in rows]) for name in names}
    return {
        name: float(np.mean(column[~np.isnan(column)])) if (~np.isnan(column)).any() else float("nan")
        for name, column in columns.items()
    }


def _brackets(notional: Floats, leverage: Floats) -> tuple[float, float, float]:
    """Share of notional held at up to 3x, at 3x to 7x, and above."""
    total = float(notional.sum())
    low, high = LEVERAGE_EDGES
    to_low = float(notional[leverage <= low].sum())
    above = float(notional[leverage > high].sum())
    return ratio(to_low, total), ratio(total - to_low - above, total), ratio(above, total)


def _start(outcome: Outcome, column: str) -> float:
    """A time column after the first minute."""
    columns = outcome.columns or {}
    values = columns.get(column, np.zeros(0))
    return float(values[0]) if values.size else float("nan")
