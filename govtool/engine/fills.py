"""The arithmetic of a liquidation fill: bankruptcy quote, fee, and what it did to the trader."""

import math

import numpy as np

from govtool.engine.account import health, notional, weight_of
from govtool.engine.codes import COST, EXCESS, LARGEST_QUOTE, LIQUIDATED, LIQUIDATION_FEES
from govtool.engine.jit import kernel
from govtool.engine.ledger import trade
from govtool.engine.pool import collect_fee
from govtool.engine.state import Rules, State


@kernel
def bankruptcy_quote(side: int, value: float, need: float, equity: float, maintenance: float) -> int:
    """Quantums that closing `value` at mark must bring so that equity / maintenance stays as it is, rounded up.

    `need` is what the part closed frees of `maintenance`.

    Notes
    -----
    Source: rules, section 5; dYdX v4 `protocol/x/clob/keeper/liquidations.go:GetBankruptcyPriceInQuoteQuantums`.
    Example: a long of 5,000 at weight 0.012, so 60, with equity half of its maintenance: 4,970.
    """
    if maintenance <= 0.0:
        return math.ceil((side * value) * 1e6)
    return math.ceil((side * value - equity * need / maintenance) * 1e6)


@kernel
def quote_of_part(state: State, i: int, j: int, quantity: int, weight: float, equity: float, maintenance: float) -> int:
    """Bankruptcy quote of `quantity` of account `i`'s position in instrument `j`, `weight` its maintenance weight.

    A position that asks for more by itself than the whole account must keep counts as all of it: a leg of a spread
    asks for many times what the spread does. So nobody pays for more than the account lacks, and no fee takes more
    than it has.

    Notes
    -----
    Source: rules, section 5. Example: equity -16, maintenance 16 and a short call that asks for 96 alone: all of it
    bought back leaves 0, half of it -8.
    """
    held = abs(state.size[i, j])
    side = 1 if state.size[i, j] > 0 else -1
    value = (quantity * state.lots[j].unit) * state.lots[j].mark
    need = notional(state, j, quantity) * weight
    if notional(state, j, held) * weight > maintenance:
        need = maintenance * (quantity / held)
    return bankruptcy_quote(side, value, need, equity, maintenance)


@kernel
def liquidation_fee(rules: Rules, proceeds: int, surplus: int) -> int:
    """Fee in quantums: the rate on the fill, but never more than what is left above bankruptcy."""
    if surplus <= 0:
        return 0
    return min(math.floor(proceeds * rules.fee_rate), surplus)


@kernel
def gauge_close(
    state: State, size: float, value: float, side: int, received: int, fee: int, helped: int, equity: float
) -> None:
    """Add a forced close to the gauges: notional size, and its cost to the trader against the value at mark.

    A trader loses no more than the equity that was left: the rest is a loss to insurance or to others.
    """
    state.gauges[LIQUIDATED] += size
    cost = side * value - received * 1e-6 + fee * 1e-6 - helped * 1e-6
    if equity > 0.0:
        state.gauges[COST] += min(cost, equity)


@kernel
def gauge_excess(state: State, rules: Rules, weight: float, size: float, equity: float, stop: float) -> None:
    """Add to the gauges what was closed beyond the size that brings the account to its stop at the oracle price."""
    if weight > 0.0:
        needed = (stop - equity) / (weight * rules.restore)
        state.gauges[EXCESS] += max(0.0, size - max(0.0, needed))


@kernel
def surplus_of(state: State, rules: Rules, i: int, j: int, quantity: int, price: float) -> tuple[int, int]:
    """Quantums paid for `quantity` of account `i`'s position in `j` at `price`, and how much above bankruptcy."""
    side = 1 if state.size[i, j] > 0 else -1
    equity, maintenance = health(state, rules, i)
    paid = int(np.rint(((quantity * state.lots[j].unit) * price) * 1e6))
    quote = quote_of_part(state, i, j, quantity, weight_of(state, rules, i, j), equity, maintenance)
    return paid, side * paid - quote


@kernel
def reward_of(rules: Rules, paid: int, surplus: int) -> int:
    """Quantums that a keeper gets beside its discount, from what is left above bankruptcy, before the fee.

    Notes
    -----
    Source: rules, section 5; Synthetix v3 `GlobalPerpsMarketConfiguration.sol:keeperReward`, a clamp around gas.
    Example: gas 2 and a margin of 0.5, nothing else: 3, if so much remains.
    """
    if rules.reward_cap <= 0.0:
        return 0
    asked = max(rules.reward_flat + rules.reward_share * (paid * 1e-6), rules.gas * (1.0 + rules.gas_margin))
    return min(math.floor(min(asked, min(rules.reward_cap, LARGEST_QUOTE)) * 1e6), max(0, surplus))


@kernel
def close_part(
    state: State, rules: Rules, i: int, m: int, side: int, quantity: int, received: int, paid: int, surplus: int
) -> tuple[int, int]:
    """Account `i` closes `quantity` for `received` quantums and pays its fee; returns it, and the pool's part."""
    fee = liquidation_fee(rules, paid, surplus)
    trade(state, i, m, -side * quantity, received)
    state.tills[LIQUIDATION_FEES] += fee
    return fee, collect_fee(state, rules, i, state.lots[m].market, fee, rules.fee_to_insurance)
