"""Liquidation on the order book as on dYdX v4: a limit that follows health, a chunk a block, insurance or nothing."""

import math

from govtool.engine.account import health, heaviest, is_flat, lots_worth, notional, weight_of
from govtool.engine.backstop import backstop_within, settle_with_backstop
from govtool.engine.breaker import count_closed, is_halted
from govtool.engine.codes import ASSET, FILL, PERPETUAL
from govtool.engine.deleverage import deleverage
from govtool.engine.draw import ATTEMPT, draw
from govtool.engine.fills import close_part, gauge_close, gauge_excess, quote_of_part
from govtool.engine.jit import kernel
from govtool.engine.last_resort import close_at_any_price, deleverages
from govtool.engine.ledger import record
from govtool.engine.limits import charge_limits, limited
from govtool.engine.margin import recover
from govtool.engine.pool import cover_from_pool
from govtool.engine.requirement import stop_level
from govtool.engine.retire import retire
from govtool.engine.state import Log, Rules, State
from govtool.engine.terms import Ints
from govtool.engine.trading import deal, displace, fits, impact
from govtool.engine.waterfall import absorb, fund_for_fills
from govtool.engine.windows import ticks_of


@kernel
def chunk_value(state: State, rules: Rules, i: int, m: int) -> tuple[float, bool]:
    """Notional of account `i`'s position in instrument `m` that one block may close, and whether that is all of it.

    Notes
    -----
    Source: dYdX v4 `protocol/x/clob/keeper/liquidations.go:GetPerpetualPositionToLiquidate`.
    Example: 50,000 of notional, portion 0.1, minimum 1,000: a tenth.
    """
    held = abs(state.size[i, m])
    value = notional(state, m, held)
    low = min(rules.min_notional, value)
    high = max(low, value * rules.portion)
    cap = min(high, rules.block_notional)
    all_of_it = value <= cap or held <= state.lots[m].step
    return (value if all_of_it else cap), bool(all_of_it)


@kernel
def bankruptcy_rating(rules: Rules, equity: float, maintenance: float) -> float:
    """How far an account is on its way from maintenance (0) to bankruptcy (1)."""
    if maintenance <= 0.0:
        return 1.0
    adjusted = (1.0 - equity / maintenance) * rules.bankruptcy_adjustment
    return min(max(adjusted, 0.0), 1.0)


@kernel
def limit_price(rules: Rules, oracle: float, weight: float, side: int, equity: float, maintenance: float) -> float:
    """Fillable price: from oracle at E = MM to oracle * (1 -/+ spread ratio * weight) at E <= 0; never negative.

    Notes
    -----
    Source: dYdX v4 `protocol/x/clob/keeper/liquidations.go:GetFillablePrice`.
    Example: 50,000, weight 0.012, spread ratio 1.5, half of maintenance left: 49,550 for a long.
    """
    rating = bankruptcy_rating(rules, equity, maintenance)
    return max(0.0, oracle * (1.0 - side * ((rating * rules.spread_ratio) * weight)))


@kernel
def _limit(state: State, rules: Rules, j: int, weight: float, side: int, equity: float, maintenance: float) -> float:
    """The fillable price of any instrument: off its mark by a share of what it asks for."""
    lot = state.lots[j]
    if lot.kind == PERPETUAL:
        return limit_price(rules, lot.mark, weight, side, equity, maintenance)
    rating = bankruptcy_rating(rules, equity, maintenance)
    return max(0.0, lot.mark - side * (((rating * rules.spread_ratio) * weight) * lot.basis))


@kernel
def _granted(state: State, rules: Rules, i: int, m: int, t: int, equity: float, maintenance: float, stop: float) -> int:
    """Quantums of a chunk that the limits of every format leave (rules, section 8a)."""
    held = abs(state.size[i, m])
    wish, all_of_it = chunk_value(state, rules, i, m)
    if rules.limits == 0:
        return lots_worth(state, m, held, wish, all_of_it)
    free = notional(state, m, held)
    left = limited(state, rules, i, m, wish, free, 0.0, False, t, equity, maintenance, stop)
    return lots_worth(state, m, held, left, all_of_it and left == wish)


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
    weight = weight_of(state, rules, i, m)
    stop = stop_level(state, rules, i, maintenance)
    limit = _limit(state, rules, m, weight, side, equity, maintenance)
    granted = _granted(state, rules, i, m, t, equity, maintenance, stop)
    quantity, k = fits(state, m, side, limit, granted), -1
    if quantity > 0:
        price, end = deal(state, m, side, quantity)
    else:
        k, quantity, price = backstop_within(state, rules, i, m, side, limit, granted, t)
        _, end = impact(state, m)
    if quantity == 0:
        return 0
    proceeds = math.floor(((quantity * state.lots[m].unit) * price) * 1e6)
    value = (quantity * state.lots[m].unit) * state.lots[m].mark
    size = notional(state, m, quantity)
    surplus = side * proceeds - quote_of_part(state, i, m, quantity, weight, equity, maintenance)
    helped = max(0, -surplus)
    market = state.lots[m].market
    if helped > 0 and (helped > rules.block_insurance or helped > fund_for_fills(state, rules, market)):
        return 0
    fee, fund = close_part(state, rules, i, m, side, quantity, side * proceeds, proceeds, surplus)
    if helped > 0:
        fund -= cover_from_pool(state, i, market, helped)
    displace(state, m, end)
    if k >= 0:
        settle_with_backstop(state, rules, m, k, side, quantity, proceeds)
    gauge_close(state, size, value, side, side * proceeds, fee, helped, equity)
    gauge_excess(state, rules, weight, size, equity, stop)
    count_closed(state, rules, m, size, t)
    charge_limits(state, rules, i, m, size, t)
    state.accounts[i].rested = t + ticks_of(rules, rules.cooldown_s)
    state.accounts[i].last = market
    change, received = -side * quantity, side * proceeds
    record(state, log, t, FILL, i, m, k, change, received, fee, fund, price, equity, maintenance)
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
    """One block's try at account `i`; True if it was deleveraged, or an asset that nobody took was closed."""
    equity, maintenance = health(state, rules, i)
    if equity >= stop_level(state, rules, i, maintenance):
        recover(state, log, i, t, equity, maintenance)
        return False
    m = heaviest(state, rules, i, state.size[i])
    if t < state.accounts[i].rested and equity >= 0.0:
        return False
    if is_halted(state, rules, m, t, equity, maintenance):
        return False
    deleveraged = False
    missed = _fill(state, rules, log, i, m, t, equity, maintenance) == 0
    if missed and equity < 0.0 and may_deleverage:
        absorb(state, rules, log, i, math.ceil(-equity * 1e6), state.lots[m].market, t, True, False)
        deleveraged = True
        if state.lots[m].kind != ASSET and deleverages(rules):
            deleverage(state, rules, log, i, m, t)
        else:
            close_at_any_price(state, rules, log, i, m, t)
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
