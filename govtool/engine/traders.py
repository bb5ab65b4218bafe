"""Traders come, take positions within the initial margin, and leave."""

import math

import numpy as np

from govtool.engine.account import health, open_interest
from govtool.engine.draw import HOLD, draw
from govtool.engine.elementary import natural_log
from govtool.engine.jit import kernel
from govtool.engine.ledger import collect_fee, pay, record, trade
from govtool.engine.liquidity import displacement
from govtool.engine.retire import retire
from govtool.engine.state import ENTER, IN, NIL, NONE, OUT, TRADE, TRADE_FEES, WALLETS, Log, Rules, State
from govtool.engine.weights import scaled_initial


@kernel
def wait(seed: int, stream: int, entity: int, tick: int, mean: float) -> int:
    """Ticks until something that takes `mean` ticks on average: exponential, at least 1, drawn once."""
    uniform = draw(seed, stream, entity, tick)
    return 1 + math.floor(-mean * natural_log(1.0 - uniform))


@kernel
def wished_size(state: State, rules: Rules, i: int, m: int, scale: float) -> int:
    """Signed size that account `i` takes in market `m` after its wish is scaled to its margin."""
    want = (state.accounts[i].equity * 1e-6 * state.accounts[i].leverage) * abs(state.share[i, m])
    lots = (
        math.floor((want * scale) / (state.markets[m].unit * state.markets[m].oracle))
        // state.markets[m].step
        * state.markets[m].step
    )
    return lots if state.share[i, m] > 0.0 else -lots


@kernel
def affordable(state: State, rules: Rules, i: int, opening: bool) -> float:
    """Scale in (0, 1] that brings the initial margin of account `i`'s wish within its budget.

    Example: 1,000 of equity, leverage 20, one market of weight 0.1, headroom 0.9: 0.45.
    """
    need = 0.0
    for m in range(state.markets.shape[0]):
        if state.share[i, m] != 0.0:
            market = state.markets[m]
            want = (state.accounts[i].equity * 1e-6 * state.accounts[i].leverage) * abs(state.share[i, m])
            weight = market.formation_weight if opening else market.initial
            lower = market.formation_lower if opening else market.oi_lower
            upper = market.formation_upper if opening else market.oi_upper
            need += want * scaled_initial(weight, lower, upper, open_interest(state, m))
    budget = (state.accounts[i].equity * 1e-6) * rules.headroom
    return 1.0 if need <= budget else budget / need


@kernel
def _deposit(state: State, rules: Rules, log: Log, i: int, t: int) -> None:
    state.accounts[i].status = IN
    pay(state, WALLETS, i, state.accounts[i].equity)
    record(state, log, t, ENTER, i, NONE, NONE, NIL, state.accounts[i].equity, NIL, NIL, 0.0, 0.0, 0.0)
    state.accounts[i].due = t + wait(rules.seed, HOLD, i, t, state.accounts[i].hold)


@kernel
def take_opening_positions(state: State, rules: Rules, log: Log, i: int) -> None:
    """Account `i` is in when the window opens: positions at the oracle price, no fee (rules, section 6)."""
    scale = affordable(state, rules, i, True)
    _deposit(state, rules, log, i, NIL)
    for m in range(state.markets.shape[0]):
        size = wished_size(state, rules, i, m, scale)
        if size != 0:
            cost = int(np.rint(((size * state.markets[m].unit) * state.markets[m].oracle) * 1e6))
            trade(state, i, m, size, -cost)
            record(state, log, NIL, TRADE, i, m, NONE, size, -cost, NIL, NIL, state.markets[m].oracle, 0.0, 0.0)


@kernel
def _trade_leg(state: State, rules: Rules, log: Log, i: int, m: int, size: int, t: int) -> None:
    slope = state.markets[m].slope
    sign = 1.0 if size > 0 else -1.0
    moved = displacement(slope, state.markets[m].volume)
    price = state.markets[m].index * (1.0 + moved + sign * state.markets[m].half_spread)
    cost = int(np.rint(((size * state.markets[m].unit) * price) * 1e6))
    fee = int(np.rint((((abs(size) * state.markets[m].unit) * price) * rules.taker_fee) * 1e6))
    trade(state, i, m, size, -cost)
    insured = collect_fee(state, i, fee, rules.trading_fee_share)
    state.tills[TRADE_FEES] += fee
    record(state, log, t, TRADE, i, m, NONE, size, -cost, fee, insured, price, 0.0, 0.0)


@kernel
def enter(state: State, rules: Rules, log: Log, i: int, t: int) -> None:
    """Account `i` deposits and opens its positions at market prices, clipped by the initial margin."""
    scale = affordable(state, rules, i, False)
    _deposit(state, rules, log, i, t)
    for m in range(state.markets.shape[0]):
        size = wished_size(state, rules, i, m, scale)
        if size != 0:
            _trade_leg(state, rules, log, i, m, size, t)


@kernel
def leave(state: State, rules: Rules, log: Log, i: int, t: int) -> bool:
    """Account `i` closes all at market prices and withdraws; False if it must wait because it is in trouble."""
    equity, maintenance = health(state, i)
    if state.accounts[i].flag >= 0 or state.accounts[i].tranche >= 0 or equity < maintenance:
        state.accounts[i].due = t + 1
        return False
    for m in range(state.markets.shape[0]):
        if state.size[i, m] != 0:
            _trade_leg(state, rules, log, i, m, -state.size[i, m], t)
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
