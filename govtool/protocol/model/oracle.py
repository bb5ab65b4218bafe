"""Oracle rules common to all markets: what is made of the sources, and when it is posted."""

from typing import Annotated, Literal

from pydantic import model_validator

from govtool.protocol.declare import Group, number, other
from govtool.units import PPM, SECONDS_PER_DAY, SECONDS_PER_HOUR


class Oracle(Group):
    """Sources, what is made of them, and when the oracle posts beyond the price-change threshold of each market."""

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
    aggregator: Annotated[
        Literal["median", "mean", "stable"],
        other(
            "enum",
            meaning="What is made of the sources: their median, their mean, or Mango v4's stable price of the median.",
        ),
    ] = "median"
    sources: Annotated[
        int,
        number(
            unit="sources",
            low=0,
            high=100,
            meaning="How many of the world's sources are heard, the first ones; 0 for all.",
        ),
    ] = 0
    least_sources: Annotated[
        int,
        number(unit="sources", low=1, high=100, meaning="How many must speak for their word to count."),
    ] = 1
    mean_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=SECONDS_PER_DAY,
            step=60,
            meaning="Time over which the price is averaged before it is posted; 0 for none.",
        ),
    ] = 0
    latency_s: Annotated[
        int,
        number(unit="s", low=0, high=SECONDS_PER_HOUR, step=15, meaning="Time from the sources to the chain."),
    ] = 0
    stale_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=SECONDS_PER_DAY,
            step=15,
            meaning="Time without news after which a market's price is stale and nobody is liquidated; 0 for never.",
        ),
    ] = 0
    max_jump_ppm: Annotated[
        int,
        number(
            unit="ppm", low=0, high=PPM - 1, step=10_000, meaning="Furthest that one post moves the price; 0 for any."
        ),
    ] = 0
    stable_growth_ppm_per_s: Annotated[
        int,
        number(
            unit="ppm per s", low=0, high=PPM, step=100, meaning="Furthest that the stable price moves in a second."
        ),
    ] = 300
    delay_growth_ppm: Annotated[
        int,
        number(
            unit="ppm", low=0, high=PPM, step=10_000, meaning="Furthest that its hourly averages move, one to the next."
        ),
    ] = 60_000

    @model_validator(mode="after")
    def _enough_are_heard(self) -> "Oracle":
        if 0 < self.sources < self.least_sources:
            raise ValueError(
                f"oracle.least_sources = {self.least_sources} is above oracle.sources = {self.sources}, and no word"
                " would ever count; lower it, or hear more"
            )
        return self
