"""Square-root price impact that decays: what a trade moves, what it costs, how much fits within a limit."""

import math

from govtool.engine.jit import kernel

UNLIMITED = 1e300


@kernel
def displacement(slope: float, x: float) -> float:
    """Relative displacement of the price by a displaced quote volume `x`.

    Notes
    -----
    Source: rules, section 4; square-root impact, Tóth et al., Physical Review X 1, 021006 (2011).
    Example: slope 1e-5 and 1,000,000 bought displace by 0.01.
    """
    if x > 0.0:
        return slope * math.sqrt(x)
    if x < 0.0:
        return -slope * math.sqrt(-x)
    return 0.0


@kernel
def _antiderivative(slope: float, x: float) -> float:
    return slope * (2.0 / 3.0) * abs(x) * math.sqrt(abs(x))


@kernel
def mean_displacement(slope: float, start: float, end: float) -> float:
    """Mean displacement while the displaced volume goes from `start` to `end`; the one at `start` if they are equal."""
    if end == start:
        return displacement(slope, start)
    return (_antiderivative(slope, end) - _antiderivative(slope, start)) / (end - start)


@kernel
def displaced(x: float, side: int, base: float, index: float) -> float:
    """Displaced volume after closing `base` coins: sold for side 1, bought back for side -1."""
    return x - side * (base * index)


@kernel
def closing_price(slope: float, start: float, end: float, index: float, half_spread: float, side: int) -> float:
    """Mean price of a trade that takes the displaced volume from `start` to `end`; never negative."""
    return max(0.0, index * (1.0 + mean_displacement(slope, start, end) - side * half_spread))


@kernel
def edge_volume(slope: float, reach: float) -> float:
    """Displaced volume at which the displacement is `reach`; `slope` is not zero."""
    edge = (reach / slope) * (reach / slope)
    if reach < 0.0:
        return -edge
    return edge if reach > 0.0 else 0.0


@kernel
def room_within(slope: float, x: float, index: float, half_spread: float, side: int, limit: float) -> float:
    """Quote volume that trades before the marginal price passes `limit`; never negative."""
    reach = limit / index - 1.0 + side * half_spread
    if slope == 0.0:
        return UNLIMITED if side * (0.0 - reach) >= 0.0 else 0.0
    return max(0.0, side * (x - edge_volume(slope, reach)))


@kernel
def floored(base: float, unit: float, step: int) -> int:
    """Base quantums in `base` quote of room at quote-per-quantum `unit`, floored to a multiple of `step`."""
    return math.floor(base / unit) // step * step


@kernel
def fitting(room: float, quantity: int, unit: float, index: float, step: int) -> int:
    """Largest part of `quantity` base quantums that fits into `room` quote at the index."""
    if room >= (quantity * unit) * index:
        return quantity
    return floored(room, unit * index, step)
