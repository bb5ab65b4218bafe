"""The outside market: what a trade costs and how much fits inside a limit (rules §4)."""

import math
from dataclasses import dataclass

from tests.reference.instruments import delta, fair
from tests.reference.numbers import sign, stepped
from tests.reference.state import OPTION, State


@dataclass(frozen=True)
class Deal:
    """A trade with the outside market: its average price and the displaced volume it leaves, if it leaves any."""

    price: float
    market: int
    volume: float


def displacement(state: State, m: int) -> float:
    """Of the market's price from the index, as a fraction; none without a market."""
    volume, slope = _standing(state, m)
    return slope * sign(volume) * math.sqrt(abs(volume))


def _standing(state: State, m: int) -> tuple[float, float]:
    """Displaced volume and slope of a market."""
    return (0.0, 0.0) if m < 0 else (state.volume[m], state.slope[m])


def _antiderivative(slope: float, x: float) -> float:
    return slope * (2 / 3) * abs(x) * math.sqrt(abs(x))


def _mean_displacement(state: State, m: int, after: float) -> float:
    before, slope = _standing(state, m)
    if after == before:
        return displacement(state, m)
    return (_antiderivative(slope, after) - _antiderivative(slope, before)) / (after - before)


def deal(state: State, j: int, side: int, q: int) -> Deal:
    """Selling `q` out of a long (side +1), or buying it back (side -1)."""
    one, price = state.instruments[j], fair(state, j)
    before, _ = _standing(state, one.market)
    if one.kind == OPTION:
        index = state.index[one.market]
        after = before - side * (((q * one.unit) * delta(state, j)) * index)
        mean = _mean_displacement(state, one.market, after)
        gets = max(0.0, price + (delta(state, j) * index) * mean - side * (one.spread * index))
    else:
        after = before - side * ((q * one.unit) * price)
        gets = price * (1 + _mean_displacement(state, one.market, after) - side * one.spread)
    return Deal(gets, one.market, after)


def marginal(state: State, j: int, side: int, q: int) -> float:
    """Price of the last quantum of `q`."""
    one, price = state.instruments[j], fair(state, j)
    before, slope = _standing(state, one.market)
    if one.kind == OPTION:
        index = state.index[one.market]
        after = before - side * (((q * one.unit) * delta(state, j)) * index)
        moved = slope * sign(after) * math.sqrt(abs(after))
        return max(0.0, price + (delta(state, j) * index) * moved - side * (one.spread * index))
    after = before - side * ((q * one.unit) * price)
    return price * (1 + slope * sign(after) * math.sqrt(abs(after)) - side * one.spread)


def displace(state: State, trade: Deal) -> None:
    """Leave the volume of a trade in its market."""
    if trade.market >= 0:
        state.volume[trade.market] = trade.volume


def _room_beyond(deviation: float, slope: float, volume: float, side: int) -> float:
    """Volume until displacement reaches `deviation`; selling lowers it."""
    last = sign(deviation) * (deviation / slope) * (deviation / slope)
    return max(0.0, volume - last if side > 0 else last - volume)


def _room(state: State, j: int, side: int, limit: float) -> float:
    """Quote currency that trades before the marginal price passes `limit`."""
    one = state.instruments[j]
    volume, slope = _standing(state, one.market)
    deviation = limit / fair(state, j) - 1 + side * one.spread
    if slope == 0:
        return math.inf if side * (0 - deviation) >= 0 else 0.0
    return _room_beyond(deviation, slope, volume, side)


def _option_room(state: State, j: int, side: int, limit: float) -> float:
    """Likewise of the underlying, for the hedge."""
    one, price, hedge = state.instruments[j], fair(state, j), delta(state, j)
    volume, slope = _standing(state, one.market)
    index = state.index[one.market]
    if hedge == 0 or slope == 0:
        return math.inf if side * (price - side * (one.spread * index) - limit) >= 0 else 0.0
    deviation = (limit - price + side * (one.spread * index)) / (hedge * index)
    return _room_beyond(deviation, slope, volume, side * sign(hedge))


def fitting(state: State, j: int, side: int, q: int, limit: float) -> int:
    """How much of `q` the market takes at `limit` or better, a multiple of the step."""
    one = state.instruments[j]
    if one.kind == OPTION:
        room, index, coins = _option_room(state, j, side, limit), state.index[one.market], abs(delta(state, j))
        if coins == 0:
            return q if room else 0
        if room >= ((q * one.unit) * coins) * index:
            return q
        return stepped(math.floor(room / ((one.unit * coins) * index)), one.step)
    room, price = _room(state, j, side, limit), fair(state, j)
    if room >= (q * one.unit) * price:
        return q
    return stepped(math.floor(room / (one.unit * price)), one.step)


def trader_price(state: State, j: int, direction: int) -> float:
    """For trader flow, which moves nothing: direction +1 buys, -1 sells."""
    one, price = state.instruments[j], fair(state, j)
    moved = displacement(state, one.market)
    if one.kind == OPTION:
        index = state.index[one.market]
        return max(0.0, price + (delta(state, j) * index) * moved + direction * (one.spread * index))
    return price * (1 + moved + direction * one.spread)
