"""When something is out of service: at stated times, by chance, and under load."""

from govtool.world.declare import Group, stated


class Outage(Group):
    """One stretch without service, at a stated time of the window."""

    start_h: float = stated(unit="h", meaning="When it begins, from the start of the window.", ge=0)
    length_s: float = stated(unit="s", meaning="How long it lasts.", gt=0)


class RandomOutages(Group):
    """Outages that begin by chance, whatever the market does."""

    per_day: float = stated(unit="outages per day", meaning="How many on average.", ge=0, le=100, default=0.0)
    length_s: float = stated(unit="s", meaning="Mean length.", gt=0, default=1_800.0)


class LoadOutages(Group):
    """Outages that heavy traffic causes: a fast market brings so many orders that the service stops."""

    move: float = stated(
        unit="fraction of price",
        meaning="Move of any market's price within the window that stops it; 0 for never.",
        ge=0,
        le=10,
        default=0.0,
    )
    window_s: float = stated(unit="s", meaning="Time within which it moves.", gt=0, default=300.0)
    length_s: float = stated(
        unit="s", meaning="How long it stops; a move during it does not prolong it.", gt=0, default=1_800.0
    )
