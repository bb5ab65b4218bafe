"""The whole protocol: all groups, and the rules that span them."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from govtool.protocol.declare import Group
from govtool.protocol.model.adaptive import Adaptive
from govtool.protocol.model.auction import Auction
from govtool.protocol.model.collateral import Collateral
from govtool.protocol.model.deleveraging import Deleveraging
from govtool.protocol.model.fees import Fees
from govtool.protocol.model.funding import Funding
from govtool.protocol.model.insurance import Insurance
from govtool.protocol.model.keepers import Keepers
from govtool.protocol.model.liquidation import Liquidation
from govtool.protocol.model.loss_sharing import LossSharing
from govtool.protocol.model.margin import Margin
from govtool.protocol.model.market import Market
from govtool.protocol.model.options import Options
from govtool.protocol.model.oracle import Oracle
from govtool.protocol.model.scan import Scan
from govtool.protocol.model.sequencer import Sequencer
from govtool.protocol.model.tier import Tier
from govtool.protocol.model.withdrawals import Withdrawals
from govtool.units import PPM

FORMAT = "govtool/protocol@1"

Key = Annotated[str, Field(pattern=r"\A[A-Za-z0-9][A-Za-z0-9_-]*\z")]
"""Key of a tier or market: letters, digits, hyphen and underscore, so that a path has one reading."""


def _real_date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError as problem:
        raise ValueError(f'"{text}" is no day of the calendar; write year-month-day') from problem
    return text


class Protocol(Group):
    """Everything that governance sets, in on-chain integer units.

    `auction` stands unless `liquidation.format` is "book", which has none; `scan` must, if `margin.method` is "scan".
    Without `margin`, `collateral` or `options`, positions are margined one by one at flat weights, the settlement token
    is the only collateral, and no options can be listed. Without `keepers`, `loss_sharing` or `withdrawals`, takes
    settle at once, losses go to the pool and then to deleveraging, and no withdrawal is held; without `sequencer` there
    is no grace after an outage.
    """

    format: Literal["govtool/protocol@1"]
    name: str
    system: Literal["dydx-v4", "drift-v2", "synthetix-v3", "derive-v2", "mango-v4", "govtool"]
    source: str
    date: Annotated[str, Field(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z"), AfterValidator(_real_date)]
    tiers: Annotated[dict[Key, Tier], Field(min_length=1)]
    markets: Annotated[dict[Key, Market], Field(min_length=1)]
    collateral: dict[Key, Collateral] = Field(default_factory=dict)
    margin: Margin = Margin()
    options: Options | None = None
    scan: Scan | None = None
    adaptive: Adaptive
    liquidation: Liquidation
    auction: Auction | None = None
    keepers: Keepers = Keepers()
    insurance: Insurance
    fees: Fees
    funding: Funding
    deleveraging: Deleveraging
    loss_sharing: LossSharing = LossSharing()
    withdrawals: Withdrawals = Withdrawals()
    sequencer: Sequencer = Sequencer()
    oracle: Oracle

    @model_validator(mode="after")
    def _tiers_exist(self) -> "Protocol":
        for key, market in self.markets.items():
            if market.tier not in self.tiers:
                known = ", ".join(self.tiers)
                raise ValueError(f'markets.{key}.tier = "{market.tier}" is not a tier; known tiers: {known}')
        return self

    @model_validator(mode="after")
    def _collateral_is_priced(self) -> "Protocol":
        for key, asset in self.collateral.items():
            if asset.market and asset.market not in self.markets:
                raise ValueError(
                    f'collateral.{key}.market = "{asset.market}" is not a market; known markets:'
                    f' {", ".join(self.markets)}, or "" for none'
                )
        return self

    @model_validator(mode="after")
    def _scan_if_asked(self) -> "Protocol":
        if self.margin.method == "scan" and self.scan is None:
            raise ValueError('margin.method = "scan" needs the table [scan]; add it')
        return self

    @model_validator(mode="after")
    def _identities_differ(self) -> "Protocol":
        markets = self.markets.values()
        _refuse_twice("tiers", "id", (tier.id for tier in self.tiers.values()))
        _refuse_twice("markets", "id", (market.id for market in markets))
        _refuse_twice("markets", "market_id", (market.market_id for market in markets))
        _refuse_twice("markets", "ticker", (market.ticker for market in markets))
        return self

    @model_validator(mode="after")
    def _pool_is_split_once(self) -> "Protocol":
        total = sum(market.pool_share_ppm for market in self.markets.values())
        if total > PPM:
            raise ValueError(f"pool_share_ppm sums to {total} over all markets; together at most {PPM}")
        return self

    @model_validator(mode="after")
    def _bids_are_opened(self) -> "Protocol":
        auction, kind = self.auction, self.liquidation.format
        if auction and kind in ("batch", "first_come") and 0 < auction.reset_s <= auction.length_s:
            raise ValueError(
                f"auction.reset_s = {auction.reset_s} is not above auction.length_s = {auction.length_s}, and a"
                f' liquidation.format = "{kind}" would start again before its time is over; raise it or set it to 0'
            )
        return self

    @model_validator(mode="after")
    def _auction_unless_book(self) -> "Protocol":
        how = self.liquidation.format
        if how != "book" and self.auction is None:
            raise ValueError(f'liquidation.format = "{how}" needs the table [auction]; add it')
        if how == "book" and self.auction is not None:
            raise ValueError('liquidation.format = "book" has no auction; remove the table [auction] or say "dutch"')
        return self


def _refuse_twice(table: str, field: str, values: Iterable[int | str]) -> None:
    for value, times in Counter(values).items():
        if times > 1:
            raise ValueError(f"{field} = {value!r} stands {times} times in {table}; each needs its own")
