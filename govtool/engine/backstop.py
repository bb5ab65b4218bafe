"""Permissionless pools that buy what nobody took, at their discount, until their capacity is spent."""

import numpy as np

from govtool.engine.account import notional
from govtool.engine.asking import yardstick
from govtool.engine.codes import BACKSTOP, BACKSTOPPED, KEEPERS, MARKET, PERPETUAL
from govtool.engine.jit import kernel
from govtool.engine.keepers import carried, deals_with_itself, is_paid, most_to_restore, refill
from govtool.engine.state import Log, Rules, State
from govtool.engine.taking import pay_gas, take


@kernel
def _bid(state: State, j: int, k: int, side: int, yard: float) -> float:
    """Price at which backstop `k` buys instrument `j`; sells, for side -1."""
    lot = state.lots[j]
    price = lot.mark - side * (state.keepers[k].edge * yard)
    return float(price) if lot.kind == PERPETUAL else max(0.0, float(price))


@kernel
def sell_to_backstops(state: State, rules: Rules, log: Log, i: int, n: int, t: int, price: float, yard: float) -> None:
    """Backstops take what is left of a tranche at `price`, each that bids as much, in index order.

    They unwind in their own time: what they buy is worth the index to them, and displaces nothing.
    """
    tranche = state.tranches[i, n]
    j = tranche.instrument
    for k in range(state.keepers.shape[0]):
        keeper = state.keepers[k]
        if tranche.left == 0:
            return
        if keeper.conduct != BACKSTOP or t < keeper.barred or deals_with_itself(state, rules, i, k):
            continue
        side = 1 if state.size[i, j] > 0 else -1
        if side * (_bid(state, j, k, side, yard) - price) < 0.0:
            continue
        refill(state, k, t)
        quantity = min(carried(state, j, k, tranche.left), most_to_restore(state, rules, i, j, side, price))
        cost = rules.gas + keeper.cost
        if quantity <= 0 or (
            cost > 0.0 and not is_paid(state, rules, i, j, side, price, quantity, state.lots[j].fair, cost)
        ):
            continue
        keeper.have -= notional(state, j, quantity)
        state.gauges[BACKSTOPPED] += notional(state, j, quantity)
        take(state, rules, log, i, n, k, t, price, quantity, state.lots[j].fair, cost)


@kernel
def backstop_within(
    state: State, rules: Rules, i: int, j: int, side: int, limit: float, quantity: int, t: int
) -> tuple[int, int, float]:
    """The first backstop that buys within a limit on the book, how much of `quantity`, and its price; -1 for none."""
    for k in range(state.keepers.shape[0]):
        if state.keepers[k].conduct != BACKSTOP or deals_with_itself(state, rules, i, k):
            continue
        price = _bid(state, j, k, side, yardstick(state, rules, i, j))
        if side * (price - limit) < 0.0:
            continue
        refill(state, k, t)
        part = carried(state, j, k, quantity)
        if part > 0:
            return k, part, price
    return -1, 0, 0.0


@kernel
def settle_with_backstop(state: State, rules: Rules, j: int, k: int, side: int, quantity: int, paid: int) -> None:
    """Backstop `k` has for `quantity` what it is worth at the index, less what it paid on the book."""
    lot = state.lots[j]
    # The market paid the account already, as for any fill; the rest of the worth is the backstop's.
    gain = side * (int(np.rint(((quantity * lot.unit) * lot.fair) * 1e6)) - paid)
    state.keepers[k].cash += gain
    state.tills[KEEPERS] += gain
    state.tills[MARKET] -= gain
    state.keepers[k].have -= notional(state, j, quantity)
    state.gauges[BACKSTOPPED] += notional(state, j, quantity)
    pay_gas(state, k, rules.gas + state.keepers[k].cost)
