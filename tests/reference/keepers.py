"""Who bids for a tranche, and what for (rules §8)."""

import math

from tests.reference import charge, fills, searchers
from tests.reference.account import Tranche
from tests.reference.liquidity import fitting
from tests.reference.numbers import ORDER, draw, rint, stepped
from tests.reference.offer import Offer
from tests.reference.requirement import health, stop_level
from tests.reference.state import State, stands_for

HONEST, NO_SHOW, LATE, SELF, COLLUDE, BACKSTOP = range(6)
FIRST_COME, PRIORITY, PRIVATE = range(3)


def acting(state: State, i: int, tranche: Tranche) -> list[int]:
    """Keepers that may act, by index."""
    return [k for k in range(len(state.keepers)) if _may_act(state, k, i, tranche)]


def _may_act(state: State, k: int, i: int, tranche: Tranche) -> bool:
    traits, t = state.traits, state.tick
    if t - tranche.shown < traits.latency[k] or t < state.keepers[k].barred or traits.conduct[k] == BACKSTOP:
        return False
    if traits.conduct[k] == SELF and not _related(state, k, i):
        return False
    return not deals_with_itself(state, k, i)


def _related(state: State, k: int, i: int) -> bool:
    owner = state.traits.keeper_owner[k]
    return owner >= 0 and owner == state.crowd.owner[i]


def deals_with_itself(state: State, k: int, i: int) -> bool:
    """Whether keeper `k` is that of the owner of account `i`, who may not sell to itself."""
    return _related(state, k, i) and not state.terms.bidding.own_accounts


def all_collude(state: State, keepers: list[int]) -> bool:
    return all(state.traits.conduct[k] == COLLUDE for k in keepers)


def defaults(state: State, k: int) -> bool:
    """Whether keeper `k` wins without paying at once."""
    return state.traits.conduct[k] in (NO_SHOW, LATE) and state.terms.bidding.settle_s > 0


def refill(state: State, k: int) -> None:
    """Bring what keeper `k` has of free capital up to now."""
    keeper = state.keepers[k]
    refilled = keeper.have + state.traits.refill[k] * (state.tick - keeper.touched)
    keeper.have = min(keeper.capital, refilled)
    keeper.touched = state.tick


def expense(state: State, k: int) -> float:
    """What a transaction costs keeper `k`."""
    cost: float = state.venue.gas + state.traits.cost[k]
    return cost


def in_turn(state: State, j: int, may_act: list[int]) -> list[int]:
    """The order in which the venue lets keepers act."""
    if state.venue.ordering == PRIORITY:
        colluding = all_collude(state, may_act)
        edges = {k: edge(state, k, j, colluding=colluding) for k in may_act}
        return sorted(may_act, key=lambda k: (edges[k], k))
    if state.venue.ordering == PRIVATE:
        return sorted(may_act, key=lambda k: (draw(state.seed, ORDER, k, state.tick), k))
    return may_act


def edge(state: State, k: int, j: int, *, colluding: bool) -> float:
    """Profit that keeper `k` requires, after what it has of free capital was brought up to now."""
    keeper, traits = state.keepers[k], state.traits
    refill(state, k)
    required = traits.edge[k]
    if traits.conduct[k] != COLLUDE or colluding:
        required = required + traits.patience[k]
    m = state.instruments[j].market
    if traits.risk[k] > 0 and m >= 0:
        tied = 2 - keeper.have / keeper.capital if keeper.capital > 0 else 2.0
        required = required + (traits.risk[k] * state.feed.sigma[state.hour][m]) * tied
    return required


def affordable(state: State, k: int, offer: Offer, required: float) -> int:
    """What keeper `k` can unload at its edge and has capital for."""
    j, one = offer.j, state.instruments[offer.j]
    limit = offer.price + offer.side * (required * offer.counted)
    q = fits(state, j, offer.side, offer.tranche.left, limit)
    have = state.keepers[k].have
    if stands_for(state, q, j) > have:
        q = stepped(math.floor(have / (one.unit * state.basis[j])), one.step)
    return q


def fits(state: State, j: int, side: int, q: int, limit: float) -> int:
    """How much of `q` a keeper expects to unload within a limit."""
    return fitting(state, j, side, q, limit, spoofed=True, ahead=searchers.ahead(state, j))


def worth_a_transaction(state: State, k: int, offer: Offer, q: int) -> bool:
    """Whether a part is large enough; the whole always is."""
    return q == offer.tranche.left or stands_for(state, q, offer.j) >= state.traits.least[k]


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
    spent = expense(state, k)
    if spent <= 0:
        return True
    coins = q * state.instruments[offer.j].unit
    v = rint((coins * offer.price) * 1e6)
    fill = fills.prepared(state, offer.i, offer.j, q, v, health(state, offer.i), rewarded=True)
    price = searchers.unloading(state, offer.j, offer.side, q, expected=True).price
    return offer.side * ((price - offer.price) * coins) + fill.reward * 1e-6 >= spent
