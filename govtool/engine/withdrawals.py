"""Whether a withdrawal must wait: a gate after negative equity, a guard against a run, and a throttle."""

import math

from govtool.engine.account import equity_of
from govtool.engine.codes import (
    COLLATERAL,
    DOWN,
    GATE,
    HELD,
    HELD_CASH,
    INSURANCE,
    LINK,
    NIL,
    NONE,
    SHORTFALL,
    WITHDRAWN,
    WITHDRAWN_AT,
)
from govtool.engine.jit import kernel
from govtool.engine.ledger import record
from govtool.engine.state import Log, Rules, State
from govtool.engine.windows import emptied
from govtool.units import SECONDS_PER_HOUR


@kernel
def _passes_throttle(state: State, rules: Rules, amount: float, t: int) -> bool:
    """Whether `amount` fits into what may leave in an hour, and counts it if so; alone, any amount passes."""
    cap = rules.throttle * max(0.0, state.gauges[COLLATERAL])
    used = emptied(
        state.gauges[WITHDRAWN], int(state.gauges[WITHDRAWN_AT]), cap, float(SECONDS_PER_HOUR), t, rules.step_s
    )
    if t > 0 and used > 0.0 and used + amount > cap:
        return False
    # A single one may be larger than the cap; the next wait an hour for it, and no longer.
    state.gauges[WITHDRAWN] = min(used + amount, max(cap, 0.0))
    state.gauges[WITHDRAWN_AT] = t
    return True


@kernel
def may_withdraw(state: State, rules: Rules, amount: int, t: int) -> bool:
    """Whether `amount` quantums may leave now; if so, they count towards the throttle (rules, section 8a)."""
    if amount <= 0:
        return True
    if state.tills[LINK] == DOWN or (rules.gate_s > 0.0 and t < state.tills[GATE]):
        return False
    if rules.guard == 1 and state.gauges[SHORTFALL] * 1e6 > state.tills[INSURANCE]:
        return False
    return bool(rules.throttle <= 0.0 or _passes_throttle(state, rules, amount * 1e-6, t))


@kernel
def is_held(state: State, rules: Rules, log: Log, i: int, t: int) -> bool:
    """Whether account `i`, which has closed its legs, must wait with what it is worth."""
    worth = math.floor(equity_of(state, i) * 1e6)
    if may_withdraw(state, rules, worth, t):
        return False
    if state.accounts[i].held == 0:
        state.accounts[i].held = 1
        state.tills[HELD_CASH] += worth
        record(state, log, t, HELD, i, NONE, NONE, NIL, NIL, NIL, NIL, worth * 1e-6, 0.0, 0.0)
    return True
