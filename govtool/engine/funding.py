"""Funding payments between longs and shorts."""

import numpy as np

from govtool.engine.codes import FUNDING, MARKET, NEVER, NIL, NONE, TRADERS
from govtool.engine.jit import inlined, kernel
from govtool.engine.ledger import record
from govtool.engine.state import Log, Rules, State, Tape
from govtool.engine.terms import Ints


@inlined
def next_funding(tape: Tape, f: int) -> int:
    """Tick of funding time `f`, NEVER after the last."""
    return int(tape.funding_tick[f]) if f < tape.funding_tick.shape[0] else NEVER


@kernel
def _collect(cash: Ints, size: Ints, unit: float, index: float, rate: float) -> tuple[int, int]:
    """Everyone pays by what it holds of one market: quantums in sum, and a number that is 0 if nobody pays any."""
    paid, touched = 0, 0
    for i in range(cash.shape[0]):
        payment = int(np.rint(((size[i] * unit) * index) * rate * 1e6))
        cash[i] -= payment
        paid += payment
        touched |= payment
    return paid, touched


@kernel
def pay_funding(state: State, rules: Rules, tape: Tape, log: Log, t: int, f: int) -> None:
    """Settle funding time `f` at tick `t`.

    Longs pay size * index * rate when the clamped rate is positive. The outside market holds the rest of the
    other side, so what accounts pay in sum is what it receives.

    Notes
    -----
    Source: rules, section 7.2; dYdX v4 clamps the 8 h rate (`liquidity_tier.go:GetMaxAbsFundingClampPpm`).
    """
    for m in range(state.markets.shape[0]):
        market = state.markets[m]
        rate = min(max(tape.funding_rate[f, m], -market.funding_clamp), market.funding_clamp) * rules.funding_share
        paid, touched = _collect(state.cash, state.across[m], state.lots[m].unit, market.index, rate)
        state.tills[TRADERS] -= paid
        state.tills[MARKET] += paid
        if touched != 0:
            record(state, log, t, FUNDING, NONE, m, NONE, NIL, -paid, NIL, NIL, rate, 0.0, 0.0)
