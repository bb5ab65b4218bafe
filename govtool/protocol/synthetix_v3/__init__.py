"""Synthetix v3 perps in exact wads: margins by depth, the liquidation-velocity limiter, keepers' rewards.

Restated from github.com/Synthetixio/synthetix-v3 (files read are MIT) as of commit 23585f7 (2025-06-12).
"""

from govtool.protocol.synthetix_v3.liquidation import (
    Attempt,
    Limiter,
    Liquidated,
    keeper_reward,
    liquidatable_amount,
    liquidation_sequence,
    used_capacity,
    window_capacity,
    windows_needed,
)
from govtool.protocol.synthetix_v3.margin import (
    Collateral,
    Market,
    Position,
    account_margins,
    available_margin,
    collateral_discount,
    collateral_value,
    required_margins,
    skew_fill_price,
)

__all__ = [
    "Attempt",
    "Collateral",
    "Limiter",
    "Liquidated",
    "Market",
    "Position",
    "account_margins",
    "available_margin",
    "collateral_discount",
    "collateral_value",
    "keeper_reward",
    "liquidatable_amount",
    "liquidation_sequence",
    "required_margins",
    "skew_fill_price",
    "used_capacity",
    "window_capacity",
    "windows_needed",
]
