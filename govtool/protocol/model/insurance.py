"""Insurance pool: what it holds, what feeds it, who stands behind it and what it pays."""

from typing import Annotated

from govtool.protocol.declare import INT64_MAX, Group, number
from govtool.protocol.model.advance import Advance
from govtool.units import PPM, SECONDS_PER_DAY


class Insurance(Group):
    """Insurance pool of the cross-margin markets. A market's own part of it is `markets.<M>.pool_share_ppm`."""

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
    daily_payout_cap: Annotated[
        int,
        number(
            unit="quote quantums per day",
            low=0,
            high=INT64_MAX,
            step=10_000_000_000,
            meaning="Most that the pool pays within a day, over all accounts; 0 for no cap.",
        ),
    ] = 0
    target: Annotated[
        int,
        number(
            unit="quote quantums",
            low=0,
            high=INT64_MAX,
            step=100_000_000_000,
            meaning="Size of the pool above which it sends what it has to the treasury; 0 for never.",
        ),
    ] = 0
    stake_cooldown_s: Annotated[
        int,
        number(
            unit="s",
            low=0,
            high=90 * SECONDS_PER_DAY,
            step=3_600,
            meaning="Time from a staker's request to its leaving, in which it bears losses and has no gains.",
        ),
    ] = 0
    stake_yield_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=0,
            high=PPM,
            step=10_000,
            meaning="Share of the pool's income that is paid out to its stakers.",
        ),
    ] = 0
    advance: Advance = Advance()
