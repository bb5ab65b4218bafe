"""Keepers of the last hour, who buy what nobody else wants and unload nothing (rules §8)."""

import math

from tests.reference import fills, takes
from tests.reference.instruments import fair
from tests.reference.keepers import BACKSTOP, deals_with_itself, expense, refill, target_cut
from tests.reference.numbers import rint, stepped
from tests.reference.offer import Offer, counted
from tests.reference.requirement import health
from tests.reference.state import PERPETUAL, State, stands_for


def _listed(state: State, i: int) -> list[int]:
    """Backstops that may buy from account `i`."""
    return [
        k
        for k in range(len(state.keepers))
        if state.traits.conduct[k] == BACKSTOP and not deals_with_itself(state, k, i)
    ]


def _bid(state: State, k: int, j: int, side: int, unit_price: float) -> float:
    """What backstop `k` pays for a coin."""
    price = state.mark[j] - side * (state.traits.edge[k] * unit_price)
    return price if state.instruments[j].kind == PERPETUAL else max(0.0, price)


def _carries(state: State, k: int, j: int, most: int) -> int:
    one = state.instruments[j]
    refill(state, k)
    room = math.floor(state.keepers[k].have / (one.unit * state.basis[j]))
    return min(most, stepped(room, one.step))


def on_the_book(state: State, i: int, j: int, granted: int, limit: float) -> tuple[int, int, float] | None:
    """The first backstop that buys within a limit: which, how much, at what price."""
    side, unit_price = fills.side_of(state, i, j), counted(state, i, j)
    for k in _listed(state, i):
        price = _bid(state, k, j, side, unit_price)
        if side * (price - limit) >= 0:
            q = _carries(state, k, j, granted)
            if q > 0:
                return k, q, price
    return None


def settle_fill(state: State, k: int, fill: fills.Fill) -> None:
    """Backstop `k` pays for a fill on the book and gets what it is worth at the index."""
    unloaded = rint(((fill.q * state.instruments[fill.j].unit) * fair(state, fill.j)) * 1e6)
    takes.pay_keeper(state, k, fill.side * unloaded - fill.quote, math.floor(expense(state, k) * 1e6))
    state.bucket["market"] -= fill.side * unloaded
    _count(state, k, fill.q, fill.j)


def _count(state: State, k: int, q: int, j: int) -> None:
    takes.tie_capital(state, k, q, j)
    state.gauge["backstopped"] += stands_for(state, q, j)


def at_the_end(state: State, offer: Offer) -> None:
    """Backstops take what is left of a tranche whose time is over, at the price it ends at."""
    tranche, j, side = offer.tranche, offer.j, offer.side
    for k in _listed(state, offer.i):
        if tranche.left == 0:
            return
        bid = state.mark[j] - side * (state.traits.edge[k] * offer.counted)
        if state.tick < state.keepers[k].barred or side * (bid - offer.price) < 0:
            continue
        q = target_cut(state, offer, _carries(state, k, j, tranche.left))
        if q <= 0 or not _pays(state, k, offer, q):
            continue
        takes.take(state, offer.i, tranche, k, q, offer.price, fair(state, j), expense(state, k))
        _count(state, k, q, j)


def _pays(state: State, k: int, offer: Offer, q: int) -> bool:
    """Whether a take covers what the transaction costs."""
    spent = expense(state, k)
    if spent <= 0:
        return True
    coins = q * state.instruments[offer.j].unit
    v = rint((coins * offer.price) * 1e6)
    fill = fills.prepared(state, offer.i, offer.j, q, v, health(state, offer.i), rewarded=True)
    return offer.side * ((fair(state, offer.j) - offer.price) * coins) + fill.reward * 1e-6 >= spent
