"""Options: margin position by position, the volatility they are priced at, and settlement."""

from typing import Annotated, Any

from pydantic import model_validator

from govtool.protocol.declare import Group, number
from govtool.units import PPM, SECONDS_PER_DAY


def _share(meaning: str, unit: str = "ppm of spot", high: int = PPM) -> Any:
    return number(unit=unit, low=0, high=high, step=5_000, meaning=meaning)


class Options(Group):
    """European options on a market's price. Margin after Derive v2's standard manager."""

    max_spot_ppm: Annotated[int, _share("Initial margin of an option sold at the money.")]
    min_spot_ppm: Annotated[int, _share("Least initial margin of an option sold, however far out of the money.")]
    maintenance_call_ppm: Annotated[int, _share("Maintenance margin of a call sold.")]
    maintenance_put_ppm: Annotated[int, _share("Maintenance margin of a put sold.")]
    maintenance_put_value_ppm: Annotated[
        int, _share("Maintenance margin of a put sold, if more.", "ppm of its value", 10 * PPM)
    ]
    unpaired_initial_ppm: Annotated[
        int, _share("Initial margin of calls sold that no call covers, by payoff.", "ppm of forward", 10 * PPM)
    ]
    unpaired_maintenance_ppm: Annotated[int, _share("Maintenance margin of the same.", "ppm of forward", 10 * PPM)]
    put_offset_ppm: Annotated[
        int,
        number(
            unit="ppm of maintenance margin",
            low=PPM,
            high=10 * PPM,
            step=5_000,
            meaning="Initial margin of a put sold is at least this.",
        ),
    ]
    settle_s: Annotated[
        int,
        number(unit="s", low=1, high=SECONDS_PER_DAY, step=300, meaning="Time whose mean price an expiry settles at."),
    ] = 1_800
    term_half_life_s: Annotated[
        int,
        number(
            unit="s",
            low=3_600,
            high=1_000 * SECONDS_PER_DAY,
            step=SECONDS_PER_DAY,
            meaning="Time in which variance returns half way to the reference.",
        ),
    ] = 30 * SECONDS_PER_DAY
    skew_ppm: Annotated[
        int,
        number(
            unit="ppm per standard deviation",
            low=-PPM,
            high=PPM,
            step=10_000,
            meaning="Slope of volatility over strikes.",
        ),
    ] = 0
    smile_ppm: Annotated[
        int,
        number(
            unit="ppm per squared standard deviation",
            low=0,
            high=PPM,
            step=10_000,
            meaning="Curvature of volatility over strikes.",
        ),
    ] = 0
    volatility_floor_ppm: Annotated[
        int, number(unit="ppm per year", low=1_000, high=20 * PPM, step=50_000, meaning="Least volatility of a quote.")
    ] = 100_000
    volatility_cap_ppm: Annotated[
        int,
        number(unit="ppm per year", low=1_000, high=20 * PPM, step=50_000, meaning="Most volatility of a quote."),
    ] = 5_000_000

    @model_validator(mode="after")
    def _tiers_in_order(self) -> "Options":
        pairs = (
            ("min_spot_ppm", "max_spot_ppm"),
            ("maintenance_call_ppm", "min_spot_ppm"),
            ("maintenance_put_ppm", "min_spot_ppm"),
            ("unpaired_maintenance_ppm", "unpaired_initial_ppm"),
            ("volatility_floor_ppm", "volatility_cap_ppm"),
        )
        for low, high in pairs:
            if getattr(self, low) > getattr(self, high):
                raise ValueError(f"{low} = {getattr(self, low)} is above {high} = {getattr(self, high)}; lower it")
        return self
