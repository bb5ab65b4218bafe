"""Traders lose their nerve together (rules §7, step 4)."""

from tests.reference import ledger
from tests.reference.numbers import HERD, HERD_DELAY, draw, wait
from tests.reference.state import State


def strike(state: State) -> None:
    """In a panic those who follow the herd leave soon, whatever they had planned."""
    if not state.weather.panic[state.tick]:
        return
    ledger.record(state, ledger.PANIC)
    habits, t = state.crowd.habits, state.tick
    for i, account in enumerate(state.accounts):
        owner = state.crowd.owner[i]
        if account.exposed and draw(state.seed, HERD, owner, t) < habits.herd[i]:
            due = t + wait(habits.herd_delay, state.seed, HERD_DELAY, owner, t)
            account.due = due if account.due is None else min(account.due, due)
