"""Liquidation on the book: the dYdX v4 fillable price (rules §8)."""

import math

from tests.reference import charge, fills, ledger
from tests.reference.last_resort import close_out, deleverage, retire
from tests.reference.liquidity import deal, displace, fitting
from tests.reference.margin import recover
from tests.reference.numbers import ATTEMPT, clip, draw, stepped
from tests.reference.requirement import health, stop_level
from tests.reference.state import ASSET, PERPETUAL, State, stands_for


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
    if worth >= stop_level(state, i, required):
        recover(state, i, seen)
        return 0
    j = charge.heaviest(state, i)
    if _filled(state, i, j, seen):
        if not state.accounts[i].open:
            retire(state, i)
        return 0
    if worth < 0 and may_deleverage:
        return _last_resort(state, i, j)
    return 0


def _last_resort(state: State, i: int, j: int) -> int:
    """Close the whole position against others, or an asset against the market; 1 if that was tried."""
    if state.instruments[j].kind == ASSET:
        close_out(state, i, j)
        if not state.accounts[i].open:
            retire(state, i)
        return 1
    if state.terms.adl:
        deleverage(state, i, j)
        return 1
    return 0


def _chunk(state: State, size: int, j: int) -> int:
    """How much of a position of `size` (positive) may close in this block."""
    terms, one = state.terms, state.instruments[j]
    whole = stands_for(state, size, j)
    low = min(terms.min_notional, whole)
    high = max(low, whole * terms.portion)
    cap = min(high, terms.block_notional)
    if whole <= cap or size <= one.step:
        return size
    part = stepped(math.floor(cap / (one.unit * state.basis[j])), one.step)
    return min(max(part, one.step), size)


def _limit(state: State, i: int, j: int, seen: tuple[float, float]) -> float:
    """The fillable price."""
    terms, side = state.terms, fills.side_of(state, i, j)
    worth, required = seen
    abr = clip((1 - worth / required) * terms.bankruptcy_adjustment, 0, 1) if required > 0 else 1.0
    spread = (abr * terms.spread_ratio) * charge.weight(state, i, j)
    if state.instruments[j].kind == PERPETUAL:
        return max(0.0, state.mark[j] * (1 - side * spread))
    return max(0.0, state.mark[j] - side * (spread * state.basis[j]))


def _filled(state: State, i: int, j: int, seen: tuple[float, float]) -> bool:
    side = fills.side_of(state, i, j)
    wanted = _chunk(state, abs(state.accounts[i].size[j]), j)
    q = fitting(state, j, side, wanted, _limit(state, i, j, seen))
    if q == 0:
        return False
    trade = deal(state, j, side, q)
    v = math.floor(((q * state.instruments[j].unit) * trade.price) * 1e6)
    fill = fills.prepared(state, i, j, q, v, seen)
    paid = max(0, -fill.surplus)
    if paid > state.terms.block_insurance or paid > state.pool:
        return False
    fills.settle(state, fill, paid)
    state.bucket["market"] -= fill.quote
    displace(state, trade)
    ledger.record(
        state,
        ledger.FILL,
        seen,
        account=i,
        market=j,
        size=-side * q,
        quote=fill.quote,
        fee=fill.fee,
        fund=fill.fund - paid,
        price=trade.price,
    )
    return True
