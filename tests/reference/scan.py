"""What a portfolio may lose in a set of scenarios (rules §3a, after Derive v2's portfolio manager 2)."""

import math
from dataclasses import dataclass
from itertools import groupby
from types import SimpleNamespace

from tests.reference.instruments import forward, option_value, seconds_left, volatility, years_left
from tests.reference.options import Leg, legs
from tests.reference.pricing import nine_digits
from tests.reference.state import ASSET, OPTION, Expiry, Instrument, State, value
from tests.reference.tiers import INITIAL, MAINTENANCE, between

NONE, UP, DOWN, LINEAR, ABSOLUTE = range(5)

MONTH_S = 2592000


@dataclass(frozen=True)
class Shocked:
    """Quotes of one series in each scenario, and at the two bases."""

    scenario: list[float]
    up: float
    down: float


def need(state: State, sizes: list[int], tier: str) -> float:
    """Loss in the worst scenario times the tier's factor; add-ons come on top."""
    scan, margin = state.regime.terms.scan, state.regime.terms.margin
    factor = between(scan.scan_maintenance, scan.scan_initial, tier, margin)
    if tier == INITIAL:
        peg = state.listing.peg[state.tick]
        factor = factor + max(margin.peg_threshold - peg, 0) * margin.peg_factor
    return _loss(state, sizes) * factor


def add_on(state: State, m: int, sizes: list[int], tier: str) -> float:
    """Static margin of a market: for its perpetual's notional, and for options that no other of the strike covers."""
    scan, margin, price = state.regime.terms.scan, state.regime.terms.margin, state.oracle[m]
    n = abs(sizes[m]) * state.instruments[m].unit * price
    k = 0.0
    for expiry in state.expiries:
        if expiry.market == m:
            k = k + _naked(legs(state, sizes, expiry)) * price
    part = n * scan.perp_maintenance + k * scan.option_maintenance
    if tier == MAINTENANCE:
        return part
    return between(part, part + (n * scan.perp_initial + k * scan.option_initial), tier, margin)


def _naked(held: list[Leg]) -> float:
    total = 0.0
    for _, same_strike in groupby(held, key=lambda one: one.one.strike):
        a = 0.0
        for one in same_strike:
            a = a + one.a
        total = total + max(-a, 0.0)
    return total


def _loss(state: State, sizes: list[int]) -> float:
    scan = state.regime.terms.scan
    apart, together = 0.0, [0.0] * len(scan.move)
    for m in state.markets:
        found = _of_market(state, sizes, m)
        if found is None:
            continue
        profits, contingency = found
        apart = apart + max(0.0, -min(contingency, *profits, math.inf))
        together = [total + profit for total, profit in zip(together, profits, strict=True)]
    joint = max(0.0, -min(together, default=0.0))
    return (1 - scan.offset) * apart + scan.offset * joint


def _of_market(state: State, sizes: list[int], m: int) -> tuple[list[float], float] | None:
    """Profit of a market's instruments in each scenario, and the basis contingency; `None` without any."""
    scan = state.regime.terms.scan
    held = [(expiry, found) for expiry in state.expiries if expiry.market == m and (found := _held(sizes, expiry))]
    moving = [j for j in state.all if sizes[j] and _moves(state, state.instruments[j], m)]
    if not held and not moving:
        return None
    linear = 0.0
    for j in moving:
        linear = linear + value(state, sizes[j], j)
    moves = state.remembered(("moves", m), _moves_of, m)
    profits = []
    for g, (move, shift, damp) in enumerate(zip(moves, scan.shift, scan.damp, strict=True)):
        total = 0.0
        for expiry, series in held:
            total = total + _profit(state, sizes, expiry, series, g, shift)
        profits.append((linear * move + total) * damp)
    contingency = 0.0
    for expiry, series in held:
        contingency = contingency + _contingency(state, sizes, expiry, series)
    return profits, contingency


def _held(sizes: list[int], expiry: Expiry) -> list[int]:
    return [j for j in expiry.series if sizes[j]]


def _moves(state: State, one: Instrument, m: int) -> bool:
    """Whether an instrument gains with its market alone."""
    if one.market != m or one.kind == OPTION:
        return False
    return one.kind != ASSET or state.regime.terms.margin.asset_hedges[one.number] != 0


def _moves_of(state: State, m: int) -> list[float]:
    """Move of the price of a market in each scenario; turns of volatility have none."""
    scan = state.regime.terms.scan
    factor = state.regime.factor[state.hour][m]
    return [
        0.0 if shift in (LINEAR, ABSOLUTE) else max(move * scan.range[m] * factor, -0.99)
        for move, shift in zip(scan.move, scan.shift, strict=True)
    ]


def _shocked(state: State, j: int) -> Shocked:
    return state.remembered(("shocked", j), _shocked_anew, j)


def _shocked_anew(state: State, j: int) -> Shocked:
    one, scan = state.instruments[j], state.regime.terms.scan
    price = state.oracle[one.market]
    moves = state.remembered(("moves", one.market), _moves_of, one.market)
    return Shocked(
        [
            option_value(state, one, price * (1 + move), _volatility(state, one, shift))
            for move, shift in zip(moves, scan.shift, strict=True)
        ],
        option_value(state, one, price * scan.basis_up),
        option_value(state, one, price * scan.basis_down),
    )


def _volatility(state: State, one: Instrument, shift: int) -> float:
    scan, now = state.regime.terms.scan, volatility(state, one)
    if shift == NONE:
        return now
    if shift in (UP, DOWN):
        left_s = seconds_left(state, one)
        power = scan.short_power if left_s <= MONTH_S else scan.long_power
        size = (MONTH_S / max(left_s, scan.shortest_s)) ** power
        if shift == UP:
            return max(now * (1 + scan.vol_up * size), scan.least_up)
        return now * max(1 - scan.vol_down * size, 0)
    return now * max(1 + _turn(state, one, shift, scan), 0)


def _turn(state: State, one: Instrument, shift: int, scan: SimpleNamespace) -> float:
    """Change of volatility by distance of the strike from the forward."""
    width = math.sqrt(years_left(state, one))
    if width == 0:
        return 0.0
    first, slope = (scan.linear_cap, scan.linear_slope) if shift == LINEAR else (scan.absolute_cap, scan.absolute_slope)
    cap = first + slope * width
    flat = max(scan.turn_least, width * scan.turn_width * (scan.turn_vol + scan.turn_vol_slope * width))
    d = math.log(one.strike / forward(state, one.market, one.expiry, state.oracle[one.market]))
    if shift == ABSOLUTE:
        d = abs(d)
    return min(cap, d * cap / flat) if d >= 0 else max(-cap, d * cap / flat)


def _discounts(state: State, expiry: Expiry) -> tuple[float, float]:
    """On a shocked value above zero, and on one below."""
    return state.remembered(("discounts", expiry), _discounts_anew, expiry)


def _discounts_anew(state: State, expiry: Expiry) -> tuple[float, float]:
    scan, tau = state.regime.terms.scan, years_left(state, expiry)
    above = scan.long_share * math.exp(-tau * scan.long_rate)
    below = min(scan.short_share * math.exp(tau * scan.short_rate), 1)
    return (nine_digits(above), nine_digits(below)) if state.listing.option_tick > 0 else (above, below)


def _profit(state: State, sizes: list[int], expiry: Expiry, series: list[int], g: int, shift: int) -> float:
    """Of an expiry in scenario `g`."""
    above, below = _discounts(state, expiry)
    then, now = 0.0, 0.0
    for j in series:
        a = sizes[j] * state.instruments[j].unit
        then, now = then + a * _shocked(state, j).scenario[g], now + a * state.mark[j]
    profit = then * (above if then >= 0 else below) - now
    return -abs(profit) if shift in (LINEAR, ABSOLUTE) else profit


def _contingency(state: State, sizes: list[int], expiry: Expiry, series: list[int]) -> float:
    """Loss of an expiry, below zero, if its forward strays from the price."""
    scan = state.regime.terms.scan
    now, up, down = 0.0, 0.0, 0.0
    for j in series:
        a, shocked = sizes[j] * state.instruments[j].unit, _shocked(state, j)
        now, up, down = now + a * state.mark[j], up + a * shocked.up, down + a * shocked.down
    return min(up - now, down - now, 0) * (scan.basis_add + scan.basis_per_year * years_left(state, expiry))
