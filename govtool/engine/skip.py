"""When an account's margin can next matter, so that most account-ticks are never visited."""

from govtool.engine.jit import kernel
from govtool.engine.state import Rules, State, Tape

MARGIN_OF_ROUNDING = 1e-9
"""Relative slack on bounds; far above what rounding can do to a sum of a few terms."""

HORIZON = 64
"""Blocks looked ahead at most: beyond it the account is looked at again anyway."""


@kernel
def _stays_clear(state: State, rules: Rules, tape: Tape, i: int, block: int) -> bool:
    """Whether E >= warning * MM for account `i` all through a block of ticks, while displacements keep their bands.

    The posted price P differs from its source S by less than the deviation: P > S / (1 + d) and P < S / (1 - d),
    and S lies between the block's extremes of the index, each widened by the band.
    """
    hour = block * rules.block_ticks // rules.ticks_per_hour
    margin = state.accounts[i].cash * 1e-6
    scale = abs(margin)
    for m in range(state.markets.shape[0]):
        size = state.size[i, m]
        if size == 0:
            continue
        weight = min(1.0, state.markets[m].maintenance_weight * tape.factor[hour, m]) * rules.warning
        low = tape.low[block, m] * (1.0 - state.markets[m].band) / (1.0 + state.markets[m].deviation)
        high = tape.high[block, m] * (1.0 + state.markets[m].band) / (1.0 - state.markets[m].deviation)
        base = abs(size) * state.markets[m].unit
        worst = base * (low if weight <= 1.0 else high) * (1.0 - weight) if size > 0 else -base * high * (1.0 + weight)
        margin += worst
        scale += abs(base * high)
    return margin > scale * MARGIN_OF_ROUNDING


@kernel
def next_breach(state: State, rules: Rules, tape: Tape, i: int, t: int) -> int:
    """First tick after `t` at which account `i` might fall below its warning, as far as the bounds can tell."""
    block = (t + 1) // rules.block_ticks
    last = min(tape.low.shape[0], block + HORIZON)
    while block < last and _stays_clear(state, rules, tape, i, block):
        block += 1
    return max(t + 1, block * rules.block_ticks)
