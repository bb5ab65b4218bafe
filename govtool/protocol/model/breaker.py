"""Circuit breaker: a market whose price moves fast, or of which much is closed by force, is halted."""

from typing import Annotated

from pydantic import model_validator

from govtool.protocol.declare import INT64_MAX, Group, number
from govtool.units import PPM, SECONDS_PER_DAY


class Breaker(Group):
    """When liquidations in a market pause, for how long, and for whom not. Left out, they never do."""

    move_ppm: Annotated[
        int,
        number(
            unit="ppm of price",
            low=0,
            high=PPM,
            step=5_000,
            meaning="Move of the oracle price within the window that halts its market; 0 for never.",
        ),
    ] = 0
    volume: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=1_000_000_000_000,
            meaning="Value closed by force within the window that halts its market; 0 for never.",
        ),
    ] = 0
    window_s: Annotated[
        int,
        number(unit="s", low=1, high=SECONDS_PER_DAY, step=60, meaning="Time that both look back."),
    ] = 300
    halt_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=SECONDS_PER_DAY,
            step=15,
            meaning="Time that nothing in a halted market is liquidated.",
        ),
    ] = 0
    override_ppm: Annotated[
        int,
        number(
            unit="ppm of maintenance margin",
            low=0,
            high=PPM,
            step=50_000,
            meaning="Collateral below which an account is liquidated in spite of a halt.",
        ),
    ] = 0

    @model_validator(mode="after")
    def _halts_for_a_time(self) -> "Breaker":
        if (self.move_ppm or self.volume) and not self.halt_s:
            raise ValueError("halt_s = 0 halts nothing; set it above 0, or move_ppm and volume to 0")
        return self
