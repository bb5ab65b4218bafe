"""The end of a tick: time integrals, the pool's low, the path and its samples; then displaced volume decays."""

from govtool.engine.account import collateral
from govtool.engine.codes import (
    BAD_DEBT,
    COLLATERAL,
    COLLATERAL_SECONDS,
    FLAGGED,
    HAIRCUT,
    HALT_SECONDS,
    INSURANCE,
    LIQUIDATED,
    OI_SECONDS,
    OPTION,
    PERPETUAL,
    POOL_LOW,
    SHARED,
    TRANSIT,
    TRANSIT_SECONDS,
)
from govtool.engine.jit import inlined
from govtool.engine.state import Rules, State, Tape
from govtool.engine.weights import open_interest


@inlined
def close_tick(state: State, rules: Rules, tape: Tape, t: int) -> None:
    """Time integrals, the pool's low, the path and its samples; then displaced volume decays."""
    interest = 0.0
    worth = collateral(state)
    for j in range(state.lots.shape[0]):
        lot = state.lots[j]
        if lot.kind == OPTION:
            interest += ((lot.gross + abs(lot.outside)) * 0.5 * lot.unit) * lot.basis
        elif lot.kind == PERPETUAL:
            interest += open_interest(state, j)
    for m in range(state.markets.shape[0]):
        market = state.markets[m]
        tape.path[t, m] = market.oracle
        market.volume = market.volume * rules.decay
        if abs(market.volume) < rules.floor_x:
            market.volume = 0.0
        if t < market.halted:
            state.gauges[HALT_SECONDS] += rules.step_s
    state.gauges[OI_SECONDS] += interest * rules.step_s
    state.gauges[TRANSIT_SECONDS] += (state.tills[TRANSIT] * 1e-6) * rules.step_s
    state.gauges[COLLATERAL] = worth
    state.gauges[COLLATERAL_SECONDS] += worth * rules.step_s
    state.tills[POOL_LOW] = min(state.tills[POOL_LOW], state.tills[INSURANCE])
    if (t + 1) % rules.sample_ticks == 0:
        row = t // rules.sample_ticks
        tape.columns[row, 0] = state.tills[INSURANCE] * 1e-6
        tape.columns[row, 1] = interest
        tape.columns[row, 2] = worth
        tape.columns[row, 3] = state.gauges[LIQUIDATED]
        tape.columns[row, 4] = -state.tills[BAD_DEBT] * 1e-6
        tape.columns[row, 5] = state.gauges[FLAGGED]
        tape.columns[row, 6] = state.gauges[SHARED]
        tape.columns[row, 7] = state.gauges[HAIRCUT]
