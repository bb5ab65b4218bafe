"""Portfolio margin: the worst loss over scenarios of price and volatility, per market, with contingencies.

After Derive v2's portfolio manager 2 (github.com/derivexyz/v2-core, `src/risk-managers/PMRMLib_2.sol`, restated), with
a credit for markets that move together. Source of every formula here: rules, section 3a.
"""

import math

import numpy as np

from govtool.engine.codes import NONE, PEG
from govtool.engine.elementary import exponential, natural_log, power
from govtool.engine.jit import kernel
from govtool.engine.layout import DAMP, MOVE, SHIFT, SHOCKED, first_asset, scenario_count
from govtool.engine.options import on_grid, quoted
from govtool.engine.pricing import premium
from govtool.engine.state import Rules, State
from govtool.engine.terms import ABSOLUTE_TURN, DOWN, LINEAR_TURN, UP, Floats, Ints
from govtool.engine.tiers import INITIAL, between, tier_share
from govtool.units import SECONDS_PER_DAY, SECONDS_PER_YEAR

MONTH_S = 30.0 * SECONDS_PER_DAY
LEAST_MOVE = -0.99
RATE_GRID = 1e9


@kernel
def is_turn(shift: float) -> bool:
    """Whether a scenario turns the wings of volatility instead of moving the price."""
    return bool(shift in (LINEAR_TURN, ABSOLUTE_TURN))


@kernel
def price_move(state: State, m: int, g: int) -> float:
    """Relative move of market `m` in scenario `g`."""
    if is_turn(state.scan[SHIFT, g]):
        return 0.0
    market = state.markets[m]
    return max(state.scan[MOVE, g] * market.range * market.factor, LEAST_MOVE)


@kernel
def _turned(rules: Rules, volatility: float, tau: float, distance: float, linear: bool) -> float:
    """Volatility with the wings turned: up with distance from the forward until the surface flattens."""
    root = math.sqrt(tau)
    cap = rules.linear_cap + rules.linear_slope * root if linear else rules.absolute_cap + rules.absolute_slope * root
    flat = max(rules.turn_least, root * rules.turn_width * (rules.turn_vol + rules.turn_vol_slope * root))
    gone = distance if linear else abs(distance)
    change = gone * cap / flat
    return volatility * max(1.0 + (min(cap, change) if gone >= 0.0 else max(-cap, change)), 0.0)


@kernel
def shocked_volatility(state: State, rules: Rules, j: int, shift: float) -> float:
    """Volatility of option `j` in a scenario.

    Example: nine days before expiry, power 0.3, up 0.5: about 1.72 times.
    """
    lot = state.lots[j]
    if shift in (UP, DOWN):
        seconds = lot.tau * float(SECONDS_PER_YEAR)
        exponent = rules.short_power if seconds <= MONTH_S else rules.long_power
        size = power(MONTH_S / max(seconds, rules.shortest_s), exponent)
        if shift == UP:
            return max(lot.volatility * (1.0 + rules.vol_up * size), rules.least_up)
        return float(lot.volatility * max(1.0 - rules.vol_down * size, 0.0))
    if is_turn(shift) and lot.tau > 0.0:
        distance = natural_log(lot.strike / lot.forward)
        return _turned(rules, lot.volatility, lot.tau, distance, shift == LINEAR_TURN)
    return float(lot.volatility)


@kernel
def shock_options(state: State, rules: Rules) -> None:
    """Write the value per coin of every option in every scenario, then at both sides of the basis."""
    scenarios = scenario_count(state)
    first = state.markets.shape[0]
    for o in range(state.scan.shape[0] - SHOCKED):
        lot = state.lots[first + o]
        price = state.markets[lot.market].oracle
        for g in range(scenarios):
            forward = lot.fixed + lot.moving * (price * (1.0 + price_move(state, lot.market, g)))
            volatility = shocked_volatility(state, rules, first + o, state.scan[SHIFT, g])
            value = premium(forward, lot.strike, volatility, lot.tau, lot.call)
            state.scan[SHOCKED + o, g] = on_grid(value, lot.tick)
        state.scan[SHOCKED + o, scenarios] = quoted(state, first + o, price * rules.basis_up)
        state.scan[SHOCKED + o, scenarios + 1] = quoted(state, first + o, price * rules.basis_down)


@kernel
def _rate(share: float, years: float, rate: float, tick: float) -> float:
    counted = share * exponential(years * rate)
    return np.rint(counted * RATE_GRID) / RATE_GRID if tick > 0.0 else counted


@kernel
def _value(state: State, size: Ints, first: int, end: int, g: int) -> float:
    """Value of an expiry in scenario `g`; at mark if `g` is negative."""
    total = 0.0
    for j in range(first, end):
        if size[j] != 0:
            each = state.lots[j].mark if g < 0 else state.scan[SHOCKED + j - state.markets.shape[0], g]
            total += (size[j] * state.lots[j].unit) * each
    return total


@kernel
def _expiry_profits(state: State, rules: Rules, size: Ints, first: int, end: int, profits: Floats) -> float:
    """Add the profit of an expiry to each scenario's, undampened; answers its basis contingency, never positive."""
    lot = state.lots[first]
    now = _value(state, size, first, end, NONE)
    long_rate = _rate(rules.long_share, -lot.tau, rules.long_rate, lot.tick)
    short_rate = min(_rate(rules.short_share, lot.tau, rules.short_rate, lot.tick), 1.0)
    scenarios = profits.shape[0]
    for g in range(scenarios):
        value = _value(state, size, first, end, g)
        profit = value * (long_rate if value >= 0.0 else short_rate) - now
        profits[g] += -abs(profit) if is_turn(state.scan[SHIFT, g]) else profit
    up = _value(state, size, first, end, scenarios) - now
    down = _value(state, size, first, end, scenarios + 1) - now
    return min(up, down, 0.0) * (rules.basis_add + rules.basis_per_year * lot.tau)


@kernel
def _naked(state: State, size: Ints, first: int, end: int) -> float:
    """Coins of options sold that no option bought at the same strike, call or put, offsets."""
    total = 0.0
    j = first
    while j < end:
        strike = state.lots[j].strike
        net = 0.0
        while j < end and state.lots[j].strike == strike:
            net += size[j] * state.lots[j].unit
            j += 1
        total += max(-net, 0.0)
    return total


@kernel
def _linear_value(state: State, size: Ints, m: int) -> float:
    """Value at mark of what moves one for one with market `m`."""
    total = 0.0
    if size[m] != 0:
        total += (size[m] * state.lots[m].unit) * state.lots[m].mark
    for j in range(first_asset(state), state.lots.shape[0]):
        lot = state.lots[j]
        if size[j] != 0 and lot.market == m and lot.asset_hedges > 0.0:
            total += (size[j] * lot.unit) * lot.mark
    return total


@kernel
def _market_profits(state: State, rules: Rules, size: Ints, m: int, profits: Floats) -> tuple[float, float]:
    """Write market `m`'s profit in each scenario; answers its basis contingency and its naked coins."""
    for g in range(profits.shape[0]):
        profits[g] = 0.0
    basis = 0.0
    naked = 0.0
    last = first_asset(state)
    j: int = state.markets.shape[0]
    while j < last:
        if size[j] == 0 or state.lots[j].market != m:
            j += 1
            continue
        first, end = state.lots[j].first, state.lots[j].end
        basis += _expiry_profits(state, rules, size, first, end, profits)
        naked += _naked(state, size, first, end)
        j = end
    linear = _linear_value(state, size, m)
    for g in range(profits.shape[0]):
        profits[g] = (linear * price_move(state, m, g) + profits[g]) * state.scan[DAMP, g]
    return basis, naked


@kernel
def scan_need(state: State, rules: Rules, size: Ints, tier: int) -> float:
    """What perpetuals, options and hedging assets need: the worst loss times the tier's factor, and static add-ons.

    Notes
    -----
    Source: rules, section 3a. Example: 1 coin at 100 over moves of 10 % either way, factor 0.8: 8, and 3 of add-on.
    """
    scenarios = scenario_count(state)
    profits, together = state.room.profits, state.room.together
    for g in range(scenarios):
        together[g] = 0.0
    single = 0.0
    fixed = 0.0
    opening = 0.0
    for m in range(state.markets.shape[0]):
        basis, naked = _market_profits(state, rules, size, m, profits)
        worst = basis
        for g in range(scenarios):
            worst = min(worst, profits[g])
            together[g] += profits[g]
        single += max(0.0, -worst)
        price = state.markets[m].oracle
        held = (abs(size[m]) * state.lots[m].unit) * price
        fixed += held * rules.perp_maintenance + naked * price * rules.option_maintenance
        opening += held * rules.perp_initial + naked * price * rules.option_initial
    common = 0.0
    for g in range(scenarios):
        common = max(common, -together[g])
    loss = (1.0 - rules.offset) * single + rules.offset * common
    peg = max(rules.peg_threshold - state.gauges[PEG], 0.0) * rules.peg_factor if tier == INITIAL else 0.0
    factor = between(rules, tier, rules.scan_maintenance, rules.scan_initial) + peg
    return loss * factor + fixed + tier_share(rules, tier) * opening
