"""Maker's liquidation 2.0 in exact wads, rays and rads: falling prices, auctions with reset, auction capacity.

Restated from github.com/makerdao/dss (AGPL: no code taken) as of commit fa4f663 (2022-05-18).
"""

from govtool.protocol.maker_clip.abacus import exponential_price, linear_price, stairstep_price
from govtool.protocol.maker_clip.auction import (
    Taken,
    keeper_incentive,
    needs_reset,
    reset_incentive,
    starting_price,
    take,
)
from govtool.protocol.maker_clip.bark import Barked, auction_room, bark

__all__ = [
    "Barked",
    "Taken",
    "auction_room",
    "bark",
    "exponential_price",
    "keeper_incentive",
    "linear_price",
    "needs_reset",
    "reset_incentive",
    "stairstep_price",
    "starting_price",
    "take",
]
