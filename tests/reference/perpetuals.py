"""What perpetuals and assets ask for (rules §3a)."""

import math

from tests.reference.numbers import clip, rint, root
from tests.reference.slow import ORACLE, STABLE, STRICT
from tests.reference.state import ASSET, State, borrowed, held
from tests.reference.tiers import FILL, INITIAL, LINEAR, ROOT, STOP, between, share_of
from tests.reference.weights import maintenance_weight


def adverse(state: State, j: int, size: int) -> float:
    """The worse of mark and slow price for the holder of a size; the mean of the strict mode is for assets alone."""
    mark, mode = state.mark[j], state.regime.terms.margin.price_mode
    if mode == ORACLE or (mode == STRICT and state.instruments[j].kind != ASSET):
        return mark
    return min(mark, state.slow[j]) if size > 0 else max(mark, state.slow[j])


def weight_at(state: State, m: int, b: float, tier: str, initial: list[float] | None) -> float:
    """Weight of a position of `b` coins; `initial` weights are used above the maintenance tier alone."""
    margin = state.regime.terms.margin
    lower = maintenance_weight(state, m)
    upper = lower if initial is None else initial[m]
    if margin.curve == ROOT:
        return _root_weight(state, m, b, tier, lower, upper)
    weight = between(lower, upper, tier, margin)
    if tier == STOP:
        weight = weight + margin.stop_add
    if margin.curve == LINEAR:
        weight = weight + between(margin.curve_maintenance[m], margin.curve_initial[m], tier, margin) * b
    return weight


def _root_weight(state: State, m: int, b: float, tier: str, lower: float, upper: float) -> float:
    margin = state.regime.terms.margin
    u_lower, u_upper = rint(lower * 1e4), rint(upper * 1e4)
    u = u_upper if tier == INITIAL else u_lower
    if tier in (FILL, STOP):
        u = u_lower + math.floor(share_of(tier, margin) * (u_upper - u_lower))
    f = rint(margin.curve_initial[m] * 1e6)
    if f:
        u = max(u, u - u // 5 + root(b) * f // 10**7)
    return u * 1e-4 + (margin.stop_add if tier == STOP else 0.0)


def perpetual_need(state: State, m: int, size: int, tier: str, initial: list[float] | None) -> float:
    margin, price = state.regime.terms.margin, state.oracle[m]
    b = abs(size) * state.instruments[m].unit
    weight = weight_at(state, m, b, tier, initial)
    if tier == INITIAL:
        other = adverse(state, m, size)
        return (b * other) * weight + b * abs(price - other) + margin.base_margin[m]
    return (b * price) * weight + margin.base_margin[m]


def asset_need(state: State, j: int, size: int, tier: str) -> float:
    """Of a coin held, what its value is not trusted with; of one borrowed, what is owed above its value."""
    b = abs(size) * state.instruments[j].unit
    price = adverse(state, j, size) if tier == INITIAL else state.mark[j]
    worth = b * state.mark[j]
    if size > 0:
        return worth - _asset_weight(state, j, b, tier) * (b * price)
    return _liability_weight(state, j, b, tier) * (b * price) - worth


def _dear(state: State, j: int, tier: str) -> float:
    """Price at which pools are measured."""
    stable = tier == INITIAL and state.regime.terms.margin.price_mode == STABLE
    return max(state.mark[j], state.slow[j]) if stable else state.mark[j]


def _asset_weight(state: State, j: int, b: float, tier: str) -> float:
    margin, k = state.regime.terms.margin, state.instruments[j].number
    initial = margin.asset_initial[k]
    if tier in (INITIAL, FILL) and margin.asset_scale[k] > 0:
        total = held(state, j, _dear(state, j, tier))
        if total > margin.asset_scale[k]:
            initial = initial * margin.asset_scale[k] / total
    a = between(margin.asset_maintenance[k], initial, tier, margin)
    slope = margin.asset_curve[k]
    if margin.curve == LINEAR:
        a = 1 - clip(slope * b, 1 - a, 1 - min(a, margin.asset_worst[k]))
    elif margin.curve == ROOT:
        u, f = math.floor(a * 1e4 + 1e-6), rint(slope * 1e6)
        if f:
            u = min(u, 1100000 * 10**4 // (10**6 + root(b) * f // 10**5))
        a = u * 1e-4
    return a


def _liability_weight(state: State, j: int, b: float, tier: str) -> float:
    margin, k = state.regime.terms.margin, state.instruments[j].number
    initial = margin.liability_initial[k]
    if tier in (INITIAL, FILL) and margin.liability_scale[k] > 0:
        total = borrowed(state, j, _dear(state, j, tier))
        if total > margin.liability_scale[k]:
            initial = initial * total / margin.liability_scale[k]
    weight = between(margin.liability_maintenance[k], initial, tier, margin)
    if margin.curve == ROOT:
        u, f = math.floor(weight * 1e4 + 1e-6), rint(margin.asset_curve[k] * 1e6)
        if f:
            u = max(u, u - u // 5 + root(b) * f // 10**7)
        weight = u * 1e-4
    return weight + margin.stop_add if tier == STOP else weight
