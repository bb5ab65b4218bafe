"""Liquidation by an auction per tranche (rules §8)."""

import math

from tests.reference import fills, ledger
from tests.reference.last_resort import close_out, deleverage, retire
from tests.reference.liquidity import deal, fitting
from tests.reference.margin import recover
from tests.reference.numbers import rint, stepped
from tests.reference.state import State, Tranche, health, heaviest, value


def liquidate(state: State) -> None:
    """Move each live auction on, end those whose time is over, open new ones."""
    for i, account in enumerate(state.accounts):
        if account.flag is None or not account.exposed:
            continue
        if account.tranche is not None:
            _offer(state, i, account.tranche)
        if account.tranche is not None and _elapsed_s(state, account.tranche) >= state.terms.length_s:
            _expire(state, i, account.tranche)
        if account.exposed and account.flag is not None and account.tranche is None:
            _begin(state, i)


def _elapsed_s(state: State, tranche: Tranche) -> float:
    return (state.tick - tranche.opened) * state.venue.step_s


def _offer(state: State, i: int, tranche: Tranche) -> None:
    """Keepers take what suits them at the price of this tick."""
    account, terms = state.accounts[i], state.terms
    m = tranche.market
    side = fills.side_of(state, i, m)
    done = min(1.0, _elapsed_s(state, tranche) / terms.length_s)
    discount = terms.start_discount + (terms.end_discount - terms.start_discount) * done
    price = state.oracle[m] * (1 - side * discount)
    for k in range(len(state.keepers)):
        if state.tick - tranche.opened < state.habits.latency[k]:
            continue
        q = _wanted(state, k, tranche, side, price)
        if q:
            _take(state, i, k, tranche, q, price)
        if tranche.left == 0:
            account.tranche = None
            break
    if not account.open:
        retire(state, i)


def _wanted(state: State, k: int, tranche: Tranche, side: int, price: float) -> int:
    """What keeper `k` takes: what it can unload at a profit and has capital for."""
    keeper, habits, terms, m = state.keepers[k], state.habits, state.terms, tranche.market
    limit = price + side * (habits.edge[k] * state.oracle[m])
    q = fitting(state, m, side, tranche.left, limit)
    refilled = keeper.have + habits.refill[k] * (state.tick - keeper.touched)
    keeper.have = min(habits.capital[k], refilled)
    keeper.touched = state.tick
    if value(state, q, m) > keeper.have:
        q = stepped(math.floor(keeper.have / (terms.unit[m] * state.oracle[m])), terms.step[m])
    if q < tranche.left and value(state, q, m) < habits.least[k]:
        return 0
    return q


def _take(state: State, i: int, k: int, tranche: Tranche, q: int, price: float) -> None:
    """Keeper `k` takes `q` of the tranche at `price` and unloads it at once."""
    m, unit = tranche.market, state.terms.unit[tranche.market]
    seen = health(state, i)
    v = rint(((q * unit) * price) * 1e6)
    fill = fills.prepared(state, i, m, q, v, seen)
    trade = deal(state, m, fill.side, q)
    unloaded = rint(((q * unit) * trade.price) * 1e6)
    fills.settle(state, fill)
    state.volume[m] = trade.volume
    state.keepers[k].cash += fill.side * (unloaded - v)
    state.bucket["keepers"] += fill.side * (unloaded - v)
    state.bucket["market"] -= fill.side * unloaded
    state.keepers[k].have -= value(state, q, m)
    tranche.left -= q
    ledger.record(
        state,
        ledger.TAKE,
        seen,
        account=i,
        market=m,
        other=k,
        size=-fill.side * q,
        quote=fill.quote,
        fee=fill.fee,
        fund=fill.fund,
        price=price,
    )


def _expire(state: State, i: int, tranche: Tranche) -> None:
    """Nobody took the rest. An insolvent account is resolved now; any other is offered again."""
    account, m = state.accounts[i], tranche.market
    account.tranche = None
    size = fills.side_of(state, i, m) * tranche.left
    ledger.record(state, ledger.UNFILLED, account=i, market=m, size=size)
    worth, _ = health(state, i)
    if worth >= 0:
        return
    paid = min(math.ceil(-worth * 1e6), state.pool, state.terms.block_insurance)
    if paid > 0:
        account.cash += paid
        state.bucket["insurance"] -= paid
        state.flow["pool_out"] += paid
        ledger.record(state, ledger.COVER, account=i, quote=paid, fund=-paid)
    for m in state.markets:
        if not account.size[m]:
            continue
        if state.terms.adl:
            deleverage(state, i, m)
        else:
            close_out(state, i, m)
    if account.inside and not account.open:
        retire(state, i)


def _begin(state: State, i: int) -> None:
    """Open a tranche in the heaviest market, unless the account has just been restored."""
    account, terms = state.accounts[i], state.terms
    seen = health(state, i)
    if seen[0] >= terms.restore * seen[1]:
        recover(state, i, seen)
        return
    m = heaviest(state, i)
    size, side = abs(account.size[m]), fills.side_of(state, i, m)
    whole = value(state, size, m)
    if whole <= terms.min_notional or size <= terms.step[m]:
        part = size
    else:
        wished = max(terms.min_notional, whole * terms.portion)
        part = stepped(math.floor(wished / (terms.unit[m] * state.oracle[m])), terms.step[m])
        part = min(max(part, terms.step[m]), size)
    account.tranche = Tranche(m, part, state.tick)
    ledger.record(
        state,
        ledger.OPEN,
        seen,
        account=i,
        market=m,
        size=side * part,
        price=state.oracle[m],
    )
