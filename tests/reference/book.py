"""Liquidation on the book: the dYdX v4 fillable price (rules §8)."""

import math

from tests.reference import backstop, breakers, charge, fills, ledger, limits, pool
from tests.reference.deleverage import deleverage
from tests.reference.last_resort import close_out, may_deleverage
from tests.reference.liquidity import Deal, deal, displace, fitting
from tests.reference.margin import recover
from tests.reference.numbers import ATTEMPT, clip, draw, stepped, ticks
from tests.reference.requirement import health, stop_level
from tests.reference.retire import retire
from tests.reference.state import PERPETUAL, State, stands_for
from tests.reference.waterfall import INSURANCE, absorb, before_adl, layers


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


def _attempt(state: State, i: int, may_resort: bool) -> int:
    """One try at account `i`; 1 if it was deleveraged."""
    seen = health(state, i)
    worth, required = seen
    if worth >= stop_level(state, i, required):
        recover(state, i, seen)
        return 0
    if state.tick < state.accounts[i].rested and worth >= 0:
        return 0
    j = charge.heaviest(state, i)
    if breakers.halted(state, i, j, seen):
        return 0
    if _filled(state, i, j, seen):
        if not state.accounts[i].open:
            retire(state, i)
        return 0
    if worth < 0 and may_resort:
        return _last_resort(state, i, j, math.ceil(-worth * 1e6))
    return 0


def _last_resort(state: State, i: int, j: int, need: int) -> int:
    """Close the whole position against others, or if that may not be against the market; counts as 1."""
    order = [layer for layer in before_adl(state) if layer != INSURANCE]
    absorb(state, i, need, state.instruments[j].market, order)
    if may_deleverage(state, j):
        deleverage(state, i, j)
    else:
        close_out(state, i, j)
        if not state.accounts[i].open:
            retire(state, i)
    return 1


def _chunk(state: State, i: int, j: int, seen: tuple[float, float]) -> int:
    """How much of a position may close in this block."""
    terms, one, size = state.terms, state.instruments[j], abs(state.accounts[i].size[j])
    whole = stands_for(state, size, j)
    low = min(terms.min_notional, whole)
    high = max(low, whole * terms.portion)
    cap = min(high, terms.block_notional)
    everything = whole <= cap or size <= one.step
    wish = whole if everything else cap
    allowed = limits.cut(state, i, j, wish, whole, 0.0, seen)
    if allowed <= 0 < wish:
        return 0
    if everything and allowed == wish:
        return size
    part = stepped(math.floor(allowed / (one.unit * state.basis[j])), one.step)
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
    wanted = _chunk(state, i, j, seen)
    if not wanted:
        return False
    limit = _limit(state, i, j, seen)
    q = fitting(state, j, side, wanted, limit)
    if q:
        trade = deal(state, j, side, q)
        return _settled(state, i, j, q, trade.price, seen, trade=trade)
    bid = backstop.on_the_book(state, i, j, wanted, limit)
    if bid is None:
        return False
    k, q, price = bid
    return _settled(state, i, j, q, price, seen, k=k)


def _settled(
    state: State,
    i: int,
    j: int,
    q: int,
    price: float,
    seen: tuple[float, float],
    *,
    trade: Deal | None = None,
    k: int = -1,
) -> bool:
    """Whether `q` was closed, against the market or by backstop `k`: insurance has to pay for what is missing."""
    v = math.floor(((q * state.instruments[j].unit) * price) * 1e6)
    fill = fills.prepared(state, i, j, q, v, seen)
    paid = max(0, -fill.surplus)
    if paid > 0 and not _payable(state, j, paid):
        return False
    fund = fills.settle(state, fill, paid)
    if trade is None:
        backstop.settle_fill(state, k, fill)
    else:
        state.bucket["market"] -= fill.quote
        displace(state, trade)
    state.accounts[i].rested = state.tick + ticks(state.terms.dampers.cooldown_s, state.venue.step_s)
    limits.charge_sale(state, i, j, stands_for(state, q, j))
    ledger.record(
        state,
        ledger.FILL,
        seen,
        account=i,
        market=j,
        other=k,
        size=-fill.side * q,
        quote=fill.quote,
        fee=fill.fee,
        fund=fund - paid,
        price=price,
    )
    return True


def _payable(state: State, j: int, paid: int) -> bool:
    """Whether insurance may pay so much for a fill."""
    may_pay = min(state.terms.block_insurance, pool.may_pay(state, state.instruments[j].market))
    return INSURANCE in layers(state) and paid <= may_pay
