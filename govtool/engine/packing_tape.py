"""Columns of the feed, the listing and the weather as the loop reads them, and room for what it writes per tick."""

import numpy as np

from govtool.engine.blocks import COLUMNS, block_table, extremes, funded, level_rows, raised
from govtool.engine.expected import Expected, expected_prices
from govtool.engine.packing_rules import is_plain
from govtool.engine.state import CLEAR, Beside, Feed, Rules, Tape, Venue, Weather
from govtool.engine.terms import Floats, Ints, Listing, Terms
from govtool.engine.volatility import option_volatilities
from govtool.engine.weights import volatilities
from govtool.kept import Kept


def filled(values: Floats, shape: tuple[int, ...], other: float) -> Floats:
    """An array, or one of this shape full of a number if it is empty."""
    return np.ascontiguousarray(values, dtype=np.float64) if values.size else np.full(shape, other)


_VOLATILITIES: Kept[tuple[Floats, Floats]] = Kept(4)


def _volatilities(terms: Terms, feed: Feed, ticks_per_hour: int) -> tuple[Floats, Floats]:
    """As `volatilities`, kept by the few terms that it hangs on: most candidates share theirs with what is in force."""
    own = (terms.reference, terms.half_life_s, terms.gamma, terms.cap, terms.rise, terms.fall)
    lead = (feed.lead_s.tobytes(), feed.lead_price.tobytes())
    key = (terms.adaptive, ticks_per_hour, *lead, *(one.tobytes() for one in own))
    return _VOLATILITIES.get(feed.index, key, lambda: volatilities(terms, feed, ticks_per_hour))


def pack_tape(
    terms: Terms,
    venue: Venue,
    feed: Feed,
    listing: Listing,
    markets: np.recarray,
    rules: Rules,
    weather: Weather = CLEAR,
    *,
    posted: Expected | None = None,
    last: int | None = None,
) -> Tape:
    """Columns of the feed and the listing, weights and bounds, and room for the per-tick output.

    Parameters
    ----------
    markets : MARKET_ROW (M,)
        See `pack_state`.
    rules : RULES
        See `pack_rules`.
    posted : Expected, optional
        What is posted, where it is known; what would be if the venue's own trades moved nothing otherwise.
    last : int, optional
        Tick after which weights and volatilities stay as they are; the feed's last if none.
    """
    ticks = feed.index.shape[0]
    last = ticks - 1 if last is None else last
    index = np.ascontiguousarray(feed.index)
    factor, sigma = _volatilities(terms, feed, venue.ticks_per_hour)
    confidence = filled(listing.confidence, factor.shape, 1.0)
    daily = filled(feed.sigma, factor.shape, 0.0)
    averaged = terms.posting.mean_ticks > 1
    kept = 1 + terms.posting.oracle_lag + (terms.posting.mean_ticks if averaged else 0)
    ring = 1 << (kept - 1).bit_length()
    paid, levels = funded(terms, feed), level_rows(feed.low.shape[0])
    tape = Tape(
        index=index,
        slope=np.ascontiguousarray(feed.slope),
        expected=index,
        blocks=np.zeros((0, index.shape[1], COLUMNS)),
        levels=levels,
        funded=paid,
        factor=np.concatenate([factor, confidence, daily], axis=1),
        peg=np.ascontiguousarray(listing.peg, dtype=np.float64),
        beside=None if is_plain(terms, listing) else _beside(terms, venue, listing, index, sigma, levels, last),
        funding_tick=feed.funding_tick,
        funding_rate=np.ascontiguousarray(feed.funding_rate),
        path=np.zeros(index.shape),
        columns=np.zeros((ticks // venue.sample_ticks, 8)),
        weather=Weather(*(np.ascontiguousarray(column) for column in weather)),  # type: ignore[arg-type]
        source=np.zeros((ring if kept > 1 else 0, index.shape[1])),
        source_sum=np.zeros((ring if averaged else 0, index.shape[1])),
    )
    known = expected_prices(terms, venue, feed, markets, rules, tape) if posted is None else posted
    blocks = block_table(known.low, known.high, markets, rules, factor, feed.funding_tick, paid, levels, last)
    return tape._replace(expected=known.path, blocks=blocks)


def _beside(
    terms: Terms, venue: Venue, listing: Listing, index: Floats, sigma: Floats, levels: Ints, last: int
) -> Beside:
    """Columns of options and assets."""
    ratio = filled(listing.ratio, (index.shape[0], listing.asset_market.shape[0]), 1.0)
    begins = np.arange(0, index.shape[0], venue.block_ticks)
    volatility = _volatility(terms, venue, listing, index, sigma)
    hourly = volatility[np.minimum(begins, last) // venue.ticks_per_hour]
    ratio_low, ratio_high = extremes(ratio, venue.block_ticks)
    return Beside(
        volatility=volatility,
        summed=np.cumsum(index, axis=0),
        ratio=ratio,
        volatility_low=raised(hourly, levels, most=False),
        volatility_high=raised(hourly, levels, most=True),
        ratio_low=raised(ratio_low, levels, most=False),
        ratio_high=raised(ratio_high, levels, most=True),
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
