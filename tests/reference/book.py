"""Liquidation on the book: the dYdX v4 fillable price (rules §8)."""

import math

from tests.reference import fills, ledger
from tests.reference.last_resort import deleverage, retire
from tests.reference.liquidity import deal, fitting
from tests.reference.margin import recover
from tests.reference.numbers import ATTEMPT, clip, draw, stepped
from tests.reference.state import State, health, heaviest, maintenance_weight, value


def liquidate(state: State) -> None:
    """Try flagged accounts, from a drawn offset, in each block of the tick."""
    venue, t = state.venue, state.tick
    listed = [i for i, account in enumerate(state.accounts) if account.flag is not None and account.exposed]
    if not listed:
        return
    n = len(listed)
    for b in range(venue.blocks):
        first = math.floor(draw(state.seed, ATTEMPT, b, t) * n)
        deleverages = venue.max_deleverages
        for a in range(min(venue.max_attempts, n)):
            i = listed[(first + a) % n]
            account = state.accounts[i]
            fresh = account.flag == t and b < venue.lag_blocks
            if account.flag is None or not account.exposed or fresh:
                continue
            deleverages -= _attempt(state, i, deleverages > 0)


def _attempt(state: State, i: int, may_deleverage: bool) -> int:
    """One try at account `i`; 1 if it was deleveraged."""
    seen = health(state, i)
    worth, required = seen
    if worth >= state.terms.restore * required:
        recover(state, i, seen)
        return 0
    m = heaviest(state, i)
    if _filled(state, i, m, seen):
        if not state.accounts[i].open:
            retire(state, i)
        return 0
    if worth < 0 and state.terms.adl and may_deleverage:
        deleverage(state, i, m)
        return 1
    return 0


def _chunk(state: State, size: int, m: int) -> int:
    """How much of a position of `size` (positive) may close in this block."""
    terms = state.terms
    whole = value(state, size, m)
    low = min(terms.min_notional, whole)
    high = max(low, whole * terms.portion)
    cap = min(high, terms.block_notional)
    if whole <= cap or size <= terms.step[m]:
        return size
    part = stepped(math.floor(cap / (terms.unit[m] * state.oracle[m])), terms.step[m])
    return min(max(part, terms.step[m]), size)


def _limit(state: State, m: int, side: int, seen: tuple[float, float]) -> float:
    """The fillable price."""
    terms = state.terms
    worth, required = seen
    abr = clip((1 - worth / required) * terms.bankruptcy_adjustment, 0, 1)
    return max(0.0, state.oracle[m] * (1 - side * ((abr * terms.spread_ratio) * maintenance_weight(state, m))))


def _filled(state: State, i: int, m: int, seen: tuple[float, float]) -> bool:
    side = fills.side_of(state, i, m)
    wanted = _chunk(state, abs(state.accounts[i].size[m]), m)
    q = fitting(state, m, side, wanted, _limit(state, m, side, seen))
    if q == 0:
        return False
    trade = deal(state, m, side, q)
    v = math.floor(((q * state.terms.unit[m]) * trade.price) * 1e6)
    fill = fills.prepared(state, i, m, q, v, seen)
    paid = max(0, -fill.surplus)
    if paid > state.terms.block_insurance or paid > state.pool:
        return False
    fills.settle(state, fill, paid)
    state.bucket["market"] -= fill.quote
    state.volume[m] = trade.volume
    ledger.record(
        state,
        ledger.FILL,
        seen,
        account=i,
        market=m,
        size=-side * q,
        quote=fill.quote,
        fee=fill.fee,
        fund=fill.fund - paid,
        price=trade.price,
    )
    return True
