"""Posting of prices (rules §7, step 1)."""

from tests.reference.instruments import requote
from tests.reference.liquidity import displacement
from tests.reference.slow import follow
from tests.reference.state import State


def post(state: State) -> None:
    """Post each market's source price if it moved enough, or if the last post is too old; then price what follows."""
    terms, t = state.terms, state.tick
    for m in state.markets:
        price = state.oracle[m]
        source = state.index[m] * (1 + state.venue.own_weight[m] * displacement(state, m))
        moved = abs(source - price) >= terms.deviation[m] * price
        stale = terms.heartbeat > 0 and t - state.posted[m] >= terms.heartbeat
        if moved or stale:
            state.oracle[m] = source
            state.posted[m] = t
    state.path.append(list(state.oracle))
    requote(state)
    follow(state)
