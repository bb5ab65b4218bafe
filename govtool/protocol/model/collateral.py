"""Collateral asset beside the settlement token: what it counts, held or borrowed."""

from typing import Annotated

from pydantic import model_validator

from govtool.protocol.declare import INT64_MAX, Group, number, other
from govtool.units import PPM


class Collateral(Group):
    """Asset that an account may bring, or borrow. A haircut is what its value does not count for."""

    market: Annotated[
        str,
        other(
            "reference",
            meaning='Key of the market whose price it follows; "" for an asset priced in the settlement token.',
            searchable=False,
        ),
    ] = ""
    atomic_resolution: Annotated[
        int,
        number(
            unit="exponent", low=-30, high=30, meaning="One quantum is ten to this power of a coin.", searchable=False
        ),
    ]
    step_quantums: Annotated[
        int,
        number(unit="quantums", low=1, high=INT64_MAX, meaning="Smallest amount that moves.", searchable=False),
    ] = 1
    initial_haircut_ppm: Annotated[
        int, number(unit="ppm", low=0, high=PPM, step=10_000, meaning="Haircut where new risk is taken.")
    ]
    maintenance_haircut_ppm: Annotated[
        int, number(unit="ppm", low=0, high=PPM, step=10_000, meaning="Haircut where liquidation is decided.")
    ]
    initial_liability_ppm: Annotated[
        int,
        number(
            unit="ppm of value", low=PPM, high=10 * PPM, step=10_000, meaning="What a borrowed coin counts in initial."
        ),
    ] = PPM
    maintenance_liability_ppm: Annotated[
        int,
        number(
            unit="ppm of value",
            low=PPM,
            high=10 * PPM,
            step=10_000,
            meaning="What a borrowed coin counts in maintenance.",
        ),
    ] = PPM
    size_factor_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=0,
            high=100 * PPM,
            step=100,
            meaning="Growth of the haircut with size: per root of a coin, or at a size of `skew_scale` coins.",
        ),
    ] = 0
    skew_scale: Annotated[
        int,
        number(
            unit="coins", low=0, high=INT64_MAX, meaning="Depth of its market for the linear curve; 0 for no curve."
        ),
    ] = 0
    largest_haircut_ppm: Annotated[
        int,
        number(unit="ppm", low=0, high=PPM, step=10_000, meaning="Largest haircut under the linear curve."),
    ] = PPM
    deposit_scale: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=100_000_000_000,
            meaning="Deposits of all above which it counts less in initial; 0 for never.",
        ),
    ] = 0
    borrow_scale: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=100_000_000_000,
            meaning="Borrows of all above which borrowed coins count more in initial; 0 for never.",
        ),
    ] = 0
    deposit_cap: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=100_000_000_000,
            meaning="Most that all deposits may be worth; 0 for no cap.",
        ),
    ] = 0
    hedges: Annotated[
        bool, other("bool", meaning="Whether it moves with its market in a scan, against positions there.")
    ] = False
    borrow_rate_ppm: Annotated[
        int,
        number(unit="ppm per year", low=0, high=10 * PPM, step=10_000, meaning="Interest on what is borrowed."),
    ] = 0

    @model_validator(mode="after")
    def _tiers_in_order(self) -> "Collateral":
        if self.maintenance_haircut_ppm > self.initial_haircut_ppm:
            raise ValueError(
                f"maintenance_haircut_ppm = {self.maintenance_haircut_ppm} is above"
                f" initial_haircut_ppm = {self.initial_haircut_ppm}; lower it"
            )
        if self.maintenance_liability_ppm > self.initial_liability_ppm:
            raise ValueError(
                f"maintenance_liability_ppm = {self.maintenance_liability_ppm} is above"
                f" initial_liability_ppm = {self.initial_liability_ppm}; lower it"
            )
        if self.largest_haircut_ppm < self.initial_haircut_ppm:
            raise ValueError(
                f"largest_haircut_ppm = {self.largest_haircut_ppm} is below"
                f" initial_haircut_ppm = {self.initial_haircut_ppm}; raise it"
            )
        return self
