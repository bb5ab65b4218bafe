"""A fill that closes part of a position of an account in liquidation (rules §5)."""

import math
from dataclasses import dataclass

from tests.reference import charge
from tests.reference.numbers import sign
from tests.reference.requirement import stop_level
from tests.reference.state import State, stands_for, value


@dataclass(frozen=True)
class Fill:
    """What one fill would do; nothing has moved yet."""

    i: int
    j: int
    side: int
    q: int
    quote: int
    surplus: int
    fee: int
    fund: int
    seen: tuple[float, float]


def side_of(state: State, i: int, j: int) -> int:
    """+1 for a long, -1 for a short."""
    return sign(state.accounts[i].size[j])


def bankruptcy_quote(state: State, i: int, j: int, q: int, seen: tuple[float, float]) -> int:
    """Quantums for `q` that leave equity over maintenance where it is (dYdX v4 `liquidations.go`).

    No position counts for more than all that its account must keep.
    """
    worth, required = seen
    closed = side_of(state, i, j) * value(state, q, j)
    if required <= 0:
        return math.ceil(closed * 1e6)
    whole, weight = abs(state.accounts[i].size[j]), charge.weight(state, i, j)
    weighed = stands_for(state, q, j) * weight
    if stands_for(state, whole, j) * weight > required:
        weighed = required * (q / whole)
    return math.ceil((closed - worth * weighed / required) * 1e6)


def prepared(state: State, i: int, j: int, q: int, v: int, seen: tuple[float, float]) -> Fill:
    """The fill of `q` of instrument `j` for `v` quantums, with its fee."""
    side = side_of(state, i, j)
    quote = side * v
    surplus = quote - bankruptcy_quote(state, i, j, q, seen)
    fee = min(math.floor(v * state.terms.fee_rate), surplus) if surplus > 0 else 0
    fund = math.floor(fee * state.terms.fee_to_insurance)
    return Fill(i, j, side, q, quote, surplus, fee, fund, seen)


def settle(state: State, fill: Fill, paid: int = 0) -> None:
    """Move the account's cash and size, the fee, and what insurance pays. The other side is the caller's."""
    _measure(state, fill, paid)
    account = state.accounts[fill.i]
    account.cash += fill.quote - fill.fee + paid
    account.size[fill.j] -= fill.side * fill.q
    state.market_size[fill.j] += fill.side * fill.q
    state.bucket["insurance"] += fill.fund - paid
    state.bucket["treasury"] += fill.fee - fill.fund
    state.flow["liquidation_fees"] += fill.fee
    state.flow["pool_in"] += fill.fund
    state.flow["pool_out"] += paid


def _measure(state: State, fill: Fill, paid: int) -> None:
    worth, required = fill.seen
    closed = stands_for(state, fill.q, fill.j)
    state.gauge["liquidated"] += closed
    cost = fill.side * value(state, fill.q, fill.j) - fill.quote * 1e-6 + fill.fee * 1e-6 - paid * 1e-6
    state.gauge["cost"] += min(cost, worth) if worth > 0 else 0.0
    weight = charge.weight(state, fill.i, fill.j)
    if weight > 0:
        needed = (stop_level(state, fill.i, required) - worth) / (weight * state.terms.restore)
        state.gauge["excess"] += max(0.0, closed - max(0.0, needed))
