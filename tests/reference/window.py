"""Buckets that empty evenly (rules §8a)."""

from tests.reference.account import Window
from tests.reference.state import State


def level(state: State, window: Window, cap: float, length_s: float) -> float:
    """What is in it now, if `cap` of it empties in `length_s`; a look stores nothing."""
    return max(0.0, window.used - cap * ((state.tick - window.at) * state.venue.step_s / length_s))


def add(state: State, window: Window, amount: float, cap: float, length_s: float) -> None:
    window.used = level(state, window, cap, length_s) + amount
    window.at = state.tick
