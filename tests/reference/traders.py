"""Scheduled entries and exits (rules §7, step 4)."""

import math

from tests.reference import ledger
from tests.reference.last_resort import retire
from tests.reference.liquidity import trader_price
from tests.reference.numbers import rint, sign
from tests.reference.opening import deposit, schedule_exit, wished_sizes
from tests.reference.state import State, health, initial_weights


def act(state: State) -> None:
    """Everyone whose scheduled tick has come enters or leaves."""
    for i, account in enumerate(state.accounts):
        if account.due is None or account.due > state.tick:
            continue
        if account.inside:
            _leave(state, i)
        else:
            _enter(state, i)


def _enter(state: State, i: int) -> None:
    sizes = wished_sizes(state, i, initial_weights(state))
    deposit(state, i)
    for m in state.markets:
        if sizes[m]:
            _trade(state, i, m, sizes[m])
    schedule_exit(state, i)


def _leave(state: State, i: int) -> None:
    account = state.accounts[i]
    worth, required = health(state, i)
    if account.flag is not None or account.tranche is not None or worth < required:
        account.due = state.tick + 1
        return
    for m in state.markets:
        if account.size[m]:
            _trade(state, i, m, -account.size[m])
    retire(state, i)


def _trade(state: State, i: int, m: int, size: int) -> None:
    """Change the position of account `i` by `size` at the market's price, which stays where it is."""
    account, terms = state.accounts[i], state.terms
    price = trader_price(state, m, sign(size))
    cost = rint(((size * terms.unit[m]) * price) * 1e6)
    fee = rint((((abs(size) * terms.unit[m]) * price) * terms.taker_fee) * 1e6)
    fund = math.floor(fee * terms.trading_fee_share)
    account.cash -= cost + fee
    account.size[m] += size
    state.market_size[m] -= size
    state.bucket["market"] += cost
    state.bucket["insurance"] += fund
    state.bucket["treasury"] += fee - fund
    state.flow["trade_fees"] += fee
    state.flow["pool_in"] += fund
    ledger.record(state, ledger.TRADE, account=i, market=m, size=size, quote=-cost, fee=fee, fund=fund, price=price)
