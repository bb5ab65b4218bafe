"""What keepers see of the market, and searchers who see keepers coming and trade before them."""

import numpy as np

from govtool.engine.codes import FRONTRUN, MARKET, NIL, PERPETUAL, SEARCHERS
from govtool.engine.jit import kernel
from govtool.engine.ledger import record
from govtool.engine.liquidity import displaced, mean_displacement
from govtool.engine.state import Log, Rules, State
from govtool.engine.terms import PRIVATE_ORDER
from govtool.engine.trading import deal_at, fits_at, impact, marginal_price


@kernel
def _sight(state: State, j: int) -> tuple[float, float]:
    """As `impact`, as keepers believe it to be."""
    m = state.lots[j].market
    if m < 0:
        return 0.0, 0.0
    return float(state.markets[m].seen), float(state.markets[m].volume)


@kernel
def _ahead(state: State, rules: Rules, j: int) -> float:
    """Quote volume that a searcher trades before a keeper unloads instrument `j`, 0 for none."""
    if rules.frontrun <= 0.0 or rules.ordering == PRIVATE_ORDER or state.lots[j].kind != PERPETUAL:
        return 0.0
    return float(rules.frontrun)


@kernel
def fits_seen(state: State, rules: Rules, j: int, side: int, limit: float, quantity: int) -> int:
    """As `fits`, as a keeper reckons who expects a searcher ahead of it."""
    slope, start = _sight(state, j)
    return fits_at(state, j, side, limit, quantity, slope, start, _ahead(state, rules, j))


@kernel
def marginal_seen(state: State, rules: Rules, j: int, side: int, quantity: int) -> float:
    """As `marginal_price`, likewise."""
    slope, start = _sight(state, j)
    return marginal_price(state, j, side, quantity, slope, start - side * _ahead(state, rules, j))


@kernel
def _unload(
    state: State, rules: Rules, j: int, side: int, quantity: int, slope: float, start: float
) -> tuple[float, float, float]:
    """Price at which a keeper unloads `quantity`, the displaced volume after it, and what a searcher makes of it.

    Notes
    -----
    Source: rules, section 8. The searcher trades before and after, so that it ends where it began; it does nothing
    where that would not pay. Example: slope 0.001, nothing displaced, 10,000 to be sold and 10,000 ahead of it: the
    searcher sells at a mean of -6.67 % and buys back at one of -12.19 %, and makes 552.
    """
    ahead = _ahead(state, rules, j)
    if ahead > 0.0:
        lot = state.lots[j]
        end = displaced(start, side, quantity * lot.unit, lot.fair)
        first, last = start - side * ahead, displaced(start - side * ahead, side, quantity * lot.unit, lot.fair)
        before, after = mean_displacement(slope, start, first), mean_displacement(slope, last, end)
        gain = side * (before - after) * ahead - 2.0 * lot.spread * ahead
        if gain > 0.0:
            price, _ = deal_at(state, j, side, quantity, slope, first)
            return price, end, gain
    price, end = deal_at(state, j, side, quantity, slope, start)
    return price, end, 0.0


@kernel
def unload(state: State, rules: Rules, j: int, side: int, quantity: int) -> tuple[float, float, float]:
    """Price at which a keeper unloads `quantity`, the displaced volume after it, and what a searcher makes of it."""
    slope, start = impact(state, j)
    return _unload(state, rules, j, side, quantity, slope, start)


@kernel
def unload_seen(state: State, rules: Rules, j: int, side: int, quantity: int) -> float:
    """The price of that, as a keeper reckons before it acts."""
    slope, start = _sight(state, j)
    price, _, _ = _unload(state, rules, j, side, quantity, slope, start)
    return price


@kernel
def pay_searcher(state: State, log: Log, i: int, j: int, k: int, gain: float, t: int) -> None:
    """A searcher has its gain from the market, if any, for what keeper `k` unloaded of account `i`."""
    if gain > 0.0:
        amount = int(np.rint(gain * 1e6))
        state.tills[SEARCHERS] += amount
        state.tills[MARKET] -= amount
        record(state, log, t, FRONTRUN, i, j, k, NIL, NIL, NIL, NIL, gain, 0.0, 0.0)
