"""Liquidation on the order book as on dYdX v4: a limit that follows health, a chunk a block, insurance or nothing."""

import math

from govtool.engine.account import health, heaviest_market, is_flat
from govtool.engine.draw import ATTEMPT, draw
from govtool.engine.fills import bankruptcy_quote, close_part, gauge_close, gauge_excess, liquidation_fee
from govtool.engine.jit import kernel
from govtool.engine.last_resort import deleverage
from govtool.engine.ledger import pay, record
from govtool.engine.liquidity import closing_price, displaced, fitting, floored, room_within
from govtool.engine.margin import recover
from govtool.engine.retire import retire
from govtool.engine.state import FILL, INSURANCE, NONE, Ints, Log, Rules, State


@kernel
def chunk(state: State, rules: Rules, i: int, m: int) -> int:
    """Base quantums of account `i`'s position in `m` that one block may close.

    Notes
    -----
    Source: dYdX v4 `protocol/x/clob/keeper/liquidations.go:GetPerpetualPositionToLiquidate`.
    Example: 50,000 of notional, portion 0.1, minimum 1,000: a tenth.
    """
    held = abs(state.size[i, m])
    value = (held * state.markets[m].unit) * state.markets[m].oracle
    low = min(rules.min_notional, value)
    high = max(low, value * rules.portion)
    cap = min(high, rules.block_notional)
    if value <= cap or held <= state.markets[m].step:
        return held
    lots = floored(cap, state.markets[m].unit * state.markets[m].oracle, state.markets[m].step)
    return min(max(lots, state.markets[m].step), held)


@kernel
def limit_price(rules: Rules, oracle: float, weight: float, side: int, equity: float, maintenance: float) -> float:
    """Fillable price: from oracle at E = MM to oracle * (1 -/+ spread ratio * weight) at E <= 0; never negative.

    Notes
    -----
    Source: dYdX v4 `protocol/x/clob/keeper/liquidations.go:GetFillablePrice`.
    Example: 50,000, weight 0.012, spread ratio 1.5, half of maintenance left: 49,550 for a long.
    """
    adjusted = (1.0 - equity / maintenance) * rules.bankruptcy_adjustment
    rating = min(max(adjusted, 0.0), 1.0)
    return max(0.0, oracle * (1.0 - side * ((rating * rules.spread_ratio) * weight)))


@kernel
def _fill(
    state: State,
    rules: Rules,
    log: Log,
    i: int,
    m: int,
    t: int,
    equity: float,
    maintenance: float,
) -> int:
    """Sell or buy back a chunk within the limit; 0 if nothing fits or insurance cannot pay all of what it would owe."""
    side = 1 if state.size[i, m] > 0 else -1
    weight = state.markets[m].maintenance
    index, slope, start = state.markets[m].index, state.markets[m].slope, state.markets[m].volume
    limit = limit_price(rules, state.markets[m].oracle, weight, side, equity, maintenance)
    room = room_within(slope, start, index, state.markets[m].half_spread, side, limit)
    quantity = fitting(room, chunk(state, rules, i, m), state.markets[m].unit, index, state.markets[m].step)
    if quantity == 0:
        return 0
    end = displaced(start, side, quantity * state.markets[m].unit, index)
    price = closing_price(slope, start, end, index, state.markets[m].half_spread, side)
    proceeds = math.floor(((quantity * state.markets[m].unit) * price) * 1e6)
    value = (quantity * state.markets[m].unit) * state.markets[m].oracle
    surplus = side * proceeds - bankruptcy_quote(side, value, weight, equity, maintenance)
    helped = max(0, -surplus)
    if helped > rules.block_insurance or helped > state.tills[INSURANCE]:
        return 0
    fee = liquidation_fee(rules, proceeds, surplus)
    fund = close_part(state, rules, i, m, side, quantity, side * proceeds, fee) - helped
    pay(state, INSURANCE, i, helped)
    state.markets[m].volume = end
    gauge_close(state, value, side, side * proceeds, fee, helped, equity)
    gauge_excess(state, rules, m, value, equity, maintenance)
    change, received = -side * quantity, side * proceeds
    record(state, log, t, FILL, i, m, NONE, change, received, fee, fund, price, equity, maintenance)
    return quantity


@kernel
def attempt(
    state: State,
    rules: Rules,
    log: Log,
    i: int,
    t: int,
    may_deleverage: bool,
) -> bool:
    """One block's try at account `i`; True if it was deleveraged."""
    equity, maintenance = health(state, i)
    if equity >= rules.restore * maintenance:
        recover(state, log, i, t, equity, maintenance)
        return False
    m = heaviest_market(state, i)
    deleveraged = False
    missed = _fill(state, rules, log, i, m, t, equity, maintenance) == 0
    if missed and equity < 0.0 and rules.adl == 1 and may_deleverage:
        deleverage(state, rules, log, i, m, t)
        deleveraged = True
    if is_flat(state, i):
        retire(state, rules, log, i, t)
    return deleveraged


@kernel
def liquidate_on_book(
    state: State,
    rules: Rules,
    log: Log,
    flagged: Ints,
    n: int,
    t: int,
) -> None:
    """All blocks of a tick over the first `n` entries of `flagged`, accounts in index order (rules, section 8)."""
    for b in range(rules.blocks if n > 0 else 0):
        first = math.floor(draw(rules.seed, ATTEMPT, b, t) * n)
        deleveraged = 0
        for a in range(min(n, rules.max_attempts)):
            i = flagged[(first + a) % n]
            if state.accounts[i].flag < 0 or (state.accounts[i].flag == t and b < rules.lag_blocks):
                continue
            may = deleveraged < rules.max_deleverages
            if attempt(state, rules, log, i, t, may):
                deleveraged += 1
