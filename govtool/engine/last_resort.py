"""When nobody takes a position: deleveraging against other accounts, and a forced close at any price."""

import math

import numpy as np

from govtool.engine.account import equity_of, health, is_flat, notional, weight_of
from govtool.engine.draw import COUNTERPARTY, draw
from govtool.engine.fills import gauge_close, quote_of_part
from govtool.engine.jit import kernel
from govtool.engine.ledger import record, swap_size, trade
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
from govtool.engine.trading import deal, displace


@kernel
def _shrink_tranche(state: State, log: Log, c: int, m: int, t: int) -> None:
    held = abs(state.size[c, m])
    if state.accounts[c].tranche == m and state.accounts[c].left > held:
        state.accounts[c].left = held
        if held == 0:
            state.accounts[c].tranche = -1
            record(state, log, t, ENDED, c, m, NONE, NIL, NIL, NIL, NIL, 0.0, 0.0, 0.0)


@kernel
def _bankruptcy(
    state: State, rules: Rules, i: int, m: int, quantity: int, equity: float, maintenance: float
) -> tuple[int, float, float]:
    """Bankruptcy quote of a part of account `i`'s position, what it asks of the other side, and the notional size."""
    side = 1 if state.size[i, m] > 0 else -1
    value = (quantity * state.lots[m].unit) * state.lots[m].mark
    quote = quote_of_part(state, i, m, quantity, weight_of(state, rules, i, m), equity, maintenance)
    return quote, quote * 1e-6 - side * value, notional(state, m, quantity)


@kernel
def _against_account(state: State, rules: Rules, log: Log, i: int, c: int, m: int, t: int) -> int:
    """Close as much of `i` as `c` holds on the other side, at i's bankruptcy price; 0 if c could not bear it."""
    side = 1 if state.size[i, m] > 0 else -1
    quantity = min(abs(state.size[i, m]), abs(state.size[c, m]))
    equity, maintenance = health(state, rules, i)
    quote, haircut, size = _bankruptcy(state, rules, i, m, quantity, equity, maintenance)
    if equity_of(state, c) - haircut < 0.0:
        return 0
    swap_size(state, i, c, m, -side * quantity)
    state.accounts[i].cash += quote
    state.accounts[c].cash -= quote
    state.gauges[HAIRCUT] += haircut
    state.gauges[ADL_NOTIONAL] += size
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
    quantity = min(abs(state.size[i, m]), max(0, -side * state.lots[m].outside))
    if quantity == 0:
        return 0
    equity, maintenance = health(state, rules, i)
    quote, haircut, size = _bankruptcy(state, rules, i, m, quantity, equity, maintenance)
    trade(state, i, m, -side * quantity, quote)
    state.gauges[HAIRCUT] += haircut
    state.gauges[ADL_NOTIONAL] += size
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
    price, end = deal(state, m, side, quantity)
    received = side * int(np.rint(((quantity * state.lots[m].unit) * price) * 1e6))
    equity, maintenance = health(state, rules, i)
    value = (quantity * state.lots[m].unit) * state.lots[m].mark
    displace(state, m, end)
    trade(state, i, m, -side * quantity, received)
    gauge_close(state, notional(state, m, quantity), value, side, received, NIL, NIL, equity)
    change = -side * quantity
    record(state, log, t, CLOSE, i, m, NONE, change, received, NIL, NIL, price, equity, maintenance)
    return received
