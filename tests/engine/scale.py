"""What is ordinary in a random world, so that limits bind now and then."""

from dataclasses import dataclass

import numpy as np

from govtool.engine.state import Crowd, Feed, Venue
from govtool.engine.terms import Terms
from tests.engine.source import Source, log


@dataclass(frozen=True)
class Scale:
    """What is ordinary in a world: a position in quote, a tick, a move of the price, the opening pool in quantums."""

    position: float
    step_s: float
    length_s: float
    move: float
    pool: int


def scale_of(terms: Terms, venue: Venue, feed: Feed, crowd: Crowd, opening_pool: int) -> Scale:
    moves = np.abs(np.diff(np.log(feed.index), axis=0))
    position = float(np.median(crowd.equity * crowd.leverage)) * 1e-6
    return Scale(position, venue.step_s, terms.length_s, float(np.quantile(moves, 0.9)), opening_pool)


def time(source: Source, scale: Scale, most: int) -> float:
    """Some ticks, not always whole ones."""
    return scale.step_s * source.pick([float(source.whole(1, most)), log(source, 0.3, most)])


def maybe_time(source: Source, scale: Scale, most: int) -> float:
    return source.pick([0.0, time(source, scale, most)])


def or_none(source: Source, low: float, high: float) -> float:
    """Nothing, or a number of any size between two."""
    return source.pick([0.0, log(source, low, high)])
