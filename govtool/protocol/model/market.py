"""Perpetual market: its identity on chain, its tier and its units."""

from typing import Annotated, Literal

from pydantic import Field

from govtool.protocol.declare import INT64_MAX, UINT32_MAX, Group, number, other
from govtool.units import PPM

SETTER = "MsgUpdatePerpetualParams"
CHAIN = "perpetuals.PerpetualParams"
PRICE_SETTER = "MsgUpdateMarketParam"
PRICE_CHAIN = "prices.MarketParam"


class Market(Group):
    """Perpetual. Bounds as the chain's: perpetuals/types/perpetual.go, prices/types/market_param.go."""

    id: Annotated[
        int,
        number(
            unit="id",
            low=0,
            high=UINT32_MAX,
            meaning="Number of the perpetual.",
            on_chain=f"{CHAIN}.id",
            setter=SETTER,
            searchable=False,
        ),
    ]
    ticker: Annotated[
        str,
        Field(min_length=1),
        other("text", meaning="Name of the pair on chain.", on_chain=f"{CHAIN}.ticker", setter=SETTER),
    ]
    market_id: Annotated[
        int,
        number(
            unit="id",
            low=0,
            high=UINT32_MAX,
            meaning="Number of the oracle market that prices it.",
            on_chain=f"{CHAIN}.market_id",
            setter=SETTER,
            searchable=False,
        ),
    ]
    tier: Annotated[
        str,
        other(
            "reference",
            meaning="Key of the margin tier that the market belongs to.",
            on_chain=f"{CHAIN}.liquidity_tier",
            setter=SETTER,
        ),
    ]
    atomic_resolution: Annotated[
        int,
        number(
            unit="exponent",
            low=-30,
            high=30,
            meaning="One base quantum is ten to this power of a coin.",
            on_chain=f"{CHAIN}.atomic_resolution",
            searchable=False,
        ),
    ]
    exponent: Annotated[
        int,
        number(
            unit="exponent",
            low=-30,
            high=30,
            meaning="The oracle's integer price times ten to this power is dollars per coin.",
            on_chain=f"{PRICE_CHAIN}.exponent",
            searchable=False,
        ),
    ]
    step_base_quantums: Annotated[
        int,
        number(
            unit="base quantums",
            low=1,
            high=INT64_MAX,
            meaning="Smallest order, and the multiple that sizes are rounded to.",
            on_chain="clob.ClobPair.step_base_quantums",
            searchable=False,
        ),
    ]
    default_funding_ppm: Annotated[
        int,
        number(
            unit="ppm per 8 h",
            low=-PPM,
            high=PPM,
            step=10,
            meaning="Funding rate that is added to the premium.",
            on_chain=f"{CHAIN}.default_funding_ppm",
            setter=SETTER,
        ),
    ]
    market_type: Annotated[
        Literal["cross", "isolated"],
        other(
            "enum",
            meaning="Whether the market shares collateral and fund with all others or has its own.",
            on_chain=f"{CHAIN}.market_type",
            searchable=False,
        ),
    ]
    min_price_change_ppm: Annotated[
        int,
        number(
            unit="ppm",
            low=1,
            high=9_999,
            step=100,
            meaning="Smallest move that makes the oracle post a new price.",
            on_chain=f"{PRICE_CHAIN}.min_price_change_ppm",
            setter=PRICE_SETTER,
        ),
    ]
    skew_scale: Annotated[
        int,
        number(
            unit="coins",
            low=0,
            high=INT64_MAX,
            meaning="Depth of the market, in coins, for weights that are linear in size; 0 for none.",
        ),
    ] = 0
    pool_share_ppm: Annotated[
        int,
        number(
            unit="ppm of the opening pool",
            low=0,
            high=PPM,
            step=10_000,
            meaning="Part of the insurance pool that pays for this market alone, and that its fees feed; 0 for none.",
        ),
    ] = 0
    on_chain: Annotated[
        bool,
        other(
            "bool",
            meaning="Whether id and market_id are dYdX's own; if not, no message names this market.",
            searchable=False,
        ),
    ]
