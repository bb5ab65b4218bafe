"""Auto-deleveraging: an insolvent account's position is closed against others at its bankruptcy price."""

import math

from govtool.engine.account import equity_of, health, is_flat, notional, weight_of
from govtool.engine.breaker import count_closed
from govtool.engine.calendar import disturb
from govtool.engine.codes import ADL_LEAST, ADL_NOTIONAL, ADL_WORST, DELEVERAGE, HAIRCUT, IN, NIL, NONE
from govtool.engine.draw import COUNTERPARTY, draw
from govtool.engine.fills import quote_of_part
from govtool.engine.jit import kernel
from govtool.engine.ledger import record, swap_size, trade
from govtool.engine.retire import retire
from govtool.engine.sorting import sort_by
from govtool.engine.state import Log, Rules, State
from govtool.engine.terms import PRO_RATA, RANDOM_ORDER, Ints
from govtool.engine.tranches import shrink_tranches

CENT = 0.01
"""Least equity, in quote currency, that a leverage can be said of: less is what rounding leaves of none."""


@kernel
def _bankruptcy(
    state: State, rules: Rules, i: int, m: int, quantity: int, equity: float, maintenance: float
) -> tuple[int, float, float]:
    """Bankruptcy quote of a part of account `i`'s position, what it asks of the other side, and the notional size."""
    side = 1 if state.size[i, m] > 0 else -1
    value = (quantity * state.lots[m].unit) * state.lots[m].mark
    quote = quote_of_part(state, i, m, quantity, weight_of(state, rules, i, m), equity, maintenance)
    return quote, quote * 1e-6 - side * value, notional(state, m, quantity)


@kernel
def _gauge(state: State, rules: Rules, i: int, m: int, haircut: float, size: float, t: int) -> None:
    state.gauges[HAIRCUT] += haircut
    state.gauges[ADL_NOTIONAL] += size
    state.accounts[i].last = state.lots[m].market
    count_closed(state, rules, m, size, t)


@kernel
def _against_account(
    state: State, rules: Rules, log: Log, i: int, c: int, m: int, quantity: int, t: int
) -> tuple[float, float]:
    """Close `quantity` of `i` against `c` at i's bankruptcy price; returns c's haircut and its share of c's equity.

    Nothing happens if `c` could not bear it.
    """
    side = 1 if state.size[i, m] > 0 else -1
    equity, maintenance = health(state, rules, i)
    quote, haircut, size = _bankruptcy(state, rules, i, m, quantity, equity, maintenance)
    worth = equity_of(state, c)
    if worth - haircut < 0.0:
        return 0.0, 0.0
    swap_size(state, i, c, m, -side * quantity)
    state.cash[i] += quote
    state.cash[c] -= quote
    _gauge(state, rules, i, m, haircut, size, t)
    change = -side * quantity
    record(state, log, t, DELEVERAGE, i, m, c, change, quote, NIL, NIL, haircut, equity, maintenance)
    shrink_tranches(state, log, c, m, t)
    disturb(state, c, t + 1)
    if state.accounts[c].flag >= 0 and is_flat(state, c):
        retire(state, rules, log, c, t)
    return max(0.0, haircut), max(0.0, haircut) / worth if worth > 0.0 else 0.0


@kernel
def _against_market(state: State, rules: Rules, log: Log, i: int, m: int, t: int) -> int:
    side = 1 if state.size[i, m] > 0 else -1
    quantity = min(abs(state.size[i, m]), max(0, -side * state.lots[m].outside))
    if quantity == 0:
        return 0
    equity, maintenance = health(state, rules, i)
    quote, haircut, size = _bankruptcy(state, rules, i, m, quantity, equity, maintenance)
    trade(state, i, m, -side * quantity, quote)
    _gauge(state, rules, i, m, haircut, size, t)
    change = -side * quantity
    record(state, log, t, DELEVERAGE, i, m, NONE, change, quote, NIL, NIL, haircut, equity, maintenance)
    return quantity


@kernel
def _is_candidate(state: State, i: int, c: int, m: int) -> bool:
    held = state.size[c, m]
    opposite = (held > 0 and state.size[i, m] < 0) or (held < 0 and state.size[i, m] > 0)
    return bool(c != i and state.accounts[c].status == IN and opposite)


@kernel
def score_of(state: State, c: int, m: int) -> float:
    """Rank of account `c`'s position in instrument `m`: relative profit times leverage, divided by it for a loss.

    Notes
    -----
    Source: rules, section 9; the queue that Binance and Hyperliquid publish for auto-deleveraging.
    Example: bought for 50, worth 60, equity 20: a gain of 0.2 at leverage 3, so 0.6.
    """
    cost = state.entry[c, m] * 1e-6
    value = (state.size[c, m] * state.lots[m].unit) * state.lots[m].mark
    gain = (value - cost) / abs(cost) if cost != 0.0 else 0.0
    worth = equity_of(state, c)
    leverage = notional(state, m, state.size[c, m]) / worth if worth >= CENT else 0.0
    if gain > 0.0:
        return gain * leverage
    return gain / leverage if leverage > 0.0 else gain


@kernel
def _line_up(state: State, rules: Rules, i: int, m: int, t: int, queue: Ints) -> int:
    """Write counterparties to `queue` in the order in which they are asked; returns how many at most are."""
    count = state.accounts.shape[0]
    size = NIL
    if rules.adl_order == RANDOM_ORDER:
        first = math.floor(draw(rules.seed, COUNTERPARTY, i, t) * count)
        for j in range(min(count, rules.max_counterparties)):
            c = (first + j) % count
            if _is_candidate(state, i, c, m):
                queue[size] = c
                size += 1
        return int(size)
    for c in range(count):
        if _is_candidate(state, i, c, m):
            queue[size] = c
            size += 1
    if rules.adl_order == PRO_RATA:
        return int(size)
    score = state.room.score
    for n in range(size):
        score[queue[n]] = score_of(state, queue[n], m)
    sort_by(score, queue, size)
    return int(min(size, rules.max_counterparties))


@kernel
def deleverage(state: State, rules: Rules, log: Log, i: int, m: int, t: int) -> int:
    """Close account `i`'s position in `m` against holders of the other side; returns the base quantums closed.

    In a drawn order, by profit and leverage, or all alike; what is left meets the outside market if that is on the
    other side.

    Notes
    -----
    Source: rules, section 9; dYdX v4 `protocol/x/clob/keeper/deleveraging.go:OffsetSubaccountPerpetualPosition`.
    """
    before = abs(state.size[i, m])
    queue = state.room.queue
    size = _line_up(state, rules, i, m, t, queue)
    still, worth, taken, worst = 0.0, 0.0, 0.0, 0.0
    for c in range(state.accounts.shape[0]):
        if _is_candidate(state, i, c, m):
            worth += max(0.0, equity_of(state, c))
    for n in range(size):
        still += abs(state.size[queue[n], m])
    for n in range(size):
        c = queue[n]
        rest, held = abs(state.size[i, m]), abs(state.size[c, m])
        if rest == 0 or not _is_candidate(state, i, c, m):
            continue
        quantity = min(rest, held)
        if rules.adl_order == PRO_RATA:
            step = state.lots[m].step
            quantity = min(quantity, math.ceil(rest * min(1.0, held / still) / step) * step)
            still -= held
        haircut, share = _against_account(state, rules, log, i, c, m, quantity, t)
        taken += haircut
        worst = max(worst, share)
    if worth > 0.0:
        state.gauges[ADL_WORST] += worst
        state.gauges[ADL_LEAST] += taken / worth
    if state.size[i, m] != 0:
        _against_market(state, rules, log, i, m, t)
    return int(before - abs(state.size[i, m]))
