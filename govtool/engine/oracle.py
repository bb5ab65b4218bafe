"""Oracle posts: the price that margin is computed with, and its feedback from this venue's own trades."""

import numpy as np

from govtool.engine.jit import inlined
from govtool.engine.liquidity import displacement
from govtool.engine.slow_price import followed
from govtool.engine.state import Rules, Tape

LEAST_SOURCE = 0.1
"""Share of the index that the venue's own trades leave of its source at least: the impact law knows no bottom."""


@inlined
def _look_back(market: np.record, rules: Rules, tape: Tape, m: int, t: int) -> tuple[float, int]:
    """What may be posted of market `m` at tick `t` where sources are averaged or late, and the tick that it is of.

    The source of this tick joins its record on the way.
    """
    ring = tape.source.shape[0] - 1
    tape.source[t & ring, m] = market.source
    late = max(t - rules.oracle_lag, 0)
    if rules.mean_ticks <= 1:
        return tape.source[late & ring, m], late
    before = tape.source_sum[(t - 1) & ring, m] if t > 0 else 0.0
    tape.source_sum[t & ring, m] = before + market.source
    width = min(rules.mean_ticks, late + 1)
    start = tape.source_sum[(late - width) & ring, m] if late >= width else 0.0
    return (tape.source_sum[late & ring, m] - start) / width, late


@inlined
def _post(market: np.record, rules: Rules, t: int, offer: float) -> None:
    """Post an offer for a market if it is far enough from the last price, or that is old enough."""
    market.heard = t
    if rules.smooth == 1:
        market.stable = followed(
            market.memory, offer, market.stable, t * rules.step_s, rules.quote_growth, rules.quote_delay_growth
        )
        offer = market.stable
    moved = abs(offer - market.oracle) >= market.deviation * market.oracle
    if moved or (rules.heartbeat > 0 and t - market.posted >= rules.heartbeat):
        if rules.max_jump > 0.0:
            offer = min(max(offer, market.oracle * (1.0 - rules.max_jump)), market.oracle * (1.0 + rules.max_jump))
        market.oracle = offer
        market.posted = t


@inlined
def post_prices(markets: np.recarray, rules: Rules, tape: Tape, t: int, up: bool) -> None:
    """Hear the sources of every market, and post if the chain is up.

    Source: rules, section 7.1.
    """
    quotes = tape.weather.quote
    for m in range(markets.shape[0]):
        market = markets[m]
        market.index = tape.index[t, m]
        quote = quotes[t, m] if quotes.shape[0] > 0 else market.index
        if quote > 0.0:
            own = market.own_weight * displacement(market.slope, market.volume)
            market.source = quote * max(LEAST_SOURCE, 1.0 + own)
        offer = market.source
        if tape.source.shape[0] > 0:
            offer, late = _look_back(market, rules, tape, m, t)
            if quotes.shape[0] > 0:
                quote = quotes[late, m]
        if up and quote > 0.0:
            _post(market, rules, t, offer)
