"""What an account brings and how large its positions may be: as wished, scaled to its initial margin."""

import math

import numpy as np

from govtool.engine.codes import DEPOSIT, ENTER, IN, NIL, NONE, WALLETS
from govtool.engine.draw import HOLD, draw
from govtool.engine.elementary import natural_log
from govtool.engine.jit import kernel
from govtool.engine.layout import asset_count, deposit, first_asset, share
from govtool.engine.ledger import change_size, pay, record
from govtool.engine.liquidity import floored
from govtool.engine.requirement import need
from govtool.engine.state import Log, Rules, State
from govtool.engine.terms import Ints
from govtool.engine.tiers import INITIAL
from govtool.engine.weights import open_interest, scaled_initial

HALVINGS = 30
"""Steps of the search for a scale: it is then within 1e-9 of the largest that fits."""


@kernel
def wait(seed: int, stream: int, entity: int, tick: int, mean: float) -> int:
    """Ticks until something that takes `mean` ticks on average: exponential, at least 1, drawn once."""
    uniform = draw(seed, stream, entity, tick)
    return 1 + math.floor(-mean * natural_log(1.0 - uniform))


@kernel
def _brought(state: State, i: int, k: int) -> int:
    """Quantums of asset `k` that account `i` brings: its share of equity, within the cap on all deposits."""
    lot = state.lots[first_asset(state) + k]
    each = lot.unit * lot.mark
    brought = floored(state.accounts[i].equity * 1e-6 * deposit(state, i, k), each, lot.step)
    if lot.asset_cap > 0.0:
        room = max(0.0, lot.asset_cap - (lot.held * lot.unit) * lot.mark)
        brought = min(brought, floored(room, each, lot.step))
    return brought


@kernel
def come_in(state: State, rules: Rules, log: Log, i: int, cash: int, t: int) -> None:
    """Account `i` is in with a deposit of cash, quantums; its exit is scheduled."""
    state.accounts[i].status = IN
    pay(state, WALLETS, i, cash)
    record(state, log, t, ENTER, i, NONE, NONE, NIL, cash, NIL, NIL, 0.0, 0.0, 0.0)
    account = state.accounts[i]
    account.due = t + wait(rules.seed, HOLD, account.owner, t, account.hold)
    if account.leaves > t:
        account.due = account.leaves
    account.put_in = account.equity


@kernel
def bring(state: State, rules: Rules, log: Log, i: int, t: int) -> None:
    """Account `i` comes in with its equity: assets in kind, the rest in cash."""
    first = first_asset(state)
    cash = state.accounts[i].equity
    for k in range(asset_count(state)):
        if deposit(state, i, k) > 0.0:
            brought = _brought(state, i, k)
            cash -= int(np.rint(((brought * state.lots[first + k].unit) * state.lots[first + k].mark) * 1e6))
    come_in(state, rules, log, i, cash, t)
    for k in range(asset_count(state)):
        if deposit(state, i, k) > 0.0:
            brought = _brought(state, i, k)
            if brought > 0:
                change_size(state, i, first + k, brought)
                mark = state.lots[first + k].mark
                record(state, log, t, DEPOSIT, i, first + k, NONE, brought, NIL, NIL, NIL, mark, 0.0, 0.0)


@kernel
def _want(state: State, rules: Rules, i: int, j: int) -> float:
    """Notional that account `i` wishes in instrument `j`: less where its market is wilder than it likes."""
    want = (state.accounts[i].equity * 1e-6 * state.accounts[i].leverage) * abs(share(state, i, j))
    m = state.lots[j].market
    if rules.vol_target > 0.0 and m >= 0 and state.markets[m].sigma > rules.vol_target:
        want = want * (rules.vol_target / state.markets[m].sigma)
    return float(want)


@kernel
def wished_size(state: State, rules: Rules, i: int, j: int, scale: float) -> int:
    """Signed size that account `i` takes in instrument `j` after its wish is scaled to its margin."""
    want = _want(state, rules, i, j)
    lot = state.lots[j]
    if lot.basis == 0.0:
        return 0  # an option that has expired stands for nothing
    lots = math.floor((want * scale) / (lot.unit * lot.basis)) // lot.step * lot.step
    return lots if share(state, i, j) > 0.0 else -lots


@kernel
def _linear_scale(state: State, rules: Rules, i: int, budget: float) -> float:
    """Scale where every position needs its notional times a weight.

    Example: 1,000 of equity, leverage 20, one market of weight 0.1, headroom 0.9: 0.45.
    """
    needed = 0.0
    for m in range(state.markets.shape[0]):
        if share(state, i, m) != 0.0:
            market = state.markets[m]
            interest = open_interest(state, m)
            needed += _want(state, rules, i, m) * scaled_initial(
                market.initial, market.oi_lower, market.oi_upper, interest
            )
    return 1.0 if needed <= budget else budget / needed


@kernel
def _fits_budget(state: State, rules: Rules, i: int, scale: float, budget: float, row: Ints) -> bool:
    """Whether the wish at `scale`, with what was brought, needs no more than the budget; `row` is scratch."""
    for j in range(state.lots.shape[0]):
        row[j] = state.size[i, j]
        if share(state, i, j) != 0.0:
            row[j] += wished_size(state, rules, i, j, scale)
    return bool(need(state, rules, row, INITIAL) <= budget)


@kernel
def affordable(state: State, rules: Rules, i: int) -> float:
    """Scale in [0, 1] that brings the initial margin of account `i`'s wish within its budget (rules, section 6)."""
    budget = (state.accounts[i].equity * 1e-6) * rules.headroom
    if rules.linear == 1:
        return _linear_scale(state, rules, i, budget)
    row = state.room.wish
    if _fits_budget(state, rules, i, 1.0, budget, row):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) * 0.5
        if _fits_budget(state, rules, i, middle, budget, row):
            low = middle
        else:
            high = middle
    return low
