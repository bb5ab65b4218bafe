"""What happens when the Layer-2 comes back from an outage."""

from typing import Annotated

from govtool.protocol.declare import Group, number
from govtool.units import PPM, SECONDS_PER_DAY


class Sequencer(Group):
    """Grace after an outage, as Aave v3's `PriceOracleSentinel` has it. Left out, there is none."""

    grace_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=SECONDS_PER_DAY,
            step=60,
            meaning="Time after an outage in which nobody is liquidated; 0 for none.",
        ),
    ] = 0
    override_ppm: Annotated[
        int,
        number(
            unit="ppm of maintenance margin",
            low=0,
            high=PPM,
            step=50_000,
            meaning="Health under which grace does not protect.",
        ),
    ] = 0
