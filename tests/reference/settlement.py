"""After the last tick (end of rules §7)."""

import math

from tests.reference import advances, exits, tranches
from tests.reference.instruments import requote
from tests.reference.last_resort import close_out
from tests.reference.requirement import health
from tests.reference.retire import retire
from tests.reference.state import State, equity


def settle(state: State) -> None:
    """After the last tick nobody hides a loss past the end."""
    _hear(state)
    _end_auctions(state)
    for i, account in enumerate(state.accounts):
        if not account.exposed:
            continue
        worth, required = health(state, i)
        if account.flag is None and worth >= required:
            continue
        for j in state.all:
            if account.size[j]:
                close_out(state, i, j)
        retire(state, i)
    for i, account in enumerate(state.accounts):
        if account.inside and account.owed:
            advances.end(state, i, math.floor(equity(state, i) * 1e6))
    exits.settle(state)
    state.pool_low = min(state.pool_low, state.pool)


def _hear(state: State) -> None:
    """A price that nothing was heard of in the last tick gives way to the index."""
    for m in state.markets:
        if state.heard[m] < state.tick:
            state.oracle[m] = state.path[-1][m] = state.index[m]
    requote(state)


def _end_auctions(state: State) -> None:
    """Who has won and not paid has not come."""
    for i, account in enumerate(state.accounts):
        for tranche in account.live:
            if tranche.reserved is not None:
                tranches.slash(state, i, tranche, state.terms.bidding.no_show_penalty)
        tranches.drop(state, i)
