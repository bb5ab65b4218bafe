"""Mango v4 in I80F48: pool-scaled health, the stable price, the net-borrow limit, bankruptcy of a perpetual.

Restated from github.com/blockworks-foundation/mango-v4 (no code taken) as of commit 1303a4a (2024-09-04).
"""

from govtool.protocol.mango_v4.health import (
    Health,
    Perp,
    Scaling,
    Token,
    account_health,
    init_health,
    perp_value,
    scaled_asset_weight,
    scaled_liability_weight,
    token_health,
)
from govtool.protocol.mango_v4.limits import Bankruptcy, NetBorrows, borrow_blocked, borrowed, perp_bankruptcy
from govtool.protocol.mango_v4.stable_price import StablePrice, followed, starting, updated

__all__ = [
    "Bankruptcy",
    "Health",
    "NetBorrows",
    "Perp",
    "Scaling",
    "StablePrice",
    "Token",
    "account_health",
    "borrow_blocked",
    "borrowed",
    "followed",
    "init_health",
    "perp_bankruptcy",
    "perp_value",
    "scaled_asset_weight",
    "scaled_liability_weight",
    "starting",
    "token_health",
    "updated",
]
