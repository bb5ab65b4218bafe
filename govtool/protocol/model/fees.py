"""Trading fees."""

from typing import Annotated

from govtool.protocol.declare import Group, number
from govtool.units import PPM


class Fees(Group):
    """Trading fees; one rate stands for the chain's whole schedule, which govtool therefore does not set."""

    taker_fee_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=0,
            high=PPM // 10,
            step=10,
            meaning="Fee on the notional of a taker's trade, first tier of the schedule.",
            on_chain="feetiers.PerpetualFeeParams.tiers[0].taker_fee_ppm",
        ),
    ]
