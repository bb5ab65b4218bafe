"""The market in which positions are sold: depth, what it shrinks with, and where else it lies."""

from typing import Annotated

from pydantic import Field, model_validator

from govtool.world.chain import Outages
from govtool.world.declare import Group, stated
from govtool.world.outages import LoadOutages, RandomOutages

SHARES_SUM = 1e-9
"""How far shares may sum from one: rounding of decimal fractions, nothing else."""


class Makers(Group):
    """Market makers who withdraw in stress and come back when it has been quiet for a time."""

    move: float = stated(
        unit="fraction of price",
        meaning="Move of a market within the window at which they withdraw from it; 0 for never.",
        ge=0,
        le=10,
        default=0.0,
    )
    window_s: float = stated(unit="s", meaning="Time within which it moves.", gt=0, default=300.0)
    depth: float = stated(unit="fraction", meaning="Depth that is left without them.", gt=0, le=1, default=1.0)
    spread: float = stated(unit="multiple", meaning="Spread without them.", ge=1, le=1_000, default=1.0)
    calm_s: float = stated(unit="s", meaning="Quiet time after which they are back.", ge=0, default=900.0)


class Elsewhere(Group):
    """Part of the depth, on another L2 or venue: reached as far as it is stitched to this one."""

    name: str = stated(unit="text", meaning="Name in reports.", min_length=1)
    share: float = stated(unit="fraction of depth", meaning="What of it is there.", gt=0, lt=1)
    efficiency: float = stated(unit="fraction", meaning="What of that can be used from here.", ge=0, le=1, default=1.0)
    outages: Outages = stated(unit="list", meaning="When it cannot be reached, at stated times.", default=())
    random: RandomOutages = RandomOutages()
    load: LoadOutages = LoadOutages()


class Liquidity(Group):
    """The market in which liquidated positions are sold."""

    impact: float = stated(
        unit="daily volatilities",
        meaning="Displacement by a trade as large as the venue's daily volume.",
        source="of order one: square-root law, Donier and Bonart 2015 for Bitcoin, arXiv 1412.4503",
        ge=0,
        le=10,
    )
    half_life_s: float = stated(
        unit="s",
        meaning="Time after which half a displaced volume is gone; displacement, its root, halves in twice that.",
        gt=0,
    )
    half_spread: float = stated(unit="fraction of price", meaning="Half the bid-ask spread of a market.", ge=0, le=0.1)
    half_spreads: dict[str, Annotated[float, Field(ge=0, le=0.1)]] = stated(
        unit="fraction of price",
        meaning="Markets whose half spread is another, if any.",
        default_factory=dict,
    )
    own_weight: float = stated(
        unit="fraction",
        meaning="Weight of the venue's displacement in the oracle's source; closes the feedback loop.",
        ge=0,
        le=1,
    )
    floor: float = stated(unit="quote", meaning="Displaced volume below this is gone.", ge=0)
    shrink: float = stated(
        unit="exponent",
        meaning="How depth falls with volatility of the last hour above its lagged day: by this power of their ratio.",
        ge=0,
        le=4,
        default=0.0,
    )
    makers: Makers = Makers()
    elsewhere: Annotated[tuple[Elsewhere, ...], Field(strict=False)] = stated(
        unit="list", meaning="Depth on other L2s and venues; what is not there is here.", default=()
    )

    @model_validator(mode="after")
    def _something_is_here(self) -> "Liquidity":
        total = sum(part.share for part in self.elsewhere)
        if total > 1 - SHARES_SUM:
            raise ValueError(f"shares of elsewhere sum to {total:.6g} and leave nothing here; together below 1")
        return self
