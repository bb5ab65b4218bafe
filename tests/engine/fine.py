"""Random worlds in blocks of a few ticks, so that bounds have several levels."""

import numpy as np

from tests.engine.source import Seeded
from tests.engine.worlds import World, build

SMALLEST = (2, 3, 4)
"""Ticks in a leaf; each divides some number of ticks per hour that random venues have."""


def in_blocks(world: World, block_ticks: int) -> World:
    """The same world in smaller blocks, which no result may show."""
    begins = np.arange(0, len(world.feed.index), block_ticks)
    low, high = (choose.reduceat(world.feed.index, begins, axis=0) for choose in (np.minimum, np.maximum))
    feed = world.feed._replace(low=low, high=high)
    return World(**{**vars(world), "feed": feed, "venue": world.venue._replace(block_ticks=block_ticks)})


def fine_world(seed: int, ticks: tuple[int, int] = (300, 900), accounts: tuple[int, int] = (3, 8)) -> World:
    """A random world of three levels of blocks at least, in the smallest blocks that fit into its hours."""
    world = build(Seeded(seed), ticks=ticks, accounts=accounts)
    return in_blocks(world, next(one for one in SMALLEST if world.venue.ticks_per_hour % one == 0))
