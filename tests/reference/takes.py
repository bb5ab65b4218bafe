"""A keeper wins a part of a tranche: it pays, or it does not (rules §8)."""

import math

from tests.reference import fills, ledger, searchers, tranches
from tests.reference.account import Reservation, Tranche
from tests.reference.keepers import LATE, PRIORITY, expense
from tests.reference.liquidity import displace
from tests.reference.numbers import rint, ticks
from tests.reference.offer import Offer
from tests.reference.requirement import health
from tests.reference.state import State, stands_for


def take(state: State, i: int, tranche: Tranche, k: int, q: int, price: float, unloading: float, spent: float) -> int:
    """Keeper `k` takes `q` of the tranche at `price` and has `unloading` a coin for it at once; X is the caller's.

    Returns what it gained, in quantums.
    """
    j, coins = tranche.j, q * state.instruments[tranche.j].unit
    seen = health(state, i)
    v = rint((coins * price) * 1e6)
    fill = fills.prepared(state, i, j, q, v, seen, rewarded=True)
    unloaded = rint((coins * unloading) * 1e6)
    fund = fills.settle(state, fill)
    gain = fill.side * (unloaded - v) + fill.reward
    gas = math.floor(spent * 1e6)
    pay_keeper(state, k, gain, gas)
    state.bucket["market"] -= fill.side * unloaded
    tranche.left -= q
    state.accounts[i].rested = state.tick + ticks(state.terms.dampers.cooldown_s, state.venue.step_s)
    ledger.record(
        state,
        ledger.TAKE,
        seen,
        account=i,
        market=j,
        other=k,
        size=-fill.side * q,
        quote=fill.quote,
        fee=fill.fee + fill.reward,
        fund=fund,
        price=price,
    )
    return gain - gas


def pay_for_place(state: State, k: int, gain: int) -> None:
    """A part of what a take gains buys the keeper its place in the order."""
    if state.venue.ordering == PRIORITY:
        pay_keeper(state, k, 0, math.floor(state.venue.priority_share * max(0, gain)))


def pay_keeper(state: State, k: int, profit: int, gas: int) -> None:
    state.keepers[k].cash += profit - gas
    state.bucket["keepers"] += profit - gas
    state.bucket["gas"] += gas


def tie_capital(state: State, k: int, q: int, j: int) -> None:
    state.keepers[k].have -= stands_for(state, q, j)


def reserve(state: State, offer: Offer, k: int, q: int, price: float, blocked: int) -> None:
    """Keeper `k` puts up a bond on all that it blocks and has time to pay."""
    bidding, j = state.terms.bidding, offer.j
    bond = tranches.take_bond(state, k, blocked, j)
    until = state.tick + max(1, ticks(bidding.settle_s, state.venue.step_s))
    offer.tranche.reserved = Reservation(k, q, price, bond, until)
    ledger.record(state, ledger.WON, account=offer.i, market=j, other=k, size=offer.side * q, price=price)


def fall_due(state: State, i: int, tranche: Tranche) -> None:
    """The winner's time is over: it pays late if that is cheaper for it than to stay away."""
    reserved, bidding = tranche.reserved, state.terms.bidding
    assert reserved is not None
    k, q = reserved.winner, min(reserved.won, tranche.left)
    late, absent = (math.floor(reserved.bond * share) for share in (bidding.late_penalty, bidding.no_show_penalty))
    comes = (
        state.traits.conduct[k] == LATE and q > 0 and _profit(state, i, tranche, q, reserved.price) - late >= -absent
    )
    if comes:
        unloading = searchers.unloading(state, tranche.j, fills.side_of(state, i, tranche.j), q)
        take(state, i, tranche, k, q, reserved.price, unloading.price, expense(state, k))
        searchers.collect(state, i, tranche.j, k, unloading)
        displace(state, unloading.deal)
    tranches.slash(state, i, tranche, bidding.late_penalty if comes else bidding.no_show_penalty)


def _profit(state: State, i: int, tranche: Tranche, q: int, price: float) -> int:
    """Quantums that taking and unloading `q` would leave, by what keepers see."""
    j, side = tranche.j, fills.side_of(state, i, tranche.j)
    coins = q * state.instruments[j].unit
    unloading = searchers.unloading(state, j, side, q, expected=True)
    return side * (rint((coins * unloading.price) * 1e6) - rint((coins * price) * 1e6))
