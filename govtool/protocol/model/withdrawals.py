"""Withdrawals: what holds them back in a crisis."""

from typing import Annotated

from govtool.protocol.declare import Group, number, other
from govtool.units import PPM, SECONDS_PER_DAY


class Withdrawals(Group):
    """Gate, guard and throttle on withdrawals. Left out, none is held."""

    gate_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=SECONDS_PER_DAY,
            step=15,
            meaning="Time that nobody withdraws after an account with negative equity was seen; 0 for no gate.",
        ),
    ] = 0
    gate_outage_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=SECONDS_PER_DAY,
            step=60,
            meaning="Length of an outage after which the gate is shut as well; 0 for never.",
        ),
    ] = 0
    guard: Annotated[
        bool,
        other(
            "bool", meaning="Whether withdrawals wait while accounts under liquidation lack more than the pool holds."
        ),
    ] = False
    throttle_ppm_per_hour: Annotated[
        int,
        number(
            unit="ppm of collateral per h",
            low=0,
            high=PPM,
            step=10_000,
            meaning="Largest share of all collateral that leaves within an hour; 0 for no limit.",
        ),
    ] = 0
