"""Positions that nothing moves until they are liquidated: where our rules, a plain loop and other engines overlap."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from benchmarks.speed.cases import Case, year_scenario
from benchmarks.speed.replays import BRUTE, replay
from govtool.engine.codes import ENTER, FLAG, TRADE
from govtool.engine.loop import Result
from govtool.engine.terms import Floats, Ints

LARGE_POOL = 10**18
"""Quantums; no loss reaches anybody else."""


class Still(NamedTuple):
    """A case and what its accounts hold from the opening until the first of them is flagged.

    Attributes
    ----------
    price : float64 (T, M)
        Posted oracle prices, which are the marks.
    weight : float64 (M,)
        Maintenance margin, fraction of notional.
    cash : float64 (A,)
        Quote currency, negative for what longs owe.
    coins : float64 (A, M)
        Base currency, negative for shorts.
    flagged : int64 (A,)
        Tick in which our engine found the account below maintenance margin for the first time, -1 for never.
    """

    case: Case
    price: Floats
    weight: Floats
    cash: Floats
    coins: Floats
    flagged: Ints


def still_case(accounts: int, markets: int, span: str, weight: float | None = None) -> Case:
    """A case with fixed positions and without funding, adaptive weights, feedback, advances or deleveraging.

    With a `weight`, maintenance margin is that fraction of notional in every market.
    """
    case = year_scenario(accounts, markets, span=span, habits="fixed")
    scenario, terms = case.scenario, case.terms
    none = np.zeros((0, markets))
    feed = scenario.feed._replace(funding_tick=np.zeros(0, dtype=np.int64), funding_rate=none)
    venue = scenario.venue._replace(own_weight=np.zeros(markets))
    terms = terms._replace(adaptive=0, adl=0, pool=terms.pool._replace(advance_trigger=0.0))
    if weight is not None:
        flat = np.full(markets, weight)
        terms = terms._replace(maintenance_weight=flat, initial_weight=np.maximum(terms.initial_weight, flat))
    return Case(replace(scenario, feed=feed, venue=venue), terms, LARGE_POOL)


def still(case: Case) -> Still:
    """What a case without movement of its own comes to, by the compiled brute force."""
    result = replay(case, BRUTE)
    cash, coins = _opening(case, result)
    flagged = np.full(cash.size, -1, dtype=np.int64)
    whole = result.trace.whole
    rows = whole[whole[:, 1] == FLAG]
    flagged[rows[::-1, 2]] = rows[::-1, 0]  # backwards, so that the first of an account stays
    return Still(case, result.trace.path, case.terms.maintenance_weight, cash, coins, flagged)


def _opening(case: Case, result: Result) -> tuple[Floats, Floats]:
    """Cash and coins of each account once the population has taken its positions."""
    whole, shape = result.trace.whole, case.scenario.crowd.share.shape
    opening = whole[(whole[:, 0] == 0) & np.isin(whole[:, 1], (ENTER, TRADE))]
    cash, size = np.zeros(shape[0], dtype=np.int64), np.zeros(shape, dtype=np.int64)
    np.add.at(cash, opening[:, 2], opening[:, 6])
    traded = opening[opening[:, 1] == TRADE]
    np.add.at(size, (traded[:, 2], traded[:, 3]), traded[:, 5])
    return cash * 1e-6, size * case.terms.unit
