"""Funding: how far rate and premium may go."""

from typing import Annotated

from govtool.protocol.declare import UINT32_MAX, Group, number

SETTER = "MsgUpdateParams"
CHAIN = "perpetuals.Params"


class Funding(Group):
    """Funding clamps. Bounds as the chain's: perpetuals/types/params.go, `Validate`."""

    rate_clamp_factor_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=1,
            high=UINT32_MAX,
            step=100_000,
            meaning="Largest 8-hour rate, as a multiple of initial minus maintenance margin.",
            on_chain=f"{CHAIN}.funding_rate_clamp_factor_ppm",
            setter=SETTER,
        ),
    ]
    premium_vote_clamp_factor_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=1,
            high=UINT32_MAX,
            step=1_000_000,
            meaning="Largest premium vote, as a multiple of initial minus maintenance margin.",
            on_chain=f"{CHAIN}.premium_vote_clamp_factor_ppm",
            setter=SETTER,
        ),
    ]
    min_num_votes_per_sample: Annotated[
        int,
        number(
            unit="votes",
            low=1,
            high=UINT32_MAX,
            meaning="Fewest votes in a sample; missing ones count as zero.",
            on_chain=f"{CHAIN}.min_num_votes_per_sample",
            setter=SETTER,
        ),
    ]
