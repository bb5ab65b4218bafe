"""Options: their forward, quote and delta, and what they need where positions are margined one by one."""

import numpy as np

from govtool.engine.jit import kernel
from govtool.engine.layout import first_asset
from govtool.engine.pricing import delta, premium
from govtool.engine.state import Rules, State, Tape
from govtool.engine.terms import Ints
from govtool.engine.tiers import INITIAL, MAINTENANCE, between
from govtool.units import SECONDS_PER_YEAR

DELTA_GRID = 1e9


@kernel
def on_grid(value: float, tick: float) -> float:
    """A quote on its grid; as it is without one."""
    return np.rint(value / tick) * tick if tick > 0.0 else value


@kernel
def quoted(state: State, j: int, price: float) -> float:
    """Value per coin of option `j` where its underlying stands at `price`."""
    lot = state.lots[j]
    forward = lot.fixed + lot.moving * price
    return on_grid(premium(forward, lot.strike, lot.volatility, lot.tau, lot.call), lot.tick)


@kernel
def mark_option(state: State, rules: Rules, tape: Tape, j: int, t: int) -> None:
    """Set mark, fair value, basis and delta of option `j` for tick `t`.

    In the last `window` ticks the settlement mean is known in part: that part of the forward no longer moves.

    Notes
    -----
    Source: rules, section 2; Black, The pricing of commodity contracts (1976).
    """
    lot = state.lots[j]
    market = state.markets[lot.market]
    if t >= lot.expiry:
        lot.basis = lot.mark = lot.fair = lot.delta = lot.tau = 0.0
        return
    lot.basis = market.oracle
    lot.tau = ((lot.expiry - t) * rules.step_s) / float(SECONDS_PER_YEAR)
    began = lot.expiry - lot.window
    lot.fixed, lot.moving = 0.0, 1.0
    if t > began:
        before = tape.beside.summed[began, lot.market] if began >= 0 else 0.0
        lot.fixed = (tape.beside.summed[t, lot.market] - before) / lot.window
        lot.moving = (lot.expiry - t) / lot.window
    lot.forward = lot.fixed + lot.moving * market.oracle
    lot.mark = quoted(state, j, market.oracle)
    lot.fair = quoted(state, j, market.index)
    slope = delta(lot.fixed + lot.moving * market.index, lot.strike, lot.volatility, lot.tau, lot.call)
    lot.delta = np.rint(slope * DELTA_GRID) / DELTA_GRID * lot.moving


@kernel
def alone(state: State, rules: Rules, j: int, size: int, tier: int) -> float:
    """Margin of one option by itself, negative: a bought one has none and lends none.

    Notes
    -----
    Source: rules, section 3a; Derive v2 `src/risk-managers/StandardManager.sol`.
    Example: a put of strike 1,600 sold at 1,500 and worth 100: -100 and 15 % of 1,500 make -325.
    """
    if size > 0:
        return 0.0
    lot = state.lots[j]
    price = lot.basis
    amount = size * lot.unit
    value = amount * lot.mark
    distance = (lot.strike - price) / price if lot.call == 1 else (price - lot.strike) / price
    opening = value + max(rules.max_spot - max(distance, 0.0), rules.min_spot) * price * amount
    if lot.call == 1:
        return opening if tier == INITIAL else value + rules.maintenance_call * price * amount
    maintenance = value + min(rules.maintenance_put * price * amount, rules.maintenance_put_value * value)
    return min(opening, maintenance * rules.put_offset) if tier == INITIAL else maintenance


@kernel
def _payoffs(state: State, size: Ints, first: int, end: int, price: float) -> float:
    total = 0.0
    for j in range(first, end):
        if size[j] != 0:
            strike = state.lots[j].strike
            gain = price - strike if state.lots[j].call == 1 else strike - price
            total += (size[j] * state.lots[j].unit) * max(gain, 0.0)
    return total


@kernel
def _together(state: State, rules: Rules, size: Ints, first: int, end: int, tier: int) -> float:
    """Worst common payoff of an expiry, and more for calls sold that no bought call covers."""
    worst = min(_payoffs(state, size, first, end, 0.0), 0.0)
    calls = 0.0
    for j in range(first, end):
        if size[j] != 0:
            worst = min(worst, _payoffs(state, size, first, end, state.lots[j].strike))
            if state.lots[j].call == 1:
                calls += size[j] * state.lots[j].unit
    unpaired = rules.unpaired_initial if tier == INITIAL else rules.unpaired_maintenance
    return worst + unpaired * state.lots[first].forward * min(calls, 0.0)


@kernel
def _expiry_need(state: State, rules: Rules, size: Ints, first: int, end: int, tier: int) -> float:
    value = 0.0
    single = 0.0
    for j in range(first, end):
        if size[j] != 0:
            value += (size[j] * state.lots[j].unit) * state.lots[j].mark
            single += alone(state, rules, j, size[j], tier)
    return value - max(single, _together(state, rules, size, first, end, tier))


@kernel
def options_need(state: State, rules: Rules, size: Ints, tier: int) -> float:
    """What all options need: per expiry the better of one by one and of the worst common payoff."""
    total = 0.0
    last = first_asset(state)
    j: int = state.markets.shape[0]
    while j < last:
        if size[j] == 0:
            j += 1
            continue
        first, end = state.lots[j].first, state.lots[j].end
        low = _expiry_need(state, rules, size, first, end, MAINTENANCE) if tier != INITIAL else 0.0
        high = _expiry_need(state, rules, size, first, end, INITIAL) if tier != MAINTENANCE else 0.0
        total += between(rules, tier, low, high)
        j = end
    return total
