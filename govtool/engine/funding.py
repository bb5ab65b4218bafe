"""Funding payments between longs and shorts."""

import numpy as np

from govtool.engine.codes import FUNDING, IN, MARKET, NEVER, NIL, NONE
from govtool.engine.jit import kernel
from govtool.engine.ledger import pay, record
from govtool.engine.state import Log, Rules, State, Tape


@kernel
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
        clamp = state.markets[m].funding_clamp
        rate = min(max(tape.funding_rate[f, m], -clamp), clamp) * rules.funding_share
        received = 0
        touched = 0
        for i in range(state.accounts.shape[0]):
            size = state.size[i, m]
            if state.accounts[i].status == IN and size != 0:
                payment = int(np.rint(((size * state.lots[m].unit) * state.markets[m].index) * rate * 1e6))
                pay(state, MARKET, i, -payment)
                received -= payment
                touched += abs(payment)
        if touched > 0:
            record(state, log, t, FUNDING, NONE, m, NONE, NIL, received, NIL, NIL, rate, 0.0, 0.0)
        moved += touched
    return moved
