"""The outside market: what a trade costs and how much fits inside a limit (rules §4)."""

import math
from dataclasses import dataclass

from tests.reference.numbers import sign, stepped
from tests.reference.state import State


@dataclass(frozen=True)
class Deal:
    """A trade with the outside market: its average price and the displaced volume it leaves."""

    price: float
    volume: float


def displacement(state: State, m: int) -> float:
    """Of the market's price from the index, as a fraction."""
    volume = state.volume[m]
    return state.slope[m] * sign(volume) * math.sqrt(abs(volume))


def _antiderivative(slope: float, x: float) -> float:
    return slope * (2 / 3) * abs(x) * math.sqrt(abs(x))


def deal(state: State, m: int, side: int, q: int) -> Deal:
    """Selling `q` out of a long (side +1), or buying it back (side -1)."""
    slope, index = state.slope[m], state.index[m]
    before = state.volume[m]
    after = before - side * ((q * state.terms.unit[m]) * index)
    if after == before:
        mean = displacement(state, m)
    else:
        mean = (_antiderivative(slope, after) - _antiderivative(slope, before)) / (after - before)
    return Deal(index * (1 + mean - side * state.venue.half_spread[m]), after)


def _room(state: State, m: int, side: int, limit: float) -> float:
    """Quote currency that trades before the marginal price passes `limit`."""
    slope = state.slope[m]
    delta = limit / state.index[m] - 1 + side * state.venue.half_spread[m]
    if slope == 0:
        return math.inf if side * (0 - delta) >= 0 else 0.0
    last = sign(delta) * (delta / slope) * (delta / slope)
    return max(0.0, state.volume[m] - last if side > 0 else last - state.volume[m])


def fitting(state: State, m: int, side: int, q: int, limit: float) -> int:
    """How much of `q` the market takes at `limit` or better, a multiple of the step."""
    unit, index = state.terms.unit[m], state.index[m]
    room = _room(state, m, side, limit)
    if room >= (q * unit) * index:
        return q
    return stepped(math.floor(room / (unit * index)), state.terms.step[m])


def trader_price(state: State, m: int, direction: int) -> float:
    """For trader flow, which moves nothing: direction +1 buys, -1 sells."""
    return state.index[m] * (1 + displacement(state, m) + direction * state.venue.half_spread[m])
