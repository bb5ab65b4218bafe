"""The insurance pool: what comes in, what it may pay, and for which market (rules §9 and §9a)."""

import math

from tests.reference.state import State

DAY_S = 86400


def begin_day(state: State) -> None:
    if state.tick * state.venue.step_s % DAY_S == 0:
        state.flow["paid_today"] = 0


def share_of_fee(state: State, fee: int, share: float, m: int) -> int:
    """Divide a fee among pool, stakers, sharing and treasury; what the pool got."""
    fund = math.floor(fee * share)
    premium = math.floor((fee - fund) * state.terms.sharing.premium_share)
    state.bucket["sharing"] += premium
    state.bucket["treasury"] += fee - fund - premium
    return add_yielding(state, fund, m)


def add_yielding(state: State, amount: int, m: int) -> int:
    """Add a part of a fee or of interest, less what stakers get of it; what the pool got."""
    staying = 0.0
    for staker in state.stakers:
        if staker.asked is None:
            staying = staying + staker.units
    staked = math.floor((amount * state.terms.pool.stake_yield) * (staying / state.units)) if staying > 0 else 0
    state.bucket["stakers"] += staked
    add(state, amount - staked, m)
    return amount - staked


def add(state: State, amount: int, m: int = -1) -> None:
    """Income of the pool, from market `m` if it is not -1."""
    state.bucket["insurance"] += amount
    state.flow["pool_in"] += amount
    if m >= 0 and state.terms.pool.pool_share[m] > 0:
        state.own[m] += amount


def _day_room(state: State) -> float:
    cap = state.terms.pool.day_insurance
    return cap - state.flow["paid_today"] if cap else math.inf


def may_pay(state: State, m: int) -> int:
    """The most that the pool pays now, for a loss in market `m` or, with -1, in none."""
    own = state.own[m] if m >= 0 else 0
    return int(min(own + state.shared, _day_room(state)))


def pay(state: State, amount: int, m: int) -> None:
    """For good; the market's own pool first."""
    lower(state, amount, m)
    state.flow["pool_out"] += amount


def lower(state: State, amount: int, m: int = -1) -> None:
    """Take out what counts as a payment of the day."""
    if m >= 0:
        state.own[m] -= min(amount, state.own[m])
    state.bucket["insurance"] -= amount
    state.flow["paid_today"] += amount
