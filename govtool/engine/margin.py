"""The margin step: who fell below maintenance, who recovered, who thinks of a top-up."""

import numpy as np

from govtool.engine.account import health, is_flat
from govtool.engine.advance import advance, repay_advance
from govtool.engine.codes import (
    FLAG,
    FLAGGED,
    GATE,
    IN,
    NEVER,
    NIL,
    NONE,
    RECOVER,
    SHORTFALL,
    SHOT_COUNT,
    TRANSIT,
    UNDER_SECONDS,
    WALLETS,
)
from govtool.engine.draw import CUT, CUT_DELAY, NUDGE, NUDGE_DELAY, TOPUP_DELAY, draw
from govtool.engine.draw import TOPUP as TOPUP_STREAM
from govtool.engine.entry import wait
from govtool.engine.jit import inlined, kernel
from govtool.engine.ledger import record
from govtool.engine.requirement import stop_level
from govtool.engine.retire import drop_flag
from govtool.engine.state import Log, Rules, State, Tape
from govtool.engine.transit import arrive, land_withdrawals, landed_topup, next_landing, send
from govtool.engine.windows import ticks_of


@inlined
def next_arrival(state: State, i: int) -> int:
    """Tick at which account `i`'s top-up is due or something under way lands, NEVER if nothing is."""
    due = state.accounts[i].arrives if state.accounts[i].arrives >= 0 else NEVER
    return int(min(due, next_landing(state, i)))


@kernel
def _top_up(state: State, rules: Rules, tape: Tape, log: Log, i: int, t: int) -> None:
    """A top-up sets out: what it takes to reach the target, as far as the wallet goes."""
    state.accounts[i].arrives = -1
    if state.accounts[i].status != IN or is_flat(state, i):
        return
    equity, maintenance = health(state, rules, i)
    wanted = int(np.rint((rules.topup_target * maintenance - equity) * 1e6))
    amount = max(0, min(state.accounts[i].wallet, wanted))
    if amount > 0:
        when, gone = send(state, rules, tape, log, i, amount, t)
        if not gone:
            state.accounts[i].arrives = when
        elif when <= t:
            arrive(state, rules, log, i, WALLETS, amount, t, equity, maintenance)


@kernel
def receive(state: State, rules: Rules, tape: Tape, log: Log, i: int, t: int) -> None:
    """What is under way lands, and a top-up that is due sets out (rules, sections 7.3 and 8b)."""
    amount = landed_topup(state, log, i, t)
    if amount > 0:
        equity, maintenance = health(state, rules, i)
        arrive(state, rules, log, i, TRANSIT, amount, t, equity, maintenance)
    land_withdrawals(state, log, i, t)
    if 0 <= state.accounts[i].arrives <= t:
        _top_up(state, rules, tape, log, i, t)


@kernel
def _snapshot(state: State, log: Log, i: int, t: int) -> None:
    row = state.tills[SHOT_COUNT]
    state.tills[SHOT_COUNT] += 1
    if row >= log.shot.shape[0]:
        return
    log.shot[row, 0] = t
    log.shot[row, 1] = i
    log.shot[row, 2] = state.cash[i]
    for j in range(state.lots.shape[0]):
        log.shot[row, 3 + j] = state.size[i, j]


@kernel
def recover(state: State, log: Log, i: int, t: int, equity: float, maintenance: float) -> None:
    """Account `i` has reached the stop: flag and tranche are dropped."""
    drop_flag(state, i)
    record(state, log, t, RECOVER, i, NONE, NONE, NIL, NIL, NIL, NIL, 0.0, equity, maintenance)


@kernel
def _think(state: State, rules: Rules, i: int, t: int, stream: int, delay: int, chance: float) -> None:
    """Account `i` thinks of a top-up, and may send one after a while; one at a time."""
    account = state.accounts[i]
    idle = account.arrives < 0 and account.sent == 0 and account.wallet > 0
    if draw(rules.seed, stream, account.owner, t) < chance and idle:
        account.arrives = t + wait(rules.seed, delay, account.owner, t, account.topup_delay)


@inlined
def _nudge(state: State, rules: Rules, i: int, t: int, short: bool) -> None:
    """The venue warns account `i`, once until it is well again."""
    if short and state.accounts[i].nudged == 0:
        _think(state, rules, i, t, NUDGE, NUDGE_DELAY, state.accounts[i].nudge_chance)
    state.accounts[i].nudged = 1 if short else 0


@inlined
def _warn(state: State, rules: Rules, i: int, t: int, short: bool) -> None:
    """Account `i` sees itself in danger, once until it is well again: it may top up, or reduce."""
    account = state.accounts[i]
    if short and account.warned == 0:
        _think(state, rules, i, t, TOPUP_STREAM, TOPUP_DELAY, account.topup_chance)
        if account.cut_due < 0 and draw(rules.seed, CUT, account.owner, t) < account.cut_chance:
            account.cut_due = t + wait(rules.seed, CUT_DELAY, account.owner, t, account.topup_delay)
    account.warned = 1 if short else 0


@inlined
def _deal_with_pool(
    state: State, rules: Rules, log: Log, i: int, t: int, equity: float, maintenance: float
) -> tuple[float, float]:
    """Equity and maintenance margin of account `i` after it has paid the pool back, or been helped by it."""
    if state.accounts[i].owed > 0 and repay_advance(state, rules, log, i, t, equity, maintenance) > 0:
        equity, maintenance = health(state, rules, i)
    if equity < rules.advance_trigger * maintenance and advance(state, rules, log, i, t, equity, maintenance) > 0:
        equity, maintenance = health(state, rules, i)
    return equity, maintenance


@inlined
def wait_for_chain(state: State, rules: Rules) -> None:
    """A tick that is not up: nobody is looked at, and flagged accounts below maintenance stay so a tick longer."""
    if state.gauges[FLAGGED] == 0.0:
        return
    for i in range(state.accounts.shape[0]):
        if state.accounts[i].flag >= 0 and not is_flat(state, i):
            equity, maintenance = health(state, rules, i)
            if equity < maintenance:
                state.gauges[UNDER_SECONDS] += rules.step_s


@inlined
def shut_gate(state: State, rules: Rules, t: int) -> None:
    """Somebody is worth less than nothing: withdrawals wait from tick `t` on (rules, section 8a)."""
    if rules.gate_s > 0.0:
        state.tills[GATE] = t + ticks_of(rules, rules.gate_s)


@inlined
def check(state: State, rules: Rules, log: Log, i: int, t: int) -> bool:
    """Margin step for account `i`; True if it must be looked at again in the next tick.

    Source: rules, section 7.5.
    """
    if state.accounts[i].status != IN or is_flat(state, i):
        return False
    equity, maintenance = health(state, rules, i)
    if rules.advance_trigger > 0.0 or state.accounts[i].owed > 0:
        equity, maintenance = _deal_with_pool(state, rules, log, i, t, equity, maintenance)
    own = equity - state.accounts[i].owed * 1e-6
    if own < 0.0:
        shut_gate(state, rules, t)
    if equity < maintenance:
        state.gauges[UNDER_SECONDS] += rules.step_s
        if state.accounts[i].flag < 0:
            state.accounts[i].flag = t
            state.accounts[i].closed = 0.0
            state.gauges[FLAGGED] += 1.0
            _snapshot(state, log, i, t)
            record(state, log, t, FLAG, i, NONE, NONE, NIL, NIL, NIL, NIL, 0.0, equity, maintenance)
    elif state.accounts[i].flag >= 0 and equity >= stop_level(state, rules, i, maintenance):
        recover(state, log, i, t, equity, maintenance)
    if state.accounts[i].flag >= 0:
        state.gauges[SHORTFALL] += max(0.0, -own)
    if rules.nudge > 0.0:
        _nudge(state, rules, i, t, equity < rules.nudge * maintenance)
    short = equity < rules.warning * maintenance
    if short or state.accounts[i].warned == 1:
        _warn(state, rules, i, t, short)
    return bool(state.accounts[i].flag >= 0)
