"""At what price a tranche stands: paths of the discount, phases, and the mark that it is off."""

import math

import numpy as np

from govtool.engine.account import notional, weight_of
from govtool.engine.codes import INSOLVENT, OPTION, PERPETUAL, SOLVENT
from govtool.engine.elementary import exponential, log_ratio
from govtool.engine.jit import kernel
from govtool.engine.state import Rules, State
from govtool.engine.terms import DUTCH, EXPONENTIAL_PATH, HEALTH_PATH, STAIRS_PATH


@kernel
def _elapsed(rules: Rules, age_s: float, equity: float, maintenance: float) -> float:
    """How far the fast phase is on its way, 0 to 1."""
    if rules.path == HEALTH_PATH:
        return min(max(1.0 - equity / maintenance, 0.0), 1.0) if maintenance > 0.0 else 1.0
    if rules.path == STAIRS_PATH:
        return min(1.0, (math.floor(age_s / rules.stair_s) * rules.stair_s) / rules.length_s)
    return min(1.0, age_s / rules.length_s)


@kernel
def fast_discount(rules: Rules, age_s: float, equity: float, maintenance: float) -> float:
    """Discount in the fast phase of a Dutch auction, along its path from the start discount to the end one.

    Notes
    -----
    Source: rules, section 8; Maker `src/abaci.sol` for stairs and exponential, Euler EVK `Liquidation.sol` for health.
    Example: discounts 0 and 0.1 over 600 s, linear: 0.05 after 300 s.
    """
    x = _elapsed(rules, age_s, equity, maintenance)
    start, end = rules.start_discount, rules.end_discount
    if rules.path == EXPONENTIAL_PATH:
        discount = 1.0 - (1.0 - start) * exponential(x * log_ratio(1.0 - end, 1.0 - start))
        return float(np.rint(discount * 1e9) / 1e9)
    return float(start + (end - start) * x)


@kernel
def discount_of(state: State, rules: Rules, i: int, n: int, t: int, equity: float, maintenance: float) -> float:
    """Discount at which the tranche in slot `n` of account `i` stands at tick `t`, in whatever phase."""
    tranche = state.tranches[i, n]
    age_s = (t - tranche.opened) * rules.step_s
    if tranche.phase == INSOLVENT:
        return float(tranche.begun + (rules.insolvent_discount - tranche.begun) * min(1.0, age_s / rules.insolvent_s))
    if rules.liquidation_format != DUTCH:
        return float(rules.end_discount)
    if age_s > rules.length_s and rules.slow_s > 0.0:
        late = min(1.0, (age_s - rules.length_s) / rules.slow_s)
        return float(rules.end_discount + (rules.floor_discount - rules.end_discount) * late)
    return fast_discount(rules, age_s, equity, maintenance)


@kernel
def yardstick(state: State, rules: Rules, i: int, j: int) -> float:
    """What discounts and edges on instrument `j` are fractions of: its price, or what an option asks for if more."""
    lot = state.lots[j]
    if lot.kind == OPTION:
        return max(lot.mark, weight_of(state, rules, i, j) * lot.basis)
    return float(lot.mark)


@kernel
def _most_given(state: State, rules: Rules, i: int, j: int, equity: float, maintenance: float) -> float:
    """What a coin of account `i`'s position may go below its mark until the account has nothing left, in quote."""
    if maintenance <= 0.0:
        return 0.0
    size = abs(state.size[i, j])
    asked = min(notional(state, j, size) * weight_of(state, rules, i, j), maintenance)
    return float(equity * (asked / maintenance) / (size * state.lots[j].unit))


@kernel
def asked_price(
    state: State, rules: Rules, i: int, n: int, discount: float, yard: float, equity: float, maintenance: float
) -> float:
    """Price of the tranche in slot `n` of account `i` at a discount; never negative but for perpetuals.

    A solvent account gives no more than its bankruptcy price: nobody else pays for a keeper's discount.
    """
    tranche = state.tranches[i, n]
    j = tranche.instrument
    lot = state.lots[j]
    side = 1 if state.size[i, j] > 0 else -1
    base = tranche.top if rules.anchored == 1 else lot.mark
    price = base * (1.0 - side * discount)
    if lot.kind != PERPETUAL:
        price = max(0.0, base - side * (discount * yard))
    if tranche.phase == SOLVENT and equity >= 0.0:
        bound = lot.mark - side * _most_given(state, rules, i, j, equity, maintenance)
        price = max(price, bound) if side > 0 else min(price, bound)
    return float(price)


@kernel
def whole_s(state: State, rules: Rules, i: int, n: int) -> float:
    """Seconds that the phase of the tranche in slot `n` of account `i` lasts."""
    if state.tranches[i, n].phase == INSOLVENT:
        return float(rules.insolvent_s)
    if rules.liquidation_format == DUTCH:
        return float(rules.length_s + rules.slow_s)
    return float(rules.length_s)
