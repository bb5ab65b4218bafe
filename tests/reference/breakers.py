"""Halts of a market (rules §8a)."""

from tests.reference import chain, ledger, oracle, window
from tests.reference.numbers import ticks
from tests.reference.state import State, stands_for


def trip(state: State) -> None:
    """Halt each market that moved too far or in which too much was closed."""
    rules, step_s = state.terms.dampers, state.venue.step_s
    for m in state.markets:
        if state.tick >= state.halted[m] and (_moved(state, m) or _sold(state, m)):
            state.tripped[m], state.sold[m].used = state.tick, 0.0
            state.halted[m] = state.tick + max(1, ticks(rules.breaker_halt_s, step_s))
            ledger.record(state, ledger.HALT, market=m, price=state.oracle[m])


def _moved(state: State, m: int) -> bool:
    rules, t = state.terms.dampers, state.tick
    back = max(1, ticks(rules.breaker_window_s, state.venue.step_s))
    if rules.breaker_move <= 0 or t < back:
        return False
    since = max(t - back, state.tripped[m])
    return abs(state.oracle[m] / state.path[since][m] - 1) >= rules.breaker_move


def _sold(state: State, m: int) -> bool:
    rules = state.terms.dampers
    if rules.breaker_volume <= 0:
        return False
    sold = window.level(state, state.sold[m], rules.breaker_volume, rules.breaker_window_s)
    return sold >= rules.breaker_volume


def count_sale(state: State, i: int, j: int, q: int) -> None:
    """`q` of account `i` was closed: it counts towards a halt, and its market is that of a loss."""
    rules, m = state.terms.dampers, state.instruments[j].market
    state.accounts[i].loss_market = m
    if m >= 0 and rules.breaker_volume > 0:
        amount = stands_for(state, q, j)
        window.add(state, state.sold[m], amount, rules.breaker_volume, rules.breaker_window_s)


def halted(state: State, i: int, j: int, seen: tuple[float, float]) -> bool:
    """Whether instrument `j` of account `i` may not be sold now."""
    m, (worth, required) = state.instruments[j].market, seen
    if oracle.stale(state, m) or chain.in_grace(state, seen):
        return True
    return m >= 0 and state.tick < state.halted[m] and worth >= state.terms.dampers.breaker_override * required
