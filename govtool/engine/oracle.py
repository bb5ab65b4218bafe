"""Oracle posts: the price that margin is computed with, and its feedback from this venue's own trades."""

from govtool.engine.jit import kernel
from govtool.engine.liquidity import displacement
from govtool.engine.slow_price import followed
from govtool.engine.state import Rules, State, Tape

LEAST_SOURCE = 0.1
"""Share of the index that the venue's own trades leave of its source at least: the impact law knows no bottom."""


@kernel
def _look_back(state: State, rules: Rules, tape: Tape, m: int, t: int) -> tuple[float, int]:
    """What may be posted of market `m` at tick `t` where sources are averaged or late, and the tick that it is of.

    The source of this tick joins its record on the way.
    """
    tape.source[t, m] = state.markets[m].source
    late = max(t - rules.oracle_lag, 0)
    if rules.mean_ticks <= 1:
        return tape.source[late, m], late
    before = tape.source_sum[t - 1, m] if t > 0 else 0.0
    tape.source_sum[t, m] = before + state.markets[m].source
    width = min(rules.mean_ticks, late + 1)
    start = tape.source_sum[late - width, m] if late >= width else 0.0
    return (tape.source_sum[late, m] - start) / width, late


@kernel
def _leaves_band(state: State, rules: Rules, tape: Tape, m: int, t: int) -> bool:
    """Whether the posted price is outside of what the skipping bounds allow for; the band is then widened.

    The bounds take a block's posted prices to lie between its extremes of the index, each widened by the band and the
    deviation. Whatever moves a price off the index (trades, stale or averaged sources, an attack, an outage) ends here.
    """
    market = state.markets[m]
    block = t // rules.block_ticks
    low, high = tape.low[block, m] / (1.0 + market.deviation), tape.high[block, m] / (1.0 - market.deviation)
    if low * (1.0 - market.band) <= market.oracle <= high * (1.0 + market.band):
        return False
    market.band = 2.0 * max(1.0 - market.oracle / low, market.oracle / high - 1.0)
    return True


@kernel
def _post(state: State, rules: Rules, m: int, t: int, offer: float) -> None:
    """Post an offer for market `m` if it is far enough from the last price, or that is old enough."""
    market = state.markets[m]
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


@kernel
def post_prices(state: State, rules: Rules, tape: Tape, t: int, up: bool) -> bool:
    """Hear the sources of every market, and post if the chain is up; answers whether a price left its band.

    Source: rules, section 7.1.
    """
    left = False
    quotes = tape.weather.quote
    for m in range(state.markets.shape[0]):
        market = state.markets[m]
        market.index = tape.index[t, m]
        quote = quotes[t, m] if quotes.shape[0] > 0 else market.index
        if quote > 0.0:
            own = market.own_weight * displacement(market.slope, market.volume)
            market.source = quote * max(LEAST_SOURCE, 1.0 + own)
        offer = market.source
        if tape.source.shape[0] > 0:
            offer, late = _look_back(state, rules, tape, m, t)
            if quotes.shape[0] > 0:
                quote = quotes[late, m]
        if up and quote > 0.0:
            _post(state, rules, m, t, offer)
        if _leaves_band(state, rules, tape, m, t):
            left = True
    return left
