"""The chain goes down and comes back (rules §2a and §8a)."""

from tests.reference import ledger
from tests.reference.numbers import ticks
from tests.reference.state import State

UP, DOWN, FORCED = range(3)


def up(state: State) -> bool:
    return state.weather.chain[state.tick] == UP


def down(state: State) -> bool:
    """Whether not even what users force in from the other chain is included."""
    return state.weather.chain[state.tick] == DOWN


def turn(state: State) -> None:
    """Note the first tick of an outage and the first one after it; a long outage shuts the gate."""
    was_up = state.tick == 0 or state.weather.chain[state.tick - 1] == UP
    if was_up and not up(state):
        state.down = state.tick
        ledger.record(state, ledger.OUTAGE)
    elif up(state) and not was_up:
        assert state.down is not None
        state.back = state.tick
        outage_s = (state.back - state.down) * state.venue.step_s
        _shut_gate(state, outage_s)
        ledger.record(state, ledger.RESUME, price=outage_s)


def lost(state: State) -> int:
    """Ticks of the outage that this one ends."""
    if state.back != state.tick:
        return 0
    assert state.down is not None
    return state.back - state.down


def _shut_gate(state: State, outage_s: float) -> None:
    rules = state.terms.dampers
    if rules.gate_s > 0 and rules.gate_outage_s > 0 and outage_s >= rules.gate_outage_s:
        state.flow["gate"] = max(state.flow["gate"], state.tick + ticks(rules.gate_s, state.venue.step_s))


def in_grace(state: State, seen: tuple[float, float]) -> bool:
    """Whether it is too soon after an outage to liquidate an account of this equity and maintenance."""
    rules, (worth, required) = state.terms.dampers, seen
    if rules.grace_s <= 0 or state.back is None:
        return False
    until = state.back + ticks(rules.grace_s, state.venue.step_s)
    return state.tick < until and worth >= rules.grace_override * required
