"""Sealed bids that clear at one price (rules §8)."""

import math
from dataclasses import dataclass
from itertools import groupby

from tests.reference import searchers, takes, tranches
from tests.reference.keepers import (
    acting,
    affordable,
    all_collude,
    defaults,
    edge,
    expense,
    fits,
    most_beside_residue,
    target_cut,
    worth_a_transaction,
)
from tests.reference.liquidity import displace, marginal
from tests.reference.offer import Offer
from tests.reference.state import State, stands_for


@dataclass(frozen=True)
class Bid:
    k: int
    edge: float
    q: int


@dataclass(frozen=True)
class Clearing:
    """Who gets how much, all for the same price."""

    lots: dict[int, int]
    price: float


def clear(state: State, offer: Offer) -> None:
    """All bids that came in time at once; the price of the offer is the reserve."""
    clearing = _cleared(state, offer, _bids(state, offer))
    unloading = None
    honest = sum(q for k, q in clearing.lots.items() if not defaults(state, k))
    if honest:
        unloading = searchers.unloading(state, offer.j, offer.side, honest)
    for k, q in sorted(clearing.lots.items()):
        if q == 0:
            continue
        if defaults(state, k):
            takes.reserve(state, offer, k, q, clearing.price, q)
            tranches.slash(state, offer.i, offer.tranche, state.terms.bidding.no_show_penalty)
        elif unloading is not None:
            takes.take(state, offer.i, offer.tranche, k, q, clearing.price, unloading.price, state.venue.gas)
            takes.tie_capital(state, k, q, offer.j)
    if unloading is not None:
        searchers.collect(state, offer.i, offer.j, -1, unloading)
        displace(state, unloading.deal)


def _bids(state: State, offer: Offer) -> list[Bid]:
    """Of those for whom it is worth it; each pays for its bid."""
    may_act = acting(state, offer.i, offer.tranche)
    colluding = all_collude(state, may_act)
    found = []
    for k in may_act:
        required = edge(state, k, offer.j, colluding=colluding)
        q = affordable(state, k, offer, required)
        spent = expense(state, k)
        coins = q * state.instruments[offer.j].unit
        pays = spent <= 0 or (required * offer.counted) * coins >= spent
        if q > 0 and worth_a_transaction(state, k, offer, q) and pays:
            found.append(Bid(k, required, q))
            _charge(state, k)
    return found


def _charge(state: State, k: int) -> None:
    cost = math.floor(state.traits.cost[k] * 1e6)
    state.keepers[k].cash -= cost
    state.bucket["keepers"] -= cost
    state.bucket["gas"] += cost


def _cleared(state: State, offer: Offer, bids: list[Bid]) -> Clearing:
    """The lowest edges first, until the market takes no more of what they would unload."""
    j, side, sold, last = offer.j, offer.side, 0, 0.0
    lots: dict[int, int] = {}
    left, ahead = target_cut(state, offer, offer.tranche.left), searchers.ahead(state, offer.j)
    for required, group in groupby(sorted(bids, key=lambda bid: (bid.edge, bid.k)), key=lambda bid: bid.edge):
        together = list(group)
        asked = min(left, sold + sum(bid.q for bid in together))
        gain = required * offer.counted
        total = asked
        if side * (marginal(state, j, side, asked, ahead) - side * gain - offer.price) < 0:
            total = min(asked, fits(state, j, side, asked, offer.price + side * gain))
        if total <= sold:
            break
        lots |= _shared(together, total - sold, state.instruments[j].step)
        sold, last = total, gain
        if total < asked:
            break
    if not lots:
        return Clearing({}, offer.price)
    price = marginal(state, j, side, sold, ahead) - side * last
    price = price if side * (price - offer.price) > 0 else offer.price
    return Clearing(_beside_residue(state, offer, lots, sold, cut=left < offer.tranche.left), price)


def _shared(together: list[Bid], lot: int, step: int) -> dict[int, int]:
    """A lot among equal bids, by what each asked for."""
    found, rest, still_to_come = {}, lot, sum(bid.q for bid in together)
    for bid in together:
        part = math.ceil(rest * (float(bid.q) / float(still_to_come)) / step) * step
        found[bid.k] = min(bid.q, part, rest)
        rest -= found[bid.k]
        still_to_come -= bid.q
    return found


def _beside_residue(state: State, offer: Offer, lots: dict[int, int], sold: int, *, cut: bool) -> dict[int, int]:
    """Less of the largest lots, if what stays unsold were too little to sell."""
    unsold = offer.tranche.left - sold
    if cut or unsold <= 0 or stands_for(state, unsold, offer.j) >= state.terms.selling.residue:
        return lots
    over = max(0, sold - most_beside_residue(state, offer))
    kept = dict(lots)
    while over > 0:
        largest = min(kept, key=lambda k: (-kept[k], k))
        part = min(kept[largest], over)
        kept[largest] -= part
        over -= part
    return kept
