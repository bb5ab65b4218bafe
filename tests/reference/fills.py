"""A fill that closes part of a position of an account in liquidation (rules §5)."""

import math
from dataclasses import dataclass

from tests.reference.numbers import sign
from tests.reference.state import State, maintenance_weight, value


@dataclass(frozen=True)
class Fill:
    """What one fill would do; nothing has moved yet."""

    i: int
    m: int
    side: int
    q: int
    quote: int
    surplus: int
    fee: int
    fund: int
    seen: tuple[float, float]


def side_of(state: State, i: int, m: int) -> int:
    """+1 for a long, -1 for a short."""
    return sign(state.accounts[i].size[m])


def bankruptcy_quote(state: State, m: int, side: int, q: int, seen: tuple[float, float]) -> int:
    """Quantums for `q` that leave equity over maintenance where it is (dYdX v4 `liquidations.go`)."""
    worth, required = seen
    closed = value(state, q, m)
    return math.ceil((side * closed - worth * (closed * maintenance_weight(state, m)) / required) * 1e6)


def prepared(state: State, i: int, m: int, q: int, v: int, seen: tuple[float, float]) -> Fill:
    """The fill of `q` of market `m` for `v` quantums, with its fee."""
    side = side_of(state, i, m)
    quote = side * v
    surplus = quote - bankruptcy_quote(state, m, side, q, seen)
    fee = min(math.floor(v * state.terms.fee_rate), surplus) if surplus > 0 else 0
    fund = math.floor(fee * state.terms.fee_to_insurance)
    return Fill(i, m, side, q, quote, surplus, fee, fund, seen)


def settle(state: State, fill: Fill, paid: int = 0) -> None:
    """Move the account's cash and size, the fee, and what insurance pays. The other side is the caller's."""
    account = state.accounts[fill.i]
    account.cash += fill.quote - fill.fee + paid
    account.size[fill.m] -= fill.side * fill.q
    state.market_size[fill.m] += fill.side * fill.q
    state.bucket["insurance"] += fill.fund - paid
    state.bucket["treasury"] += fill.fee - fill.fund
    state.flow["liquidation_fees"] += fill.fee
    state.flow["pool_in"] += fill.fund
    state.flow["pool_out"] += paid
    _measure(state, fill, paid)


def _measure(state: State, fill: Fill, paid: int) -> None:
    worth, required = fill.seen
    restore = state.terms.restore
    closed = value(state, fill.q, fill.m)
    needed = (restore * required - worth) / (maintenance_weight(state, fill.m) * restore)
    state.gauge["liquidated"] += closed
    cost = fill.side * closed - fill.quote * 1e-6 + fill.fee * 1e-6 - paid * 1e-6
    state.gauge["cost"] += min(cost, worth) if worth > 0 else 0.0
    state.gauge["excess"] += max(0.0, closed - max(0.0, needed))
