"""Those who hold a share of the pool and may leave (rules §9a)."""

import math

from tests.reference import ledger
from tests.reference.account import Staker
from tests.reference.numbers import ticks
from tests.reference.state import State


def act(state: State) -> None:
    """Who loses nerve asks to leave; whose time is over leaves."""
    with_loans = state.pool + state.flow["advances_out"]
    state.flow["pool_peak"] = max(state.flow["pool_peak"], with_loans)
    for n, staker in enumerate(state.stakers):
        floor = (1 - state.crowd.nerve[n]) * state.flow["pool_peak"]
        if staker.units > 0 and staker.asked is None and with_loans < floor:
            staker.asked, staker.noted = state.tick, _value(state, staker)
    wait = ticks(state.terms.pool.stake_cooldown_s, state.venue.step_s)
    for n, staker in enumerate(state.stakers):
        if staker.units > 0 and staker.asked is not None and state.tick >= staker.asked + wait:
            _leave(state, n, staker)


def _value(state: State, staker: Staker) -> int:
    return math.floor(state.pool * (staker.units / state.units)) if state.units > 0 else 0


def _leave(state: State, n: int, staker: Staker) -> None:
    value = _value(state, staker)
    due = min(staker.noted, value)
    amount = min(due, state.shared)
    if amount == 0 < due:
        return
    units = staker.units if amount == due else staker.units * (amount / value)
    state.units -= units
    staker.units = 0.0 if amount == due else staker.units - units
    staker.noted -= amount
    state.flow["pool_peak"] -= amount
    state.bucket["insurance"] -= amount
    state.bucket["stakers"] += amount
    state.flow["staked_out"] += amount
    ledger.record(state, ledger.UNSTAKE, other=n, fund=-amount)
