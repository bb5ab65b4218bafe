"""Random weather: what the world does to chain, oracle, markets, traders' nerve and the bridge."""

from typing import Any

import numpy as np

from govtool.engine.codes import DOWN, FORCED, UP
from govtool.engine.state import Feed, Weather
from govtool.engine.terms import EMPTY_INTS
from tests.engine.source import Source, drawn, log

NO_COLUMN: Any = np.zeros((0, 0))
STEEP = 5e-4
"""Slope beyond which what is displaced already may be worth less than nothing in the next tick."""


def any_weather(source: Source, feed: Feed) -> Weather:
    """Each column is left out now and then."""
    ticks, count = feed.index.shape
    thin = min(5.0, max(1.0, STEEP / max(feed.slope.max(), 1e-9)))
    return Weather(
        chain=source.pick([EMPTY_INTS, *[_chain(source, feed)] * 3]),
        quote=source.pick([NO_COLUMN, *[_quotes(source, feed)] * 2]),
        depth=source.pick([NO_COLUMN, _factors(source, ticks, count, 0.2, thin)]),
        wide=source.pick([NO_COLUMN, _factors(source, ticks, count, 0.5, 8.0)]),
        spoof=source.pick([NO_COLUMN, _factors(source, ticks, count, 0.0, 3.0)]),
        panic=source.pick([EMPTY_INTS, _marked(source, ticks, 1, 1, 0)]),
        bridge=source.pick([EMPTY_INTS, _marked(source, ticks, 0, source.whole(1, 20), 1)]),
    )


def _stretch(source: Source, ticks: int, longest: int, around: int) -> slice:
    """Some ticks: the first, the last, those around one tick, or any."""
    length = min(source.whole(1, longest), ticks)
    last = ticks - length
    first = source.pick([0, last, source.whole(0, last), source.whole(0, last), min(max(around, 0), last)])
    return slice(first, first + length)


def _chain(source: Source, feed: Feed) -> Any:
    """A few outages, some of them about the largest move; in some users can force their way in, at once or later."""
    ticks = len(feed.index)
    move = int(np.abs(np.diff(np.log(feed.index), axis=0)).sum(axis=1).argmax()) + 1
    found = np.full(ticks, UP, dtype=np.int64)
    for _ in range(source.whole(1, 3)):
        where = _stretch(source, ticks, source.pick([2, 5, 20]), move - source.whole(0, 4))
        found[where] = source.pick([DOWN, FORCED])
        if source.pick([False, True]):
            found[source.whole(where.start, where.stop) : where.stop] = source.pick([DOWN, FORCED])
    return found


def _quotes(source: Source, feed: Feed) -> Any:
    """The index with noise, pushed for a while, and silent for a while."""
    ticks, count = feed.index.shape
    noise = source.pick([0.0, 0.001, 0.01])
    quote = feed.index * (1 + drawn(source, -noise, noise, (ticks, count)))
    for _ in range(source.whole(0, 2)):
        quote[_stretch(source, ticks, 10, 0), source.whole(0, count - 1)] *= 1 + source.real(-0.3, 0.3)
    for _ in range(source.whole(0, 3)):
        quote[_stretch(source, ticks, source.pick([3, 15]), 0), source.whole(0, count - 1)] = 0.0
    return quote


def _factors(source: Source, ticks: int, count: int, low: float, high: float) -> Any:
    """Another factor each tick, or one for some stretches."""
    if source.pick([False, True]):
        return drawn(source, low, high, (ticks, count))
    found = np.ones((ticks, count))
    for _ in range(source.whole(1, 3)):
        found[_stretch(source, ticks, 30, 0)] = source.pick([low, high, log(source, max(low, 0.01), high)])
    return found


def _marked(source: Source, ticks: int, mark: int, longest: int, other: int) -> Any:
    """One number in a few stretches and another elsewhere."""
    found = np.full(ticks, other, dtype=np.int64)
    for _ in range(source.whole(1, 3)):
        found[_stretch(source, ticks, longest, 0)] = mark
    return found
