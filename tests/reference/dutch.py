"""Liquidation by an auction per tranche (rules §8)."""

import math

from tests.reference import charge, fills, ledger
from tests.reference.last_resort import close_out, deleverage, retire
from tests.reference.liquidity import deal, displace, fitting
from tests.reference.margin import recover
from tests.reference.numbers import rint, stepped
from tests.reference.requirement import health, stop_level
from tests.reference.state import ASSET, OPTION, PERPETUAL, State, Tranche, equity, stands_for


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
    done = min(1.0, _elapsed_s(state, tranche) / terms.length_s)
    discount = terms.start_discount + (terms.end_discount - terms.start_discount) * done
    side, counted = fills.side_of(state, i, tranche.market), _counted(state, i, tranche.market)
    price = _asked(state, tranche.market, side, discount, counted)
    for k in range(len(state.keepers)):
        if state.tick - tranche.opened < state.habits.latency[k]:
            continue
        limit = price + side * (state.habits.edge[k] * counted)
        q = _wanted(state, k, tranche, side, limit)
        if q:
            _take(state, i, k, tranche, q, price)
        if tranche.left == 0:
            account.tranche = None
            break
    if not account.open:
        retire(state, i)


def _counted(state: State, i: int, j: int) -> float:
    """The price that discounts and edges are fractions of."""
    if state.instruments[j].kind == OPTION:
        return max(state.mark[j], charge.weight(state, i, j) * state.basis[j])
    return state.mark[j]


def _asked(state: State, j: int, side: int, discount: float, counted: float) -> float:
    if state.instruments[j].kind == PERPETUAL:
        return state.mark[j] * (1 - side * discount)
    return max(0.0, state.mark[j] - side * (discount * counted))


def _wanted(state: State, k: int, tranche: Tranche, side: int, limit: float) -> int:
    """What keeper `k` takes: what it can unload at a profit and has capital for."""
    keeper, habits, j = state.keepers[k], state.habits, tranche.market
    one = state.instruments[j]
    q = fitting(state, j, side, tranche.left, limit)
    refilled = keeper.have + habits.refill[k] * (state.tick - keeper.touched)
    keeper.have = min(habits.capital[k], refilled)
    keeper.touched = state.tick
    if stands_for(state, q, j) > keeper.have:
        q = stepped(math.floor(keeper.have / (one.unit * state.basis[j])), one.step)
    if q < tranche.left and stands_for(state, q, j) < habits.least[k]:
        return 0
    return q


def _take(state: State, i: int, k: int, tranche: Tranche, q: int, price: float) -> None:
    """Keeper `k` takes `q` of the tranche at `price` and unloads it at once."""
    j, unit = tranche.market, state.instruments[tranche.market].unit
    seen = health(state, i)
    v = rint(((q * unit) * price) * 1e6)
    fill = fills.prepared(state, i, j, q, v, seen)
    trade = deal(state, j, fill.side, q)
    unloaded = rint(((q * unit) * trade.price) * 1e6)
    fills.settle(state, fill)
    displace(state, trade)
    state.keepers[k].cash += fill.side * (unloaded - v)
    state.bucket["keepers"] += fill.side * (unloaded - v)
    state.bucket["market"] -= fill.side * unloaded
    state.keepers[k].have -= stands_for(state, q, j)
    tranche.left -= q
    ledger.record(
        state,
        ledger.TAKE,
        seen,
        account=i,
        market=j,
        other=k,
        size=-fill.side * q,
        quote=fill.quote,
        fee=fill.fee,
        fund=fill.fund,
        price=price,
    )


def _expire(state: State, i: int, tranche: Tranche) -> None:
    """Nobody took the rest. An insolvent account is resolved now; any other is offered again."""
    account, j = state.accounts[i], tranche.market
    account.tranche = None
    size = fills.side_of(state, i, j) * tranche.left
    ledger.record(state, ledger.UNFILLED, account=i, market=j, size=size)
    worth = equity(state, i)
    if worth >= 0:
        return
    paid = min(math.ceil(-worth * 1e6), state.pool, state.terms.block_insurance)
    if paid > 0:
        account.cash += paid
        state.bucket["insurance"] -= paid
        state.flow["pool_out"] += paid
        ledger.record(state, ledger.COVER, account=i, quote=paid, fund=-paid)
    for j in state.all:
        if not account.size[j]:
            continue
        if state.terms.adl and state.instruments[j].kind != ASSET:
            deleverage(state, i, j)
        else:
            close_out(state, i, j)
    if account.inside and not account.open:
        retire(state, i)


def _begin(state: State, i: int) -> None:
    """Open a tranche in the heaviest instrument, unless the account has just been restored."""
    account, terms = state.accounts[i], state.terms
    seen = health(state, i)
    if seen[0] >= stop_level(state, i, seen[1]):
        recover(state, i, seen)
        return
    j = charge.heaviest(state, i)
    one, size, side = state.instruments[j], abs(account.size[j]), fills.side_of(state, i, j)
    whole = stands_for(state, size, j)
    if whole <= terms.min_notional or size <= one.step:
        part = size
    else:
        wished = max(terms.min_notional, whole * terms.portion)
        part = stepped(math.floor(wished / (one.unit * state.basis[j])), one.step)
        part = min(max(part, one.step), size)
    account.tranche = Tranche(j, part, state.tick)
    ledger.record(state, ledger.OPEN, seen, account=i, market=j, size=side * part, price=state.mark[j])
