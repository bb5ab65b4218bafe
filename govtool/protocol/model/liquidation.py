"""Liquidation: format, fee, limits per block, and the price a liquidation may fill at."""

from typing import Annotated, Literal

from govtool.protocol.declare import INT64_MAX, UINT32_MAX, Group, number, other
from govtool.units import PPM

SETTER = "MsgUpdateLiquidationsConfig"
CHAIN = "clob.LiquidationsConfig"


class Liquidation(Group):
    """Liquidation rules. Bounds as the chain's: clob/types/liquidations_config.go, `Validate`."""

    format: Annotated[
        Literal["book", "dutch"],
        other(
            "enum",
            meaning="How a position is sold: on the book up to the fillable price, or by a Dutch auction.",
            searchable=False,
        ),
    ]
    max_liquidation_fee_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=1,
            high=PPM,
            step=500,
            meaning="Largest fee on a liquidation fill, taken only from what remains above bankruptcy.",
            on_chain=f"{CHAIN}.max_liquidation_fee_ppm",
            setter=SETTER,
        ),
    ]
    fee_to_insurance_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=0,
            high=PPM,
            step=50_000,
            meaning="Share of liquidation fees that the insurance pool receives; the treasury has the rest.",
        ),
    ]
    min_position_notional_liquidated: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=100_000_000,
            meaning="A position is not cut into slices smaller than this.",
            on_chain=f"{CHAIN}.position_block_limits.min_position_notional_liquidated",
            setter=SETTER,
        ),
    ]
    max_position_portion_liquidated_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=1,
            high=PPM,
            step=10_000,
            meaning="Largest share of a position that one block may liquidate.",
            on_chain=f"{CHAIN}.position_block_limits.max_position_portion_liquidated_ppm",
            setter=SETTER,
        ),
    ]
    max_notional_liquidated: Annotated[
        int,
        number(
            unit="quote quantums",
            low=1,
            high=INT64_MAX,
            step=10_000_000_000,
            meaning="Largest notional of one account that one block may liquidate, over all markets.",
            on_chain=f"{CHAIN}.subaccount_block_limits.max_notional_liquidated",
            setter=SETTER,
        ),
    ]
    max_quantums_insurance_lost: Annotated[
        int,
        number(
            unit="quote quantums",
            low=1,
            high=INT64_MAX,
            step=10_000_000_000,
            meaning="Most that the insurance pool pays for one account in one block.",
            on_chain=f"{CHAIN}.subaccount_block_limits.max_quantums_insurance_lost",
            setter=SETTER,
        ),
    ]
    bankruptcy_adjustment_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=PPM,
            high=UINT32_MAX,
            step=50_000,
            meaning="How fast the fillable price falls from oracle as collateral falls below maintenance.",
            on_chain=f"{CHAIN}.fillable_price_config.bankruptcy_adjustment_ppm",
            setter=SETTER,
        ),
    ]
    spread_to_maintenance_margin_ratio_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=1,
            high=UINT32_MAX,
            step=50_000,
            meaning="Widest spread of the fillable price from oracle, as a share of maintenance margin.",
            on_chain=f"{CHAIN}.fillable_price_config.spread_to_maintenance_margin_ratio_ppm",
            setter=SETTER,
        ),
    ]
    restore_ppm: Annotated[
        int,
        number(
            unit="ppm of maintenance margin",
            low=PPM,
            high=10 * PPM,
            step=50_000,
            meaning="Liquidation of an account stops once its collateral is back at this much.",
        ),
    ]
