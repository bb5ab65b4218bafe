"""The end of a tick: time integrals, the pool's low, the path and its samples; then displaced volume decays."""

from govtool.engine.jit import kernel
from govtool.engine.state import (
    BAD_DEBT,
    COLLATERAL_SECONDS,
    FLAGGED,
    INSURANCE,
    LIQUIDATED,
    OI_SECONDS,
    OPTION,
    PERPETUAL,
    POOL_LOW,
    TRADERS,
    Rules,
    State,
    Tape,
)
from govtool.engine.weights import open_interest


@kernel
def close_tick(state: State, rules: Rules, tape: Tape, t: int) -> None:
    """Time integrals, the pool's low, the path and its samples; then displaced volume decays."""
    interest = 0.0
    collateral = state.tills[TRADERS] * 1e-6
    for j in range(state.lots.shape[0]):
        lot = state.lots[j]
        collateral += (-lot.outside * lot.unit) * lot.mark
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
    state.gauges[OI_SECONDS] += interest * rules.step_s
    state.gauges[COLLATERAL_SECONDS] += collateral * rules.step_s
    state.tills[POOL_LOW] = min(state.tills[POOL_LOW], state.tills[INSURANCE])
    if (t + 1) % rules.sample_ticks == 0:
        row = t // rules.sample_ticks
        tape.columns[row, 0] = state.tills[INSURANCE] * 1e-6
        tape.columns[row, 1] = interest
        tape.columns[row, 2] = collateral
        tape.columns[row, 3] = state.gauges[LIQUIDATED]
        tape.columns[row, 4] = -state.tills[BAD_DEBT] * 1e-6
        tape.columns[row, 5] = state.gauges[FLAGGED]
