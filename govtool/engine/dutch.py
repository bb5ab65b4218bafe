"""Liquidation by Dutch auction: a tranche whose price falls from a start to an end, taken by competing keepers."""

import math

import numpy as np

from govtool.engine.account import health, heaviest, is_flat, notional, weight_of
from govtool.engine.fills import close_part, gauge_close, gauge_excess, liquidation_fee, quote_of_part
from govtool.engine.jit import kernel
from govtool.engine.last_resort import close_at_any_price, deleverage
from govtool.engine.ledger import record
from govtool.engine.liquidity import floored
from govtool.engine.margin import recover
from govtool.engine.requirement import stop_level
from govtool.engine.retire import cover, retire
from govtool.engine.state import (
    ASSET,
    KEEPERS,
    MARKET,
    NIL,
    NONE,
    OPEN,
    OPTION,
    PERPETUAL,
    TAKE,
    UNFILLED,
    Log,
    Rules,
    State,
)
from govtool.engine.terms import Ints
from govtool.engine.trading import deal, displace, fits


@kernel
def auction_discount(rules: Rules, age_s: float) -> float:
    """Discount of a tranche that is `age_s` seconds old: linear in age from the start discount to the end one.

    Example: discounts 0 and 0.1 over 600 s: 0.05 after 300 s.
    """
    elapsed = min(1.0, age_s / rules.length_s)
    return float(rules.start_discount + (rules.end_discount - rules.start_discount) * elapsed)


@kernel
def yardstick(state: State, rules: Rules, i: int, j: int) -> float:
    """What discounts and edges on instrument `j` are fractions of: its price, or what an option asks for if more."""
    lot = state.lots[j]
    if lot.kind == OPTION:
        return max(lot.mark, weight_of(state, rules, i, j) * lot.basis)
    return float(lot.mark)


@kernel
def auction_price(state: State, rules: Rules, j: int, side: int, yard: float, age_s: float) -> float:
    """Price at which account's tranche of instrument `j` stands after `age_s` seconds; never negative."""
    discount = auction_discount(rules, age_s)
    if state.lots[j].kind == PERPETUAL:
        return float(state.lots[j].mark * (1.0 - side * discount))
    return max(0.0, state.lots[j].mark - side * (discount * yard))


@kernel
def open_tranche(state: State, rules: Rules, log: Log, i: int, t: int) -> int:
    """Put part of account `i`'s heaviest position up for auction; returns its size, 0 if it has just recovered."""
    equity, maintenance = health(state, rules, i)
    if equity >= stop_level(state, rules, i, maintenance):
        recover(state, log, i, t, equity, maintenance)
        return 0
    m = heaviest(state, rules, i)
    held = abs(state.size[i, m])
    side = 1 if state.size[i, m] > 0 else -1
    value = notional(state, m, held)
    lot = held
    if value > rules.min_notional and held > state.lots[m].step:
        wanted = max(rules.min_notional, value * rules.portion)
        lot = floored(wanted, state.lots[m].unit * state.lots[m].basis, state.lots[m].step)
        lot = min(max(lot, state.lots[m].step), held)
    state.accounts[i].tranche = m
    state.accounts[i].left = lot
    state.accounts[i].opened = t
    mark = state.lots[m].mark
    record(state, log, t, OPEN, i, m, NONE, side * lot, NIL, NIL, NIL, mark, equity, maintenance)
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
def _bid(state: State, i: int, k: int, t: int, price: float, yard: float) -> int:
    """Quantums of account `i`'s tranche that keeper `k` wants at `price`, 0 for none."""
    j = state.accounts[i].tranche
    lot = state.lots[j]
    side = 1 if state.size[i, j] > 0 else -1
    limit = price + side * (state.keepers[k].edge * yard)
    quantity = fits(state, j, side, limit, state.accounts[i].left)
    if quantity == 0:
        return 0
    bound = _affordable(state, k, t, notional(state, j, quantity), lot.unit * lot.basis, lot.step)
    if bound >= 0:
        quantity = bound
    small = notional(state, j, quantity) < state.keepers[k].least
    return 0 if quantity < state.accounts[i].left and small else quantity


@kernel
def _take(state: State, rules: Rules, log: Log, i: int, k: int, t: int, price: float, quantity: int) -> None:
    """Keeper `k` buys `quantity` of the tranche at `price` and unloads it on the market at once."""
    j = state.accounts[i].tranche
    side = 1 if state.size[i, j] > 0 else -1
    equity, maintenance = health(state, rules, i)
    weight, stop = weight_of(state, rules, i, j), stop_level(state, rules, i, maintenance)
    value = (quantity * state.lots[j].unit) * state.lots[j].mark
    size = notional(state, j, quantity)
    paid = int(np.rint(((quantity * state.lots[j].unit) * price) * 1e6))
    surplus = side * paid - quote_of_part(state, i, j, quantity, weight, equity, maintenance)
    fee = liquidation_fee(rules, paid, surplus)
    fund = close_part(state, rules, i, j, side, quantity, side * paid, fee)
    unload, end = deal(state, j, side, quantity)
    profit = side * (int(np.rint(((quantity * state.lots[j].unit) * unload) * 1e6)) - paid)
    displace(state, j, end)
    state.keepers[k].cash += profit
    state.tills[KEEPERS] += profit
    state.tills[MARKET] -= profit
    state.keepers[k].have -= size
    state.accounts[i].left -= quantity
    gauge_close(state, size, value, side, side * paid, fee, NIL, equity)
    gauge_excess(state, rules, weight, size, equity, stop)
    change, received = -side * quantity, side * paid
    record(state, log, t, TAKE, i, j, k, change, received, fee, fund, price, equity, maintenance)


@kernel
def _offer(
    state: State,
    rules: Rules,
    log: Log,
    i: int,
    t: int,
) -> bool:
    """Show account `i`'s tranche to the keepers who have had time to see it; True if it ends unfilled."""
    j = state.accounts[i].tranche
    side = 1 if state.size[i, j] > 0 else -1
    age = t - state.accounts[i].opened
    yard = yardstick(state, rules, i, j)
    price = auction_price(state, rules, j, side, yard, age * rules.step_s)
    for k in range(state.keepers.shape[0]):
        if age >= state.keepers[k].latency and state.accounts[i].left > 0:
            quantity = _bid(state, i, k, t, price, yard)
            if quantity > 0:
                _take(state, rules, log, i, k, t, price, quantity)
    if state.accounts[i].left == 0:
        state.accounts[i].tranche = -1
        return False
    if age * rules.step_s < rules.length_s:
        return False
    record(state, log, t, UNFILLED, i, j, NONE, side * state.accounts[i].left, NIL, NIL, NIL, 0.0, 0.0, 0.0)
    state.accounts[i].tranche = -1
    state.accounts[i].left = 0
    return True


@kernel
def _resolve_insolvency(state: State, rules: Rules, log: Log, i: int, t: int) -> None:
    """Insurance makes account `i` whole as far as it may, then its positions go to the other side or the market."""
    equity, _ = health(state, rules, i)
    if equity >= 0.0:
        return
    need = min(math.ceil(-equity * 1e6), rules.block_insurance)
    cover(state, log, i, need, t)
    for m in range(state.lots.shape[0]):
        if state.size[i, m] != 0:
            if rules.adl == 1 and state.lots[m].kind != ASSET:
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
