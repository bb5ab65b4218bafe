"""Margin tier: the risk weights that several markets share."""

from typing import Annotated

from pydantic import model_validator

from govtool.protocol.declare import INT64_MAX, UINT32_MAX, Group, number, other
from govtool.units import PPM

SETTER = "MsgSetLiquidityTier"
CHAIN = "perpetuals.LiquidityTier"


class Tier(Group):
    """Liquidity tier. Bounds as the chain's: perpetuals/types/liquidity_tier.go, `Validate`."""

    id: Annotated[
        int,
        number(
            unit="id",
            low=0,
            high=UINT32_MAX,
            meaning="Number of the tier; a message with it replaces the whole tier.",
            on_chain=f"{CHAIN}.id",
            setter=SETTER,
            searchable=False,
        ),
    ]
    name: Annotated[str, other("text", meaning="Name of the tier on chain.", on_chain=f"{CHAIN}.name", setter=SETTER)]
    # The chain admits 0 for both weights; then nobody could ever be liquidated, so 1 is the least here.
    initial_margin_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=1,
            high=PPM,
            step=1_000,
            meaning="Collateral that a new position needs, as a share of its notional.",
            on_chain=f"{CHAIN}.initial_margin_ppm",
            setter=SETTER,
        ),
    ]
    maintenance_fraction_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=1,
            high=PPM,
            step=10_000,
            meaning="Maintenance margin as a share of initial margin; below it an account is liquidatable.",
            on_chain=f"{CHAIN}.maintenance_fraction_ppm",
            setter=SETTER,
        ),
    ]
    impact_notional: Annotated[
        int,
        number(
            unit="quote quantums",
            low=1,
            high=INT64_MAX,
            step=100_000_000,
            meaning="Order size at which the book's price is read for the funding premium.",
            on_chain=f"{CHAIN}.impact_notional",
            setter=SETTER,
        ),
    ]
    open_interest_lower_cap: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=1_000_000_000_000,
            meaning="Open interest of a market above which its initial margin rises.",
            on_chain=f"{CHAIN}.open_interest_lower_cap",
            setter=SETTER,
        ),
    ]
    open_interest_upper_cap: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=1_000_000_000_000,
            meaning="Open interest at which initial margin reaches the whole notional; 0 turns scaling off.",
            on_chain=f"{CHAIN}.open_interest_upper_cap",
            setter=SETTER,
        ),
    ]

    size_factor_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=0,
            high=100 * PPM,
            step=100,
            meaning="Growth of the weights with size: per root of a coin, or at a size of the market's skew_scale.",
        ),
    ] = 0
    base_margin: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=1_000_000,
            meaning="Margin of a position whatever its size, in both tiers.",
        ),
    ] = 0
    scan_range_ppm: Annotated[
        int,
        number(
            unit="ppm of price",
            low=1,
            high=10 * PPM,
            step=5_000,
            meaning="Price move that a scenario's move of one stands for, before volatility raises it.",
        ),
    ] = PPM

    @model_validator(mode="after")
    def _caps_in_order(self) -> "Tier":
        if self.open_interest_lower_cap > self.open_interest_upper_cap:
            raise ValueError(
                f"open_interest_lower_cap = {self.open_interest_lower_cap} is above"
                f" open_interest_upper_cap = {self.open_interest_upper_cap}; lower it or raise the upper cap"
            )
        return self
