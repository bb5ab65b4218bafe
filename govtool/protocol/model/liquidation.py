"""Liquidation: format, fee, limits per block and over time, and the price a liquidation may fill at."""

from typing import Annotated, Literal

from pydantic import model_validator

from govtool.protocol.declare import INT64_MAX, UINT32_MAX, Group, number, other
from govtool.protocol.model.breaker import Breaker
from govtool.units import PPM, SECONDS_PER_DAY

MOST_TRANCHES = 4
"""Auctions of one account that the engine keeps at a time."""

SETTER = "MsgUpdateLiquidationsConfig"
CHAIN = "clob.LiquidationsConfig"


class Liquidation(Group):
    """Liquidation rules. Bounds as the chain's: clob/types/liquidations_config.go, `Validate`."""

    format: Annotated[
        Literal["book", "dutch", "batch", "first_come"],
        other(
            "enum",
            meaning="How a position is sold: on the book, by a Dutch auction, by sealed bids, or at a fixed discount.",
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
    target: Annotated[
        bool,
        other("bool", meaning="Whether no more is sold than brings the account back to where liquidation stops."),
    ] = False
    first_share_ppm: Annotated[
        int,
        number(
            unit="ppm of all positions",
            low=0,
            high=PPM,
            step=50_000,
            meaning="Share of an account's positions that may be sold at once; the rest follows with the ramp.",
        ),
    ] = PPM
    share_ramp_s: Annotated[
        int,
        number(
            unit="s", low=0, high=SECONDS_PER_DAY, step=15, meaning="Time after which all of an account may be sold."
        ),
    ] = 0
    window_s: Annotated[
        int,
        number(
            unit="s",
            low=1,
            high=SECONDS_PER_DAY,
            step=60,
            meaning="Time in which a used limit per account or market frees itself evenly.",
        ),
    ] = 3_600
    account_window_notional: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=10_000_000_000,
            meaning="Most of one account that is put up for sale within the window; 0 for no limit.",
        ),
    ] = 0
    market_window_notional: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=100_000_000_000,
            meaning="Most of one market that is put up for sale within the window; 0 for no limit.",
        ),
    ] = 0
    outstanding_notional: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=100_000_000_000,
            meaning="Most that is under auction at a time, over all accounts; 0 for no limit.",
        ),
    ] = 0
    cooldown_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=SECONDS_PER_DAY,
            step=15,
            meaning="Time that a solvent account is left alone after something of it was sold.",
        ),
    ] = 0
    tranches: Annotated[
        int,
        number(unit="auctions", low=1, high=MOST_TRANCHES, meaning="Auctions of one account at a time."),
    ] = 1
    breaker: Breaker = Breaker()

    @model_validator(mode="after")
    def _limits_let_something_pass(self) -> "Liquidation":
        least = self.min_position_notional_liquidated
        for name in ("account_window_notional", "market_window_notional", "outstanding_notional"):
            limit = getattr(self, name)
            if 0 < limit < least:
                raise ValueError(
                    f"{name} = {limit} is below min_position_notional_liquidated = {least}, so that larger positions of"
                    " solvent accounts would never be sold; raise it, or set it to 0 for no limit"
                )
        return self

    @model_validator(mode="after")
    def _share_grows(self) -> "Liquidation":
        if self.first_share_ppm < PPM and not self.share_ramp_s:
            raise ValueError(
                f"first_share_ppm = {self.first_share_ppm} limits nothing with share_ramp_s = 0, where all may be sold"
                " at once; give a ramp or leave the share at 1000000"
            )
        return self
