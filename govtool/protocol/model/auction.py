"""Dutch auction: how long, and from which price to which."""

from typing import Annotated

from pydantic import model_validator

from govtool.protocol.declare import Group, number
from govtool.units import PPM, SECONDS_PER_DAY


class Auction(Group):
    """Dutch auction of a slice: its discount from oracle grows linearly over the length."""

    length_s: Annotated[
        int,
        number(
            unit="s",
            low=1,
            high=SECONDS_PER_DAY,
            step=15,
            meaning="Time from the first price to the last.",
        ),
    ]
    start_discount_ppm: Annotated[
        int,
        number(
            unit="ppm of oracle",
            low=-PPM // 2,
            high=PPM // 2,
            step=1_000,
            meaning="Discount from oracle at the start; negative is a premium.",
        ),
    ]
    end_discount_ppm: Annotated[
        int,
        number(
            unit="ppm of oracle",
            low=-PPM // 2,
            high=PPM // 2,
            step=1_000,
            meaning="Discount from oracle at the end.",
        ),
    ]

    @model_validator(mode="after")
    def _discount_grows(self) -> "Auction":
        if self.start_discount_ppm > self.end_discount_ppm:
            raise ValueError(
                f"start_discount_ppm = {self.start_discount_ppm} is above"
                f" end_discount_ppm = {self.end_discount_ppm}; a Dutch auction's discount only grows"
            )
        return self
