"""Columns of the feed, the listing and the weather as the loop reads them, and room for what it writes per tick."""

import numpy as np

from govtool.engine.packing_rules import is_plain
from govtool.engine.state import CLEAR, Beside, Feed, Tape, Venue, Weather
from govtool.engine.terms import Floats, Listing, Terms
from govtool.engine.volatility import option_volatilities
from govtool.engine.weights import volatilities


def filled(values: Floats, shape: tuple[int, ...], other: float) -> Floats:
    """An array, or one of this shape full of a number if it is empty."""
    return np.ascontiguousarray(values, dtype=np.float64) if values.size else np.full(shape, other)


def pack_tape(terms: Terms, venue: Venue, feed: Feed, listing: Listing, weather: Weather = CLEAR) -> Tape:
    """Columns of the feed and the listing, the weights' volatility factors, and room for the per-tick output."""
    ticks, markets = feed.index.shape
    index = np.ascontiguousarray(feed.index)
    factor, sigma = volatilities(terms, feed, venue.ticks_per_hour)
    confidence = filled(listing.confidence, factor.shape, 1.0)
    daily = filled(feed.sigma, factor.shape, 0.0)
    averaged = terms.posting.mean_ticks > 1
    looks_back = averaged or terms.posting.oracle_lag > 0
    return Tape(
        index=index,
        slope=np.ascontiguousarray(feed.slope),
        low=np.ascontiguousarray(feed.low),
        high=np.ascontiguousarray(feed.high),
        factor=np.concatenate([factor, confidence, daily], axis=1),
        peg=filled(listing.peg, (ticks,), 1.0),
        beside=None if is_plain(terms, listing) else _beside(terms, venue, listing, index, sigma),
        funding_tick=feed.funding_tick,
        funding_rate=np.ascontiguousarray(feed.funding_rate),
        path=np.zeros((ticks, markets)),
        columns=np.zeros((ticks // venue.sample_ticks, 8)),
        weather=Weather(*(np.ascontiguousarray(column) for column in weather)),  # type: ignore[arg-type]
        source=np.zeros((ticks if looks_back else 0, markets)),
        source_sum=np.zeros((ticks if averaged else 0, markets)),
    )


def _beside(terms: Terms, venue: Venue, listing: Listing, index: Floats, sigma: Floats) -> Beside:
    """Columns of options and assets."""
    ratio = filled(listing.ratio, (index.shape[0], listing.asset_market.shape[0]), 1.0)
    begins = np.arange(0, index.shape[0], venue.block_ticks)
    return Beside(
        volatility=_volatility(terms, venue, listing, index, sigma),
        summed=np.cumsum(index, axis=0),
        ratio=ratio,
        ratio_low=np.minimum.reduceat(ratio, begins, axis=0),
        ratio_high=np.maximum.reduceat(ratio, begins, axis=0),
    )


def _volatility(terms: Terms, venue: Venue, listing: Listing, index: Floats, sigma: Floats) -> Floats:
    rules = terms.options
    found: Floats = option_volatilities(
        sigma,
        index,
        venue.ticks_per_hour,
        venue.step_s,
        listing.option_market,
        listing.option_strike,
        listing.option_expiry,
        terms.reference,
        rules.term_half_life_s,
        rules.skew,
        rules.smile,
        rules.volatility_floor,
        rules.volatility_cap,
    )
    return found
