"""What oracles would post if this venue's own trades moved nothing: the path that the bounds of skipping are about.

It hangs on the past, the weather and the few parameters of the oracle, and is kept by them: most candidates of a
search share it.
"""

from typing import NamedTuple

import numpy as np

from govtool.engine.codes import UP
from govtool.engine.jit import kernel
from govtool.engine.oracle import post_prices
from govtool.engine.state import Feed, Rules, Tape, Venue
from govtool.engine.terms import Floats, Terms

LARGEST_KEPT = 1 << 27
"""Bytes of paths that are kept at most."""


class Expected(NamedTuple):
    """Posted prices, and their extremes in blocks of ticks."""

    path: Floats  # (T, M)
    low: Floats  # (B, M)
    high: Floats  # (B, M)


@kernel
def _follow(markets: np.recarray, rules: Rules, tape: Tape, path: Floats) -> None:
    """Write what is posted in every tick to `path`; `markets` displace nothing and are used up."""
    chain = tape.weather.chain
    for t in range(path.shape[0]):
        post_prices(markets, rules, tape, t, chain.shape[0] == 0 or chain[t] == UP)
        for m in range(markets.shape[0]):
            path[t, m] = markets[m].oracle


_kept: dict[tuple[object, ...], tuple[Expected, tuple[object, ...]]] = {}
"""By what they hang on, the one asked for last at the end."""


def expected_prices(terms: Terms, venue: Venue, feed: Feed, markets: np.recarray, rules: Rules, tape: Tape) -> Expected:
    """What would be posted without displacement; the feed's own arrays where that is the index itself.

    Parameters
    ----------
    markets : MARKET_ROW (M,)
        As they are before the first tick; not changed.
    tape : Tape
        Its index and weather; what was heard is written to its source.
    """
    held = (tape.index, tape.weather.quote, tape.weather.chain)
    told = (*(id(array) for array in held), _posting(terms), venue.step_s, venue.block_ticks)
    known = _kept.pop(told, None)
    if known is None:
        # What a key names by identity must live as long as the key.
        known = (_expected(venue, feed, markets, rules, tape), held)
    _kept[told] = known
    while len(_kept) > 1 and sum(one.path.nbytes for one, _ in list(_kept.values())) > LARGEST_KEPT:
        _kept.pop(next(iter(_kept)), None)
    return known[0]


def _posting(terms: Terms) -> tuple[object, ...]:
    """The oracle's parameters as something to look up by."""
    values = (*terms.posting, terms.heartbeat, terms.deviation)
    return tuple(value.tobytes() if isinstance(value, np.ndarray) else value for value in values)


def _expected(venue: Venue, feed: Feed, markets: np.recarray, rules: Rules, tape: Tape) -> Expected:
    path = np.empty_like(tape.index)
    _follow(markets.copy(), rules, tape, path)
    if np.array_equal(path, tape.index):
        return Expected(tape.index, np.ascontiguousarray(feed.low), np.ascontiguousarray(feed.high))
    begins = np.arange(0, path.shape[0], venue.block_ticks)
    return Expected(path, np.minimum.reduceat(path, begins, axis=0), np.maximum.reduceat(path, begins, axis=0))
