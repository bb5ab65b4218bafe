"""Insurance pool: what it holds and what feeds it."""

from typing import Annotated

from govtool.protocol.declare import INT64_MAX, Group, number
from govtool.units import PPM


class Insurance(Group):
    """Insurance pool of the cross-margin markets."""

    balance: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            meaning="What the pool holds now; a fact of the chain, not a parameter.",
            on_chain="bank.balance(insurance_fund)",
            searchable=False,
        ),
    ]
    trading_fee_share_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=0,
            high=PPM,
            step=10_000,
            meaning="Share of trading fees that the pool receives.",
        ),
    ]
    treasury_transfer_per_year: Annotated[
        int,
        number(
            unit="quote quantums per year",
            low=0,
            high=INT64_MAX,
            step=100_000_000_000,
            meaning="What the treasury sends to the pool in a year, spread evenly.",
            on_chain="distribution.CommunityPool",
            setter="MsgCommunityPoolSpend",
        ),
    ]
