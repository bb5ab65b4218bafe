"""Liquidation by Dutch auction: a tranche whose price falls from a start to an end, taken by competing keepers."""

import math

import numpy as np

from govtool.engine.account import health, heaviest_market, is_flat
from govtool.engine.fills import bankruptcy_quote, close_part, gauge_close, gauge_excess, liquidation_fee
from govtool.engine.jit import kernel
from govtool.engine.last_resort import close_at_any_price, deleverage
from govtool.engine.ledger import record
from govtool.engine.liquidity import closing_price, displaced, fitting, floored, room_within
from govtool.engine.margin import recover
from govtool.engine.retire import cover, retire
from govtool.engine.state import KEEPERS, MARKET, NIL, NONE, OPEN, TAKE, UNFILLED, Ints, Log, Rules, State


@kernel
def auction_price(rules: Rules, oracle: float, side: int, age_s: float) -> float:
    """Price of a tranche that is `age_s` seconds old: linear in age from the start discount to the end one.

    Example: oracle 100, a long, discounts 0 and 0.1 over 600 s: 95 after 300 s.
    """
    elapsed = min(1.0, age_s / rules.length_s)
    discount = rules.start_discount + (rules.end_discount - rules.start_discount) * elapsed
    return oracle * (1.0 - side * discount)


@kernel
def open_tranche(state: State, rules: Rules, log: Log, i: int, t: int) -> int:
    """Put part of account `i`'s heaviest position up for auction; returns its size, 0 if it has just recovered."""
    equity, maintenance = health(state, i)
    if equity >= rules.restore * maintenance:
        recover(state, log, i, t, equity, maintenance)
        return 0
    m = heaviest_market(state, i)
    held = abs(state.size[i, m])
    side = 1 if state.size[i, m] > 0 else -1
    value = (held * state.markets[m].unit) * state.markets[m].oracle
    lot = held
    if value > rules.min_notional and held > state.markets[m].step:
        wanted = max(rules.min_notional, value * rules.portion)
        lot = floored(wanted, state.markets[m].unit * state.markets[m].oracle, state.markets[m].step)
        lot = min(max(lot, state.markets[m].step), held)
    state.accounts[i].tranche = m
    state.accounts[i].left = lot
    state.accounts[i].opened = t
    record(
        state,
        log,
        t,
        OPEN,
        i,
        m,
        NONE,
        side * lot,
        NIL,
        NIL,
        NIL,
        state.markets[m].oracle,
        equity,
        maintenance,
    )
    return lot


@kernel
def _affordable(state: State, k: int, t: int, value: float, unit_value: float, step: int) -> int:
    """Base quantums that keeper `k`'s free capital buys, or -1 if it does not bind."""
    returned = state.keepers[k].have + state.keepers[k].refill * (t - state.keepers[k].touched)
    state.keepers[k].have = min(state.keepers[k].capital, returned)
    state.keepers[k].touched = t
    if value > state.keepers[k].have:
        return floored(state.keepers[k].have, unit_value, step)
    return -1


@kernel
def _bid(
    state: State,
    rules: Rules,
    i: int,
    k: int,
    t: int,
    price: float,
) -> int:
    """Base quantums of account `i`'s tranche that keeper `k` wants at `price`, 0 for none."""
    m = state.accounts[i].tranche
    side = 1 if state.size[i, m] > 0 else -1
    oracle, index = state.markets[m].oracle, state.markets[m].index
    slope = state.markets[m].slope
    limit = price + side * (state.keepers[k].edge * oracle)
    room = room_within(slope, state.markets[m].volume, index, state.markets[m].half_spread, side, limit)
    quantity = fitting(room, state.accounts[i].left, state.markets[m].unit, index, state.markets[m].step)
    if quantity == 0:
        return 0
    value = (quantity * state.markets[m].unit) * oracle
    bound = _affordable(state, k, t, value, state.markets[m].unit * oracle, state.markets[m].step)
    if bound >= 0:
        quantity = bound
    small = (quantity * state.markets[m].unit) * oracle < state.keepers[k].least
    return 0 if quantity < state.accounts[i].left and small else quantity


@kernel
def _take(
    state: State,
    rules: Rules,
    log: Log,
    i: int,
    k: int,
    t: int,
    price: float,
    quantity: int,
) -> None:
    """Keeper `k` buys `quantity` of the tranche at `price` and unloads it on the market at once."""
    m = state.accounts[i].tranche
    side = 1 if state.size[i, m] > 0 else -1
    index, slope, start = state.markets[m].index, state.markets[m].slope, state.markets[m].volume
    equity, maintenance = health(state, i)
    value = (quantity * state.markets[m].unit) * state.markets[m].oracle
    paid = int(np.rint(((quantity * state.markets[m].unit) * price) * 1e6))
    surplus = side * paid - bankruptcy_quote(side, value, state.markets[m].maintenance, equity, maintenance)
    fee = liquidation_fee(rules, paid, surplus)
    fund = close_part(state, rules, i, m, side, quantity, side * paid, fee)
    end = displaced(start, side, quantity * state.markets[m].unit, index)
    unload = closing_price(slope, start, end, index, state.markets[m].half_spread, side)
    profit = side * (int(np.rint(((quantity * state.markets[m].unit) * unload) * 1e6)) - paid)
    state.markets[m].volume = end
    state.keepers[k].cash += profit
    state.tills[KEEPERS] += profit
    state.tills[MARKET] -= profit
    state.keepers[k].have -= value
    state.accounts[i].left -= quantity
    gauge_close(state, value, side, side * paid, fee, NIL, equity)
    gauge_excess(state, rules, m, value, equity, maintenance)
    change, received = -side * quantity, side * paid
    record(state, log, t, TAKE, i, m, k, change, received, fee, fund, price, equity, maintenance)


@kernel
def _offer(
    state: State,
    rules: Rules,
    log: Log,
    i: int,
    t: int,
) -> bool:
    """Show account `i`'s tranche to the keepers who have had time to see it; True if it ends unfilled."""
    m = state.accounts[i].tranche
    side = 1 if state.size[i, m] > 0 else -1
    age = t - state.accounts[i].opened
    price = auction_price(rules, state.markets[m].oracle, side, age * rules.step_s)
    for k in range(state.keepers.shape[0]):
        if age >= state.keepers[k].latency and state.accounts[i].left > 0:
            quantity = _bid(state, rules, i, k, t, price)
            if quantity > 0:
                _take(state, rules, log, i, k, t, price, quantity)
    if state.accounts[i].left == 0:
        state.accounts[i].tranche = -1
        return False
    if age * rules.step_s < rules.length_s:
        return False
    record(state, log, t, UNFILLED, i, m, NONE, side * state.accounts[i].left, NIL, NIL, NIL, 0.0, 0.0, 0.0)
    state.accounts[i].tranche = -1
    state.accounts[i].left = 0
    return True


@kernel
def _resolve_insolvency(state: State, rules: Rules, log: Log, i: int, t: int) -> None:
    """Insurance makes account `i` whole as far as it may, then its positions go to the other side or the market."""
    equity, _ = health(state, i)
    if equity >= 0.0:
        return
    need = min(math.ceil(-equity * 1e6), rules.block_insurance)
    cover(state, log, i, need, t)
    for m in range(state.markets.shape[0]):
        if state.size[i, m] != 0:
            if rules.adl == 1:
                deleverage(state, rules, log, i, m, t)
            else:
                close_at_any_price(state, rules, log, i, m, t)


@kernel
def liquidate_by_auction(
    state: State,
    rules: Rules,
    log: Log,
    flagged: Ints,
    n: int,
    t: int,
) -> None:
    """One tick of every auction among the first `n` entries of `flagged` (rules, section 8)."""
    for a in range(n):
        i = flagged[a]
        if state.accounts[i].flag < 0:
            continue
        live = state.accounts[i].tranche >= 0 and t > state.accounts[i].opened
        if live and _offer(state, rules, log, i, t):
            _resolve_insolvency(state, rules, log, i, t)
        if is_flat(state, i):
            retire(state, rules, log, i, t)
        elif state.accounts[i].tranche < 0:
            open_tranche(state, rules, log, i, t)
