"""Who bids for a tranche, and what for (rules §8)."""

import math

from tests.reference import charge, fills
from tests.reference.account import Tranche
from tests.reference.liquidity import deal, fitting
from tests.reference.numbers import rint, stepped
from tests.reference.offer import Offer
from tests.reference.requirement import health, stop_level
from tests.reference.state import State, stands_for

HONEST, NO_SHOW, LATE, SELF, COLLUDE = range(5)


def acting(state: State, i: int, tranche: Tranche) -> list[int]:
    """Keepers that may act, by index."""
    return [k for k in range(len(state.keepers)) if _may_act(state, k, i, tranche)]


def _may_act(state: State, k: int, i: int, tranche: Tranche) -> bool:
    habits, t = state.habits, state.tick
    if t - tranche.shown < habits.latency[k] or t < state.keepers[k].barred:
        return False
    related = habits.keeper_owner[k] >= 0 and habits.keeper_owner[k] == state.crowd.owner[i]
    if habits.conduct[k] == SELF and not related:
        return False
    return not related or bool(state.terms.bidding.own_accounts)


def all_collude(state: State, keepers: list[int]) -> bool:
    return all(state.habits.conduct[k] == COLLUDE for k in keepers)


def defaults(state: State, k: int) -> bool:
    """Whether keeper `k` wins without paying at once."""
    return state.habits.conduct[k] in (NO_SHOW, LATE) and state.terms.bidding.settle_s > 0


def edge(state: State, k: int, j: int, *, colluding: bool) -> float:
    """Profit that keeper `k` requires, after what it has of free capital was brought up to now."""
    keeper, habits = state.keepers[k], state.habits
    refilled = keeper.have + habits.refill[k] * (state.tick - keeper.touched)
    keeper.have = min(keeper.capital, refilled)
    keeper.touched = state.tick
    required = habits.edge[k]
    if habits.conduct[k] != COLLUDE or colluding:
        required = required + habits.patience[k]
    m = state.instruments[j].market
    if habits.risk[k] > 0 and m >= 0:
        tied = 2 - keeper.have / keeper.capital if keeper.capital > 0 else 2.0
        required = required + (habits.risk[k] * state.feed.sigma[state.hour][m]) * tied
    return required


def affordable(state: State, k: int, offer: Offer, required: float) -> int:
    """What keeper `k` can unload at its edge and has capital for."""
    j, one = offer.j, state.instruments[offer.j]
    q = fitting(state, j, offer.side, offer.tranche.left, offer.price + offer.side * (required * offer.counted))
    have = state.keepers[k].have
    if stands_for(state, q, j) > have:
        q = stepped(math.floor(have / (one.unit * state.basis[j])), one.step)
    return q


def worth_a_transaction(state: State, k: int, offer: Offer, q: int) -> bool:
    """Whether a part is large enough; the whole always is."""
    return q == offer.tranche.left or stands_for(state, q, offer.j) >= state.habits.least[k]


def target_cut(state: State, offer: Offer, q: int) -> int:
    """No more of `q` than restores the account at the price asked."""
    if not state.terms.selling.target:
        return q
    i, j = offer.i, offer.j
    worth, required = health(state, i)
    if required <= 0:
        return q
    stop = stop_level(state, i, required)
    lost = offer.side * (state.mark[j] - offer.price) / state.basis[j]
    relief = (stop / required) * charge.weight(state, i, j) - lost
    if relief <= 0:
        return q
    one = state.instruments[j]
    steps = max(0.0, stop - worth) / relief / (one.unit * state.basis[j]) / one.step
    return min(q, math.ceil(steps) * one.step) if steps < q else q


def most_beside_residue(state: State, offer: Offer) -> int:
    """The most that leaves a residue worth selling."""
    one, basis = state.instruments[offer.j], state.basis[offer.j]
    spare = ((offer.tranche.left * one.unit) * basis) - state.terms.selling.residue
    return max(0, stepped(math.floor(spare / (one.unit * basis)), one.step))


def wanted(state: State, k: int, offer: Offer, required: float) -> int:
    """What keeper `k` takes at the price asked."""
    fits = affordable(state, k, offer, required)
    q, left = target_cut(state, offer, fits), offer.tranche.left
    if q == fits:
        if q < left and stands_for(state, left - q, offer.j) < state.terms.selling.residue:
            q = min(q, most_beside_residue(state, offer))
        if not worth_a_transaction(state, k, offer, q):
            return 0
    return q if q and _pays(state, k, offer, q) else 0


def _pays(state: State, k: int, offer: Offer, q: int) -> bool:
    """Whether what keeper `k` makes covers what the transaction costs it."""
    expense = state.venue.gas + state.habits.cost[k]
    if expense <= 0:
        return True
    coins = q * state.instruments[offer.j].unit
    v = rint((coins * offer.price) * 1e6)
    fill = fills.prepared(state, offer.i, offer.j, q, v, health(state, offer.i), rewarded=True)
    price = deal(state, offer.j, offer.side, q).price
    return offer.side * ((price - offer.price) * coins) + fill.reward * 1e-6 >= expense
