"""Live auctions: their ends, and the bonds that hang on them (rules §8)."""

import math

from tests.reference import ledger, pool
from tests.reference.account import Tranche
from tests.reference.numbers import ticks
from tests.reference.state import State, stands_for


def live_value(state: State, i: int) -> float:
    """Quote of account `i` under auction."""
    total = 0.0
    for tranche in state.accounts[i].live:
        total = total + stands_for(state, tranche.left, tranche.j)
    return total


def free(state: State, i: int, j: int) -> int:
    """What of a position is not under auction."""
    account = state.accounts[i]
    return abs(account.size[j]) - sum(tranche.left for tranche in account.live if tranche.j == j)


def end(state: State, i: int, tranche: Tranche) -> None:
    """Take a tranche out of its slot; a bond still held goes back."""
    account = state.accounts[i]
    account.slots = [None if slot is tranche else slot for slot in account.slots]
    if tranche.reserved is not None:
        _return(state, tranche)


def drop(state: State, i: int) -> None:
    for tranche in state.accounts[i].live:
        end(state, i, tranche)


def end_recorded(state: State, i: int, tranche: Tranche) -> None:
    end(state, i, tranche)
    ledger.record(state, ledger.ENDED, account=i, market=tranche.j)


def shrink(state: State, i: int, j: int) -> None:
    """No more of a position stays under auction than is still held."""
    account = state.accounts[i]
    for tranche in reversed(account.live):
        over = -free(state, i, j)
        if tranche.j == j and over > 0:
            tranche.left -= min(over, tranche.left)
            if tranche.left == 0:
                end_recorded(state, i, tranche)


def take_bond(state: State, k: int, q: int, j: int) -> int:
    """From keeper `k` to escrow."""
    bond = math.floor((state.terms.bidding.bond_share * stands_for(state, q, j)) * 1e6)
    state.keepers[k].cash -= bond
    state.bucket["keepers"] -= bond
    state.bucket["escrow"] += bond
    return bond


def slash(state: State, i: int, tranche: Tranche, share: float) -> None:
    """The winner forfeits a share of its bond, gets the rest back and is barred for a while."""
    reserved = tranche.reserved
    assert reserved is not None
    lost = math.floor(reserved.bond * share)
    state.bucket["escrow"] -= lost
    pool.add(state, lost, state.instruments[tranche.j].market)
    reserved.bond -= lost
    _return(state, tranche)
    keeper = state.keepers[reserved.winner]
    keeper.capital = max(0.0, keeper.capital - lost * 1e-6)
    keeper.have = min(keeper.have, keeper.capital)
    keeper.barred = state.tick + ticks(state.terms.bidding.exclusion_s, state.venue.step_s)
    ledger.record(state, ledger.SLASH, account=i, market=tranche.j, other=reserved.winner, fund=lost)


def _return(state: State, tranche: Tranche) -> None:
    """The bond of a reservation that is over."""
    reserved = tranche.reserved
    assert reserved is not None
    tranche.reserved = None
    state.bucket["escrow"] -= reserved.bond
    state.keepers[reserved.winner].cash += reserved.bond
    state.bucket["keepers"] += reserved.bond
