"""Stakers of the insurance pool: units of it, and a run on it when it falls too far from its peak."""

import math

from govtool.engine.codes import (
    ADVANCES_OUT,
    INSURANCE,
    NIL,
    NONE,
    POOL_PEAK,
    STAKE_UNITS,
    STAKED_OUT,
    STAKERS,
    UNSTAKE,
)
from govtool.engine.jit import inlined, kernel
from govtool.engine.ledger import record
from govtool.engine.pool import shared_pool
from govtool.engine.state import Log, Rules, State
from govtool.engine.windows import ticks_of


@inlined
def pool_with_loans(state: State) -> int:
    """Quantums that the pool holds or has lent."""
    return int(state.tills[INSURANCE] + state.tills[ADVANCES_OUT])


@kernel
def value_of_units(state: State, units: float) -> int:
    """Quantums that units of the pool are worth. Example: half of all units of a pool of 1,000: 500."""
    total = state.gauges[STAKE_UNITS]
    return math.floor(state.tills[INSURANCE] * (units / total)) if total > 0.0 else NIL


@kernel
def _leave(state: State, log: Log, n: int, t: int) -> int:
    """Staker `n` has its part of the pool, or what it was worth when it asked if that is less; returns the quantums.

    Where the shared part of the pool does not reach, the rest of its units waits.
    """
    staker = state.stakers[n]
    value = value_of_units(state, staker.units)
    due = min(staker.noted, value)
    amount = min(due, shared_pool(state))
    units = staker.units if amount == due else staker.units * (amount / value)
    state.gauges[STAKE_UNITS] -= units
    staker.units = 0.0 if amount == due else staker.units - units
    staker.noted -= amount
    state.tills[POOL_PEAK] -= amount
    if amount == 0 and due > 0:
        return 0
    state.tills[INSURANCE] -= amount
    state.tills[STAKERS] += amount
    state.tills[STAKED_OUT] += amount
    record(state, log, t, UNSTAKE, NONE, NONE, n, NIL, NIL, NIL, -amount, 0.0, 0.0, 0.0)
    return int(amount)


@kernel
def stakers_act(state: State, rules: Rules, log: Log, t: int) -> None:
    """Stakers who lose their nerve ask to leave; those whose cooldown is over leave, without gains made meanwhile.

    Notes
    -----
    Source: rules, section 9a; Drift v2 `math/insurance.rs`, where shares asked back forgo gains.
    """
    for n in range(state.stakers.shape[0]):
        staker = state.stakers[n]
        fallen = pool_with_loans(state) < (1.0 - staker.nerve) * state.tills[POOL_PEAK]
        if staker.units > 0.0 and staker.asked < 0 and fallen:
            staker.asked, staker.noted = t, value_of_units(state, staker.units)
    cooldown = ticks_of(rules, rules.stake_cooldown_s)
    for n in range(state.stakers.shape[0]):
        staker = state.stakers[n]
        if staker.units > 0.0 and staker.asked >= 0 and t >= staker.asked + cooldown:
            _leave(state, log, n, t)
