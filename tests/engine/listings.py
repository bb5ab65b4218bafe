"""Random options and assets beside the perpetuals."""

from typing import Any

import numpy as np

from govtool.engine.state import Feed, Venue
from govtool.engine.terms import EMPTY, NOTHING, Listing
from tests.engine.source import Source, drawn, each, log, steps

DAY_S = 86400


def asset_prices(listing: Listing, start: Any) -> Any:
    """Prices of the assets at tick 0."""
    return np.array([r if m < 0 else r * start[m] for m, r in zip(listing.asset_market, listing.ratio[0], strict=True)])


def any_listing(source: Source, feed: Feed, venue: Venue) -> Listing:
    ticks, count = feed.index.shape
    options = _options(source, feed, venue)
    listing = options._replace(
        asset_market=each(source.whole(0, 3), lambda: source.whole(-1, count - 1), np.int64),
        confidence=source.pick([NOTHING.confidence, drawn(source, 0.3, 1.0, (len(feed.slope), count))]),
        peg=source.pick([EMPTY, drawn(source, 0.9, 1.01, (ticks,))]),
    )
    assets = len(listing.asset_market)
    listing = listing._replace(ratio=_ratios(source, ticks, assets))
    quantum = each(assets, lambda: log(source, 1e-8, 1e-3))
    return listing._replace(
        asset_unit=quantum / asset_prices(listing, feed.index[0]),
        asset_step=steps(source, quantum),
        asset_spread=each(assets, lambda: source.real(0, 0.005)),
    )


def _options(source: Source, feed: Feed, venue: Venue) -> Listing:
    """Up to four series, with few strikes and expiries so that they meet."""
    count = feed.index.shape[1]
    expiries = [[_expiry(source, feed.index[:, m], venue.step_s) for _ in range(2)] for m in range(count)]
    strikes = [[feed.index[0, m] * _moneyness(source) for _ in range(3)] for m in range(count)]
    rows = []
    for _ in range(source.whole(0, 4)):
        m = source.whole(0, count - 1)
        rows.append((m, source.pick(expiries[m]), source.pick(strikes[m]), source.pick([0, 1])))
    rows.sort()
    market, expiry, strike, call = np.array(rows, dtype=np.float64).reshape(len(rows), 4).T
    market = market.astype(np.int64)
    quantum = each(len(rows), lambda: log(source, 1e-8, 1e-3))
    return Listing(
        option_market=market,
        option_strike=strike.copy(),
        option_call=call.astype(np.int64),
        option_expiry=expiry.astype(np.int64),
        option_unit=quantum / feed.index[0, market],
        option_step=steps(source, quantum),
        option_spread=each(len(rows), lambda: source.real(0, 0.004)),
        option_tick=1e-6,
    )


def _expiry(source: Source, index: Any, step_s: float) -> int:
    """Inside the window, at its largest move or at its end, or up to a quarter of a year later."""
    ticks, move = len(index), int(np.abs(np.diff(np.log(index))).argmax()) + 1
    inside, beyond = source.whole(1, ticks - 1), source.whole(ticks, 10 * ticks)
    far = round(log(source, 0.2, 90) * DAY_S / step_s)
    return int(source.pick([inside, inside, move, move, ticks - 1, beyond, max(far, 1)]))


def _moneyness(source: Source) -> float:
    return float(source.pick([source.real(0.97, 1.03), source.real(0.9, 1.1), source.real(0.6, 1.5)]))


def _ratios(source: Source, ticks: int, count: int) -> Any:
    """Around one, some with a loss of the peg that may be made good later."""
    generator = np.random.default_rng(source.whole(0, 2**32))
    ratio = source.real(0.9, 1.1) * np.exp(np.cumsum(generator.normal(0.0, 0.002, (ticks, count)), axis=0))
    for k in range(count):
        if source.pick([False, True]):
            t = source.whole(1, ticks - 1)
            until = source.pick([ticks, source.whole(t, ticks)])
            ratio[t:until, k] *= 1 - source.real(0.02, 0.6)
    return np.ascontiguousarray(ratio)
