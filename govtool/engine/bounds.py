"""The least that an account's equity less its margin can come to in a block of ticks, whatever the prices in it."""

from typing import Any

from govtool.engine.codes import OPTION
from govtool.engine.curves import asset_weight, liability_weight, perpetual_weight
from govtool.engine.jit import inlined, kernel
from govtool.engine.layout import first_asset
from govtool.engine.pricing import premium
from govtool.engine.state import Rules, State, Tape
from govtool.engine.terms import Ints
from govtool.engine.tiers import MAINTENANCE
from govtool.engine.weights import ramped
from govtool.units import SECONDS_PER_YEAR

NOTHING_KNOWN = -1e300
"""A least margin where no bound is stated."""


@inlined
def largest_base(before: float, own: float, rules: Rules, block: int) -> float:
    """Largest base weight within a block: a ramp moves one way, so at one of its ends."""
    first = block * rules.block_ticks
    return max(ramped(before, own, rules, first), ramped(before, own, rules, first + rules.block_ticks))


@inlined
def _largest_weight(state: State, rules: Rules, tape: Tape, m: int, size: int, block: int, hour: int) -> float:
    """Largest maintenance weight of a position within a block."""
    market = state.markets[m]
    base = largest_base(market.maintenance_before, market.maintenance_weight, rules, block)
    weight = min(1.0, base * tape.factor[hour, m])
    coins = abs(size) * state.lots[m].unit
    return perpetual_weight(rules, MAINTENANCE, weight, 0.0, market.curve_maintenance, market.curve_initial, coins)


@inlined
def price_bounds(state: State, tape: Tape, m: int, block: int) -> tuple[float, float]:
    """Least and largest posted price of market `m` in a block, while displacements keep their bands.

    The posted price P differs from its source S by less than the deviation: P > S / (1 + d) and P < S / (1 - d),
    and S lies between the block's extremes of the index, each widened by the band.
    """
    market = state.markets[m]
    low = tape.low[block, m] * (1.0 - market.band) / (1.0 + market.deviation)
    return low, tape.high[block, m] * (1.0 + market.band) / (1.0 - market.deviation)


@kernel
def _worst_asset(
    state: State, rules: Rules, tape: Tape, j: int, size: int, block: int, warning: float
) -> tuple[float, float]:
    """Least that an asset adds to E - warning * MM, and its largest value."""
    lot = state.lots[j]
    k = j - first_asset(state)
    low, high = tape.beside.ratio_low[block, k], tape.beside.ratio_high[block, k]
    if lot.market >= 0:
        least, most = price_bounds(state, tape, lot.market, block)
        low, high = low * least, high * most
    base = abs(size) * lot.unit
    if size < 0:
        owed = liability_weight(rules, lot.liability_maintenance, lot.asset_curve, base)
        return -base * high * (1.0 + warning * (owed - 1.0)), base * high
    counted = asset_weight(rules, lot.asset_maintenance, lot.asset_curve, lot.asset_worst, base)
    kept = 1.0 - warning * (1.0 - counted)
    return base * (low if kept >= 0.0 else high) * kept, base * high


@kernel
def _worst_option(
    state: State, rules: Rules, tape: Tape, j: int, size: int, block: int, hour: int, warning: float
) -> tuple[float, float]:
    """As `_worst_asset`, of an option margined alone: together with others it never needs more.

    A call gains with the price, a put loses, and both gain with time to expiry; quotes are off by half a tick at most.
    """
    lot = state.lots[j]
    first = block * rules.block_ticks
    last = first + rules.block_ticks
    if last > lot.expiry - lot.window:
        return NOTHING_KNOWN, 0.0
    low, high = price_bounds(state, tape, lot.market, block)
    volatility = tape.beside.volatility[hour, j - state.markets.shape[0]]
    amount = abs(size) * lot.unit
    years = ((lot.expiry - first) * rules.step_s) / float(SECONDS_PER_YEAR)
    most = premium(high if lot.call == 1 else low, lot.strike, volatility, years, lot.call) + lot.tick
    if size < 0:
        asked = rules.maintenance_call * high
        if lot.call == 0:
            asked = max(rules.maintenance_put * high, rules.maintenance_put_value * most)
        return -amount * (most + warning * asked), amount * high
    if warning > 1.0:
        return amount * most * (1.0 - warning), amount * high
    years = ((lot.expiry - last) * rules.step_s) / float(SECONDS_PER_YEAR)
    least = premium(low if lot.call == 1 else high, lot.strike, volatility, years, lot.call) - lot.tick
    return amount * max(0.0, least) * (1.0 - warning), amount * high


@kernel
def _worst_other(
    state: State, rules: Rules, tape: Tape, beside: Any, j: int, size: int, block: int, hour: int, warning: float
) -> tuple[float, float]:
    """As `_worst_asset`, of an option or an asset."""
    if beside is None:
        return 0.0, 0.0
    if state.lots[j].kind == OPTION:
        return _worst_option(state, rules, tape, j, size, block, hour, warning)
    return _worst_asset(state, rules, tape, j, size, block, warning)


@inlined
def least_margin(
    state: State, rules: Rules, tape: Tape, size: Ints, cash: float, block: int, hour: int, warning: float
) -> tuple[float, float]:
    """Bound from below on E - warning * MM all through a block of ticks, method POSITION, and the size of its terms.

    Parameters
    ----------
    size : int64 (J,)
        Quantums held.
    cash : float
        Quote currency.
    hour : int
        Whose factors and volatilities are in force.
    warning : float
        Multiple of maintenance margin; 0 bounds equity alone.

    Returns
    -------
    least, scale : float
        `NOTHING_KNOWN` where no bound is stated; rounding moves the bound by less than 1e-9 of `scale`.
    """
    margin = cash
    scale = abs(cash)
    for j in range(size.shape[0]):
        if size[j] == 0:
            continue
        if j >= state.markets.shape[0]:
            worst, most = _worst_other(state, rules, tape, tape.beside, j, size[j], block, hour, warning)
            if worst <= NOTHING_KNOWN:
                return NOTHING_KNOWN, scale
            margin += worst
            scale += most
            continue
        weight = _largest_weight(state, rules, tape, j, size[j], block, hour) * warning
        low, high = price_bounds(state, tape, j, block)
        base = abs(size[j]) * state.lots[j].unit
        short = -base * high * (1.0 + weight)
        margin += short if size[j] < 0 else base * (low if weight <= 1.0 else high) * (1.0 - weight)
        margin -= state.markets[j].base_margin * warning
        scale += abs(base * high)
    return margin, scale
