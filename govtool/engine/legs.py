"""A trader's own leg: what it costs at the market's price, or where its order rests on the book."""

import numpy as np

from govtool.engine.account import equity_of
from govtool.engine.codes import NONE, TRADE, TRADE_FEES
from govtool.engine.jit import kernel
from govtool.engine.ledger import record, trade
from govtool.engine.pool import collect_fee
from govtool.engine.state import Log, Rules, State
from govtool.engine.trading import leg_price


@kernel
def leg_terms(state: State, rules: Rules, j: int, size: int, resting: bool) -> tuple[float, int, int]:
    """Price, cost and fee of a trade of `size` in instrument `j`; a resting order pays neither spread nor fee."""
    sign = 1.0 if size > 0 else -1.0
    price = leg_price(state, j, 0.0 if resting else sign)
    cost = int(np.rint(((size * state.lots[j].unit) * price) * 1e6))
    if resting:
        return price, cost, 0
    return price, cost, int(np.rint((((abs(size) * state.lots[j].unit) * price) * rules.taker_fee) * 1e6))


@kernel
def worth_after(state: State, rules: Rules, i: int, j: int, size: int) -> float:
    """Equity that a trade of `size` in instrument `j` would leave account `i`."""
    _, cost, fee = leg_terms(state, rules, j, size, False)
    state.size[i, j] += size
    state.cash[i] -= cost + fee
    worth = equity_of(state, i)
    state.cash[i] += cost + fee
    state.size[i, j] -= size
    return worth


@kernel
def trade_leg(state: State, rules: Rules, log: Log, i: int, j: int, size: int, t: int, resting: bool) -> None:
    """Account `i` changes its position in `j` by `size` at the market's price, which stays where it is."""
    price, cost, fee = leg_terms(state, rules, j, size, resting)
    trade(state, i, j, size, -cost)
    insured = collect_fee(state, rules, i, state.lots[j].market, fee, rules.trading_fee_share)
    state.tills[TRADE_FEES] += fee
    record(state, log, t, TRADE, i, j, NONE, size, -cost, fee, insured, price, 0.0, 0.0)
