"""Every movement of money and size: what one side gains, another loses, to the last quantum."""

import math

from govtool.engine.jit import kernel
from govtool.engine.state import (
    BUCKETS,
    EVENT_COUNT,
    INSURANCE,
    MARKET,
    OPENING,
    POOL_IN,
    POOL_OUT,
    RESIDUAL,
    TRADERS,
    TREASURY,
    Log,
    State,
)


@kernel
def pay(state: State, bucket: int, i: int, amount: int) -> int:
    """Move `amount` quantums from a bucket to the cash of account `i`; negative moves it back. Returns it."""
    state.accounts[i].cash += amount
    state.tills[TRADERS] += amount
    state.tills[bucket] -= amount
    if bucket == INSURANCE and amount > 0:
        state.tills[POOL_OUT] += amount
    return amount


@kernel
def collect_fee(state: State, i: int, fee: int, insurance_share: float) -> int:
    """Take a fee from account `i`: the floor of the share goes to insurance (returned), the rest to the treasury."""
    insured = math.floor(fee * insurance_share)
    state.accounts[i].cash -= fee
    state.tills[TRADERS] -= fee
    state.tills[INSURANCE] += insured
    state.tills[POOL_IN] += insured
    state.tills[TREASURY] += fee - insured
    return insured


@kernel
def _set_size(state: State, i: int, m: int, size: int) -> None:
    """Put a size in place and keep the sums over accounts."""
    before = state.size[i, m]
    state.lots[m].gross += abs(size) - abs(before)
    state.lots[m].held += max(0, size) - max(0, before)
    state.lots[m].borrowed += max(0, -size) - max(0, -before)
    state.size[i, m] = size


@kernel
def change_size(state: State, i: int, m: int, change: int) -> None:
    """Change the size of account `i` in instrument `m` against the outside world."""
    _set_size(state, i, m, state.size[i, m] + change)
    state.lots[m].outside -= change


@kernel
def swap_size(state: State, i: int, c: int, m: int, change: int) -> None:
    """Change the size of account `i` by `change` against account `c`."""
    _set_size(state, i, m, state.size[i, m] + change)
    _set_size(state, c, m, state.size[c, m] - change)


@kernel
def trade(state: State, i: int, m: int, change: int, received: int) -> None:
    """Account `i` changes its size against the outside market and receives quantums (negative: pays)."""
    change_size(state, i, m, change)
    pay(state, MARKET, i, received)


@kernel
def record(
    state: State,
    log: Log,
    tick: int,
    kind: int,
    i: int,
    m: int,
    other: int,
    size: int,
    quote: int,
    fee: int,
    fund: int,
    price: float,
    equity: float,
    maintenance: float,
) -> None:
    """Write one event and check that all buckets still sum to the opening pool.

    A full buffer writes nothing but still counts, so that the caller knows how much room it needs.
    """
    total = -state.tills[OPENING]
    for bucket in range(BUCKETS):
        total += state.tills[bucket]
    state.tills[RESIDUAL] = max(state.tills[RESIDUAL], abs(total))
    row = state.tills[EVENT_COUNT]
    state.tills[EVENT_COUNT] += 1
    if row >= log.whole.shape[0]:
        return
    log.whole[row, 0] = tick
    log.whole[row, 1] = kind
    log.whole[row, 2] = i
    log.whole[row, 3] = m
    log.whole[row, 4] = other
    log.whole[row, 5] = size
    log.whole[row, 6] = quote
    log.whole[row, 7] = fee
    log.whole[row, 8] = fund
    log.real[row, 0] = price
    log.real[row, 1] = equity
    log.real[row, 2] = maintenance
