"""Oracle rules common to all markets."""

from typing import Annotated

from govtool.protocol.declare import Group, number
from govtool.units import SECONDS_PER_DAY


class Oracle(Group):
    """When the oracle posts beyond its price-change threshold, which each market has."""

    heartbeat_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=SECONDS_PER_DAY,
            step=15,
            meaning="Longest time without a post however small the move; 0 means no heartbeat.",
        ),
    ]
