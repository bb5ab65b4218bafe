"""An account without positions leaves: the waterfall covers what it owes, the rest is bad debt."""

import math

from govtool.engine.account import health
from govtool.engine.advance import close_advance
from govtool.engine.calendar import wake_at
from govtool.engine.codes import (
    BAD_DEBT,
    BAD_DEBT_EVENT,
    DEPOSIT,
    FLAGGED,
    NEVER,
    NIL,
    NONE,
    OUT,
    RETIRE,
)
from govtool.engine.draw import IDLE, draw
from govtool.engine.elementary import natural_log
from govtool.engine.jit import kernel
from govtool.engine.ledger import change_size, pay, record
from govtool.engine.state import Log, Rules, State
from govtool.engine.tranches import drop_tranches
from govtool.engine.transit import last_landing, next_landing, withdraw
from govtool.engine.waterfall import absorb, part_of_exits, pay_exit_haircut
from govtool.engine.withdrawals import is_held


@kernel
def drop_flag(state: State, i: int) -> None:
    """Account `i` is no longer under liquidation."""
    if state.accounts[i].flag >= 0:
        state.accounts[i].flag = -1
        state.gauges[FLAGGED] -= 1.0
    drop_tranches(state, i)


@kernel
def retire(state: State, rules: Rules, log: Log, i: int, t: int) -> int:
    """Settle and close account `i`, which holds no debt but cash; returns the bad debt it leaves, in quantums.

    If its withdrawal is held it stays, without a flag, and tries again.

    Source: rules, section 9.
    """
    if state.accounts[i].owed > 0:
        equity, maintenance = health(state, rules, i)
        close_advance(state, rules, log, i, max(NIL, state.cash[i]), t, equity, maintenance)
    if state.cash[i] < 0:
        absorb(state, rules, log, i, -state.cash[i], state.accounts[i].last, t, False, True)
    missing = max(0, -state.cash[i])
    if missing > 0:
        pay(state, BAD_DEBT, i, missing)
        record(state, log, t, BAD_DEBT_EVENT, i, NONE, NONE, NIL, missing, NIL, NIL, 0.0, 0.0, 0.0)
    if is_held(state, rules, log, i, t):
        drop_flag(state, i)
        state.accounts[i].due = t + 1
        wake_at(state, i, t + 1)
        return missing
    lost = min(part_of_exits(state, i), state.cash[i])
    if lost > 0:
        pay_exit_haircut(state, log, i, lost, t)
    for j in range(state.lots.shape[0]):
        held = state.size[i, j]
        if held != 0:
            change_size(state, i, j, -held)
            record(state, log, t, DEPOSIT, i, j, NONE, -held, NIL, NIL, NIL, state.lots[j].mark, 0.0, 0.0)
    withdrawn = state.cash[i]
    kept = withdraw(state, rules, i, withdrawn, t)
    drop_flag(state, i)
    state.accounts[i].status = OUT
    state.accounts[i].warned = 0
    state.accounts[i].held = 0
    state.accounts[i].last = -1
    state.accounts[i].nudged = 0
    state.accounts[i].arrives = -1
    state.accounts[i].cut_due = -1
    state.accounts[i].put_in = NIL
    state.accounts[i].due = NEVER
    if state.accounts[i].idle > 0.0:
        uniform = draw(rules.seed, IDLE, state.accounts[i].owner, t)
        state.accounts[i].due = t + 1 + math.floor(-state.accounts[i].idle * natural_log(1.0 - uniform))
        state.accounts[i].due = max(state.accounts[i].due, last_landing(state, i))
    wake_at(state, i, max(t + 1, min(state.accounts[i].due, state.accounts[i].draws, next_landing(state, i))))
    record(state, log, t, RETIRE, i, NONE, NONE, NIL, -withdrawn, NIL, NIL, kept * 1e-6, 0.0, 0.0)
    return missing
