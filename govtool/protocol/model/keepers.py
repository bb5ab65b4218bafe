"""Keepers: what a winner of an auction is held to, and what is paid beside the discount."""

from typing import Annotated

from pydantic import model_validator

from govtool.protocol.declare import INT64_MAX, Group, number, other
from govtool.units import PPM, SECONDS_PER_DAY


class Keepers(Group):
    """Bonds, penalties and rewards of those who take auctions. Left out, takes settle at once and pay no reward.

    A bond of 0 beside a time to settle is allowed: then a winner has a free option that `exclusion_s` alone answers.
    """

    bond_ppm: Annotated[
        int,
        number(
            unit="ppm of notional", low=0, high=PPM, step=1_000, meaning="Bond that a winner posts until it settles."
        ),
    ] = 0
    settle_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=SECONDS_PER_DAY,
            step=15,
            meaning="Time that a winner has to settle; 0 for at once.",
        ),
    ] = 0
    no_show_penalty_ppm: Annotated[
        int,
        number(
            unit="ppm of bond",
            low=0,
            high=PPM,
            step=50_000,
            meaning="Part of the bond that the pool takes from a winner who does not settle.",
        ),
    ] = PPM
    late_penalty_ppm: Annotated[
        int,
        number(
            unit="ppm of bond",
            low=0,
            high=PPM,
            step=50_000,
            meaning="Part of the bond that the pool takes from a winner who settles at the last moment.",
        ),
    ] = PPM
    exclusion_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=30 * SECONDS_PER_DAY,
            step=3_600,
            meaning="Time that a penalised keeper may not bid.",
        ),
    ] = 0
    own_accounts: Annotated[
        bool, other("bool", meaning="Whether a keeper may take what accounts of its own owner lose.")
    ] = True
    reward_flat: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=1_000_000,
            meaning="Reward for a take, out of what the account has left above bankruptcy.",
        ),
    ] = 0
    reward_ppm: Annotated[
        int,
        number(
            unit="ppm of notional",
            low=0,
            high=PPM // 10,
            step=100,
            meaning="Reward for what is taken, added to the flat one.",
        ),
    ] = 0
    gas_margin_ppm: Annotated[
        int,
        number(
            unit="ppm of gas cost",
            low=0,
            high=10 * PPM,
            step=50_000,
            meaning="What the reward leaves a keeper at least beyond its gas.",
        ),
    ] = 0
    reward_cap: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=1_000_000,
            meaning="Largest reward for a take; 0 for no reward.",
        ),
    ] = 0

    @model_validator(mode="after")
    def _nothing_is_promised_in_vain(self) -> "Keepers":
        if self.bond_ppm and not self.settle_s:
            raise ValueError(
                f"bond_ppm = {self.bond_ppm} is never posted with settle_s = 0; give winners a time to settle"
                " or set the bond to 0"
            )
        if self.late_penalty_ppm > self.no_show_penalty_ppm:
            raise ValueError(
                f"late_penalty_ppm = {self.late_penalty_ppm} is above no_show_penalty_ppm ="
                f" {self.no_show_penalty_ppm}: never to settle would be cheaper than to settle late; lower it"
            )
        if self.reward_flat > self.reward_cap or (self.reward_ppm and not self.reward_cap):
            raise ValueError(
                f"reward_cap = {self.reward_cap} is below the reward that reward_flat and reward_ppm promise; raise it"
                " or set them to 0"
            )
        return self
