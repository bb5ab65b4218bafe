"""When nobody takes a position: deleveraging against other accounts, and a forced close at any price."""

import math

import numpy as np

from govtool.engine.account import health, is_flat
from govtool.engine.draw import COUNTERPARTY, draw
from govtool.engine.fills import bankruptcy_quote, gauge_close
from govtool.engine.jit import kernel
from govtool.engine.ledger import record, swap_size, trade
from govtool.engine.liquidity import closing_price, displaced
from govtool.engine.retire import retire
from govtool.engine.state import (
    ADL_NOTIONAL,
    CLOSE,
    DELEVERAGE,
    ENDED,
    HAIRCUT,
    IN,
    NIL,
    NONE,
    Log,
    Rules,
    State,
)


@kernel
def _shrink_tranche(state: State, log: Log, c: int, m: int, t: int) -> None:
    held = abs(state.size[c, m])
    if state.accounts[c].tranche == m and state.accounts[c].left > held:
        state.accounts[c].left = held
        if held == 0:
            state.accounts[c].tranche = -1
            record(state, log, t, ENDED, c, m, NONE, NIL, NIL, NIL, NIL, 0.0, 0.0, 0.0)


@kernel
def _against_account(state: State, rules: Rules, log: Log, i: int, c: int, m: int, t: int) -> int:
    """Close as much of `i` as `c` holds on the other side, at i's bankruptcy price; 0 if c could not bear it."""
    side = 1 if state.size[i, m] > 0 else -1
    quantity = min(abs(state.size[i, m]), abs(state.size[c, m]))
    equity, maintenance = health(state, i)
    value = (quantity * state.markets[m].unit) * state.markets[m].oracle
    quote = bankruptcy_quote(side, value, state.markets[m].maintenance, equity, maintenance)
    haircut = quote * 1e-6 - side * value
    other, _ = health(state, c)
    if other - haircut < 0.0:
        return 0
    swap_size(state, i, c, m, -side * quantity)
    state.accounts[i].cash += quote
    state.accounts[c].cash -= quote
    state.gauges[HAIRCUT] += haircut
    state.gauges[ADL_NOTIONAL] += value
    change = -side * quantity
    record(state, log, t, DELEVERAGE, i, m, c, change, quote, NIL, NIL, haircut, equity, maintenance)
    _shrink_tranche(state, log, c, m, t)
    state.accounts[c].wake = min(state.accounts[c].wake, t + 1)
    if state.accounts[c].flag >= 0 and is_flat(state, c):
        retire(state, rules, log, c, t)
    return quantity


@kernel
def _against_market(state: State, rules: Rules, log: Log, i: int, m: int, t: int) -> int:
    side = 1 if state.size[i, m] > 0 else -1
    quantity = min(abs(state.size[i, m]), max(0, -side * state.markets[m].market_size))
    if quantity == 0:
        return 0
    equity, maintenance = health(state, i)
    value = (quantity * state.markets[m].unit) * state.markets[m].oracle
    quote = bankruptcy_quote(side, value, state.markets[m].maintenance, equity, maintenance)
    haircut = quote * 1e-6 - side * value
    trade(state, i, m, -side * quantity, quote)
    state.gauges[HAIRCUT] += haircut
    state.gauges[ADL_NOTIONAL] += value
    change = -side * quantity
    record(state, log, t, DELEVERAGE, i, m, NONE, change, quote, NIL, NIL, haircut, equity, maintenance)
    return quantity


@kernel
def deleverage(state: State, rules: Rules, log: Log, i: int, m: int, t: int) -> int:
    """Close account `i`'s position in `m` against holders of the other side; returns the base quantums closed.

    Holders are visited from a drawn offset in index order, each up to its whole position; what is left meets the
    outside market if that is on the other side.

    Notes
    -----
    Source: rules, section 9; dYdX v4 `protocol/x/clob/keeper/deleveraging.go:OffsetSubaccountPerpetualPosition`.
    """
    accounts = state.accounts.shape[0]
    first = math.floor(draw(rules.seed, COUNTERPARTY, i, t) * accounts)
    closed = 0
    for j in range(min(accounts, rules.max_counterparties)):
        if state.size[i, m] == 0:
            break
        c = (first + j) % accounts
        held = state.size[c, m]
        opposite = (held > 0 and state.size[i, m] < 0) or (held < 0 and state.size[i, m] > 0)
        if c != i and state.accounts[c].status == IN and opposite:
            closed += _against_account(state, rules, log, i, c, m, t)
    if state.size[i, m] != 0:
        closed += _against_market(state, rules, log, i, m, t)
    return closed


@kernel
def close_at_any_price(state: State, rules: Rules, log: Log, i: int, m: int, t: int) -> int:
    """Close account `i`'s position in `m` against the market, whatever it costs; returns what it received."""
    side = 1 if state.size[i, m] > 0 else -1
    quantity = abs(state.size[i, m])
    slope = state.markets[m].slope
    start = state.markets[m].volume
    end = displaced(start, side, quantity * state.markets[m].unit, state.markets[m].index)
    price = closing_price(slope, start, end, state.markets[m].index, state.markets[m].half_spread, side)
    received = side * int(np.rint(((quantity * state.markets[m].unit) * price) * 1e6))
    equity, maintenance = health(state, i)
    value = (quantity * state.markets[m].unit) * state.markets[m].oracle
    state.markets[m].volume = end
    trade(state, i, m, -side * quantity, received)
    gauge_close(state, value, side, received, NIL, NIL, equity)
    change = -side * quantity
    record(state, log, t, CLOSE, i, m, NONE, change, received, NIL, NIL, price, equity, maintenance)
    return received
