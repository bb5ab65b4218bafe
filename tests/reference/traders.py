"""Scheduled entries and exits (rules §7, step 4)."""

from tests.reference import entry, exits, ledger, pool
from tests.reference.liquidity import trader_price
from tests.reference.numbers import rint, sign
from tests.reference.opening import come_in, schedule_exit, wished_sizes
from tests.reference.requirement import health, need
from tests.reference.retire import retire
from tests.reference.state import ASSET, State, worth_of
from tests.reference.tiers import FILL, INITIAL


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
    come_in(state, i)
    sizes = wished_sizes(state, i)
    for j in state.all:
        if sizes[j] and (not state.terms.margin.fill_check or _bearable(state, i, j, sizes[j])):
            _trade(state, i, j, sizes[j])
    schedule_exit(state, i)


def _leave(state: State, i: int) -> None:
    account = state.accounts[i]
    worth, required = health(state, i)
    if account.flag is not None or worth < required or not _can_pay(state, i):
        account.due = state.tick + 1
        return
    kept = [j for j in state.all if state.instruments[j].kind == ASSET and account.size[j] > 0]
    for j in state.all:
        if account.size[j] and j not in kept:
            _trade(state, i, j, -account.size[j])
    for j in kept:
        if account.cash < account.owed + exits.part(state, i):
            _trade(state, i, j, -account.size[j])
    retire(state, i)


def _can_pay(state: State, i: int) -> bool:
    """Whether closing all at market prices leaves what is owed to the pool, and nothing below."""
    account, left = state.accounts[i], state.accounts[i].cash
    for j in state.all:
        if account.size[j]:
            _, cost, fee = _terms_of(state, j, -account.size[j])
            left -= cost + fee
    return not account.open or left >= account.owed


def _terms_of(state: State, j: int, size: int) -> tuple[float, int, int]:
    """Price, cost and fee of a trade that changes a position by `size`."""
    unit = state.instruments[j].unit
    price = trader_price(state, j, sign(size))
    cost = rint(((size * unit) * price) * 1e6)
    return price, cost, rint((((abs(size) * unit) * price) * state.terms.taker_fee) * 1e6)


def _bearable(state: State, i: int, j: int, size: int) -> bool:
    """Whether account `i` would meet the fill tier after a trade; weights are those before it."""
    account = state.accounts[i]
    _, cost, fee = _terms_of(state, j, size)
    after = [held + size if n == j else held for n, held in enumerate(account.size)]
    tier = INITIAL if state.terms.margin.fill_share == 1 else FILL
    return worth_of(state, account.cash - cost - fee, after) >= need(state, after, tier)


def _trade(state: State, i: int, j: int, size: int) -> None:
    """Change the position of account `i` by `size` at the market's price, which stays where it is."""
    account = state.accounts[i]
    price, cost, fee = _terms_of(state, j, size)
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
