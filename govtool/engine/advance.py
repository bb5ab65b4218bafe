"""Margin that the insurance pool lends an account before it is liquidated, and how that comes back."""

import math

import numpy as np

from govtool.engine.codes import (
    ADVANCE,
    ADVANCE_FEES,
    ADVANCED,
    ADVANCES_OUT,
    INSURANCE,
    LARGEST_QUOTE,
    NIL,
    NONE,
    POOL_IN,
    POOL_OUT,
    REPAID,
    REPAY,
    TRADERS,
)
from govtool.engine.jit import kernel
from govtool.engine.ledger import record
from govtool.engine.pool import draw_pool, may_pay
from govtool.engine.state import Log, Rules, State


@kernel
def advance(state: State, rules: Rules, log: Log, i: int, t: int, equity: float, maintenance: float) -> int:
    """The pool tops up account `i` if it is in trouble but solvent; returns the quantums, 0 for none.

    Notes
    -----
    Source: rules, section 9a. Example: equity 40, maintenance 100, target 1.2, nothing binds: 80.
    """
    if state.accounts[i].owed > 0 or equity <= 0.0 or equity >= rules.advance_trigger * maintenance:
        return 0
    wanted = int(np.rint((rules.advance_target * maintenance - equity) * 1e6))
    least = int(np.rint(min(rules.advance_account, LARGEST_QUOTE) * 1e6))
    room = int(np.rint(min(rules.advance_event, LARGEST_QUOTE) * 1e6)) - state.tills[ADVANCES_OUT]
    amount = min(min(wanted, least), min(room, may_pay(state, rules, NONE)))
    if amount <= 0:
        return 0
    draw_pool(state, i, NONE, amount)
    state.accounts[i].advanced = amount
    state.accounts[i].owed = amount + math.ceil(amount * rules.advance_fee)
    state.tills[ADVANCED] += amount
    state.tills[ADVANCES_OUT] += amount
    record(state, log, t, ADVANCE, i, NONE, NONE, NIL, amount, NIL, -amount, 0.0, equity, maintenance)
    return int(amount)


@kernel
def _pay_back(state: State, log: Log, i: int, amount: int, t: int, equity: float, maintenance: float) -> int:
    """Account `i` pays `amount` of what it owes: first what was advanced, then the fee."""
    principal = min(amount, state.accounts[i].advanced)
    state.cash[i] -= amount
    state.tills[TRADERS] -= amount
    state.tills[INSURANCE] += amount
    state.tills[POOL_IN] += amount - principal
    state.tills[ADVANCE_FEES] += amount - principal
    state.tills[REPAID] += principal
    state.tills[ADVANCES_OUT] -= principal
    state.accounts[i].advanced -= principal
    state.accounts[i].owed -= amount
    record(state, log, t, REPAY, i, NONE, NONE, NIL, -amount, NIL, amount, 0.0, equity, maintenance)
    return amount


@kernel
def repay_advance(state: State, rules: Rules, log: Log, i: int, t: int, equity: float, maintenance: float) -> int:
    """Account `i` pays all it owes if enough is left over; returns the quantums."""
    owed = state.accounts[i].owed
    if equity - owed * 1e-6 < rules.advance_repay * maintenance:
        return 0
    return _pay_back(state, log, i, owed, t, equity, maintenance)


@kernel
def close_advance(
    state: State, rules: Rules, log: Log, i: int, most: int, t: int, equity: float, maintenance: float
) -> int:
    """Account `i` pays up to `most` of what it owes, and the rest is written off; returns what the pool lost."""
    amount = min(state.accounts[i].owed, most)
    if amount > 0:
        _pay_back(state, log, i, amount, t, equity, maintenance)
    lost = state.accounts[i].advanced
    state.tills[POOL_OUT] += lost
    state.tills[ADVANCES_OUT] -= lost
    state.accounts[i].advanced, state.accounts[i].owed = NIL, NIL
    return int(lost)
