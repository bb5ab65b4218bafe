"""When an account's margin can next matter, so that most account-ticks are never visited."""

import numpy as np

from govtool.engine.bounds import largest_base, least_margin
from govtool.engine.jit import inlined, kernel
from govtool.engine.layout import Scan
from govtool.engine.state import Rules, State, Tape
from govtool.engine.terms import SCAN, Floats, Ints

MARGIN_OF_ROUNDING = 1e-9
"""Relative slack on bounds; far above what rounding can do to a sum of a few terms."""

HORIZON = 64
"""Blocks looked ahead at most: beyond it the account is looked at again anyway."""


@inlined
def _stays_clear(state: State, rules: Rules, tape: Tape, i: int, block: int) -> bool:
    """Whether E >= warning * MM for account `i` all through a block of ticks, as far as bounds can tell."""
    hour = block * rules.block_ticks // rules.ticks_per_hour
    cash = state.accounts[i].cash * 1e-6
    margin, scale = least_margin(state, rules, tape, state.size[i], cash, block, hour, rules.watch)
    return bool(margin > scale * MARGIN_OF_ROUNDING)


@inlined
def _has_orders(accounts: np.recarray, i: int) -> bool:
    return bool(accounts[i].put_in > 0 and (accounts[i].stop_loss > 0.0 or accounts[i].take_profit > 0.0))


@kernel
def _may_reach_order(
    accounts: np.recarray,
    size: Ints,
    markets: np.recarray,
    lots: np.recarray,
    low: Floats,
    high: Floats,
    i: int,
    block: int,
) -> bool:
    """Whether equity of account `i`, which holds perpetuals only, may pass the level of a stop or limit in a block."""
    if not _has_orders(accounts, i):
        return False
    account = accounts[i]
    worst = best = account.cash * 1e-6
    scale = abs(worst)
    for m in range(markets.shape[0]):
        held = size[i, m]
        if held != 0:
            market = markets[m]
            least = low[block, m] * (1.0 - market.band) / (1.0 + market.deviation)
            most = high[block, m] * (1.0 + market.band) / (1.0 - market.deviation)
            coins = held * lots[m].unit
            worst += coins * (least if held > 0 else most)
            best += coins * (most if held > 0 else least)
            scale += abs(coins) * most
    slack, brought = scale * MARGIN_OF_ROUNDING, account.put_in * 1e-6
    stopped = account.stop_loss > 0.0 and not worst - slack > account.stop_loss * brought
    reached = account.take_profit > 0.0 and not best + slack < account.take_profit * brought
    return bool(stopped or reached)


@kernel
def _plain_breach(
    accounts: np.recarray,
    size: Ints,
    markets: np.recarray,
    lots: np.recarray,
    low: Floats,
    high: Floats,
    factor: Floats,
    rules: Rules,
    i: int,
    t: int,
) -> int:
    """`next_breach` where only perpetuals at flat weights are held: the same bound, with few arguments."""
    block = (t + 1) // rules.block_ticks
    last = min(low.shape[0], block + HORIZON)
    cash = accounts[i].cash * 1e-6
    while block < last:
        hour = block * rules.block_ticks // rules.ticks_per_hour
        margin = cash
        scale = abs(cash)
        for m in range(markets.shape[0]):
            held = size[i, m]
            if held != 0:
                market = markets[m]
                weight = market.maintenance_weight
                if rules.ramp_s > 0.0:
                    weight = largest_base(market.maintenance_before, weight, rules, block)
                weight = min(1.0, weight * factor[hour, m]) * rules.watch
                least = low[block, m] * (1.0 - market.band) / (1.0 + market.deviation)
                most = high[block, m] * (1.0 + market.band) / (1.0 - market.deviation)
                base = abs(held) * lots[m].unit
                long = base * (least if weight <= 1.0 else most) * (1.0 - weight)
                margin += long if held > 0 else -base * most * (1.0 + weight)
                scale += base * most
        if not margin > scale * MARGIN_OF_ROUNDING:
            break
        if rules.orders == 1 and _may_reach_order(accounts, size, markets, lots, low, high, i, block):
            break
        block += 1
    return max(t + 1, block * rules.block_ticks)


@inlined
def _next_breach(state: State, rules: Rules, tape: Tape, scan: Scan, i: int, t: int) -> int:
    if scan is None:
        return _plain_breach(
            state.accounts, state.size, state.markets, state.lots, tape.low, tape.high, tape.factor, rules, i, t
        )
    if rules.method == SCAN or (rules.orders == 1 and _has_orders(state.accounts, i)):
        return t + 1
    block = (t + 1) // rules.block_ticks
    last = min(tape.low.shape[0], block + HORIZON)
    while block < last and _stays_clear(state, rules, tape, i, block):
        block += 1
    return max(t + 1, block * rules.block_ticks)


@inlined
def next_breach(state: State, rules: Rules, tape: Tape, i: int, t: int) -> int:
    """First tick after `t` at which account `i` might fall below its warning, as far as the bounds can tell."""
    return _next_breach(state, rules, tape, state.scan, i, t)
