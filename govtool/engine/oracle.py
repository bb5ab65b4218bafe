"""Oracle posts: the price that margin is computed with, and its feedback from this venue's own trades."""

from govtool.engine.jit import kernel
from govtool.engine.liquidity import displacement
from govtool.engine.state import Rules, State, Tape


@kernel
def post_prices(state: State, rules: Rules, tape: Tape, t: int) -> bool:
    """Post each market's price if it moved enough or is old; answers whether a displacement left its band.

    The bounds that let the loop skip accounts assume displacements within the band; when one leaves it, the
    band is widened to twice that and every account must be looked at again. Source: rules, section 7.1.
    """
    left = False
    for m in range(state.markets.shape[0]):
        market = state.markets[m]
        market.index = tape.index[t, m]
        own = market.own_weight * displacement(market.slope, market.volume)
        source = market.index * (1.0 + own)
        moved = abs(source - market.oracle) >= market.deviation * market.oracle
        old = rules.heartbeat > 0 and t - market.posted >= rules.heartbeat
        if moved or old:
            market.oracle = source
            market.posted = t
        if abs(own) > market.band:
            market.band = 2.0 * abs(own)
            left = True
    return left
