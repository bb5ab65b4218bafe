"""Settlement of options in cash, at the mean of the index over the last ticks before expiry."""

import numpy as np

from govtool.engine.account import is_flat
from govtool.engine.codes import EXPIRE, IN, NEVER, NIL, NONE
from govtool.engine.jit import kernel
from govtool.engine.layout import first_asset
from govtool.engine.ledger import record, trade
from govtool.engine.retire import retire
from govtool.engine.state import Log, Rules, State, Tape
from govtool.engine.tranches import shrink_tranches


@kernel
def next_expiry(state: State, t: int) -> int:
    """First tick after `t` at which some option expires, NEVER if none does."""
    soonest = NEVER
    for j in range(state.markets.shape[0], first_asset(state)):
        if state.lots[j].expiry > t:
            soonest = min(soonest, state.lots[j].expiry)
    return soonest


@kernel
def _settle(state: State, log: Log, i: int, j: int, price: float, t: int) -> int:
    lot = state.lots[j]
    size = state.size[i, j]
    gain = price - lot.strike if lot.call == 1 else lot.strike - price
    received = int(np.rint(((size * lot.unit) * max(0.0, gain)) * 1e6))
    trade(state, i, j, -size, received)
    record(state, log, t, EXPIRE, i, j, NONE, -size, received, NIL, NIL, price, 0.0, 0.0)
    shrink_tranches(state, log, i, j, t)
    return abs(received)


@kernel
def settle_expiries(state: State, rules: Rules, tape: Tape, log: Log, t: int) -> int:
    """Settle every option that expires at tick `t`; returns the quantums that changed hands.

    Notes
    -----
    Source: rules, section 7.2; a mean as on Derive v2 (30 minutes, `src/feeds/LyraForwardFeed.sol`).
    Example: 2 calls of strike 100 settle at 103: 6 to the holder.
    """
    moved = 0
    settled = state.room.queue
    for i in range(settled.shape[0]):
        settled[i] = 0
    for j in range(state.markets.shape[0], first_asset(state)):
        lot = state.lots[j]
        if lot.expiry != t:
            continue
        before = tape.beside.summed[t - lot.window, lot.market] if t >= lot.window else 0.0
        price = (tape.beside.summed[t, lot.market] - before) / lot.window
        for i in range(state.accounts.shape[0]):
            if state.accounts[i].status == IN and state.size[i, j] != 0:
                moved += _settle(state, log, i, j, price, t)
                settled[i] = 1
    for i in range(state.accounts.shape[0]):
        troubled = state.accounts[i].flag >= 0 or state.cash[i] < 0
        if settled[i] == 1 and troubled and is_flat(state, i):
            retire(state, rules, log, i, t)
    return moved
