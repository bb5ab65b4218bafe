"""Funding payments between longs and shorts."""

import numpy as np

from govtool.engine.codes import FUNDING, MARKET, NEVER, NIL, NONE, TRADERS
from govtool.engine.jit import inlined, kernel
from govtool.engine.ledger import record
from govtool.engine.state import Log, Rules, State, Tape


@inlined
def next_funding(tape: Tape, f: int) -> int:
    """Tick of funding time `f`, NEVER after the last."""
    return int(tape.funding_tick[f]) if f < tape.funding_tick.shape[0] else NEVER


@kernel
def pay_funding(state: State, rules: Rules, tape: Tape, log: Log, t: int, f: int) -> int:
    """Settle funding time `f` at tick `t`; returns the quantums that changed hands.

    Longs pay size * index * rate when the clamped rate is positive. The outside market holds the rest of the
    other side, so what accounts pay in sum is what it receives.

    Notes
    -----
    Source: rules, section 7.2; dYdX v4 clamps the 8 h rate (`liquidity_tier.go:GetMaxAbsFundingClampPpm`).
    """
    moved = 0
    for m in range(state.markets.shape[0]):
        market = state.markets[m]
        rate = min(max(tape.funding_rate[f, m], -market.funding_clamp), market.funding_clamp) * rules.funding_share
        unit, index = state.lots[m].unit, market.index
        received, touched = 0, 0
        # Whoever is out holds nothing.
        for i in range(state.accounts.shape[0]):
            size = state.size[i, m]
            if size != 0:
                payment = int(np.rint(((size * unit) * index) * rate * 1e6))
                state.accounts[i].cash -= payment
                received -= payment
                touched += abs(payment)
        state.tills[TRADERS] += received
        state.tills[MARKET] -= received
        if touched > 0:
            record(state, log, t, FUNDING, NONE, m, NONE, NIL, received, NIL, NIL, rate, 0.0, 0.0)
        moved += touched
    return moved
