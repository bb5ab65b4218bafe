"""The insurance pool: what it may pay, for whom, and what comes in."""

import math

from govtool.engine.codes import (
    INSURANCE,
    MARKET_POOLS,
    PAID_TODAY,
    POOL_IN,
    POOL_OUT,
    SHARING,
    STAKE_UNITS,
    STAKERS,
    TRADERS,
    TREASURY,
)
from govtool.engine.jit import kernel
from govtool.engine.state import Rules, State


@kernel
def shared_pool(state: State) -> int:
    """Quantums of the pool that belong to no market alone."""
    return int(state.tills[INSURANCE] - state.tills[MARKET_POOLS])


@kernel
def may_pay(state: State, rules: Rules, m: int) -> int:
    """Most that the pool may pay now for a loss in market `m`, -1 for none: own and shared part, within the day's cap.

    Notes
    -----
    Source: rules, section 9.
    """
    most = shared_pool(state)
    if m >= 0:
        most += state.markets[m].own_pool
    if rules.day_insurance > 0:
        most = min(most, rules.day_insurance - state.tills[PAID_TODAY])
    return int(max(0, most))


@kernel
def draw_pool(state: State, i: int, m: int, amount: int) -> int:
    """The pool pays account `i` for market `m`, the market's own part first; returns the amount, quantums."""
    if m >= 0:
        own = min(amount, state.markets[m].own_pool)
        state.markets[m].own_pool -= own
        state.tills[MARKET_POOLS] -= own
    state.cash[i] += amount
    state.tills[TRADERS] += amount
    state.tills[INSURANCE] -= amount
    state.tills[PAID_TODAY] += amount
    return amount


@kernel
def cover_from_pool(state: State, i: int, m: int, amount: int) -> int:
    """As `draw_pool`, for good."""
    state.tills[POOL_OUT] += amount
    return draw_pool(state, i, m, amount)


@kernel
def add_to_pool(state: State, m: int, amount: int) -> None:
    """The pool has `amount` quantums more, already taken from someone: market `m`'s own part if it has one."""
    state.tills[INSURANCE] += amount
    state.tills[POOL_IN] += amount
    if m >= 0 and state.markets[m].pool_share > 0.0:
        state.markets[m].own_pool += amount
        state.tills[MARKET_POOLS] += amount


@kernel
def _staked_share(state: State) -> float:
    """Share of the pool that belongs to stakers who have not asked to leave."""
    units = 0.0
    for n in range(state.stakers.shape[0]):
        if state.stakers[n].asked < 0:
            units += state.stakers[n].units
    return units / state.gauges[STAKE_UNITS] if units > 0.0 else 0.0


@kernel
def feed_pool(state: State, rules: Rules, m: int, amount: int) -> int:
    """Split a fee's or interest's `amount` for the pool, already taken from someone, with the stakers.

    Returns what the pool got; `m` is the market that it came from, -1 for none.
    """
    paid_out = math.floor((amount * rules.stake_yield) * _staked_share(state)) if state.stakers.shape[0] > 0 else 0
    state.tills[STAKERS] += paid_out
    add_to_pool(state, m, amount - paid_out)
    return amount - paid_out


@kernel
def collect_fee(state: State, rules: Rules, i: int, m: int, fee: int, insurance_share: float) -> int:
    """Take a fee from account `i`: the floor of the share is the pool's, of the rest a part for those who share losses.

    Returns what the pool got.
    """
    insured = math.floor(fee * insurance_share)
    premium = math.floor((fee - insured) * rules.premium_share)
    state.cash[i] -= fee
    state.tills[TRADERS] -= fee
    state.tills[SHARING] += premium
    state.tills[TREASURY] += fee - insured - premium
    return feed_pool(state, rules, m, insured)
