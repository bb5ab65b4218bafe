"""Trades of traders with the market, and leaving (rules §7, step 4)."""

from tests.reference import entry, exits, ledger, pool
from tests.reference.liquidity import trader_price
from tests.reference.numbers import rint, sign
from tests.reference.requirement import health
from tests.reference.retire import retire
from tests.reference.state import ASSET, State


def terms_of(state: State, j: int, size: int, *, resting: bool = False) -> tuple[float, int, int]:
    """Price, cost and fee of a trade that changes a position by `size`; resting orders pay neither spread nor fee."""
    unit = state.instruments[j].unit
    price = trader_price(state, j, 0 if resting else sign(size))
    cost = rint(((size * unit) * price) * 1e6)
    fee = 0 if resting else rint((((abs(size) * unit) * price) * state.terms.taker_fee) * 1e6)
    return price, cost, fee


def trade(state: State, i: int, j: int, size: int, *, resting: bool = False) -> None:
    """Change the position of account `i` by `size` at the market's price, which stays where it is."""
    account = state.accounts[i]
    price, cost, fee = terms_of(state, j, size, resting=resting)
    if account.size[j] * size < 0:
        entry.closed(account, j, abs(size))
    else:
        entry.opened(account, j, -cost)
    account.cash -= cost + fee
    account.size[j] += size
    state.market_size[j] -= size
    state.bucket["market"] += cost
    state.flow["trade_fees"] += fee
    fund = pool.share_of_fee(state, fee, state.terms.trading_fee_share, state.instruments[j].market)
    ledger.record(state, ledger.TRADE, account=i, market=j, size=size, quote=-cost, fee=fee, fund=fund, price=price)


def may_leave(state: State, i: int, *, resting: bool = False, level: float = 0.0) -> bool:
    """Nobody leaves at the cost of others: closing all must leave what is owed to the pool, and nothing below.

    Nor do resting orders fill below their level.
    """
    account = state.accounts[i]
    worth, required = health(state, i)
    if account.flag is not None or worth < required:
        return False
    left = account.cash
    for j in state.all:
        if account.size[j]:
            _, cost, fee = terms_of(state, j, -account.size[j], resting=resting)
            left -= cost + fee
    return not account.open or (left >= account.owed and left * 1e-6 >= level)


def leave(state: State, i: int, *, resting: bool = False) -> None:
    """Close all of account `i` but assets that nobody needs, and go."""
    account = state.accounts[i]
    kept = [j for j in state.all if state.instruments[j].kind == ASSET and account.size[j] > 0]
    for j in state.all:
        if account.size[j] and j not in kept:
            trade(state, i, j, -account.size[j], resting=resting)
    for j in kept:
        if account.cash < account.owed + exits.part(state, i):
            trade(state, i, j, -account.size[j], resting=resting)
    retire(state, i)
