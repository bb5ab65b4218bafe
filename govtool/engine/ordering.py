"""In what order keepers that want the same are served, and what a place costs."""

import math

from govtool.engine.codes import GAS, KEEPERS, NIL
from govtool.engine.draw import ORDER, draw
from govtool.engine.jit import kernel
from govtool.engine.keepers import edge_of, may_act, refill
from govtool.engine.state import Rules, State
from govtool.engine.terms import FIRST_COME_ORDER, PRIORITY_ORDER, Floats


@kernel
def places(state: State, rules: Rules, i: int, n: int, t: int, cartel: bool) -> int:
    """Write what keepers are sorted by for the tranche in slot `n` of account `i`, lowest first; returns for how many.

    For none if the fastest comes first. Source: rules, section 8.
    """
    count = state.keepers.shape[0]
    if rules.ordering == FIRST_COME_ORDER:
        return NIL
    place = state.room.place
    for k in range(count):
        place[k] = 0.0
        if rules.ordering != PRIORITY_ORDER:
            place[k] = draw(rules.seed, ORDER, k, t)
        elif may_act(state, rules, i, n, k, t):
            refill(state, k, t)
            place[k] = edge_of(state, state.tranches[i, n].instrument, k, cartel)
    return int(count)


@kernel
def next_in_line(place: Floats, last: int, count: int) -> int:
    """The keeper after `last` in order of place and index, `count` if there is none; -1 asks for the first."""
    if place.shape[0] == 0:
        return last + 1
    best = count
    for k in range(count):
        after = last < 0 or place[k] > place[last] or (place[k] == place[last] and k > last)
        if after and (best == count or place[k] < place[best]):
            best = k
    return best


@kernel
def pay_priority(state: State, rules: Rules, k: int, gain: int) -> None:
    """Keeper `k` pays the sequencer for its place, a share of what it gained."""
    if rules.ordering == PRIORITY_ORDER and gain > 0:
        amount = math.floor(rules.priority_share * gain)
        state.keepers[k].cash -= amount
        state.tills[KEEPERS] -= amount
        state.tills[GAS] += amount
