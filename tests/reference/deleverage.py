"""Deleveraging: a position is closed against those on the other side (rules §9)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tests.reference import breakers, entry, ledger, tranches
from tests.reference.fills import bankruptcy_quote, side_of
from tests.reference.numbers import COUNTERPARTY, draw
from tests.reference.requirement import health
from tests.reference.retire import retire
from tests.reference.state import State, equity, stands_for, value

RANDOM, PROFIT, PRO_RATA = range(3)
CENT = 0.01
"""Least equity that a leverage can be said of."""


@dataclass
class Fairness:
    """What those on the other side lost in one call."""

    worst: float = 0.0
    total: float = 0.0


def deleverage(state: State, i: int, j: int) -> None:
    """Close account `i` in instrument `j` against others at its bankruptcy quote, then the outside market."""
    account, side = state.accounts[i], side_of(state, i, j)
    candidates = _candidates(state, i, j)
    wealth = 0.0
    for c in candidates:
        wealth = wealth + max(equity(state, c), 0.0)
    fairness = Fairness()
    if state.terms.sharing.adl_order == PRO_RATA:
        _pro_rata(state, i, j, candidates, fairness)
    else:
        for c in _visited(state, i, j, candidates):
            if account.size[j]:
                _against_account(state, i, j, c, min(abs(account.size[j]), abs(state.accounts[c].size[j])), fairness)
    state.gauge["adl_worst"] += fairness.worst
    state.gauge["adl_least"] += fairness.total / wealth if wealth > 0 else 0.0
    if account.size[j] and state.market_size[j] * side < 0:
        _against_market(state, i, j)
    if not account.open:
        retire(state, i)


def _candidates(state: State, i: int, j: int) -> list[int]:
    side = side_of(state, i, j)
    return [c for c, other in enumerate(state.accounts) if c != i and other.inside and other.size[j] * side < 0]


def _visited(state: State, i: int, j: int, candidates: list[int]) -> Iterator[int]:
    """Candidates in a drawn order, or those first who gained most with most leverage."""
    most, n = state.venue.max_counterparties, len(state.accounts)
    if state.terms.sharing.adl_order == RANDOM:
        first = math.floor(draw(state.seed, COUNTERPARTY, i, state.tick) * n)
        yield from (c for visited in range(min(n, most)) if (c := (first + visited) % n) in candidates)
    else:
        scores = {c: _score(state, c, j) for c in candidates}
        yield from sorted(candidates, key=lambda c: (-scores[c], c))[:most]


def _score(state: State, c: int, j: int) -> float:
    other = state.accounts[c]
    cost = other.entry[j] * 1e-6
    gain = (value(state, other.size[j], j) - cost) / abs(cost) if cost else 0.0
    worth = equity(state, c)
    leverage = stands_for(state, abs(other.size[j]), j) / worth if worth >= CENT else 0.0
    if gain > 0:
        return gain * leverage
    return gain / leverage if leverage else gain


def _pro_rata(state: State, i: int, j: int, candidates: list[int], fairness: Fairness) -> None:
    account, step = state.accounts[i], state.instruments[j].step
    still_to_come = 0.0
    for c in candidates:
        still_to_come = still_to_come + float(abs(state.accounts[c].size[j]))
    for c in candidates:
        has, rest = abs(state.accounts[c].size[j]), abs(account.size[j])
        share = float(has) / max(still_to_come, float(has))
        q = min(has, rest, math.ceil(rest * share / step) * step)
        still_to_come = still_to_come - float(has)
        if q:
            _against_account(state, i, j, c, q, fairness)


def _against_account(state: State, i: int, j: int, c: int, q: int, fairness: Fairness) -> None:
    account, other = state.accounts[i], state.accounts[c]
    side = side_of(state, i, j)
    seen = health(state, i)
    quote = bankruptcy_quote(state, i, j, q, seen)
    haircut = quote * 1e-6 - side * value(state, q, j)
    worth = equity(state, c)
    if worth - haircut < 0:
        return
    if haircut > 0:
        fairness.worst = max(fairness.worst, haircut / worth)
        fairness.total = fairness.total + haircut
    for one, its_side, received in ((account, side, quote), (other, -side, -quote)):
        entry.closed(one, j, q)
        one.cash += received
        one.size[j] -= its_side * q
    _log(state, i, j, c, side * q, quote, haircut, seen)
    tranches.shrink(state, c, j)
    if other.flag is not None and not other.open:
        retire(state, c)


def _against_market(state: State, i: int, j: int) -> None:
    account = state.accounts[i]
    side = side_of(state, i, j)
    q = min(abs(account.size[j]), abs(state.market_size[j]))
    seen = health(state, i)
    quote = bankruptcy_quote(state, i, j, q, seen)
    entry.closed(account, j, q)
    account.cash += quote
    account.size[j] -= side * q
    state.bucket["market"] -= quote
    state.market_size[j] += side * q
    haircut = quote * 1e-6 - side * value(state, q, j)
    _log(state, i, j, -1, side * q, quote, haircut, seen)


def _log(
    state: State, i: int, j: int, c: int, closed: int, quote: int, haircut: float, seen: tuple[float, float]
) -> None:
    state.gauge["haircut"] += haircut
    state.gauge["adl_notional"] += stands_for(state, abs(closed), j)
    breakers.count_sale(state, i, j, abs(closed))
    ledger.record(
        state,
        ledger.DELEVERAGE,
        seen,
        account=i,
        market=j,
        other=c,
        size=-closed,
        quote=quote,
        price=haircut,
    )
