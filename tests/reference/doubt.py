"""What doubtful prices and a slipping settlement token add to initial margin (rules §3a)."""

from tests.reference.instruments import ratio
from tests.reference.state import ASSET, OPTION, State


def doubt_need(state: State, m: int, sizes: list[int], *, scan: bool) -> float:
    """Of a market whose oracle is unsure of its price."""
    margin, confidence = state.regime.terms.margin, state.listing.confidence[state.hour][m]
    if confidence >= margin.doubt_threshold:
        return 0.0
    x = _coins(state, m, sizes, all_options=scan)
    for j, one in enumerate(state.instruments):
        if one.kind == ASSET and one.market == m and sizes[j] > 0:
            x = x + (sizes[j] * one.unit) * ratio(state, one)
    return (1 - confidence) * margin.doubt_factor * state.oracle[m] * x


def peg_need(state: State, sizes: list[int]) -> float:
    margin = state.regime.terms.margin
    gap = max(margin.peg_threshold - state.listing.peg[state.tick], 0)
    if not gap:
        return 0.0
    total = 0.0
    for m in state.markets:
        total = total + state.oracle[m] * _coins(state, m, sizes, all_options=False)
    return gap * margin.peg_factor * total


def _coins(state: State, m: int, sizes: list[int], *, all_options: bool) -> float:
    """Of the perpetual, and of options: those sold, or all."""
    x = abs(sizes[m]) * state.instruments[m].unit
    for j, one in enumerate(state.instruments):
        if one.kind == OPTION and one.market == m and (sizes[j] < 0 or (all_options and sizes[j])):
            x = x + abs(sizes[j]) * one.unit
    return x
