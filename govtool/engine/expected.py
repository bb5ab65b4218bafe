"""What oracles would post if this venue's own trades moved nothing: the path that the bounds of skipping are about.

It hangs on the past, the weather and the few parameters of the oracle, and is kept by them: most candidates of a
search share it.
"""

from typing import Any, NamedTuple

import numpy as np

from govtool.engine.blocks import extremes
from govtool.engine.codes import UP
from govtool.engine.jit import kernel
from govtool.engine.oracle import post_prices
from govtool.engine.state import Feed, Rules, Tape, Venue
from govtool.engine.terms import Floats, Terms
from govtool.kept import Kept


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


class _Answer(NamedTuple):
    """What is kept: None where it is the index itself, which would else keep itself alive, and what the key names."""

    expected: Expected | None
    named: tuple[Any, ...]


_ANSWERS: Kept[_Answer] = Kept(2)


def expected_prices(terms: Terms, venue: Venue, feed: Feed, markets: np.recarray, rules: Rules, tape: Tape) -> Expected:
    """What would be posted without displacement; the feed's own arrays where that is the index itself.

    Parameters
    ----------
    markets : MARKET_ROW (M,)
        As they are before the first tick; not changed.
    tape : Tape
        Its index and weather; what was heard is written to its source.
    """
    named = (tape.weather.quote, tape.weather.chain)
    key = (*(id(array) for array in named), _posting(terms), venue.step_s, venue.block_ticks)
    answer = _ANSWERS.get(tape.index, key, lambda: _Answer(_expected(venue, markets, rules, tape), named))
    if answer.expected is not None:
        return answer.expected
    return Expected(tape.index, np.ascontiguousarray(feed.low), np.ascontiguousarray(feed.high))


def _posting(terms: Terms) -> tuple[object, ...]:
    """The oracle's parameters as something to look up by."""
    values = (*terms.posting, terms.heartbeat, terms.deviation)
    return tuple(value.tobytes() if isinstance(value, np.ndarray) else value for value in values)


def _expected(venue: Venue, markets: np.recarray, rules: Rules, tape: Tape) -> Expected | None:
    path = np.empty_like(tape.index)
    _follow(markets.copy(), rules, tape, path)
    return None if np.array_equal(path, tape.index) else Expected(path, *extremes(path, venue.block_ticks))
