"""Between what equity less a multiple of margin can come to in a span of ticks, whatever the prices in it."""

from typing import Any

from govtool.engine.blocks import CHEAP, DEAR, HEAVY, HIGH, LARGE, LIGHT, LOW
from govtool.engine.codes import OPTION
from govtool.engine.curves import asset_weight, liability_weight, perpetual_weight
from govtool.engine.jit import inlined, kernel
from govtool.engine.layout import DAMP, MOVE, SHIFT, first_asset
from govtool.engine.pricing import premium
from govtool.engine.scan import LEAST_MOVE, is_turn
from govtool.engine.state import Rules, State, Tape
from govtool.engine.terms import SCAN, Ints
from govtool.engine.tiers import MAINTENANCE, between
from govtool.units import SECONDS_PER_YEAR

UNBOUNDED = 1e300
"""Half-width of a range of which nothing is known."""


@inlined
def paid_so_far(state: State, tape: Tape, size: Ints, f: int) -> float:
    """Funding that these sizes would have paid by the time that `f` funding times have been, quote currency."""
    f = min(f, tape.funded.shape[0] - 1)
    total = 0.0
    for m in range(state.markets.shape[0]):
        if size[m] != 0:
            total += (size[m] * state.lots[m].unit) * tape.funded[f, m]
    return total


@inlined
def price_bounds(state: State, tape: Tape, m: int, row: int, wide: bool) -> tuple[float, float]:
    """Least and largest posted price of market `m` in a block, while it keeps its wide band, or its narrow one."""
    band = state.markets[m].wide if wide else state.markets[m].band
    return tape.blocks[row, m, LOW] * (1.0 - band), tape.blocks[row, m, HIGH] * (1.0 + band)


@inlined
def least_of(low: float, high: float, heavy: float, long: bool) -> float:
    """Least that a coin adds to E - k * MM at prices from `low` to `high`, with k times its largest weight.

    Example: long, prices 90 to 110, weight 0.1: 81.
    """
    return (low if heavy <= 1.0 else high) * (1.0 - heavy) if long else -high * (1.0 + heavy)


@inlined
def most_of(low: float, high: float, light: float, long: bool) -> float:
    """Most that a coin adds to it, with k times its smallest weight. Example: long, 90 to 110, weight 0: 110."""
    return (high if light <= 1.0 else low) * (1.0 - light) if long else -low * (1.0 + light)


@kernel
def _steepest(state: State, rules: Rules, tape: Tape, m: int, row: int, long: bool) -> float:
    """Most that a scan asks for a coin of market `m` alone, as a fraction of its price: together none asks for more."""
    worst = 0.0
    for g in range(state.scan.shape[1] - 2):
        if not is_turn(state.scan[SHIFT, g]):
            shock = max(state.scan[MOVE, g] * state.markets[m].range * tape.blocks[row, m, LARGE], LEAST_MOVE)
            worst = max(worst, (-shock if long else shock) * state.scan[DAMP, g])
    return worst * between(rules, MAINTENANCE, rules.scan_maintenance, rules.scan_initial)


@kernel
def _perpetual(
    state: State, rules: Rules, tape: Tape, scan: Any, m: int, size: int, row: int, wide: bool, multiple: float
) -> tuple[float, float]:
    """Range of what a perpetual adds to E - multiple * MM, funding included."""
    market = state.markets[m]
    base = abs(size) * state.lots[m].unit
    low, high = price_bounds(state, tape, m, row, wide)
    light, heavy, fixed = 0.0, 0.0, 0.0
    if scan is not None and rules.method == SCAN:
        light = rules.perp_maintenance
        heavy = light + _steepest(state, rules, tape, m, row, size > 0)
    else:
        curve, steep = market.curve_maintenance, market.curve_initial
        light = perpetual_weight(rules, MAINTENANCE, tape.blocks[row, m, LIGHT], 0.0, curve, steep, base)
        heavy = perpetual_weight(rules, MAINTENANCE, tape.blocks[row, m, HEAVY], 0.0, curve, steep, base)
        fixed = market.base_margin * multiple
    least = least_of(low, high, heavy * multiple, size > 0)
    most = most_of(low, high, light * multiple, size > 0)
    cheap, dear = tape.blocks[row, m, CHEAP], tape.blocks[row, m, DEAR]
    if size > 0:
        return base * (least - dear) - fixed, base * (most - cheap) - fixed
    return base * (least + cheap) - fixed, base * (most + dear) - fixed


@kernel
def _asset(
    state: State, rules: Rules, tape: Tape, j: int, size: int, row: int, wide: bool, multiple: float
) -> tuple[float, float]:
    """Range of what an asset adds; in a scan one that hedges is also shocked with its market."""
    lot = state.lots[j]
    k = j - first_asset(state)
    low, high = tape.beside.ratio_low[row, k], tape.beside.ratio_high[row, k]
    if lot.market >= 0:
        least, most = price_bounds(state, tape, lot.market, row, wide)
        low, high = low * least, high * most
    base = abs(size) * lot.unit
    shocked = 0.0
    if rules.method == SCAN and lot.market >= 0 and lot.asset_hedges > 0.0:
        shocked = _steepest(state, rules, tape, lot.market, row, size > 0)
    weight = liability_weight(rules, lot.liability_maintenance, lot.asset_curve, base) - 1.0
    if size > 0:
        weight = 1.0 - asset_weight(rules, lot.asset_maintenance, lot.asset_curve, lot.asset_worst, base)
    least = least_of(low, high, (weight + shocked) * multiple, size > 0)
    return base * least, base * most_of(low, high, weight * multiple, size > 0)


@kernel
def _premiums(
    state: State, rules: Rules, tape: Tape, j: int, row: int, wide: bool, first: int, last: int
) -> tuple[float, float, float]:
    """Least and most that option `j` is quoted at from tick `first` to `last`, and the most of its underlying.

    A call gains with the price, a put loses, and both gain with volatility and time to expiry. Within the settlement
    window the part of the mean that is known grows and the part that moves shrinks.
    """
    lot = state.lots[j]
    low, high = price_bounds(state, tape, lot.market, row, wide)
    under, over = low, high
    began = lot.expiry - lot.window
    if last > began:
        before = tape.beside.summed[began, lot.market] if began >= 0 else 0.0
        known = (tape.beside.summed[first, lot.market] - before) / lot.window if first > began else 0.0
        under = known + min(1.0, (lot.expiry - last) / lot.window) * low
        known = (tape.beside.summed[last, lot.market] - before) / lot.window
        over = known + min(1.0, (lot.expiry - first) / lot.window) * high
    o = j - state.markets.shape[0]
    longest = ((lot.expiry - first) * rules.step_s) / float(SECONDS_PER_YEAR)
    shortest = ((lot.expiry - last) * rules.step_s) / float(SECONDS_PER_YEAR)
    dear, cheap = tape.beside.volatility_high[row, o], tape.beside.volatility_low[row, o]
    most = premium(over if lot.call == 1 else under, lot.strike, dear, longest, lot.call) + lot.tick
    least = premium(under if lot.call == 1 else over, lot.strike, cheap, shortest, lot.call) - lot.tick
    return max(0.0, least), most, high


@kernel
def _option(
    state: State,
    rules: Rules,
    tape: Tape,
    j: int,
    size: int,
    row: int,
    wide: bool,
    first: int,
    last: int,
    multiple: float,
) -> tuple[float, float]:
    """Range of what an option adds, from what it asks for alone: with others it never asks for more.

    Nor do all options of an account ever ask for less than what they are worth, since no payoff of theirs is lent.
    """
    lot = state.lots[j]
    if first >= lot.expiry:
        return 0.0, 0.0
    # At expiry everybody is looked at.
    least, most, high = _premiums(state, rules, tape, j, row, wide, first, min(last, lot.expiry - 1))
    amount = abs(size) * lot.unit
    if size > 0:
        kept = 1.0 - multiple
        return amount * (least if kept >= 0.0 else most) * kept, amount * (most if kept >= 0.0 else least) * kept
    asked = rules.maintenance_call * high
    if lot.call == 0:
        asked = max(rules.maintenance_put * high, rules.maintenance_put_value * most)
    lent = multiple - 1.0
    return -amount * (most + multiple * asked), amount * (most if lent >= 0.0 else least) * lent


@kernel
def _other(
    state: State,
    rules: Rules,
    tape: Tape,
    beside: Any,
    j: int,
    size: int,
    row: int,
    wide: bool,
    first: int,
    last: int,
    k: float,
) -> tuple[float, float]:
    """Range of what an option or an asset adds to E - k * MM."""
    if beside is None:
        return 0.0, 0.0
    if state.lots[j].kind != OPTION:
        return _asset(state, rules, tape, j, size, row, wide, k)
    if rules.method == SCAN:
        return -UNBOUNDED, UNBOUNDED
    return _option(state, rules, tape, j, size, row, wide, first, last, k)


@kernel
def margin_range(
    state: State,
    rules: Rules,
    tape: Tape,
    size: Ints,
    worth: float,
    row: int,
    wide: bool,
    first: int,
    last: int,
    multiple: float,
) -> tuple[float, float, float]:
    """Between what E - multiple * MM lies from tick `first` to `last`, and the size of its terms.

    Parameters
    ----------
    size : int64 (J,)
        Quantums held.
    worth : float
        Cash with the funding that these sizes would have paid since the window began, quote currency.
    row : int
        Of `Tape.blocks`: a block that holds those ticks.
    wide : bool
        Whether prices keep their wide bands alone.
    multiple : float
        Of maintenance margin; 0 bounds equity alone.

    Returns
    -------
    least, most, scale : float
        `UNBOUNDED` where nothing is known; rounding moves a bound by less than 1e-9 of `scale`.
    """
    least = most = worth
    scale = abs(worth)
    for j in range(size.shape[0]):
        if size[j] == 0:
            continue
        if j < state.markets.shape[0]:
            worst, best = _perpetual(state, rules, tape, state.scan, j, size[j], row, wide, multiple)
        else:
            worst, best = _other(state, rules, tape, tape.beside, j, size[j], row, wide, first, last, multiple)
        least, most = least + worst, most + best
        scale += max(abs(worst), abs(best))
        if state.lots[j].market >= 0:
            _, high = price_bounds(state, tape, state.lots[j].market, row, wide)
            scale += abs(size[j] * state.lots[j].unit) * high
    return least, most, scale
