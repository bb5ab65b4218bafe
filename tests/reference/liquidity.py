"""The outside market: what a trade costs and how much fits inside a limit (rules §4)."""

import math
from dataclasses import dataclass

from tests.reference.instruments import delta, fair
from tests.reference.numbers import sign, stepped
from tests.reference.state import OPTION, Instrument, State


@dataclass(frozen=True)
class Deal:
    """A trade with the outside market: its average price and the displaced volume it leaves, if it leaves any."""

    price: float
    market: int
    volume: float


def slope_of(state: State, m: int, *, spoofed: bool = False) -> float:
    """Of a market in this tick, as it is or as keepers see it."""
    if m < 0:
        return 0.0
    slope = state.feed.slope[state.hour][m] * state.weather.depth[state.tick][m]
    return slope * state.weather.spoof[state.tick][m] if spoofed else slope


def _spread(state: State, one: Instrument) -> float:
    """Half spread in this tick."""
    return one.spread if one.market < 0 else one.spread * state.weather.wide[state.tick][one.market]


def displacement(state: State, m: int) -> float:
    """Of the market's price from the index, as a fraction; none without a market."""
    return _shift(slope_of(state, m), _volume(state, m))


def _shift(slope: float, volume: float) -> float:
    return slope * sign(volume) * math.sqrt(abs(volume))


def _volume(state: State, m: int) -> float:
    """Displaced by now."""
    return 0.0 if m < 0 else state.volume[m]


def _antiderivative(slope: float, x: float) -> float:
    return slope * (2 / 3) * abs(x) * math.sqrt(abs(x))


def between(slope: float, before: float, after: float) -> float:
    """Mean displacement of a trade."""
    if after == before:
        return _shift(slope, before)
    return (_antiderivative(slope, after) - _antiderivative(slope, before)) / (after - before)


def deal(state: State, j: int, side: int, q: int, *, spoofed: bool = False) -> Deal:
    """Selling `q` out of a long (side +1), or buying it back (side -1)."""
    one, price = state.instruments[j], fair(state, j)
    slope, before, spread = (
        slope_of(state, one.market, spoofed=spoofed),
        _volume(state, one.market),
        _spread(state, one),
    )
    if one.kind == OPTION:
        index = state.index[one.market]
        after = before - side * (((q * one.unit) * delta(state, j)) * index)
        mean = between(slope, before, after)
        gets = max(0.0, price + (delta(state, j) * index) * mean - side * (spread * index))
    else:
        after = before - side * ((q * one.unit) * price)
        gets = max(0.0, price * (1 + between(slope, before, after) - side * spread))
    return Deal(gets, one.market, after)


def marginal(state: State, j: int, side: int, q: int, ahead: float) -> float:
    """Price of the last quantum of `q`, as keepers see it, with quote of `ahead` traded before them."""
    one, price = state.instruments[j], fair(state, j)
    slope, before, spread = slope_of(state, one.market, spoofed=True), _volume(state, one.market), _spread(state, one)
    if one.kind == OPTION:
        index = state.index[one.market]
        after = before - side * (((q * one.unit) * delta(state, j)) * index)
        moved = _shift(slope, after)
        return max(0.0, price + (delta(state, j) * index) * moved - side * (spread * index))
    after = before - side * ((q * one.unit) * price) - side * ahead
    return max(0.0, price * (1 + _shift(slope, after) - side * spread))


def displace(state: State, trade: Deal) -> None:
    """Leave the volume of a trade in its market."""
    if trade.market >= 0:
        state.volume[trade.market] = trade.volume


def _room_beyond(deviation: float, slope: float, volume: float, side: int) -> float:
    """Volume until displacement reaches `deviation`; selling lowers it."""
    last = sign(deviation) * (deviation / slope) * (deviation / slope)
    return max(0.0, volume - last if side > 0 else last - volume)


def _room(state: State, j: int, side: int, limit: float, slope: float) -> float:
    """Quote currency that trades before the marginal price passes `limit`."""
    one = state.instruments[j]
    volume = _volume(state, one.market)
    deviation = limit / fair(state, j) - 1 + side * _spread(state, one)
    if slope == 0:
        return math.inf if side * (0 - deviation) >= 0 else 0.0
    return _room_beyond(deviation, slope, volume, side)


def _option_room(state: State, j: int, side: int, limit: float, slope: float) -> float:
    """Likewise of the underlying, for the hedge."""
    one, price, hedge = state.instruments[j], fair(state, j), delta(state, j)
    volume, spread = _volume(state, one.market), _spread(state, one)
    index = state.index[one.market]
    if hedge == 0 or slope == 0:
        return math.inf if side * (price - side * (spread * index) - limit) >= 0 else 0.0
    deviation = (limit - price + side * (spread * index)) / (hedge * index)
    return _room_beyond(deviation, slope, volume, side * sign(hedge))


def fitting(state: State, j: int, side: int, q: int, limit: float, *, spoofed: bool = False, ahead: float = 0.0) -> int:
    """How much of `q` the market takes at `limit` or better, a multiple of the step; `ahead` of quote goes first."""
    one = state.instruments[j]
    slope = slope_of(state, one.market, spoofed=spoofed)
    if one.kind == OPTION:
        room, index, coins = _option_room(state, j, side, limit, slope), state.index[one.market], abs(delta(state, j))
        if coins == 0:
            return q if room else 0
        if room >= ((q * one.unit) * coins) * index:
            return q
        return stepped(math.floor(room / ((one.unit * coins) * index)), one.step)
    room, price = max(0.0, _room(state, j, side, limit, slope) - ahead), fair(state, j)
    if room >= (q * one.unit) * price:
        return q
    return stepped(math.floor(room / (one.unit * price)), one.step)


def trader_price(state: State, j: int, direction: int) -> float:
    """For trader flow, which moves nothing: direction +1 buys, -1 sells, 0 rests on the book."""
    one, price = state.instruments[j], fair(state, j)
    moved, spread = displacement(state, one.market), _spread(state, one)
    if one.kind == OPTION:
        index = state.index[one.market]
        return max(0.0, price + (delta(state, j) * index) * moved + direction * (spread * index))
    return max(0.0, price * (1 + moved + direction * spread))
