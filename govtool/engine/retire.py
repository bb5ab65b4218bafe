"""An account without positions leaves: insurance covers what it owes, the rest is bad debt."""

import math

from govtool.engine.draw import IDLE, draw
from govtool.engine.elementary import natural_log
from govtool.engine.jit import kernel
from govtool.engine.ledger import change_size, pay, record
from govtool.engine.state import (
    BAD_DEBT,
    BAD_DEBT_EVENT,
    COVER,
    DEPOSIT,
    FLAGGED,
    INSURANCE,
    NEVER,
    NIL,
    NONE,
    OUT,
    RETIRE,
    WALLETS,
    Log,
    Rules,
    State,
)


@kernel
def drop_flag(state: State, i: int) -> None:
    """Account `i` is no longer under liquidation."""
    if state.accounts[i].flag >= 0:
        state.accounts[i].flag = -1
        state.gauges[FLAGGED] -= 1.0
    state.accounts[i].tranche = -1
    state.accounts[i].left = 0


@kernel
def cover(state: State, log: Log, i: int, need: int, t: int) -> int:
    """Insurance pays account `i` up to `need` quantums, as far as the pool goes; returns what it paid."""
    paid = min(state.tills[INSURANCE], need)
    if paid > 0:
        pay(state, INSURANCE, i, paid)
        record(state, log, t, COVER, i, NONE, NONE, NIL, paid, NIL, -paid, 0.0, 0.0, 0.0)
    return paid


@kernel
def retire(state: State, rules: Rules, log: Log, i: int, t: int) -> int:
    """Settle and close account `i`, which holds no debt but cash; returns the bad debt it leaves, in quantums.

    Source: rules, section 9.
    """
    if state.accounts[i].cash < 0:
        cover(state, log, i, -state.accounts[i].cash, t)
    missing = max(0, -state.accounts[i].cash)
    if missing > 0:
        pay(state, BAD_DEBT, i, missing)
        record(state, log, t, BAD_DEBT_EVENT, i, NONE, NONE, NIL, missing, NIL, NIL, 0.0, 0.0, 0.0)
    for j in range(state.lots.shape[0]):
        held = state.size[i, j]
        if held != 0:
            change_size(state, i, j, -held)
            record(state, log, t, DEPOSIT, i, j, NONE, -held, NIL, NIL, NIL, state.lots[j].mark, 0.0, 0.0)
    withdrawn = state.accounts[i].cash
    pay(state, WALLETS, i, -withdrawn)
    drop_flag(state, i)
    state.accounts[i].status = OUT
    state.accounts[i].warned = 0
    state.accounts[i].arrives = -1
    state.accounts[i].due = NEVER
    if state.accounts[i].idle > 0.0:
        uniform = draw(rules.seed, IDLE, state.accounts[i].owner, t)
        state.accounts[i].due = t + 1 + math.floor(-state.accounts[i].idle * natural_log(1.0 - uniform))
    state.accounts[i].wake = state.accounts[i].due
    record(state, log, t, RETIRE, i, NONE, NONE, NIL, -withdrawn, NIL, NIL, 0.0, 0.0, 0.0)
    return missing
