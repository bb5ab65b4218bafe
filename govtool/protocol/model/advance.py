"""Margin top-up by the insurance pool: a loan to an account that is about to be liquidated."""

from typing import Annotated

from pydantic import model_validator

from govtool.protocol.declare import INT64_MAX, Group, number
from govtool.units import PPM


class Advance(Group):
    """When the pool lends to a solvent account below maintenance, how much, and when it has it back."""

    trigger_ppm: Annotated[
        int,
        number(
            unit="ppm of maintenance margin",
            low=0,
            high=PPM,
            step=10_000,
            meaning="Collateral below which the pool tops up an account; 0 for never.",
        ),
    ] = 0
    target_ppm: Annotated[
        int,
        number(
            unit="ppm of maintenance margin",
            low=0,
            high=10 * PPM,
            step=10_000,
            meaning="Collateral that it tops up to.",
        ),
    ] = PPM
    account_cap: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=1_000_000_000,
            meaning="Most that it lends to one account.",
        ),
    ] = 0
    total_cap: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=10_000_000_000,
            meaning="Most that may be lent to all accounts at a time.",
        ),
    ] = 0
    fee_ppm: Annotated[
        int,
        number(unit="ppm", low=0, high=PPM, step=1_000, meaning="What is owed beyond the amount lent."),
    ] = 0
    repay_ppm: Annotated[
        int,
        number(
            unit="ppm of maintenance margin",
            low=0,
            high=10 * PPM,
            step=10_000,
            meaning="Collateral that must be left over for the loan to be paid back.",
        ),
    ] = PPM

    @model_validator(mode="after")
    def _lends_something_once(self) -> "Advance":
        if not self.trigger_ppm:
            return self
        if not (self.account_cap and self.total_cap):
            raise ValueError("trigger_ppm above 0 lends nothing without account_cap and total_cap; set both above 0")
        for name in ("target_ppm", "repay_ppm"):
            if getattr(self, name) < self.trigger_ppm:
                raise ValueError(
                    f"{name} = {getattr(self, name)} is below trigger_ppm = {self.trigger_ppm}, where the pool lends"
                    " again; raise it"
                )
        return self
