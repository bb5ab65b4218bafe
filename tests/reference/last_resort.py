"""Deleveraging, forced closes and what is left when an account goes (rules §9, end of §7)."""

import math

from tests.reference import ledger
from tests.reference.fills import bankruptcy_quote, side_of
from tests.reference.liquidity import deal, displace
from tests.reference.numbers import COUNTERPARTY, IDLE, draw, rint, wait
from tests.reference.requirement import health
from tests.reference.state import State, equity, stands_for, value


def deleverage(state: State, i: int, j: int) -> None:
    """Close account `i` in instrument `j` against others at its bankruptcy quote, then the outside market."""
    account = state.accounts[i]
    side = side_of(state, i, j)
    n = len(state.accounts)
    first = math.floor(draw(state.seed, COUNTERPARTY, i, state.tick) * n)
    for visited in range(min(n, state.venue.max_counterparties)):
        c = (first + visited) % n
        other = state.accounts[c]
        if account.size[j] and c != i and other.inside and other.size[j] * side < 0:
            _against_account(state, i, j, c)
    if account.size[j] and state.market_size[j] * side < 0:
        _against_market(state, i, j)
    if not account.open:
        retire(state, i)


def _against_account(state: State, i: int, j: int, c: int) -> None:
    account, other = state.accounts[i], state.accounts[c]
    side = side_of(state, i, j)
    q = min(abs(account.size[j]), abs(other.size[j]))
    seen = health(state, i)
    quote = bankruptcy_quote(state, i, j, q, seen)
    haircut = quote * 1e-6 - side * value(state, q, j)
    if equity(state, c) - haircut < 0:
        return
    account.cash += quote
    other.cash -= quote
    account.size[j] -= side * q
    other.size[j] += side * q
    _log_deleverage(state, i, j, c, side * q, quote, haircut, seen)
    tranche = other.tranche
    if tranche is not None and tranche.market == j and tranche.left > abs(other.size[j]):
        tranche.left = abs(other.size[j])
        if tranche.left == 0:
            other.tranche = None
            ledger.record(state, ledger.ENDED, account=c, market=j)
    if other.flag is not None and not other.open:
        retire(state, c)


def _against_market(state: State, i: int, j: int) -> None:
    account = state.accounts[i]
    side = side_of(state, i, j)
    q = min(abs(account.size[j]), abs(state.market_size[j]))
    seen = health(state, i)
    quote = bankruptcy_quote(state, i, j, q, seen)
    account.cash += quote
    account.size[j] -= side * q
    state.bucket["market"] -= quote
    state.market_size[j] += side * q
    haircut = quote * 1e-6 - side * value(state, q, j)
    _log_deleverage(state, i, j, -1, side * q, quote, haircut, seen)


def _log_deleverage(
    state: State, i: int, j: int, c: int, closed: int, quote: int, haircut: float, seen: tuple[float, float]
) -> None:
    state.gauge["haircut"] += haircut
    state.gauge["adl_notional"] += stands_for(state, abs(closed), j)
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


def close_out(state: State, i: int, j: int) -> None:
    """Close account `i` in instrument `j` against the outside market at any price, without fee."""
    account = state.accounts[i]
    seen = health(state, i)
    side, q = side_of(state, i, j), abs(account.size[j])
    trade = deal(state, j, side, q)
    quote = side * rint(((q * state.instruments[j].unit) * trade.price) * 1e6)
    account.cash += quote
    account.size[j] = 0
    state.market_size[j] += side * q
    state.bucket["market"] -= quote
    displace(state, trade)
    state.gauge["liquidated"] += stands_for(state, q, j)
    cost = side * value(state, q, j) - quote * 1e-6
    state.gauge["cost"] += min(cost, seen[0]) if seen[0] > 0 else 0.0
    ledger.record(state, ledger.CLOSE, seen, account=i, market=j, size=-side * q, quote=quote, price=trade.price)


def retire(state: State, i: int) -> None:
    """Account `i`, without positions, goes: what it lacks is covered or lost, what it has is withdrawn.

    A trader who leaves of its own will may still have assets. They go back as they are.
    """
    account = state.accounts[i]
    if account.cash < 0:
        _cover(state, i)
    for j, size in enumerate(list(account.size)):
        if size:
            account.size[j] = 0
            state.market_size[j] += size
            ledger.record(state, ledger.DEPOSIT, account=i, market=j, size=-size, price=state.mark[j])
    withdrawn = account.cash
    account.cash = 0
    state.bucket["wallets"] += withdrawn
    account.inside = False
    account.flag = account.arrives = account.tranche = None
    account.warned = False
    idle = state.crowd.idle[i]
    account.due = state.tick + wait(idle, state.seed, IDLE, state.crowd.owner[i], state.tick) if idle else None
    ledger.record(state, ledger.RETIRE, account=i, quote=-withdrawn)


def _cover(state: State, i: int) -> None:
    account = state.accounts[i]
    paid = min(state.pool, -account.cash)
    if paid:
        account.cash += paid
        state.bucket["insurance"] -= paid
        state.flow["pool_out"] += paid
        ledger.record(state, ledger.COVER, account=i, quote=paid, fund=-paid)
    missing = -account.cash
    if missing:
        account.cash = 0
        state.bucket["bad_debt"] -= missing
        ledger.record(state, ledger.BAD_DEBT, account=i, quote=missing)
