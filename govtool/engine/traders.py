"""Traders come, take positions within the initial margin, and leave."""

import numpy as np

from govtool.engine.account import equity_of, health, is_flat
from govtool.engine.codes import ASSET, NIL, NONE, OUT, TRADE, TRADE_FEES
from govtool.engine.entry import affordable, bring, come_in, wished_size
from govtool.engine.jit import kernel
from govtool.engine.layout import first_asset, has_snapshot, share, snapshot_coins
from govtool.engine.ledger import record, trade
from govtool.engine.pool import collect_fee
from govtool.engine.requirement import need
from govtool.engine.retire import retire
from govtool.engine.state import Log, Rules, State
from govtool.engine.tiers import FILL, INITIAL
from govtool.engine.trading import leg_price
from govtool.engine.waterfall import part_of_exits


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
            _take_at_mark(state, log, i, j, wished_size(state, i, j, scale))


@kernel
def _cost_and_fee(state: State, rules: Rules, j: int, size: int, price: float) -> tuple[int, int]:
    cost = int(np.rint(((size * state.lots[j].unit) * price) * 1e6))
    return cost, int(np.rint((((abs(size) * state.lots[j].unit) * price) * rules.taker_fee) * 1e6))


@kernel
def _may_fill(state: State, rules: Rules, i: int, j: int, size: int) -> bool:
    """Whether account `i` still meets the fill tier after a leg, at the price that it would get."""
    if rules.fill_check == 0:
        return True
    cost, fee = _cost_and_fee(state, rules, j, size, leg_price(state, j, 1.0 if size > 0 else -1.0))
    state.size[i, j] += size
    state.accounts[i].cash -= cost + fee
    tier = INITIAL if rules.fill_share == 1.0 else FILL
    met = equity_of(state, i) >= need(state, rules, state.size[i], tier)
    state.accounts[i].cash += cost + fee
    state.size[i, j] -= size
    return bool(met)


@kernel
def _trade_leg(state: State, rules: Rules, log: Log, i: int, j: int, size: int, t: int) -> None:
    price = leg_price(state, j, 1.0 if size > 0 else -1.0)
    cost, fee = _cost_and_fee(state, rules, j, size, price)
    trade(state, i, j, size, -cost)
    insured = collect_fee(state, rules, i, state.lots[j].market, fee, rules.trading_fee_share)
    state.tills[TRADE_FEES] += fee
    record(state, log, t, TRADE, i, j, NONE, size, -cost, fee, insured, price, 0.0, 0.0)


@kernel
def enter(state: State, rules: Rules, log: Log, i: int, t: int) -> None:
    """Account `i` deposits and opens its positions at market prices, clipped by the initial margin."""
    bring(state, rules, log, i, t)
    scale = affordable(state, rules, i)
    for j in range(state.lots.shape[0]):
        if share(state, i, j) != 0.0:
            size = wished_size(state, i, j, scale)
            if size != 0 and _may_fill(state, rules, i, j, size):
                _trade_leg(state, rules, log, i, j, size, t)


@kernel
def _close_legs(state: State, rules: Rules, log: Log, i: int, t: int) -> None:
    """Close every leg but assets held; sell those, whole and in order, while cash does not pay what is owed."""
    for j in range(state.lots.shape[0]):
        size = state.size[i, j]
        if size < 0 or (size > 0 and state.lots[j].kind != ASSET):
            _trade_leg(state, rules, log, i, j, -size, t)
    for j in range(first_asset(state), state.lots.shape[0]):
        short = state.accounts[i].cash < state.accounts[i].owed + part_of_exits(state, i)
        if short and state.size[i, j] > 0:
            _trade_leg(state, rules, log, i, j, -state.size[i, j], t)


@kernel
def _can_pay(state: State, rules: Rules, i: int) -> bool:
    """Whether closing everything at market prices leaves account `i` what it owes to the pool, and nothing below."""
    cash = state.accounts[i].cash
    for j in range(state.lots.shape[0]):
        size = -state.size[i, j]
        if size != 0:
            cost, fee = _cost_and_fee(state, rules, j, size, leg_price(state, j, 1.0 if size > 0 else -1.0))
            cash -= cost + fee
    return bool(is_flat(state, i) or cash >= state.accounts[i].owed)


@kernel
def leave(state: State, rules: Rules, log: Log, i: int, t: int) -> bool:
    """Account `i` closes all at market prices and withdraws; False if it must wait, in trouble or unable to pay."""
    equity, maintenance = health(state, rules, i)
    troubled = state.accounts[i].flag >= 0 or equity < maintenance
    if troubled or not _can_pay(state, rules, i):
        state.accounts[i].due = t + 1
        return False
    _close_legs(state, rules, log, i, t)
    retire(state, rules, log, i, t)
    return True


@kernel
def next_act(state: State, i: int) -> int:
    """Tick of account `i`'s next scheduled entry or exit, NEVER if it has left for good."""
    return int(state.accounts[i].due)


@kernel
def act(state: State, rules: Rules, log: Log, i: int, t: int) -> None:
    """Carry out the scheduled entry or exit of account `i`."""
    if state.accounts[i].status == OUT:
        enter(state, rules, log, i, t)
    else:
        leave(state, rules, log, i, t)
