"""When nobody takes a position: the waterfall, deleveraging against other accounts, a forced close at any price."""

import math

import numpy as np

from govtool.engine.account import health, is_flat, notional
from govtool.engine.breaker import count_closed
from govtool.engine.codes import ASSET, CLOSE, NIL, NONE
from govtool.engine.deleverage import deleverage
from govtool.engine.fills import gauge_close
from govtool.engine.jit import kernel
from govtool.engine.ledger import record, trade
from govtool.engine.retire import retire
from govtool.engine.state import Log, Rules, State
from govtool.engine.terms import ADL_LAYER
from govtool.engine.trading import deal, displace
from govtool.engine.tranches import end_tranches
from govtool.engine.waterfall import absorb, has_layer


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
    size = notional(state, m, quantity)
    gauge_close(state, size, value, side, received, NIL, NIL, equity)
    state.accounts[i].last = state.lots[m].market
    count_closed(state, rules, m, size, t)
    change = -side * quantity
    record(state, log, t, CLOSE, i, m, NONE, change, received, NIL, NIL, price, equity, maintenance)
    return received


@kernel
def deleverages(rules: Rules) -> bool:
    """Whether positions may be closed against other accounts."""
    return bool(rules.adl == 1 and has_layer(rules, ADL_LAYER))


@kernel
def resolve(state: State, rules: Rules, log: Log, i: int, m: int, t: int) -> None:
    """An auction of account `i` in market `m` ended unfilled: if it is insolvent, the waterfall takes over.

    Layers before ADL make it whole as far as they may, then its positions go to the other side or to the market.
    Source: rules, section 9.
    """
    equity, _ = health(state, rules, i)
    if equity >= 0.0:
        return
    end_tranches(state, log, i, t)
    absorb(state, rules, log, i, math.ceil(-equity * 1e6), m, t, True, True)
    for j in range(state.lots.shape[0]):
        if state.size[i, j] != 0:
            if deleverages(rules) and state.lots[j].kind != ASSET:
                deleverage(state, rules, log, i, j, t)
            else:
                close_at_any_price(state, rules, log, i, j, t)
    if is_flat(state, i):
        retire(state, rules, log, i, t)
