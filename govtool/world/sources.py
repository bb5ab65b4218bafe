"""Sources that an oracle hears: spot venues, each with noise, lag and failures of its own."""

from govtool.world.declare import Group, stated
from govtool.world.outages import RandomOutages


class Source(Group):
    """One source of prices, the same kind for every market; noise and failures are drawn per market."""

    name: str = stated(unit="text", meaning="Name in reports and attacks.", min_length=1)
    volume: float = stated(
        unit="fraction of the market's daily volume",
        meaning="How much trades there: what pushing its price costs.",
        gt=0,
        le=1,
    )
    noise: float = stated(
        unit="fraction of price",
        meaning="Standard deviation of its price around the index, drawn anew each minute.",
        ge=0,
        le=0.1,
        default=0.0,
    )
    lag_s: float = stated(unit="s", meaning="How far it trails.", ge=0, le=86_400, default=0.0)
    failures: RandomOutages = RandomOutages()
