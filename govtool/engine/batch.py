"""A sealed-bid batch: bids that came in time are equal, and one price clears them all (rules, section 8)."""

import math

import numpy as np

from govtool.engine.account import notional
from govtool.engine.codes import NIL, NONE
from govtool.engine.jit import kernel
from govtool.engine.keepers import bid_quantity, edge_of, is_cartel, may_act, most_to_restore, refill
from govtool.engine.liquidity import floored
from govtool.engine.searchers import fits_seen, marginal_seen, pay_searcher, unload
from govtool.engine.state import Log, Rules, State
from govtool.engine.taking import is_abusive, pay_gas, reserve, slash, take
from govtool.engine.terms import Floats, Ints
from govtool.engine.trading import displace


@kernel
def _collect_bids(
    state: State, rules: Rules, i: int, n: int, t: int, price: float, yard: float, edge: Floats, bid: Ints
) -> None:
    """Write each keeper's edge and the quantity that it bids for, 0 for no bid; bidders pay for bidding."""
    tranche = state.tranches[i, n]
    j = tranche.instrument
    cartel = is_cartel(state, rules, i, n, t)
    for k in range(state.keepers.shape[0]):
        if not may_act(state, rules, i, n, k, t):
            continue
        refill(state, k, t)
        edge[k] = edge_of(state, j, k, cartel)
        quantity = bid_quantity(state, rules, i, n, k, price, yard, edge[k])
        if quantity <= 0 or (quantity < tranche.left and notional(state, j, quantity) < state.keepers[k].least):
            continue
        cost = rules.gas + state.keepers[k].cost
        if cost > 0.0 and (edge[k] * yard) * (quantity * state.lots[j].unit) < cost:
            continue
        bid[k] = quantity
        pay_gas(state, k, state.keepers[k].cost)


@kernel
def _next_edge(edge: Floats, bid: Ints, above: float) -> float:
    """Least edge above `above` among bidders, infinite if there is none."""
    least = math.inf
    for k in range(edge.shape[0]):
        if bid[k] > 0 and edge[k] > above:
            least = min(least, edge[k])
    return least


@kernel
def _share_lot(state: State, j: int, edge: Floats, bid: Ints, lot: Ints, group: float, amount: int) -> None:
    """Share `amount` among the bidders of one edge, in proportion to their bids, in whole steps."""
    step = state.lots[j].step
    rest = amount
    still = 0.0
    for k in range(edge.shape[0]):
        if bid[k] > 0 and edge[k] == group:
            still += bid[k]
    for k in range(edge.shape[0]):
        if bid[k] > 0 and edge[k] == group:
            lot[k] = min(bid[k], math.ceil(rest * min(1.0, bid[k] / still) / step) * step, rest)
            rest -= lot[k]
            still -= bid[k]


@kernel
def _keep_residue(state: State, rules: Rules, j: int, left: int, lot: Ints, total: int) -> None:
    """Cut lots, the largest first, so that what is left of the tranche is nothing or worth the residue."""
    if total >= left or notional(state, j, left - total) >= rules.residue:
        return
    one = state.lots[j]
    most = max(0, floored(notional(state, j, left) - rules.residue, one.unit * one.basis, one.step))
    over = total - most
    while over > 0:
        largest = int(np.argmax(lot))
        cut = min(lot[largest], over)
        lot[largest] -= cut
        over -= cut


@kernel
def clear(
    state: State, rules: Rules, i: int, n: int, price: float, yard: float, edge: Floats, bid: Ints, lot: Ints
) -> float:
    """Write each bidder's lot and return the one price, given the reserve `price`.

    In order of the edge asked for, as much is given out as clears at the reserve; the last edge sets the price.
    """
    tranche = state.tranches[i, n]
    j = tranche.instrument
    side = 1 if state.size[i, j] > 0 else -1
    most = min(tranche.left, most_to_restore(state, rules, i, j, side, price))
    total, last, group = 0, 0.0, _next_edge(edge, bid, -math.inf)
    while group < math.inf:
        asked = total
        for k in range(edge.shape[0]):
            if bid[k] > 0 and edge[k] == group:
                asked += bid[k]
        upto = min(most, asked)
        if side * (marginal_seen(state, rules, j, side, upto) - side * (group * yard) - price) < 0.0:
            upto = min(upto, fits_seen(state, rules, j, side, price + side * (group * yard), upto))
        if upto <= total:
            break
        _share_lot(state, j, edge, bid, lot, group, upto - total)
        total, last = upto, group
        if upto < asked:
            break
        group = _next_edge(edge, bid, group)
    if total == 0:
        return price
    cleared = marginal_seen(state, rules, j, side, total) - side * (last * yard)
    if most == tranche.left:
        _keep_residue(state, rules, j, tranche.left, lot, total)
    return max(cleared, price) if side > 0 else min(cleared, price)


@kernel
def sell_in_batch(state: State, rules: Rules, log: Log, i: int, n: int, t: int, price: float, yard: float) -> None:
    """Clear the tranche in slot `n` of account `i` at one price, not worse than the reserve `price`.

    What winners settle is unloaded as one, so that equal lots earn the same.
    """
    count = state.keepers.shape[0]
    edge, bid, lot = state.room.edge, state.room.bid, state.room.lot
    for k in range(count):
        edge[k], bid[k], lot[k] = 0.0, NIL, NIL
    _collect_bids(state, rules, i, n, t, price, yard, edge, bid)
    cleared = clear(state, rules, i, n, price, yard, edge, bid, lot)
    j = state.tranches[i, n].instrument
    honest = 0
    for k in range(count):
        if lot[k] > 0 and not is_abusive(state, rules, k):
            honest += lot[k]
    unloaded, end, gain = 0.0, 0.0, 0.0
    if honest > 0:
        unloaded, end, gain = unload(state, rules, j, 1 if state.size[i, j] > 0 else -1, honest)
    for k in range(count):
        if lot[k] == 0:
            continue
        if is_abusive(state, rules, k):
            reserve(state, rules, log, i, n, k, t, cleared, lot[k], lot[k])
            slash(state, rules, log, i, n, t, rules.no_show_penalty)
        else:
            state.keepers[k].have -= notional(state, j, lot[k])
            take(state, rules, log, i, n, k, t, cleared, lot[k], unloaded, rules.gas)
    if honest > 0:
        pay_searcher(state, log, i, j, NONE, gain, t)
        displace(state, j, end)
