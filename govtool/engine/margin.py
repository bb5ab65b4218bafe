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
    TOPUP,
    TOPUPS,
    UNDER_SECONDS,
    WALLETS,
)
from govtool.engine.draw import TOPUP as TOPUP_STREAM
from govtool.engine.draw import TOPUP_DELAY, draw
from govtool.engine.entry import wait
from govtool.engine.jit import kernel
from govtool.engine.ledger import pay, record
from govtool.engine.requirement import stop_level
from govtool.engine.retire import drop_flag
from govtool.engine.state import Log, Rules, State
from govtool.engine.windows import ticks_of


@kernel
def next_topup(state: State, i: int) -> int:
    """Tick at which account `i`'s top-up arrives, NEVER if none is under way."""
    return int(state.accounts[i].arrives) if state.accounts[i].arrives >= 0 else NEVER


@kernel
def receive_topup(state: State, rules: Rules, log: Log, i: int, t: int) -> int:
    """A top-up arrives: what it takes to reach the target, as far as the wallet goes."""
    state.accounts[i].arrives = -1
    if state.accounts[i].status != IN or is_flat(state, i):
        return 0
    equity, maintenance = health(state, rules, i)
    wanted = int(np.rint((rules.topup_target * maintenance - equity) * 1e6))
    amount = max(0, min(state.accounts[i].wallet, wanted))
    if amount > 0:
        state.accounts[i].wallet -= amount
        state.tills[TOPUPS] += amount
        pay(state, WALLETS, i, amount)
        record(state, log, t, TOPUP, i, NONE, NONE, NIL, amount, NIL, NIL, 0.0, equity, maintenance)
    return amount


@kernel
def _snapshot(state: State, log: Log, i: int, t: int) -> None:
    row = state.tills[SHOT_COUNT]
    state.tills[SHOT_COUNT] += 1
    if row >= log.shot.shape[0]:
        return
    log.shot[row, 0] = t
    log.shot[row, 1] = i
    log.shot[row, 2] = state.accounts[i].cash
    for j in range(state.lots.shape[0]):
        log.shot[row, 3 + j] = state.size[i, j]


@kernel
def recover(state: State, log: Log, i: int, t: int, equity: float, maintenance: float) -> None:
    """Account `i` has reached the stop: flag and tranche are dropped."""
    drop_flag(state, i)
    record(state, log, t, RECOVER, i, NONE, NONE, NIL, NIL, NIL, NIL, 0.0, equity, maintenance)


@kernel
def _warn(state: State, rules: Rules, i: int, t: int, short: bool) -> None:
    if not short:
        state.accounts[i].warned = 0
        return
    if state.accounts[i].warned == 1:
        return
    state.accounts[i].warned = 1
    if (
        draw(rules.seed, TOPUP_STREAM, state.accounts[i].owner, t) < state.accounts[i].topup_chance
        and state.accounts[i].arrives < 0
        and state.accounts[i].wallet > 0
    ):
        state.accounts[i].arrives = t + wait(
            rules.seed, TOPUP_DELAY, state.accounts[i].owner, t, state.accounts[i].topup_delay
        )


@kernel
def _deal_with_pool(
    state: State, rules: Rules, log: Log, i: int, t: int, equity: float, maintenance: float
) -> tuple[float, float]:
    """Equity and maintenance margin of account `i` after it has paid the pool back, or been helped by it."""
    if state.accounts[i].owed > 0 and repay_advance(state, rules, log, i, t, equity, maintenance) > 0:
        equity, maintenance = health(state, rules, i)
    if rules.advance_trigger > 0.0 and advance(state, rules, log, i, t, equity, maintenance) > 0:
        equity, maintenance = health(state, rules, i)
    return equity, maintenance


@kernel
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
    if own < 0.0 and rules.gate_s > 0.0:
        state.tills[GATE] = t + ticks_of(rules, rules.gate_s)
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
    short = equity < rules.warning * maintenance
    if short or state.accounts[i].warned == 1:
        _warn(state, rules, i, t, short)
    watched = equity < rules.watch * maintenance
    return watched or state.accounts[i].flag >= 0 or state.accounts[i].owed > 0
