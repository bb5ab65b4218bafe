"""Adaptive weights: margin that rises with measured volatility."""

from typing import Annotated

from govtool.protocol.declare import Group, number, other
from govtool.units import PPM, SECONDS_PER_DAY


class Adaptive(Group):
    """Volatility adaptation of all risk weights, initial and maintenance alike.

    Target factor: clip(1 + gamma * max(0, sigma / reference - 1), 1, cap).
    """

    enabled: Annotated[bool, other("bool", meaning="Whether weights follow volatility.")]
    gamma_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=0,
            high=10 * PPM,
            step=50_000,
            meaning="Rise of the weight, as a share of it, when volatility is twice the reference.",
        ),
    ]
    half_life_s: Annotated[
        int,
        number(
            unit="s",
            low=60,
            high=90 * SECONDS_PER_DAY,
            step=3_600,
            meaning="Time after which a squared return counts half in measured volatility.",
        ),
    ]
    reference_volatility_ppm: Annotated[
        int,
        number(
            unit="ppm per year",
            low=1_000,
            high=20 * PPM,
            step=50_000,
            meaning="Annualised volatility up to which weights stay at their base.",
        ),
    ]
    cap_ppm: Annotated[
        int,
        number(
            unit="ppm of base weight",
            low=PPM,
            high=20 * PPM,
            step=100_000,
            meaning="Largest multiple of the base weight that volatility may ask for.",
        ),
    ]
    rise_ppm_per_hour: Annotated[
        int,
        number(
            unit="ppm of base weight per h",
            low=0,
            high=100 * PPM,
            step=50_000,
            meaning="Fastest rise of the weight towards its target.",
        ),
    ]
    fall_ppm_per_hour: Annotated[
        int,
        number(
            unit="ppm of base weight per h",
            low=0,
            high=100 * PPM,
            step=10_000,
            meaning="Fastest fall of the weight towards its target.",
        ),
    ]
