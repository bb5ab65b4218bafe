"""What options ask for by position (rules §3a, after Derive v2's standard manager)."""

from dataclasses import dataclass

from tests.reference.instruments import forward
from tests.reference.pricing import payoff
from tests.reference.state import Expiry, Instrument, State
from tests.reference.tiers import between


@dataclass(frozen=True)
class Leg:
    """Signed coins of one series, and their value at mark."""

    one: Instrument
    a: float
    v: float


def leg(state: State, j: int, size: int) -> Leg:
    a = size * state.instruments[j].unit
    return Leg(state.instruments[j], a, a * state.mark[j])


def legs(state: State, sizes: list[int], expiry: Expiry) -> list[Leg]:
    return [leg(state, j, sizes[j]) for j in expiry.series if sizes[j]]


def alone(state: State, one: Leg) -> tuple[float, float]:
    """Initial and maintenance margin of one leg by itself, both negative for a short."""
    rules, spot = state.regime.terms.options, state.oracle[one.one.market]
    if one.a > 0:
        return 0.0, 0.0
    strike = one.one.strike
    out = max((strike - spot) / spot if one.one.call else (spot - strike) / spot, 0)
    initial = one.v + max(rules.max_spot - out, rules.min_spot) * spot * one.a
    if one.one.call:
        return initial, one.v + rules.maintenance_call * spot * one.a
    least = one.v + min(rules.maintenance_put * spot * one.a, rules.maintenance_put_value * one.v)
    return min(initial, least * rules.put_offset), least


def _together(held: list[Leg], ahead: float, unpaired: float) -> float:
    """Worst settlement, and a charge for calls that no other covers."""
    worst = 0.0
    for price in (0.0, *(one.one.strike for one in held)):
        total = 0.0
        for one in held:
            total = total + one.a * payoff(price, one.one.strike, one.one.call)
        worst = min(worst, total)
    calls = 0.0
    for one in held:
        if one.one.call:
            calls = calls + one.a
    return worst + unpaired * ahead * min(calls, 0.0)


def expiry_need(state: State, held: list[Leg], expiry: Expiry, tier: str) -> float:
    rules = state.regime.terms.options
    ahead = forward(state, expiry.market, expiry.tick, state.oracle[expiry.market])
    initial, maintenance, worth = 0.0, 0.0, 0.0
    for one in held:
        lone = alone(state, one)
        initial, maintenance, worth = initial + lone[0], maintenance + lone[1], worth + one.v
    return between(
        worth - max(maintenance, _together(held, ahead, rules.unpaired_maintenance)),
        worth - max(initial, _together(held, ahead, rules.unpaired_initial)),
        tier,
        state.regime.terms.margin,
    )
