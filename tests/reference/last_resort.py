"""Deleveraging, forced closes and what is left when an account goes (rules §9, end of §7)."""

import math

from tests.reference import ledger
from tests.reference.fills import bankruptcy_quote, side_of
from tests.reference.liquidity import deal
from tests.reference.numbers import COUNTERPARTY, IDLE, draw, rint, wait
from tests.reference.state import State, equity, health, value


def deleverage(state: State, i: int, m: int) -> None:
    """Close account `i` in market `m` against others at its bankruptcy quote, then the outside market."""
    account = state.accounts[i]
    side = side_of(state, i, m)
    n = len(state.accounts)
    first = math.floor(draw(state.seed, COUNTERPARTY, i, state.tick) * n)
    for j in range(min(n, state.venue.max_counterparties)):
        c = (first + j) % n
        other = state.accounts[c]
        if account.size[m] and c != i and other.inside and other.size[m] * side < 0:
            _against_account(state, i, m, c)
    if account.size[m] and state.market_size[m] * side < 0:
        _against_market(state, i, m)
    if not account.open:
        retire(state, i)


def _against_account(state: State, i: int, m: int, c: int) -> None:
    account, other = state.accounts[i], state.accounts[c]
    side = side_of(state, i, m)
    q = min(abs(account.size[m]), abs(other.size[m]))
    seen = health(state, i)
    quote = bankruptcy_quote(state, m, side, q, seen)
    haircut = quote * 1e-6 - side * value(state, q, m)
    if equity(state, c) - haircut < 0:
        return
    account.cash += quote
    other.cash -= quote
    account.size[m] -= side * q
    other.size[m] += side * q
    _log_deleverage(state, i, m, c, side * q, quote, haircut, seen)
    tranche = other.tranche
    if tranche is not None and tranche.market == m and tranche.left > abs(other.size[m]):
        tranche.left = abs(other.size[m])
        if tranche.left == 0:
            other.tranche = None
            ledger.record(state, ledger.ENDED, account=c, market=m)
    if other.flag is not None and not other.open:
        retire(state, c)


def _against_market(state: State, i: int, m: int) -> None:
    account = state.accounts[i]
    side = side_of(state, i, m)
    q = min(abs(account.size[m]), abs(state.market_size[m]))
    seen = health(state, i)
    quote = bankruptcy_quote(state, m, side, q, seen)
    account.cash += quote
    account.size[m] -= side * q
    state.bucket["market"] -= quote
    state.market_size[m] += side * q
    haircut = quote * 1e-6 - side * value(state, q, m)
    _log_deleverage(state, i, m, -1, side * q, quote, haircut, seen)


def _log_deleverage(
    state: State, i: int, m: int, c: int, closed: int, quote: int, haircut: float, seen: tuple[float, float]
) -> None:
    state.gauge["haircut"] += haircut
    state.gauge["adl_notional"] += value(state, abs(closed), m)
    ledger.record(
        state,
        ledger.DELEVERAGE,
        seen,
        account=i,
        market=m,
        other=c,
        size=-closed,
        quote=quote,
        price=haircut,
    )


def close_out(state: State, i: int, m: int) -> None:
    """Close account `i` in market `m` against the outside market at any price, without fee."""
    account = state.accounts[i]
    seen = health(state, i)
    side, q = side_of(state, i, m), abs(account.size[m])
    trade = deal(state, m, side, q)
    quote = side * rint(((q * state.terms.unit[m]) * trade.price) * 1e6)
    account.cash += quote
    account.size[m] = 0
    state.market_size[m] += side * q
    state.bucket["market"] -= quote
    state.volume[m] = trade.volume
    closed = value(state, q, m)
    state.gauge["liquidated"] += closed
    cost = side * closed - quote * 1e-6
    state.gauge["cost"] += min(cost, seen[0]) if seen[0] > 0 else 0.0
    ledger.record(state, ledger.CLOSE, seen, account=i, market=m, size=-side * q, quote=quote, price=trade.price)


def retire(state: State, i: int) -> None:
    """Account `i`, without positions, goes: what it lacks is covered or lost, what it has is withdrawn."""
    account = state.accounts[i]
    if account.cash < 0:
        _cover(state, i)
    withdrawn = account.cash
    account.cash = 0
    state.bucket["wallets"] += withdrawn
    account.inside = False
    account.flag = account.arrives = account.tranche = None
    account.warned = False
    idle = state.crowd.idle[i]
    account.due = state.tick + wait(idle, state.seed, IDLE, i, state.tick) if idle else None
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
