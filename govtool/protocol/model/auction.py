"""Auction: how long, from which price to which along which path, and what follows if nobody comes."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import model_validator

from govtool.protocol.declare import INT64_MAX, Group, number, other
from govtool.units import PPM, SECONDS_PER_DAY


class Auction(Group):
    """Auction of a slice. `liquidation.format` says which fields act.

    dutch: the discount from oracle grows from start to end over the length, then to the floor over the slow phase.
    first_come: the end discount from the first moment on, for the length. batch: sealed bids at one price, once the
    length is over, with the end discount as reserve. An insolvent account's auction may have a phase of its own.
    """

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
            meaning="Discount from oracle at the end; the fixed one of first_come, the reserve of a batch.",
        ),
    ]

    path: Annotated[
        Literal["linear", "exponential", "stairs", "health"],
        other(
            "enum",
            meaning="How a Dutch discount moves: in a line, by equal ratios, in steps, or as health falls.",
        ),
    ] = "linear"
    stair_s: Annotated[
        int,
        number(unit="s", low=1, high=SECONDS_PER_DAY, step=15, meaning="Length of a step of the path of stairs."),
    ] = 60
    slow_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=7 * SECONDS_PER_DAY,
            step=60,
            meaning="Time of a Dutch auction from the end discount to the floor; 0 for no slow phase.",
        ),
    ] = 0
    floor_discount_ppm: Annotated[
        int,
        number(
            unit="ppm of oracle",
            low=-PPM // 2,
            high=PPM,
            step=1_000,
            meaning="Discount from oracle at the end of the slow phase.",
        ),
    ] = 0
    insolvent_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=7 * SECONDS_PER_DAY,
            step=60,
            meaning="Time of a further phase for an account worth less than nothing; 0 for none.",
        ),
    ] = 0
    insolvent_discount_ppm: Annotated[
        int,
        number(
            unit="ppm of oracle", low=0, high=PPM, step=1_000, meaning="Discount from oracle at the end of that phase."
        ),
    ] = 0
    anchored: Annotated[
        bool,
        other("bool", meaning="Whether prices stand off the oracle price at the opening, not off the present one."),
    ] = False
    reset_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=7 * SECONDS_PER_DAY,
            step=15,
            meaning="Age at which an auction starts again at the present oracle price; 0 for never.",
        ),
    ] = 0
    reset_drop_ppm: Annotated[
        int,
        number(
            unit="ppm of oracle at the opening",
            low=0,
            high=PPM,
            step=5_000,
            meaning="Fall of the oracle price, a rise for a short, at which an auction starts again; 0 for never.",
        ),
    ] = 0
    max_resets: Annotated[
        int, number(unit="times", low=0, high=1_000, meaning="How often an auction may start again.")
    ] = 0
    residue: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=10_000_000,
            meaning="A take leaves nothing of an auction, or at least this.",
        ),
    ] = 0

    @model_validator(mode="after")
    def _discount_grows(self) -> "Auction":
        steps = [("start_discount_ppm", True), ("end_discount_ppm", True), ("floor_discount_ppm", self.slow_s > 0)]
        steps.append(("insolvent_discount_ppm", self.insolvent_s > 0))
        names = [name for name, stands in steps if stands]
        for before, after in pairwise(names):
            if getattr(self, before) > getattr(self, after):
                raise ValueError(
                    f"{before} = {getattr(self, before)} is above {after} = {getattr(self, after)};"
                    " an auction's discount only grows"
                )
        return self

    @model_validator(mode="after")
    def _clock_is_heard(self) -> "Auction":
        if (self.reset_s or self.reset_drop_ppm) and not self.max_resets:
            raise ValueError("reset_s or reset_drop_ppm above 0 starts nothing again with max_resets = 0; raise it")
        if self.reset_s > self.length_s + self.slow_s:
            raise ValueError(
                f"reset_s = {self.reset_s} is after the end of an auction of {self.length_s + self.slow_s} s; lower it"
            )
        if self.path == "stairs" and self.stair_s > self.length_s:
            raise ValueError(f"stair_s = {self.stair_s} is above length_s = {self.length_s}: no step fits; lower it")
        return self
