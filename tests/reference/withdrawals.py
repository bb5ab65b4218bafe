"""Withdrawals that have to wait (rules §8a)."""

import math

from tests.reference import chain, ledger, window
from tests.reference.state import State, equity

HOUR_S = 3600


def worth_of(state: State, i: int) -> int:
    """Quantums that account `i` would take out."""
    return math.floor(equity(state, i) * 1e6)


def held(state: State, amount: int) -> bool:
    """Whether `amount` may not be taken out now."""
    rules = state.terms.dampers
    if amount <= 0:
        return False
    if chain.down(state):
        return True
    gate = rules.gate_s > 0 and state.tick < state.flow["gate"]
    run = bool(rules.guard) and state.shortfall * 1e6 > state.pool
    return gate or run or _throttled(state, amount * 1e-6)


def _cap(state: State) -> float:
    return state.terms.dampers.throttle * max(0.0, state.collateral)


def _throttled(state: State, amount: float) -> bool:
    if state.terms.dampers.throttle <= 0:
        return False
    cap = _cap(state)
    gone = window.level(state, state.withdrawn, cap, HOUR_S)
    return gone != 0 and gone + amount > cap


def count(state: State, amount: int) -> None:
    """`amount` is taken out; the bucket never holds more than its cap."""
    if amount > 0 and state.terms.dampers.throttle > 0:
        window.add(state, state.withdrawn, amount * 1e-6, _cap(state), HOUR_S)
        state.withdrawn.used = min(state.withdrawn.used, _cap(state))


def hold(state: State, i: int) -> None:
    """Account `i` waits; the first time this is recorded."""
    account = state.accounts[i]
    if not account.held:
        account.held = True
        state.flow["held_cash"] += worth_of(state, i)
        ledger.record(state, ledger.HELD, account=i, price=worth_of(state, i) * 1e-6)
