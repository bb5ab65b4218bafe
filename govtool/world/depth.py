"""How deep a market is in each tick beside its day, how wide its spread, and what a spoofer shows of it."""

import numpy as np

from govtool.engine.draw import VENUES
from govtool.engine.elementary import power
from govtool.engine.state import Feed, Venue
from govtool.engine.terms import Floats
from govtool.units import SECONDS_PER_DAY
from govtool.world.attacks import Spoof
from govtool.world.model import World
from govtool.world.moves import Switches, lasting, moved, ticks_in
from govtool.world.service import out_of_service, span
from govtool.world.targets import market_columns

SAMPLE_S = 60
"""Seconds between the prices of a realised volatility, in whole ticks, one at least (assumption: as fine as bars)."""

NEUTRAL: Floats = np.zeros((0, 0))


def depth_column(world: World, venue: Venue, feed: Feed, seed: int) -> Floats:
    """Factor on the slope (T, M), one over the root of the depth that is there; empty if it is all there, always.

    Depth is what can be reached of the venue's parts, times what volatility leaves, times what makers leave. Source:
    square-root impact, under which a market of d times the depth has a slope of 1 / sqrt(d) (rules, section 4).
    """
    liquidity, ticks = world.liquidity, feed.index.shape[0]
    if not liquidity.elsewhere and liquidity.shrink == 0.0 and liquidity.makers.move == 0.0:
        return NEUTRAL
    depth = np.ones(feed.index.shape)
    if liquidity.elsewhere:
        depth *= reached(world, feed.index, seed)[:, None]
    if liquidity.shrink > 0.0:
        hour = np.arange(ticks) // venue.ticks_per_hour
        depth *= shrunk(liquidity.shrink, feed.index, feed.sigma, world.step_s, venue.ticks_per_hour)[hour]
    if liquidity.makers.move > 0.0:
        depth[makers_away(world, feed.index)] *= liquidity.makers.depth
    np.sqrt(depth, out=depth)
    return unless_ones(np.divide(1.0, depth, out=depth))


def spread_column(world: World, index: Floats) -> Floats:
    """Factor on half spreads (T, M), that of absent makers; empty if none ever are."""
    makers = world.liquidity.makers
    if makers.move == 0.0 or makers.spread == 1.0:
        return NEUTRAL
    return unless_ones(np.where(makers_away(world, index), makers.spread, 1.0))


def spoof_column(world: World, markets: tuple[str, ...], ticks: int) -> Floats:
    """Factor on the slope that keepers see (T, M), by the deepest book shown; empty without a spoof.

    Raises ParamError if a spoof names a market that the window does not replay.
    """
    spoofs = [attack for attack in world.attacks if isinstance(attack, Spoof)]
    if not spoofs:
        return NEUTRAL
    seen = np.ones((ticks, len(markets)))
    for attack in spoofs:
        when = span(attack.start_h, attack.length_s, world.step_s)
        for m in market_columns(attack.kind, attack.market, markets):
            seen[when, m] = np.minimum(seen[when, m], 1.0 / np.sqrt(attack.shown))
    return unless_ones(seen)


def reached(world: World, index: Floats, seed: int) -> Floats:
    """Share of the depth that can be used in each tick, (T,): what is here, and what is stitched to it.

    Example: a half elsewhere at an efficiency of 0.8 leaves 0.9, and 0.5 while it cannot be reached.
    """
    parts = world.liquidity.elsewhere
    own = 1.0
    for part in parts:
        own -= part.share
    found = np.full(index.shape[0], own)
    for place, part in enumerate(parts):
        out = out_of_service(part.outages, part.random, part.load, index, world.step_s, (seed, VENUES, place))
        found += np.where(out, 0.0, part.share * part.efficiency)
    return found


def shrunk(exponent: float, index: Floats, sigma: Floats, step_s: int, ticks_per_hour: int) -> Floats:
    """Share of depth that volatility leaves in each hour (H, M): (lagged / realised) ** exponent, one at most.

    Realised is the volatility of the hour before, lagged the daily one, `sigma` (H, M). All is there in the first hour,
    and where the lagged volatility is 0.
    """
    found = np.ones(sigma.shape)
    for h, row in enumerate(realised(index, step_s, ticks_per_hour)[: sigma.shape[0] - 1], start=1):
        for m, now in enumerate(row.tolist()):
            if now > sigma[h, m] > 0.0:
                found[h, m] = power(sigma[h, m] / now, exponent)
    return found


def realised(index: Floats, step_s: int, ticks_per_hour: int) -> Floats:
    """Daily volatility of each full hour (H, M): the root of the mean square of simple returns, a minute each."""
    stride = max(1, SAMPLE_S // step_s)
    hours = index.shape[0] // ticks_per_hour
    found = np.zeros((hours, index.shape[1]))
    for h in range(hours):
        # Ends of minutes, from the end of the hour before on, which the first hour lacks.
        at = np.arange(h * ticks_per_hour - 1, (h + 1) * ticks_per_hour, stride)
        price = index[at[at >= 0]]
        squares = (price[1:] / price[:-1] - 1.0) ** 2
        if len(squares):
            found[h] = np.sqrt(np.cumsum(squares, axis=0)[-1] / len(squares) * (SECONDS_PER_DAY / (stride * step_s)))
    return found


def makers_away(world: World, index: Floats) -> Switches:
    """Whether makers have withdrawn from each market, (T, M): since a move, and until it has been quiet long enough."""
    makers = world.liquidity.makers
    alarm = moved(index, makers.move, makers.window_s, world.step_s)
    return lasting(alarm, ticks_in(makers.calm_s, world.step_s))


def unless_ones(column: Floats) -> Floats:
    """The column, or an empty one if it is all ones and so changes nothing."""
    return NEUTRAL if (column == 1.0).all() else np.ascontiguousarray(column)
