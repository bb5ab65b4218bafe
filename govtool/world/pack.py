"""A world as the arrays that the engine takes."""

import math
from collections.abc import Sequence

import numpy as np

from govtool.engine.elementary import half_power
from govtool.engine.state import Keepers, Venue
from govtool.units import SECONDS_PER_HOUR
from govtool.world.model import World

SKIP_S = 900
"""Seconds in a block of ticks over which the engine skips quiet accounts; no result depends on it."""

SAMPLE_S = 60
"""Seconds between rows of an outcome's time columns."""


def pack_venue(world: World, markets: Sequence[str]) -> Venue:
    """Trading and block production as the world fixes them, for these markets."""
    liquidity, chain, step = world.liquidity, world.chain, world.step_s
    half_spread = [liquidity.half_spreads.get(market, liquidity.half_spread) for market in markets]
    ticks_per_hour = SECONDS_PER_HOUR // step
    return Venue(
        half_spread=np.array(half_spread, dtype=np.float64),
        own_weight=np.full(len(markets), liquidity.own_weight, dtype=np.float64),
        decay=float(half_power(step / liquidity.half_life_s)),
        floor_x=float(liquidity.floor),
        step_s=float(step),
        ticks_per_hour=ticks_per_hour,
        block_ticks=math.gcd(ticks_per_hour, max(1, SKIP_S // step)),
        blocks=max(1, round(step / chain.block_s)),
        lag_blocks=chain.lag_blocks,
        max_attempts=chain.max_attempts,
        max_deleverages=chain.max_deleverages,
        max_counterparties=chain.max_counterparties,
        sample_ticks=max(1, SAMPLE_S // step),
    )


def pack_keepers(world: World, open_interest: float) -> Keepers:
    """Keepers sorted by latency, those of equal latency as listed; capital is a share of `open_interest`."""
    keepers = sorted(world.keepers, key=lambda keeper: keeper.latency_s)
    capital = [keeper.capital * open_interest for keeper in keepers]
    latency = [max(1, math.ceil(keeper.latency_s / world.step_s)) for keeper in keepers]
    refill = [have * world.step_s / keeper.recycle_s for have, keeper in zip(capital, keepers, strict=True)]
    return Keepers(
        latency=np.array(latency, dtype=np.int64),
        capital=np.array(capital, dtype=np.float64),
        refill=np.array(refill, dtype=np.float64),
        edge=np.array([keeper.edge for keeper in keepers], dtype=np.float64),
        least=np.array([keeper.least for keeper in keepers], dtype=np.float64),
    )
