"""Margin rules common to all markets: mode, method, tiers, prices, doubt and activation."""

from typing import Annotated, Literal

from pydantic import model_validator

from govtool.protocol.declare import Group, number, other
from govtool.units import PPM, SECONDS_PER_DAY


class Margin(Group):
    """How an account's requirement is put together. Left out, it is cross, position by position, flat, at oracle."""

    mode: Annotated[
        Literal["cross", "isolated"],
        other("enum", meaning="Whether all positions of an account share collateral or each market has its own."),
    ] = "cross"
    method: Annotated[
        Literal["position", "scan"],
        other("enum", meaning="Sum of weights, or the worst loss over scenarios of price and volatility."),
    ] = "position"
    curve: Annotated[
        Literal["flat", "linear", "root"],
        other(
            "enum",
            meaning="How weights grow with size: not; by size over depth; by the square root of size.",
            searchable=False,
        ),
    ] = "flat"
    price_mode: Annotated[
        Literal["oracle", "strict", "stable"],
        other("enum", meaning="Price of the initial tier: oracle, or the worse of it and a mean or stable price."),
    ] = "oracle"
    twap_s: Annotated[
        int,
        number(
            unit="s", low=15, high=SECONDS_PER_DAY, step=60, meaning="Time that the mean of the strict mode looks back."
        ),
    ] = 300
    stable_growth_ppm_per_s: Annotated[
        int,
        number(unit="ppm per s", low=1, high=PPM, step=50, meaning="Fastest move of the stable price."),
    ] = 300
    delay_growth_ppm: Annotated[
        int,
        number(
            unit="ppm", low=1, high=PPM, step=5_000, meaning="Most that an hourly mean of the stable price may move."
        ),
    ] = 60_000
    fill_check: Annotated[
        bool, other("bool", meaning="Whether a fill that opens a position must leave the fill tier met.")
    ] = False
    fill_share_ppm: Annotated[
        int,
        number(
            unit="ppm of the way from maintenance to initial",
            low=0,
            high=PPM,
            step=50_000,
            meaning="Where the fill tier lies.",
        ),
    ] = 0
    stop_share_ppm: Annotated[
        int,
        number(
            unit="ppm of the way from maintenance to initial",
            low=0,
            high=PPM,
            step=50_000,
            meaning="Where a liquidation stops.",
        ),
    ] = 0
    stop_add_ppm: Annotated[
        int,
        number(
            unit="ppm of notional",
            low=0,
            high=PPM,
            step=5_000,
            meaning="What the stop asks for beyond its tier, on each perpetual.",
        ),
    ] = 0
    doubt_threshold_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=0,
            high=PPM,
            step=50_000,
            meaning="Oracle confidence below which initial margin rises.",
        ),
    ] = 0
    doubt_factor_ppm: Annotated[
        int,
        number(
            unit="ppm of notional",
            low=0,
            high=20 * PPM,
            step=50_000,
            meaning="What missing confidence of one would add to initial margin.",
        ),
    ] = 0
    peg_threshold_ppm: Annotated[
        int,
        number(
            unit="ppm of one dollar",
            low=0,
            high=PPM,
            step=5_000,
            meaning="Price of the settlement token below which initial margin rises.",
        ),
    ] = 0
    peg_factor_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=0,
            high=20 * PPM,
            step=100_000,
            meaning="Rise of initial margin per missing peg, as a share of notional (position) or loss (scan).",
        ),
    ] = 0
    interest_to_insurance_ppm: Annotated[
        int,
        number(
            unit="ppm", low=0, high=PPM, step=10_000, meaning="Share of borrowers' interest that the pool receives."
        ),
    ] = 0
    ramp_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=90 * SECONDS_PER_DAY,
            step=3_600,
            meaning="Time in which risk weights move to new values after a vote; 0 for at once.",
        ),
    ] = 0

    @model_validator(mode="after")
    def _scan_is_flat(self) -> "Margin":
        if self.method == "scan" and (self.curve != "flat" or self.stop_add_ppm):
            raise ValueError('method = "scan" has no size curve and no stop_add_ppm; set curve = "flat" and remove it')
        return self
