"""Random venues, and prices with jumps and crashes."""

import math
from typing import Any

import numpy as np

from govtool.engine.state import Feed, Venue
from govtool.engine.terms import DUTCH, Terms
from tests.engine.source import Source, each, log, or_zero


def any_venue(source: Source, count: int) -> Venue:
    ticks_per_hour, block_ticks = source.pick([(8, 2), (8, 8), (12, 3), (16, 4), (24, 6), (240, 60), (240, 10)])
    blocks = source.whole(1, 8)
    return Venue(
        half_spread=each(count, lambda: source.real(0, 0.002)),
        own_weight=each(count, lambda: or_zero(source, 0.05, 1.0)),
        decay=source.pick([1.0, 0.0, source.real(0.5, 1.0)]),
        floor_x=or_zero(source, 1, 500),
        step_s=15.0,
        ticks_per_hour=ticks_per_hour,
        block_ticks=block_ticks,
        blocks=blocks,
        lag_blocks=source.whole(0, blocks + 1),
        max_attempts=source.pick([1, 2, 50]),
        max_deleverages=source.pick([0, 1, 10]),
        max_counterparties=source.pick([2, 500]),
        sample_ticks=source.whole(1, 6),
    )


def any_feed(source: Source, count: int, ticks: int, venue: Venue) -> Feed:
    index = _path(source, count, ticks)
    hours = -(-ticks // venue.ticks_per_hour)
    low, high = _block_bounds(index, venue.block_ticks)
    leads = source.whole(0, 5)
    gaps = [source.real(1800, 7200) for _ in range(leads)]
    lead_s = -np.cumsum(np.array(gaps, dtype=np.float64))[::-1]
    lead_price = np.array([[index[0, m] * source.real(0.9, 1.1) for m in range(count)] for _ in range(leads)])
    apart = source.whole(5, 40)
    funding_tick = np.arange(source.whole(0, apart), ticks, apart, dtype=np.int64)
    clamp = source.real(0, 0.1)
    return Feed(
        index=index,
        slope=_slope(source, hours, count),
        lead_s=np.ascontiguousarray(lead_s),
        lead_price=lead_price.reshape(leads, count),
        funding_tick=funding_tick,
        funding_rate=np.array([[source.real(-clamp, clamp) for _ in range(count)] for _ in funding_tick]).reshape(
            len(funding_tick), count
        ),
        funding_share=source.pick([1.0, 0.125]),
        low=low,
        high=high,
    )


def _block_bounds(index: Any, block_ticks: int) -> tuple[Any, Any]:
    """Lowest and highest index in each block of ticks."""
    starts = range(0, len(index), block_ticks)
    low = np.array([index[t : t + block_ticks].min(axis=0) for t in starts])
    high = np.array([index[t : t + block_ticks].max(axis=0) for t in starts])
    return low, high


def _slope(source: Source, hours: int, count: int) -> Any:
    """Per hour, around a level per market; a slope of zero is a market without impact."""
    level = [source.pick([0.0, log(source, 1e-6, 3e-4)]) for _ in range(count)]
    return np.array([[one * source.real(0.5, 2.0) for one in level] for _ in range(hours)])


def _path(source: Source, count: int, ticks: int) -> Any:
    """Random walks with jumps, some in all markets at once; drawn by a generator of their own, so that they shrink."""
    generator = np.random.default_rng(source.whole(0, 2**32))
    volatility = source.pick([0.0005, 0.003, 0.01, 0.03])
    steps = generator.normal(0.0, volatility, (ticks, count))
    for _ in range(source.whole(0, 4)):
        t, together = source.whole(1, ticks - 1), source.pick([True, True, False])
        size = math.log1p(source.pick([-1, -1, 1]) * source.real(0.02, 0.4))
        if together:
            steps[t] += size
        else:
            steps[t, source.whole(0, count - 1)] += size
    start = each(count, lambda: log(source, 0.1, 60000))
    steps[0] = 0.0
    return np.ascontiguousarray(start * np.exp(np.cumsum(steps, axis=0)))


def squeeze(source: Source, feed: Feed, venue: Venue, terms: Terms) -> tuple[Feed, Terms]:
    """A spike that flags shorts, then a crash that ruins longs while the shorts' tranches still wait for keepers."""
    ticks = len(feed.index)
    t = source.whole(1, ticks - 10)
    index = feed.index.copy()
    index[t:] *= 1 + source.real(0.03, 0.15)
    index[t + source.whole(1, 5) :] *= 1 - source.real(0.1, 0.35)
    low, high = _block_bounds(index, venue.block_ticks)
    slow = terms._replace(
        liquidation_format=DUTCH,
        adl=1,
        portion=1.0,
        restore=source.real(2, 4),
        maintenance_weight=terms.initial_weight * source.real(0.7, 1.0),
        start_discount=-0.3,
        end_discount=source.real(-0.3, 0.1),
        length_s=source.real(15, 60),
    )
    return feed._replace(index=index, low=low, high=high), slow


def crash(source: Source, feed: Feed, venue: Venue) -> Feed:
    """The same prices until all of them fall, or rise, in two steps by more than most margins together."""
    index = feed.index.copy()
    first = source.whole(1, len(index) - 1)
    move = source.pick([0.92, 0.85, 0.75, 1.15])
    index[first:] *= move
    index[first + source.whole(0, 6) :] *= move
    low, high = _block_bounds(index, venue.block_ticks)
    return feed._replace(index=index, low=low, high=high)
