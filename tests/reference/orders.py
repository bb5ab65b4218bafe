"""Orders that rest with the venue: stop-loss and take-profit (rules §7, step 4)."""

from tests.reference import ledger, legs
from tests.reference.requirement import health
from tests.reference.state import State, equity


def due(state: State, i: int) -> bool:
    habits = state.crowd.habits
    return state.accounts[i].put_in > 0 and (habits.take_profit[i] > 0 or habits.stop_loss[i] > 0)


def act(state: State, i: int) -> bool:
    """Leave if one of the orders is reached and nothing forbids it."""
    habits, worth = state.crowd.habits, equity(state, i)
    put_in = state.accounts[i].put_in * 1e-6
    high, low = habits.take_profit[i] * put_in, habits.stop_loss[i] * put_in
    if habits.take_profit[i] > 0 and worth >= high:
        return _leave(state, i, ledger.LIMIT, high, resting=True)
    if habits.stop_loss[i] > 0 and worth < low:
        return _leave(state, i, ledger.STOP, low, resting=False)
    return False


def _leave(state: State, i: int, kind: int, level: float, *, resting: bool) -> bool:
    if not legs.may_leave(state, i, resting=resting, level=level if resting else 0.0):
        return False
    ledger.record(state, kind, health(state, i), account=i, price=level)
    legs.leave(state, i, resting=resting)
    return True
