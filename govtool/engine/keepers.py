"""What a keeper wants of a tranche: whether it may act, the edge it asks for, and how much it can carry."""

import math

from govtool.engine.account import health, notional, weight_of
from govtool.engine.codes import BACKSTOP, COLLUDE, SELF
from govtool.engine.fills import reward_of, surplus_of
from govtool.engine.jit import inlined, kernel
from govtool.engine.limits import relief
from govtool.engine.liquidity import floored
from govtool.engine.requirement import stop_level
from govtool.engine.searchers import fits_seen, unload_seen
from govtool.engine.state import Rules, State

UNBOUND = 2**62
"""No bound on a quantity."""


@inlined
def _is_own(state: State, i: int, k: int) -> bool:
    owner = state.keepers[k].keeper_owner
    return bool(owner >= 0 and owner == state.accounts[i].owner)


@kernel
def deals_with_itself(state: State, rules: Rules, i: int, k: int) -> bool:
    """Whether keeper `k` is that of the owner of account `i`, where an owner may not sell to itself."""
    return bool(rules.own_accounts == 0 and _is_own(state, i, k))


@kernel
def may_act(state: State, rules: Rules, i: int, n: int, k: int, t: int) -> bool:
    """Whether keeper `k` has seen the tranche in slot `n` of account `i`, is not barred, and may take from it."""
    keeper = state.keepers[k]
    if t - state.tranches[i, n].shown < keeper.latency or t < keeper.barred:
        return False
    if keeper.conduct == BACKSTOP:
        return False
    if keeper.conduct == SELF and not _is_own(state, i, k):
        return False
    return not deals_with_itself(state, rules, i, k)


@kernel
def is_cartel(state: State, rules: Rules, i: int, n: int, t: int) -> bool:
    """Whether all keepers that may act on a tranche collude."""
    for k in range(state.keepers.shape[0]):
        if state.keepers[k].conduct != COLLUDE and may_act(state, rules, i, n, k, t):
            return False
    return True


@kernel
def refill(state: State, k: int, t: int) -> None:
    """Capital that keeper `k` had tied up comes back with time."""
    keeper = state.keepers[k]
    keeper.have = min(keeper.capital, keeper.have + keeper.refill * (t - keeper.touched))
    keeper.touched = t


@kernel
def edge_of(state: State, j: int, k: int, cartel: bool) -> float:
    """Profit that keeper `k` asks for on instrument `j`, a fraction: more when prices move and capital is tied up.

    Notes
    -----
    Source: rules, section 8. Example: edge 0.002, risk 0.1, daily volatility 0.05, half of the capital tied: 0.0095.
    """
    keeper = state.keepers[k]
    edge = keeper.edge
    if keeper.conduct != COLLUDE or cartel:
        edge += keeper.patience
    m = state.lots[j].market
    if keeper.risk > 0.0 and m >= 0:
        tied = 2.0 - keeper.have / keeper.capital if keeper.capital > 0.0 else 2.0
        edge += (keeper.risk * state.markets[m].sigma) * tied
    return float(edge)


@kernel
def carried(state: State, j: int, k: int, quantity: int) -> int:
    """Part of `quantity` that keeper `k` has the capital for."""
    lot = state.lots[j]
    if notional(state, j, quantity) > state.keepers[k].have:
        return floored(state.keepers[k].have, lot.unit * lot.basis, lot.step)
    return quantity


@kernel
def most_to_restore(state: State, rules: Rules, i: int, j: int, side: int, price: float) -> int:
    """Quantums, rounded up to a step, that bring account `i` to its stop at this price; UNBOUND if nothing does."""
    if rules.target == 0:
        return UNBOUND
    lot = state.lots[j]
    equity, maintenance = health(state, rules, i)
    stop = stop_level(state, rules, i, maintenance)
    each = relief(rules, weight_of(state, rules, i, j), stop, maintenance, side * (lot.mark - price) / lot.basis)
    if each <= 0.0:
        return UNBOUND
    lots = max(0.0, stop - equity) / each / (lot.unit * lot.basis) / lot.step
    return math.ceil(lots) * lot.step if lots < UNBOUND / lot.step else UNBOUND


@kernel
def without_residue(state: State, rules: Rules, j: int, left: int, quantity: int) -> int:
    """`quantity`, or less so that what is left of a tranche is nothing or worth the smallest residue."""
    lot = state.lots[j]
    if quantity >= left or notional(state, j, left - quantity) >= rules.residue:
        return quantity
    most = floored(notional(state, j, left) - rules.residue, lot.unit * lot.basis, lot.step)
    return max(0, min(quantity, most))


@kernel
def bid_quantity(state: State, rules: Rules, i: int, n: int, k: int, price: float, yard: float, edge: float) -> int:
    """Quantums that keeper `k` can unload and carry at `price`, whatever target and residue say."""
    tranche = state.tranches[i, n]
    j = tranche.instrument
    side = 1 if state.size[i, j] > 0 else -1
    quantity = fits_seen(state, rules, j, side, price + side * (edge * yard), tranche.left)
    return carried(state, j, k, quantity)


@kernel
def is_worth_it(state: State, rules: Rules, i: int, j: int, k: int, side: int, price: float, quantity: int) -> bool:
    """Whether unloading `quantity` at once pays for the transaction, reward included."""
    cost = rules.gas + state.keepers[k].cost
    if cost <= 0.0:
        return True
    expected = unload_seen(state, rules, j, side, quantity)
    return is_paid(state, rules, i, j, side, price, quantity, expected, cost)


@kernel
def is_paid(
    state: State, rules: Rules, i: int, j: int, side: int, price: float, quantity: int, unload: float, cost: float
) -> bool:
    """Whether buying `quantity` at `price` and selling it at `unload` earns a transaction's cost, reward included."""
    reward = reward_of(rules, *surplus_of(state, rules, i, j, quantity, price))
    return bool(side * ((unload - price) * (quantity * state.lots[j].unit)) + reward * 1e-6 >= cost)


@kernel
def wanted(state: State, rules: Rules, i: int, n: int, k: int, price: float, yard: float, cartel: bool, t: int) -> int:
    """Quantums of the tranche in slot `n` of account `i` that keeper `k` takes at `price`, 0 for none."""
    tranche = state.tranches[i, n]
    j = tranche.instrument
    side = 1 if state.size[i, j] > 0 else -1
    refill(state, k, t)
    quantity = bid_quantity(state, rules, i, n, k, price, yard, edge_of(state, j, k, cartel))
    if quantity <= 0:
        return 0
    enough = most_to_restore(state, rules, i, j, side, price)
    if enough < quantity:
        quantity = enough
    else:
        quantity = without_residue(state, rules, j, tranche.left, quantity)
        if quantity < tranche.left and notional(state, j, quantity) < state.keepers[k].least:
            return 0
    if quantity <= 0 or not is_worth_it(state, rules, i, j, k, side, price, quantity):
        return 0
    return quantity
