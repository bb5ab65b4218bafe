"""Traders leave: everything is closed, and what is left is withdrawn."""

from govtool.engine.account import is_flat
from govtool.engine.codes import ASSET
from govtool.engine.jit import kernel
from govtool.engine.layout import first_asset
from govtool.engine.legs import leg_terms, trade_leg
from govtool.engine.retire import retire
from govtool.engine.state import Log, Rules, State
from govtool.engine.waterfall import part_of_exits


@kernel
def _close_legs(state: State, rules: Rules, log: Log, i: int, t: int, resting: bool) -> None:
    """Close every leg but assets held; sell those, whole and in order, while cash does not pay what is owed."""
    for j in range(state.lots.shape[0]):
        size = state.size[i, j]
        if size < 0 or (size > 0 and state.lots[j].kind != ASSET):
            trade_leg(state, rules, log, i, j, -size, t, resting)
    for j in range(first_asset(state), state.lots.shape[0]):
        short = state.cash[i] < state.accounts[i].owed + part_of_exits(state, i)
        if short and state.size[i, j] > 0:
            trade_leg(state, rules, log, i, j, -state.size[i, j], t, resting)


@kernel
def can_pay(state: State, rules: Rules, i: int, resting: bool, level: float) -> bool:
    """Whether closing everything at market prices leaves account `i` what it owes to the pool, and nothing below.

    And no less than a level, in quote: what resting orders ask for.
    """
    cash = state.cash[i]
    for j in range(state.lots.shape[0]):
        size = -state.size[i, j]
        if size != 0:
            _, cost, fee = leg_terms(state, rules, j, size, resting)
            cash -= cost + fee
    return bool(is_flat(state, i) or (cash >= state.accounts[i].owed and cash * 1e-6 >= level))


@kernel
def leave(state: State, rules: Rules, log: Log, i: int, t: int, resting: bool) -> None:
    """Account `i` closes all, at market prices or where its orders rest, and withdraws."""
    _close_legs(state, rules, log, i, t, resting)
    retire(state, rules, log, i, t)
