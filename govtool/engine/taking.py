"""A keeper takes part of a tranche, or reserves it, settles late or not at all, and pays for that with its bond."""

import math

import numpy as np

from govtool.engine.account import health, notional, weight_of
from govtool.engine.breaker import count_closed
from govtool.engine.codes import ESCROW, GAS, KEEPERS, LATE, MARKET, NIL, NO_SHOW, REWARDS, SLASH, TAKE, TRADERS, WON
from govtool.engine.fills import close_part, gauge_close, gauge_excess, reward_of, surplus_of
from govtool.engine.jit import kernel
from govtool.engine.ledger import record
from govtool.engine.pool import add_to_pool
from govtool.engine.requirement import stop_level
from govtool.engine.searchers import pay_searcher, unload, unload_seen
from govtool.engine.state import Log, Rules, State
from govtool.engine.trading import displace
from govtool.engine.windows import ticks_of


@kernel
def pay_gas(state: State, k: int, quote: float) -> int:
    """Keeper `k` pays for a transaction; returns the quantums."""
    amount = math.floor(quote * 1e6)
    state.keepers[k].cash -= amount
    state.tills[KEEPERS] -= amount
    state.tills[GAS] += amount
    return amount


@kernel
def _reward(state: State, i: int, k: int, amount: int) -> None:
    """Account `i` pays keeper `k` out of what remains."""
    state.cash[i] -= amount
    state.tills[TRADERS] -= amount
    state.keepers[k].cash += amount
    state.tills[KEEPERS] += amount
    state.gauges[REWARDS] += amount * 1e-6


@kernel
def take(
    state: State,
    rules: Rules,
    log: Log,
    i: int,
    n: int,
    k: int,
    t: int,
    price: float,
    quantity: int,
    unload: float,
    cost: float,
) -> None:
    """Keeper `k` buys `quantity` of a tranche at `price`, sells it on the market at `unload` and pays `cost` for gas.

    Its capital is tied up, and the market displaced, by whoever calls.
    """
    j = state.tranches[i, n].instrument
    side = 1 if state.size[i, j] > 0 else -1
    equity, maintenance = health(state, rules, i)
    weight, stop = weight_of(state, rules, i, j), stop_level(state, rules, i, maintenance)
    value = (quantity * state.lots[j].unit) * state.lots[j].mark
    size = notional(state, j, quantity)
    paid, surplus = surplus_of(state, rules, i, j, quantity, price)
    reward = reward_of(rules, paid, surplus)
    fee, fund = close_part(state, rules, i, j, side, quantity, side * paid, paid, surplus - reward)
    _reward(state, i, k, reward)
    profit = side * (int(np.rint(((quantity * state.lots[j].unit) * unload) * 1e6)) - paid)
    state.keepers[k].cash += profit
    state.tills[KEEPERS] += profit
    state.tills[MARKET] -= profit
    pay_gas(state, k, cost)
    state.tranches[i, n].left -= quantity
    state.lots[j].auctioned -= quantity
    state.accounts[i].rested = t + ticks_of(rules, rules.cooldown_s)
    state.accounts[i].last = state.lots[j].market
    gauge_close(state, size, value, side, side * paid, fee + reward, NIL, equity)
    gauge_excess(state, rules, weight, size, equity, stop)
    count_closed(state, rules, j, size, t)
    change, received = -side * quantity, side * paid
    record(state, log, t, TAKE, i, j, k, change, received, fee + reward, fund, price, equity, maintenance)


@kernel
def is_abusive(state: State, rules: Rules, k: int) -> bool:
    """Whether keeper `k` does not settle at once where it has time to."""
    conduct = state.keepers[k].conduct
    return bool(rules.settle_s > 0.0 and conduct in (NO_SHOW, LATE))


@kernel
def reserve(
    state: State, rules: Rules, log: Log, i: int, n: int, k: int, t: int, price: float, quantity: int, blocked: int
) -> None:
    """Keeper `k` has the right to settle `quantity` at `price` for a time, against a bond on all that it keeps blocked.

    Its capital is tied up by whoever calls.
    """
    tranche = state.tranches[i, n]
    j = tranche.instrument
    side = 1 if state.size[i, j] > 0 else -1
    bond = math.floor((rules.bond_share * notional(state, j, blocked)) * 1e6)
    state.keepers[k].cash -= bond
    state.tills[KEEPERS] -= bond
    state.tills[ESCROW] += bond
    tranche.winner, tranche.won, tranche.price, tranche.bond = k, quantity, price, bond
    tranche.until = t + max(1, ticks_of(rules, rules.settle_s))
    record(state, log, t, WON, i, j, k, side * quantity, NIL, NIL, NIL, price, 0.0, 0.0)


@kernel
def slash(state: State, rules: Rules, log: Log, i: int, n: int, t: int, penalty: float) -> int:
    """The winner of a reserved tranche loses a share of its bond to the pool and is barred for a time."""
    tranche = state.tranches[i, n]
    j, k = tranche.instrument, tranche.winner
    lost = math.floor(tranche.bond * penalty)
    state.tills[ESCROW] -= tranche.bond
    add_to_pool(state, state.lots[j].market, lost)
    state.keepers[k].cash += tranche.bond - lost
    state.tills[KEEPERS] += tranche.bond - lost
    state.keepers[k].capital = max(0.0, state.keepers[k].capital - lost * 1e-6)
    state.keepers[k].have = min(state.keepers[k].have, state.keepers[k].capital)
    state.keepers[k].barred = t + ticks_of(rules, rules.exclusion_s)
    tranche.winner, tranche.won, tranche.bond = -1, NIL, NIL
    record(state, log, t, SLASH, i, j, k, NIL, NIL, NIL, lost, 0.0, 0.0, 0.0)
    return lost


@kernel
def settle_reserved(state: State, rules: Rules, log: Log, i: int, n: int, t: int, at_the_end: bool) -> None:
    """The time of a reservation is over: its winner settles late if that costs less than not to, and is slashed."""
    tranche = state.tranches[i, n]
    j, k, quantity = tranche.instrument, tranche.winner, min(tranche.won, tranche.left)
    side = 1 if state.size[i, j] > 0 else -1
    if state.keepers[k].conduct == LATE and quantity > 0 and not at_the_end:
        paid = int(np.rint(((quantity * state.lots[j].unit) * tranche.price) * 1e6))
        unloaded, end, searched = unload(state, rules, j, side, quantity)
        expected = unload_seen(state, rules, j, side, quantity)
        gain = side * (int(np.rint(((quantity * state.lots[j].unit) * expected) * 1e6)) - paid)
        late, absent = math.floor(tranche.bond * rules.late_penalty), math.floor(tranche.bond * rules.no_show_penalty)
        if gain - late >= -absent:
            take(state, rules, log, i, n, k, t, tranche.price, quantity, unloaded, rules.gas + state.keepers[k].cost)
            pay_searcher(state, log, i, j, k, searched, t)
            displace(state, j, end)
            slash(state, rules, log, i, n, t, rules.late_penalty)
            return
    slash(state, rules, log, i, n, t, rules.no_show_penalty)
