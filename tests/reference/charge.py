"""What to sell first (rules §3a)."""

from collections.abc import Sequence

from tests.reference.options import alone, leg
from tests.reference.perpetuals import asset_need, weight_at
from tests.reference.requirement import SCAN, maintenance
from tests.reference.state import OPTION, PERPETUAL, State, stands_for, value
from tests.reference.tiers import FLAT, MAINTENANCE
from tests.reference.weights import maintenance_weight


def charge(state: State, i: int, j: int) -> float:
    """What instrument `j` adds to what account `i` must keep."""
    sizes, one = state.accounts[i].size, state.instruments[j]
    if state.regime.terms.margin.method == SCAN:
        without = [0 if n == j else size for n, size in enumerate(sizes)]
        return max(0.0, maintenance(state, sizes) - maintenance(state, without))
    if one.kind == PERPETUAL:
        b = abs(sizes[j]) * one.unit
        return (b * state.mark[j]) * weight_at(state, j, b, MAINTENANCE, None)
    if one.kind == OPTION:
        held = leg(state, j, sizes[j])
        return held.v if held.a > 0 else held.v - alone(state, held)[1]
    return asset_need(state, j, sizes[j], MAINTENANCE)


def heaviest(state: State, i: int, among: Sequence[int] | None = None) -> int:
    """What a liquidation starts with: the largest charge, else the largest value, the first of equals."""
    sizes = state.accounts[i].size
    held = [j for j in state.all if sizes[j]] if among is None else among
    charges = {j: charge(state, i, j) for j in held}
    best = max(held, key=lambda j: charges[j])
    if charges[best] > 0:
        return best
    return max(held, key=lambda j: abs(value(state, sizes[j], j)))


def weight(state: State, i: int, j: int) -> float:
    """Charge for each quote unit that instrument `j` of account `i` stands for."""
    margin, one = state.regime.terms.margin, state.instruments[j]
    if one.kind == PERPETUAL and margin.method != SCAN and margin.curve == FLAT:
        return maintenance_weight(state, j)
    whole = stands_for(state, abs(state.accounts[i].size[j]), j)
    return charge(state, i, j) / whole if whole else 0.0
