"""The default world with something changed."""

import numpy as np

from govtool.engine.state import Feed
from govtool.world.model import World
from govtool.world.read import read_world


def changed(**groups: object) -> World:
    """The default world with fields of some groups, or of its own, replaced."""
    data = read_world("default").model_dump()
    for name, fields in groups.items():
        data[name] = data[name] | fields if isinstance(data[name], dict) else fields
    return World.model_validate(data)


def path(*prices: float) -> np.ndarray:
    """An index of one market."""
    return np.array(prices, dtype=np.float64)[:, None]


def feed(index: np.ndarray, sigma: float = 0.04, ticks_per_hour: int = 240) -> Feed:
    """A feed of which only index and lagged volatility are told."""
    hours = -(-index.shape[0] // ticks_per_hour)
    none = np.zeros(0, dtype=np.int64)
    return Feed(
        index=index,
        slope=np.ones((hours, index.shape[1])),
        lead_s=np.zeros(0),
        lead_price=np.zeros((0, index.shape[1])),
        funding_tick=none,
        funding_rate=np.zeros((0, index.shape[1])),
        funding_share=1.0,
        low=index,
        high=index,
        sigma=np.full((hours, index.shape[1]), sigma),
    )
