"""What traders do of their own accord in a tick: reduce, obey orders, withdraw, come or leave (rules, section 7.4)."""

import math

import numpy as np

from govtool.engine.account import health, is_flat
from govtool.engine.calendar import wake_by
from govtool.engine.chain import is_stale
from govtool.engine.codes import (
    CUT_EVENT,
    CUT_NOTIONAL,
    EXITS,
    IN,
    LIMIT_EVENT,
    NEVER,
    NIL,
    NONE,
    OPTION,
    OUT,
    PANIC,
    PERPETUAL,
    STOP_EVENT,
    WITHDRAW,
)
from govtool.engine.draw import DRAW, HERD, HERD_DELAY, draw
from govtool.engine.entry import wait
from govtool.engine.jit import inlined, kernel
from govtool.engine.leaving import can_pay, leave
from govtool.engine.ledger import record
from govtool.engine.legs import trade_leg, worth_after
from govtool.engine.requirement import need
from govtool.engine.state import Log, Rules, State
from govtool.engine.tiers import INITIAL
from govtool.engine.traders import enter
from govtool.engine.transit import withdraw
from govtool.engine.withdrawals import may_withdraw


@inlined
def next_act(state: State, i: int) -> int:
    """Tick of account `i`'s next scheduled entry, exit, cut or withdrawal, NEVER if it has left for good."""
    account = state.accounts[i]
    cut = account.cut_due if account.cut_due >= 0 else NEVER
    return int(min(account.due, cut, account.draws))


@inlined
def has_orders(state: State, i: int) -> bool:
    """Whether account `i` is in and has a stop or a limit order."""
    account = state.accounts[i]
    return bool(account.status == IN and (account.stop_loss > 0.0 or account.take_profit > 0.0))


@kernel
def panic(state: State, rules: Rules, log: Log, t: int) -> None:
    """Traders lose their nerve: each that does is out after a while at the latest."""
    record(state, log, t, PANIC, NONE, NONE, NONE, NIL, NIL, NIL, NIL, 0.0, 0.0, 0.0)
    for i in range(state.accounts.shape[0]):
        account = state.accounts[i]
        if account.status != IN or account.herd <= 0.0 or is_flat(state, i):
            continue
        if draw(rules.seed, HERD, account.owner, t) < account.herd:
            account.due = min(account.due, t + wait(rules.seed, HERD_DELAY, account.owner, t, rules.herd_delay))
            wake_by(state, i, max(account.due, t + 1))


@kernel
def _cut(state: State, rules: Rules, log: Log, i: int, t: int, equity: float, maintenance: float) -> None:
    """Account `i` closes a part of every perpetual and option."""
    record(state, log, t, CUT_EVENT, i, NONE, NONE, NIL, NIL, NIL, NIL, 0.0, equity, maintenance)
    for j in range(state.lots.shape[0]):
        lot = state.lots[j]
        size = state.size[i, j]
        if size == 0 or (lot.kind != PERPETUAL and lot.kind != OPTION):
            continue
        part = math.floor(abs(size) * state.accounts[i].cut_share / lot.step) * lot.step
        change = -part if size > 0 else part
        if part > 0 and worth_after(state, rules, i, j, change) >= state.accounts[i].owed * 1e-6:
            state.gauges[CUT_NOTIONAL] += (part * lot.unit) * lot.basis
            trade_leg(state, rules, log, i, j, change, t, False)


@kernel
def _obey_order(state: State, rules: Rules, log: Log, i: int, t: int, equity: float, maintenance: float) -> bool:
    """A limit or stop order of account `i` closes all if its level is reached and what it leaves can be paid."""
    account = state.accounts[i]
    if account.put_in <= 0:
        return False
    level = account.take_profit * (account.put_in * 1e-6)
    if account.take_profit > 0.0 and equity >= level:
        if not can_pay(state, rules, i, True, level):
            return False
        record(state, log, t, LIMIT_EVENT, i, NONE, NONE, NIL, NIL, NIL, NIL, level, equity, maintenance)
        leave(state, rules, log, i, t, True)
        return True
    level = account.stop_loss * (account.put_in * 1e-6)
    if account.stop_loss > 0.0 and equity < level and can_pay(state, rules, i, False, 0.0):
        record(state, log, t, STOP_EVENT, i, NONE, NONE, NIL, NIL, NIL, NIL, level, equity, maintenance)
        leave(state, rules, log, i, t, False)
        return True
    return False


@kernel
def _next_draw(state: State, rules: Rules, i: int, t: int) -> None:
    account = state.accounts[i]
    account.draws = NEVER
    if account.draw_every > 0.0:
        account.draws = t + wait(rules.seed, DRAW, account.owner, t, account.draw_every)


@kernel
def _is_unsure(state: State, rules: Rules, i: int, t: int) -> bool:
    """Whether account `i` holds something of a stale market: nobody knows then what its margin needs."""
    for j in range(state.lots.shape[0]):
        m = state.lots[j].market
        if state.size[i, j] != 0 and m >= 0 and is_stale(state, rules, m, t):
            return True
    return False


@kernel
def _draw_out(state: State, rules: Rules, log: Log, i: int, t: int, equity: float, maintenance: float) -> None:
    """Account `i` withdraws what its initial margin does not need."""
    account = state.accounts[i]
    kept = account.keep * need(state, rules, state.size[i], INITIAL)
    amount = math.floor((equity - account.owed * 1e-6 - kept) * 1e6)
    if amount <= 0 or state.tills[EXITS] < 0:
        _next_draw(state, rules, i, t)
    elif _is_unsure(state, rules, i, t) or not may_withdraw(state, rules, amount, t):
        account.draws = t + 1
    else:
        fee = withdraw(state, rules, i, amount, t)
        account.put_in -= int(np.rint(account.put_in * ((amount * 1e-6) / equity)))
        record(state, log, t, WITHDRAW, i, NONE, NONE, NIL, -amount, NIL, NIL, fee * 1e-6, equity, maintenance)
        _next_draw(state, rules, i, t)


@kernel
def _act_in(state: State, rules: Rules, log: Log, i: int, t: int) -> None:
    """The first that applies to account `i`, which is in: a cut, an order, a withdrawal, a scheduled exit."""
    account = state.accounts[i]
    flat = is_flat(state, i)
    equity, maintenance = health(state, rules, i)
    well = account.flag < 0 and equity >= maintenance
    if well and not flat and account.held == 0:
        if 0 <= account.cut_due <= t:
            account.cut_due = -1
            _cut(state, rules, log, i, t, equity, maintenance)
            return
        if rules.orders == 1 and _obey_order(state, rules, log, i, t, equity, maintenance):
            return
        if account.draws <= t:
            _draw_out(state, rules, log, i, t, equity, maintenance)
            return
    if account.due <= t:
        if well and can_pay(state, rules, i, False, 0.0):
            leave(state, rules, log, i, t, False)
        else:
            account.due = t + 1


@kernel
def act(state: State, rules: Rules, log: Log, i: int, t: int, open_for_entry: bool) -> None:
    """What account `i` does in this tick."""
    account = state.accounts[i]
    if account.status != OUT:
        _act_in(state, rules, log, i, t)
        return
    if account.draws <= t:
        _next_draw(state, rules, i, t)
    if account.due <= t and open_for_entry:
        enter(state, rules, log, i, t)
