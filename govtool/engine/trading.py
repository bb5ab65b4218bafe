"""Trades of any instrument with the outside market: what fits within a limit, at what price, and what it displaces."""

from govtool.engine.codes import OPTION
from govtool.engine.jit import kernel
from govtool.engine.liquidity import (
    closing_price,
    displaced,
    displacement,
    edge_volume,
    fitting,
    floored,
    mean_displacement,
    room_within,
)
from govtool.engine.state import State


@kernel
def impact(state: State, j: int) -> tuple[float, float]:
    """Slope and displaced volume of the market that instrument `j` trades in; nothing moves without one."""
    m = state.lots[j].market
    if m < 0:
        return 0.0, 0.0
    return float(state.markets[m].slope), float(state.markets[m].volume)


@kernel
def displace(state: State, j: int, end: float) -> None:
    """Leave the market of instrument `j` with displaced volume `end`."""
    if state.lots[j].market >= 0:
        state.markets[state.lots[j].market].volume = end


@kernel
def _fitting_options(state: State, j: int, side: int, limit: float, quantity: int, slope: float, start: float) -> int:
    """As `fits`, of an option: its hedge displaces the market, by its delta."""
    lot = state.lots[j]
    index = state.markets[lot.market].index
    if lot.delta == 0.0 or slope == 0.0:
        return quantity if side * (lot.fair - side * (lot.spread * index) - limit) >= 0.0 else 0
    reach = (limit - lot.fair + side * (lot.spread * index)) / (lot.delta * index)
    room = start - edge_volume(slope, reach)
    if (side > 0) != (lot.delta > 0.0):
        room = -room
    room = max(0.0, room)
    if room >= ((quantity * lot.unit) * abs(lot.delta)) * index:
        return quantity
    return floored(room, (lot.unit * abs(lot.delta)) * index, lot.step)


@kernel
def fits_at(
    state: State, j: int, side: int, limit: float, quantity: int, slope: float, start: float, ahead: float
) -> int:
    """As `fits`, at a slope and from a displaced volume, with `ahead` of quote volume taken by somebody else first."""
    lot = state.lots[j]
    if lot.kind == OPTION:
        return _fitting_options(state, j, side, limit, quantity, slope, start)
    room = max(0.0, room_within(slope, start, lot.fair, lot.spread, side, limit) - ahead)
    return fitting(room, quantity, lot.unit, lot.fair, lot.step)


@kernel
def fits(state: State, j: int, side: int, limit: float, quantity: int) -> int:
    """Largest part of `quantity` that trades before the marginal price passes `limit`.

    Selling out of a long is side 1, buying back a short side -1. Source: rules, section 4.
    """
    slope, start = impact(state, j)
    return fits_at(state, j, side, limit, quantity, slope, start, 0.0)


@kernel
def deal_at(state: State, j: int, side: int, quantity: int, slope: float, start: float) -> tuple[float, float]:
    """Mean price at which `quantity` closes, and the displaced volume that it leaves; nothing moves yet.

    Notes
    -----
    Source: rules, section 4. Example: an option quoted at 5 with delta 0.5 on 100, displaced by -2 % on average and
    with a spread of 0.1 %: sold at 3.9.
    """
    lot = state.lots[j]
    if lot.kind != OPTION:
        end = displaced(start, side, quantity * lot.unit, lot.fair)
        return closing_price(slope, start, end, lot.fair, lot.spread, side), end
    index = state.markets[lot.market].index
    end = start - side * (((quantity * lot.unit) * lot.delta) * index)
    moved = mean_displacement(slope, start, end)
    return max(0.0, lot.fair + (lot.delta * index) * moved - side * (lot.spread * index)), end


@kernel
def deal(state: State, j: int, side: int, quantity: int) -> tuple[float, float]:
    """As `deal_at`, in the market as it is."""
    slope, start = impact(state, j)
    return deal_at(state, j, side, quantity, slope, start)


@kernel
def marginal_price(state: State, j: int, side: int, quantity: int, slope: float, start: float) -> float:
    """Price of the last quantum when `quantity` closes, sold with side 1 and else bought back; nothing moves."""
    lot = state.lots[j]
    if lot.kind != OPTION:
        end = displaced(start, side, quantity * lot.unit, lot.fair)
        return max(0.0, float(lot.fair * (1.0 + displacement(slope, end) - side * lot.spread)))
    index = state.markets[lot.market].index
    end = start - side * (((quantity * lot.unit) * lot.delta) * index)
    return max(0.0, lot.fair + (lot.delta * index) * displacement(slope, end) - side * (lot.spread * index))


@kernel
def leg_price(state: State, j: int, sign: float) -> float:
    """Price of a trader's own leg, bought (sign 1) or sold (-1): trader flow moves nothing."""
    lot = state.lots[j]
    slope, start = impact(state, j)
    moved = displacement(slope, start)
    if lot.kind != OPTION:
        return max(0.0, float(lot.fair * (1.0 + moved + sign * lot.spread)))
    index = state.markets[lot.market].index
    return max(0.0, lot.fair + (lot.delta * index) * moved + sign * (lot.spread * index))
