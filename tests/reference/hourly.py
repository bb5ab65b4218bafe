"""What the pool gets and gives at the start of an hour (rules §9a)."""

from tests.reference import ledger, pool
from tests.reference.numbers import shares
from tests.reference.state import State, equity


def settle(state: State) -> None:
    if state.tick == 0 or state.tick % state.venue.ticks_per_hour:
        return
    _transfer(state)
    _overflow(state)
    _premium(state)


def _transfer(state: State) -> None:
    amount = state.terms.pool.treasury_per_hour
    if amount > 0:
        state.bucket["treasury"] -= amount
        pool.add(state, amount)
        ledger.record(state, ledger.TRANSFER, fund=amount)


def _overflow(state: State) -> None:
    target = state.terms.pool.pool_target
    amount = min(state.pool - target, state.shared)
    if target > 0 and amount > 0:
        state.bucket["insurance"] -= amount
        state.bucket["treasury"] += amount
        state.flow["pool_peak"] -= amount
        state.overflowed += amount
        ledger.record(state, ledger.OVERFLOW, fund=-amount)


def _premium(state: State) -> None:
    """Those who stand in for others share what fees brought for it."""
    cap = state.terms.sharing.share_cap
    weights = {
        i: max(0.0, cap * max(equity(state, i) - account.owed * 1e-6, 0.0) - account.given * 1e-6)
        for i, account in enumerate(state.accounts)
        if account.inside and account.flag is None and state.crowd.opted[i]
    }
    total = 0
    for i, amount in shares(state.bucket["sharing"], weights):
        state.accounts[i].cash += amount
        total += amount
    state.bucket["sharing"] -= total
    if total:
        ledger.record(state, ledger.PREMIUM, quote=total)
