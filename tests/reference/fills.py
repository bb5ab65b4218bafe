"""A fill that closes part of a position of an account in liquidation (rules §5)."""

import math
from dataclasses import dataclass

from tests.reference import breakers, charge, entry, pool
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
    reward: int
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


def prepared(
    state: State, i: int, j: int, q: int, v: int, seen: tuple[float, float], *, rewarded: bool = False
) -> Fill:
    """The fill of `q` of instrument `j` for `v` quantums, with its fee, and a keeper's reward if it is due one."""
    side = side_of(state, i, j)
    quote = side * v
    surplus = quote - bankruptcy_quote(state, i, j, q, seen)
    reward = min(_promised(state, v), max(0, surplus)) if rewarded else 0
    fee = min(math.floor(v * state.terms.fee_rate), surplus - reward) if surplus > reward else 0
    return Fill(i, j, side, q, quote, surplus, fee, reward, seen)


def _promised(state: State, v: int) -> int:
    """Reward of a keeper for a take of `v` quantums, if there is enough to pay it from."""
    rules = state.terms.bidding
    if rules.reward_cap <= 0:
        return 0
    asked = max(rules.reward_flat + rules.reward_share * (v * 1e-6), state.venue.gas * (1 + rules.gas_margin))
    return math.floor(min(asked, rules.reward_cap) * 1e6)


def settle(state: State, fill: Fill, paid: int = 0) -> int:
    """Move the account's cash and size, the fee, and what insurance pays; what the pool got of the fee.

    The other side, and the reward, are the caller's.
    """
    _measure(state, fill, paid)
    account, m = state.accounts[fill.i], state.instruments[fill.j].market
    entry.closed(account, fill.j, fill.q)
    account.cash += fill.quote - fill.fee - fill.reward + paid
    account.size[fill.j] -= fill.side * fill.q
    state.market_size[fill.j] += fill.side * fill.q
    state.flow["liquidation_fees"] += fill.fee
    state.gauge["rewards"] += fill.reward * 1e-6
    if paid:
        pool.pay(state, paid, m)
    breakers.count_sale(state, fill.i, fill.j, fill.q)
    return pool.share_of_fee(state, fill.fee, state.terms.fee_to_insurance, m)


def _measure(state: State, fill: Fill, paid: int) -> None:
    worth, required = fill.seen
    closed = stands_for(state, fill.q, fill.j)
    state.gauge["liquidated"] += closed
    charged = fill.fee + fill.reward
    cost = fill.side * value(state, fill.q, fill.j) - fill.quote * 1e-6 + charged * 1e-6 - paid * 1e-6
    state.gauge["cost"] += min(cost, worth) if worth > 0 else 0.0
    weight = charge.weight(state, fill.i, fill.j)
    if weight > 0:
        needed = (stop_level(state, fill.i, required) - worth) / (weight * state.terms.restore)
        state.gauge["excess"] += max(0.0, closed - max(0.0, needed))
