"""Forced closes, and what becomes of an insolvent account that nobody wanted (rules §9, end of §7)."""

import math

from tests.reference import breakers, ledger, tranches
from tests.reference.account import Tranche
from tests.reference.deleverage import deleverage
from tests.reference.fills import side_of
from tests.reference.liquidity import deal, displace
from tests.reference.numbers import rint
from tests.reference.requirement import health
from tests.reference.retire import retire
from tests.reference.state import ASSET, State, equity, stands_for, value
from tests.reference.waterfall import ADL, absorb, before_adl, layers


def resolve(state: State, i: int, tranche: Tranche) -> None:
    """Close all of account `i`, whose `tranche` has just ended, if it is insolvent."""
    worth = equity(state, i)
    if worth >= 0:
        return
    account = state.accounts[i]
    for other in account.live:
        tranches.end_recorded(state, i, other)
    m = state.instruments[tranche.j].market
    absorb(state, i, math.ceil(-worth * 1e6), m, before_adl(state))
    for j in state.all:
        if account.size[j]:
            if may_deleverage(state, j):
                deleverage(state, i, j)
            else:
                close_out(state, i, j)
    if account.inside and not account.open:
        retire(state, i)


def may_deleverage(state: State, j: int) -> bool:
    return bool(state.terms.adl) and ADL in layers(state) and state.instruments[j].kind != ASSET


def close_out(state: State, i: int, j: int) -> None:
    """Close account `i` in instrument `j` against the outside market at any price, without fee."""
    account = state.accounts[i]
    seen = health(state, i)
    side, q = side_of(state, i, j), abs(account.size[j])
    trade = deal(state, j, side, q)
    quote = side * rint(((q * state.instruments[j].unit) * trade.price) * 1e6)
    account.cash += quote
    account.size[j] = account.entry[j] = 0
    state.market_size[j] += side * q
    state.bucket["market"] -= quote
    displace(state, trade)
    state.gauge["liquidated"] += stands_for(state, q, j)
    cost = side * value(state, q, j) - quote * 1e-6
    state.gauge["cost"] += min(cost, seen[0]) if seen[0] > 0 else 0.0
    breakers.count_sale(state, i, j, q)
    ledger.record(state, ledger.CLOSE, seen, account=i, market=j, size=-side * q, quote=quote, price=trade.price)
