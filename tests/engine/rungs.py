"""What ladders of accounts are made of."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.engine.handmade import Trader

WEIGHT = 0.05
COIN = 1000
"""Quantums of a coin."""

SMALL: dict[str, Any] = {
    "unit": 1 / COIN,
    "initial_weight": 2 * WEIGHT,
    "maintenance_weight": WEIGHT,
    "ticks_per_hour": 8,
    "block_ticks": 2,
}
"""Leaves of two ticks, so that three levels need 512 ticks, and two of them 32."""


def walk(seed: int, ticks: int, step: float = 0.004, markets: int = 1) -> Any:
    """A random walk from 100."""
    moves = np.random.default_rng(seed).normal(0.0, step, (ticks, markets))
    moves[0] = 0.0
    return 100.0 * np.exp(np.cumsum(moves, axis=0))


def long_at(price: float, weight: float = WEIGHT) -> Trader:
    """Long a coin from 100, below maintenance under this price."""
    return Trader(100.0 - (1.0 - weight) * price, [COIN])


def short_at(price: float, weight: float = WEIGHT) -> Trader:
    """Short a coin from 100, below maintenance over this price."""
    return Trader((1.0 + weight) * price - 100.0, [-COIN])


def rungs(index: Any, count: int) -> list[Trader]:
    """As many longs as shorts, with limits all over the way that a price goes."""
    low, high = float(index[:, 0].min()), float(index[:, 0].max())
    falls, rises = np.linspace(low * 0.999, 99.9, count), np.linspace(100.1, high * 1.001, count)
    return [*map(long_at, falls.tolist()), *map(short_at, rises.tolist())]


def orders_of(stops: Sequence[float], goals: Sequence[float]) -> dict[str, Any]:
    """Stop losses of some accounts, then take profits of others, as shares of what was put in."""
    none, nothing = [0.0] * len(goals), [0.0] * len(stops)
    return {"stop_loss": [*stops, *none], "take_profit": [*nothing, *goals]}
