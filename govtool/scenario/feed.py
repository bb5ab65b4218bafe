"""Prices, depth and funding of a window as the engine takes them."""

import numpy as np

from govtool.engine.blocks import extremes
from govtool.engine.state import Feed, Venue
from govtool.engine.terms import Floats, Ints
from govtool.errors import DataError
from govtool.history.bars import MS, MS_PER_DAY, Window
from govtool.units import SECONDS_PER_HOUR
from govtool.world.model import World

FUNDING_PERIOD_S = 8 * SECONDS_PER_HOUR
"""Period that the engine quotes funding rates for, as dYdX v4 does (`protocol/x/perpetuals`)."""


def venue_share(window: Window, world: World) -> float:
    """Volume of the venue beside that of history, as it stood at the start of the window.

    Raises
    ------
    DataError
        A market had no volume before the window.
    """
    total = 0.0
    for market, one in zip(window.markets, window.day_volume[0].tolist(), strict=True):
        if not one > 0:
            raise DataError(
                f"event {window.event!r}: market {market} has no volume in the 30 days before it, so its"
                " depth is unknown: name a lead series with volume, or leave the market out"
            )
        total += one
    return world.scale.daily_volume / total


def pack_feed(window: Window, world: World, index: Floats, share: float, venue: Venue) -> Feed:
    """The feed of a window whose index (T, M) is bridged already, and kept; `share` is that of `venue_share`."""
    ticks = index.shape[0]
    hour = np.arange(-(-ticks // venue.ticks_per_hour))
    day = hour * SECONDS_PER_HOUR * MS // MS_PER_DAY
    depth = np.sqrt(share * window.day_volume[day])
    low, high = extremes(index, venue.block_ticks)
    period_s = _funding_period_s(window.funding_ms)
    period = period_s / FUNDING_PERIOD_S
    # Copies, because a window's arrays are read-only and a compiled function has one signature.
    return Feed(
        index=index,
        slope=np.asarray(world.liquidity.impact * window.day_sigma[day] / depth),
        lead_s=np.array(window.lead_s),
        lead_price=np.array(window.lead_price),
        funding_tick=_funding_ticks(window, world.step_s, ticks),
        funding_rate=np.asarray(window.funding_rate / period),
        funding_share=period,
        low=low,
        high=high,
        sigma=np.asarray(window.day_sigma[day]),
    )


def _funding_period_s(funding_ms: Ints) -> float:
    """Seconds between settlements: the shortest gap, or eight hours where the window has fewer than two."""
    if funding_ms.size < 2:
        return float(FUNDING_PERIOD_S)
    return float(np.diff(funding_ms).min()) / MS


def _funding_ticks(window: Window, step_s: int, ticks: int) -> Ints:
    """The tick that ends at or just after each settlement."""
    late = window.funding_ms - window.start_ms
    return np.asarray(np.clip(-(-late // (step_s * MS)) - 1, 0, ticks - 1), dtype=np.int64)
