"""The tick loop (rules §7)."""

from typing import Any

from tests.reference import (
    auction,
    book,
    breakers,
    chain,
    expiry,
    funding,
    hourly,
    interest,
    margin,
    oracle,
    pool,
    stakers,
    topups,
    traders,
)
from tests.reference.door import admitted
from tests.reference.measures import close_tick
from tests.reference.replay import Replay, left
from tests.reference.settlement import settle
from tests.reference.start import started
from tests.reference.state import State

BOOK = 0


def simulate(
    terms: Any,
    venue: Any,
    keepers: Any,
    feed: Any,
    crowd: Any,
    seed: int,
    opening_pool: int,
    listing: Any,
    formation: Any = None,
    weather: Any = None,
) -> Replay:
    """Replay the window once. The arguments have the attributes of `govtool/engine/state.py` and `terms.py`."""
    groups = ("terms", "venue", "keepers", "feed", "crowd", "listing")
    records = (terms, venue, keepers, feed, crowd, listing)
    state = started(
        *(admitted(group, record) for group, record in zip(groups, records, strict=True)),
        before=None if formation is None else admitted("terms", formation),
        weather=None if weather is None else admitted("weather", weather),
        seed=int(seed),
        opening_pool=int(opening_pool),
    )
    for t in range(len(state.feed.index)):
        state.tick = t
        _tick(state)
        close_tick(state)
    settle(state)
    return left(state)


def _tick(state: State) -> None:
    """In the order of rules §7."""
    pool.begin_day(state)
    chain.turn(state)
    oracle.post(state)
    funding.settle(state)
    interest.charge(state)
    expiry.settle(state)
    hourly.settle(state)
    breakers.trip(state)
    if not chain.down(state):
        topups.arrive(state)
    traders.act(state)
    if not chain.up(state):
        margin.stand_by(state)
        return
    margin.check(state)
    (book if state.terms.liquidation_format == BOOK else auction).liquidate(state)
    stakers.act(state)
