"""Where things lie in the packed state: instruments by kind, plans by account, scenarios by row.

In a **plain** world only perpetuals are listed and maintenance is linear in them. Its state has no scan, and a branch
on that is taken when a kernel is compiled: what only other worlds need is then neither compiled nor paid for.
"""

from typing import Any

import numpy as np

from govtool.engine.jit import inlined
from govtool.engine.state import State

Scan = Any
"""`State.scan`: an array, or None in a plain world."""

MOVE, SHIFT, DAMP, SHOCKED = 0, 1, 2, 3
"""Rows of `State.scan`; the options' shocked values follow from row SHOCKED on."""


@inlined
def _first_asset(markets: np.recarray, lots: np.recarray, scan: Scan) -> int:
    if scan is None:
        return int(lots.shape[0])
    return int(markets.shape[0] + scan.shape[0] - SHOCKED)


@inlined
def first_asset(state: State) -> int:
    """Row of the first asset, after perpetuals and options."""
    return _first_asset(state.markets, state.lots, state.scan)


@inlined
def asset_count(state: State) -> int:
    """Number of assets listed."""
    return int(state.lots.shape[0] - first_asset(state))


@inlined
def scenario_count(state: State) -> int:
    """Number of scenarios of a scan; two more columns hold the two sides of the basis."""
    return int(state.scan.shape[1] - 2)


@inlined
def has_snapshot(state: State) -> bool:
    """Whether the opening positions are those of a snapshot: coins, in the columns after the deposits."""
    return bool(state.plans.shape[1] > state.lots.shape[0] + asset_count(state))


@inlined
def share(state: State, i: int, j: int) -> float:
    """Signed share of gross notional that account `i` wants in instrument `j`."""
    return float(state.plans[i, j])


@inlined
def deposit(state: State, i: int, k: int) -> float:
    """Share of equity that account `i` brings in asset `k`."""
    return float(state.plans[i, state.lots.shape[0] + k])


@inlined
def snapshot_coins(state: State, i: int, j: int) -> float:
    """Coins of instrument `j` that account `i` holds in the snapshot."""
    return float(state.plans[i, state.lots.shape[0] + asset_count(state) + j])
