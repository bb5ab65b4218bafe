"""What an auction asks now (rules §8)."""

import math
from dataclasses import dataclass

from tests.reference import charge, fills
from tests.reference.account import Tranche
from tests.reference.numbers import clip, rint
from tests.reference.requirement import health
from tests.reference.state import OPTION, PERPETUAL, State, stands_for

DUTCH = 1
LINEAR, EXPONENTIAL, STAIRS, HEALTH = range(4)


@dataclass(frozen=True)
class Offer:
    """A tranche at a price; `counted` is the price that discounts and edges are fractions of."""

    i: int
    tranche: Tranche
    side: int
    price: float
    counted: float
    discount: float

    @property
    def j(self) -> int:
        return self.tranche.j


def age_s(state: State, tranche: Tranche) -> float:
    return (state.tick - tranche.opened) * state.venue.step_s


def offered(state: State, i: int, tranche: Tranche) -> Offer:
    """At the price of this tick."""
    j, side = tranche.j, fills.side_of(state, i, tranche.j)
    base = tranche.top if state.terms.selling.anchored else state.mark[j]
    discount, unit_price = _discount(state, i, tranche), counted(state, i, j)
    if state.instruments[j].kind == PERPETUAL:
        price = base * (1 - side * discount)
    else:
        price = max(0.0, base - side * (discount * unit_price))
    worth, required = health(state, i)
    if not tranche.insolvent and worth >= 0:
        bound = state.mark[j] - side * _most_given(state, i, j, worth, required)
        price = max(price, bound) if side > 0 else min(price, bound)
    return Offer(i, tranche, side, price, unit_price, discount)


def _most_given(state: State, i: int, j: int, worth: float, required: float) -> float:
    """What a coin may go below its mark until the account has nothing left."""
    if required <= 0:
        return 0.0
    size = abs(state.accounts[i].size[j])
    asked = min(stands_for(state, size, j) * charge.weight(state, i, j), required)
    return worth * (asked / required) / (size * state.instruments[j].unit)


def counted(state: State, i: int, j: int) -> float:
    """Price that discounts and edges of an instrument are fractions of."""
    if state.instruments[j].kind == OPTION:
        return max(state.mark[j], charge.weight(state, i, j) * state.basis[j])
    return state.mark[j]


def _discount(state: State, i: int, tranche: Tranche) -> float:
    terms, selling, age = state.terms, state.terms.selling, age_s(state, tranche)
    if tranche.insolvent:
        done = min(1.0, age / selling.insolvent_s)
        return tranche.begun + (selling.insolvent_discount - tranche.begun) * done
    if terms.liquidation_format != DUTCH:
        return terms.end_discount
    if age > terms.length_s and selling.slow_s > 0:
        done = min(1.0, (age - terms.length_s) / selling.slow_s)
        return terms.end_discount + (selling.floor_discount - terms.end_discount) * done
    return _fast(state, i, age)


def _fast(state: State, i: int, age: float) -> float:
    """Along the price path of a solvent account."""
    terms, path = state.terms, state.terms.selling.path
    x = min(1.0, age / terms.length_s)
    if path == EXPONENTIAL:
        fall = math.log((1 - terms.end_discount) / (1 - terms.start_discount))
        return rint((1 - (1 - terms.start_discount) * math.exp(x * fall)) * 1e9) / 1e9
    if path == STAIRS:
        stair_s = terms.selling.stair_s
        x = min(1.0, (math.floor(age / stair_s) * stair_s) / terms.length_s)
    elif path == HEALTH:
        worth, required = health(state, i)
        x = clip(1 - worth / required, 0.0, 1.0) if required > 0 else 1.0
    return terms.start_discount + (terms.end_discount - terms.start_discount) * x
