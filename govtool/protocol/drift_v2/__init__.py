"""Drift v2 in exact integers: margin of an account, partial liquidation, shared loss, insurance, withdrawal guard.

Restated from github.com/drift-labs/protocol-v2 (Apache-2.0) as of commit 0ae3e3b (2026-04-01).
"""

from govtool.protocol.drift_v2.liquidation import (
    base_to_cover_shortage,
    cumulative_portion_freed,
    liquidation_fee,
    max_portion_to_liquidate,
    perp_insurance_fee,
    spot_insurance_fee,
)
from govtool.protocol.drift_v2.losses import (
    amount_for_shares,
    insurance_shares_lost,
    min_deposit_after_withdraw,
    perp_social_loss,
    shares_for_amount,
    spot_social_loss,
)
from govtool.protocol.drift_v2.margin import (
    Account,
    Margin,
    PerpMarket,
    Position,
    Price,
    SpotMarket,
    Tier,
    Tokens,
    account_margin,
    position_margin,
    tokens_margin,
)
from govtool.protocol.drift_v2.weights import (
    fill_weight,
    perp_margin_requirement,
    scaled_initial_asset_weight,
    size_discount_weight,
    size_premium_weight,
)

__all__ = [
    "Account",
    "Margin",
    "PerpMarket",
    "Position",
    "Price",
    "SpotMarket",
    "Tier",
    "Tokens",
    "account_margin",
    "amount_for_shares",
    "base_to_cover_shortage",
    "cumulative_portion_freed",
    "fill_weight",
    "insurance_shares_lost",
    "liquidation_fee",
    "max_portion_to_liquidate",
    "min_deposit_after_withdraw",
    "perp_insurance_fee",
    "perp_margin_requirement",
    "perp_social_loss",
    "position_margin",
    "scaled_initial_asset_weight",
    "shares_for_amount",
    "size_discount_weight",
    "size_premium_weight",
    "spot_insurance_fee",
    "spot_social_loss",
    "tokens_margin",
]
