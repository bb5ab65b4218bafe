"""Traders come and take positions within the initial margin."""

import numpy as np

from govtool.engine.account import equity_of
from govtool.engine.chain import is_stale
from govtool.engine.codes import NIL, NONE, TRADE
from govtool.engine.entry import affordable, bring, come_in, wished_size
from govtool.engine.jit import kernel
from govtool.engine.layout import has_snapshot, share, snapshot_coins
from govtool.engine.ledger import record, trade
from govtool.engine.legs import leg_terms, trade_leg
from govtool.engine.requirement import need
from govtool.engine.state import Log, Rules, State
from govtool.engine.tiers import FILL, INITIAL


@kernel
def _take_at_mark(state: State, log: Log, i: int, j: int, size: int) -> None:
    if size != 0:
        cost = int(np.rint(((size * state.lots[j].unit) * state.lots[j].mark) * 1e6))
        trade(state, i, j, size, -cost)
        record(state, log, NIL, TRADE, i, j, NONE, size, -cost, NIL, NIL, state.lots[j].mark, 0.0, 0.0)


@kernel
def snapshot_size(state: State, i: int, j: int) -> int:
    """Quantums of instrument `j` that account `i` holds in the snapshot, to the nearest."""
    coins = snapshot_coins(state, i, j)
    lots = int(np.rint(abs(coins) / state.lots[j].unit))
    return lots if coins > 0.0 else -lots


@kernel
def _take_snapshot(state: State, rules: Rules, log: Log, i: int) -> None:
    """Account `i` has the snapshot's positions and cash, whatever margin allows: it deposits what that takes."""
    deposit = state.accounts[i].equity
    for j in range(state.lots.shape[0]):
        deposit += int(np.rint(((snapshot_size(state, i, j) * state.lots[j].unit) * state.lots[j].mark) * 1e6))
    come_in(state, rules, log, i, deposit, NIL)
    state.accounts[i].put_in = deposit
    for j in range(state.lots.shape[0]):
        _take_at_mark(state, log, i, j, snapshot_size(state, i, j))


@kernel
def take_opening_positions(state: State, rules: Rules, log: Log, i: int) -> None:
    """Account `i` is in when the window opens: positions at mark, no fee (rules, section 6)."""
    if has_snapshot(state):
        _take_snapshot(state, rules, log, i)
        return
    bring(state, rules, log, i, NIL)
    scale = affordable(state, rules, i)
    for j in range(state.lots.shape[0]):
        if share(state, i, j) != 0.0:
            _take_at_mark(state, log, i, j, wished_size(state, rules, i, j, scale))


@kernel
def _may_fill(state: State, rules: Rules, i: int, j: int, size: int) -> bool:
    """Whether account `i` still meets the fill tier after a leg, at the price that it would get."""
    if rules.fill_check == 0:
        return True
    _, cost, fee = leg_terms(state, rules, j, size, False)
    state.size[i, j] += size
    state.cash[i] -= cost + fee
    tier = INITIAL if rules.fill_share == 1.0 else FILL
    met = equity_of(state, i) >= need(state, rules, state.size[i], tier)
    state.cash[i] += cost + fee
    state.size[i, j] -= size
    return bool(met)


@kernel
def enter(state: State, rules: Rules, log: Log, i: int, t: int) -> None:
    """Account `i` deposits and opens its positions at market prices, clipped by the initial margin."""
    bring(state, rules, log, i, t)
    scale = affordable(state, rules, i)
    for j in range(state.lots.shape[0]):
        if share(state, i, j) != 0.0:
            size = wished_size(state, rules, i, j, scale)
            m = state.lots[j].market
            if size != 0 and not (m >= 0 and is_stale(state, rules, m, t)) and _may_fill(state, rules, i, j, size):
                trade_leg(state, rules, log, i, j, size, t, False)
