"""Every movement of money and size: what one side gains, another loses, to the last quantum."""

import numpy as np

from govtool.engine.codes import BUCKETS, EVENT_COUNT, LARGEST, MARKET, NIL, OPENING, RESIDUAL, TRADERS
from govtool.engine.jit import inlined, kernel
from govtool.engine.state import Log, State


@kernel
def pay(state: State, bucket: int, i: int, amount: int) -> int:
    """Move `amount` quantums from a bucket to the cash of account `i`; negative moves it back. Returns it."""
    state.cash[i] += amount
    state.tills[TRADERS] += amount
    state.tills[bucket] -= amount
    return amount


@kernel
def _set_size(state: State, i: int, m: int, size: int) -> None:
    """Put a size in place and keep the sums over accounts."""
    before = state.size[i, m]
    state.lots[m].gross += abs(size) - abs(before)
    state.lots[m].held += max(0, size) - max(0, before)
    state.lots[m].borrowed += max(0, -size) - max(0, -before)
    state.size[i, m] = state.across[m, i] = size


@kernel
def change_size(state: State, i: int, m: int, change: int) -> None:
    """Change the size of account `i` in instrument `m` against the outside world."""
    _set_size(state, i, m, state.size[i, m] + change)
    state.lots[m].outside -= change


@kernel
def _cost(state: State, i: int, j: int, change: int, received: int) -> None:
    """Keep what account `i`'s position in `j` cost, before its size changes (rules, section 9).

    Example: 10 coins that cost 500, 4 of them sold for 300: the rest cost 300.
    """
    before = state.size[i, j]
    if (change > 0) == (before > 0) or before == 0:
        state.entry[i, j] -= received
    else:
        state.entry[i, j] -= int(np.rint(state.entry[i, j] * (abs(change) / abs(before))))


@kernel
def swap_size(state: State, i: int, c: int, m: int, change: int) -> None:
    """Part of account `i`'s position, signed `change`, and as much of account `c`'s on the other side are closed."""
    _cost(state, i, m, change, NIL)
    _cost(state, c, m, -change, NIL)
    _set_size(state, i, m, state.size[i, m] + change)
    _set_size(state, c, m, state.size[c, m] - change)


@kernel
def trade(state: State, i: int, m: int, change: int, received: int) -> None:
    """Account `i` changes its size against the outside market and receives quantums (negative: pays)."""
    _cost(state, i, m, change, received)
    change_size(state, i, m, change)
    pay(state, MARKET, i, received)


@inlined
def overflows(state: State) -> bool:
    """Whether some bucket or sum of sizes has come near the end of int64."""
    worst = NIL
    for bucket in range(BUCKETS):
        worst = max(worst, state.tills[bucket], -state.tills[bucket])
    for j in range(state.lots.shape[0]):
        worst = max(worst, state.lots[j].gross, -state.lots[j].gross)
    return bool(worst > LARGEST)


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
