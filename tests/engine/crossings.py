"""Random worlds with everything that can come between prices, keepers, traders and their money."""

import numpy as np

from govtool.engine.codes import BACKSTOP, HONEST
from govtool.engine.state import Feed, Keepers, Passage, Venue
from govtool.engine.terms import FIRST_COME_ORDER, PRIORITY_ORDER, PRIVATE_ORDER, Dampers, Posting
from tests.engine.scale import Scale, maybe_time
from tests.engine.source import Source, each, log, or_zero


def any_posting(source: Source, scale: Scale) -> Posting:
    """Ways of an oracle."""
    return Posting(
        mean_ticks=source.pick([1, 1, source.whole(2, 20)]),
        oracle_lag=source.pick([0, 0, source.whole(1, 5)]),
        stale_ticks=source.pick([0, source.whole(1, 8), source.whole(1, 30)]),
        max_jump=source.pick([0.0, scale.move * log(source, 0.5, 20)]),
        smooth=source.pick([0, 0, 0, 1]),
        quote_growth=log(source, 1e-5, 3e-3),
        quote_delay_growth=log(source, 1e-3, 0.2),
    )


def graced(source: Source, dampers: Dampers, scale: Scale) -> Dampers:
    """With rules for what follows an outage."""
    return dampers._replace(
        gate_outage_s=maybe_time(source, scale, 8),
        grace_s=maybe_time(source, scale, 15),
        grace_override=source.pick([0.0, 0.5, 0.9, 1.0]),
    )


def ordered(source: Source, venue: Venue, scale: Scale, passage: Passage) -> Venue:
    """With an order among keepers, and searchers who see them, most of them where spreads leave them something."""
    frontrun = source.pick([0.0, *[scale.position * log(source, 0.001, 0.2)] * 4])
    return venue._replace(
        half_spread=venue.half_spread * (source.pick([0.0, 0.01, 0.1, 1.0]) if frontrun else 1.0),
        ordering=source.pick([FIRST_COME_ORDER, FIRST_COME_ORDER, PRIORITY_ORDER, PRIORITY_ORDER, PRIVATE_ORDER]),
        priority_share=or_zero(source, 0, 1),
        frontrun=frontrun,
        passage=passage,
    )


def shallow(source: Source, feed: Feed) -> Feed:
    """Without markets that trades do not move."""
    level = each(feed.slope.shape[1], lambda: log(source, 2e-5, 2e-4))
    return feed._replace(slope=np.where(feed.slope > 0, feed.slope, level))


def backed(source: Source, keepers: Keepers, scale: Scale) -> Keepers:
    """With backstops after all other keepers."""
    more = source.pick([0, 1, 1, 2])
    count = len(keepers.capital)
    capital = each(more, lambda: scale.position * log(source, 0.1, 30))
    none = {name: np.zeros(more) for name in ("patience", "risk", "cost") if getattr(keepers, name).size}
    last = keepers.latency[-1] if count else 1
    conduct = keepers.conduct if keepers.conduct.size else np.full(count, HONEST, dtype=np.int64)
    owner = keepers.keeper_owner
    return keepers._replace(
        latency=np.append(keepers.latency, np.full(more, last, dtype=np.int64)),
        capital=np.append(keepers.capital, capital),
        refill=np.append(keepers.refill, capital * each(more, lambda: or_zero(source, 0.001, 0.1))),
        edge=np.append(keepers.edge, each(more, lambda: or_zero(source, 0, 0.05))),
        least=np.append(keepers.least, np.zeros(more)),
        conduct=np.append(conduct, np.full(more, BACKSTOP, dtype=np.int64)),
        keeper_owner=np.append(owner, np.full(more, -1, dtype=np.int64)) if owner.size else owner,
        **{name: np.append(getattr(keepers, name), zeros) for name, zeros in none.items()},
    )
