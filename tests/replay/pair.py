"""The tiny scenario with two markets, BTC and ETH, that start at 100."""

import dataclasses

import numpy as np

from govtool.engine.state import Feed
from govtool.protocol.fields import replaced
from govtool.protocol.model import Protocol
from govtool.scenario.bundle import Scenario
from tests.replay import tiny

COLUMNS = ("index", "slope", "lead_price", "funding_rate", "low", "high")
"""What a feed has per market."""


def feed(btc: list[float], eth: list[float]) -> Feed:
    """Two indices without depth to push against and without funding."""
    first, second = tiny.feed(btc), tiny.feed(eth)
    both = {name: np.concatenate([getattr(first, name), getattr(second, name)], axis=1) for name in COLUMNS}
    return first._replace(**both)


def scenario(btc: list[float], eth: list[float], shares: tuple[tuple[float, float], ...], **crowd: float) -> Scenario:
    """Accounts of 1,000 at leverage 10, unless `crowd` says another, with these shares of it in each market.

    The last prices go on for a day.
    """
    return dataclasses.replace(
        tiny.scenario(btc, [0.0]),
        markets=("BTC", "ETH"),
        feed=feed(btc, eth),
        crowd=tiny.crowd([1.0] * len(shares), **crowd)._replace(share=np.array(shares)),
        venue=tiny.venue(half_spread=np.zeros(2), own_weight=np.zeros(2)),
        tail=np.tile([btc[-1], eth[-1]], (5_760, 1)),
        open_interest=np.full(2, 10_000.0),
    )


def book(**changes: object) -> Protocol:
    """The tiny book without liquidation fees, with ETH's oracle as exact as BTC's."""
    fixed = {"markets.ETH.min_price_change_ppm": 1, "liquidation.max_liquidation_fee_ppm": 1}
    return replaced(tiny.book(), {**fixed, **changes})
