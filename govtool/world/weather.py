"""Everything that a world does per tick, whatever accounts do."""

from govtool.engine.state import Feed, Venue, Weather
from govtool.world.depth import depth_column, spoof_column, spread_column
from govtool.world.model import World
from govtool.world.panic import panic_column
from govtool.world.service import bridge_column, chain_column


def pack_weather(world: World, seed: int, markets: tuple[str, ...], venue: Venue, feed: Feed) -> Weather:
    """The weather of a window; a column that never changes anything is empty.

    `quote` always is: what an oracle makes of its sources is the protocol's to say.

    Raises
    ------
    ParamError
        An attack names a market that the window does not replay.
    """
    return Weather(
        chain=chain_column(world, feed.index, seed),
        depth=depth_column(world, venue, feed, seed),
        wide=spread_column(world, feed.index),
        spoof=spoof_column(world, markets, feed.index.shape[0]),
        panic=panic_column(world.habits, feed.index, world.step_s),
        bridge=bridge_column(world, feed.index, seed),
    )
