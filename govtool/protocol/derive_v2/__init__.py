"""Derive v2: both risk managers (64-bit floats, for option prices), auctions and solvency (exact wads).

Restated from github.com/derivexyz/v2-core (BUSL: no code taken) as of commit 7736900 (2026-01-21).
"""

from govtool.protocol.derive_v2.auction import (
    Account,
    Auction,
    Bid,
    buffer_margin,
    discount,
    insolvent_price,
    max_share,
    solvent_bid,
    starting_fee,
)
from govtool.protocol.derive_v2.configurations import PORTFOLIO, STANDARD
from govtool.protocol.derive_v2.portfolio import Collateral, OptionExpiry, Portfolio, scenario_profit
from govtool.protocol.derive_v2.portfolio import margins as portfolio_margins
from govtool.protocol.derive_v2.pricing import Option, black76
from govtool.protocol.derive_v2.rules import PortfolioRules, Scenario, Volatility
from govtool.protocol.derive_v2.solvency import cash_exchange_rate, security_payout, withdraw_blocked
from govtool.protocol.derive_v2.standard import Expiry, Holdings, StandardRules
from govtool.protocol.derive_v2.standard import margins as standard_margins

__all__ = [
    "PORTFOLIO",
    "STANDARD",
    "Account",
    "Auction",
    "Bid",
    "Collateral",
    "Expiry",
    "Holdings",
    "Option",
    "OptionExpiry",
    "Portfolio",
    "PortfolioRules",
    "Scenario",
    "StandardRules",
    "Volatility",
    "black76",
    "buffer_margin",
    "cash_exchange_rate",
    "discount",
    "insolvent_price",
    "max_share",
    "portfolio_margins",
    "scenario_profit",
    "security_payout",
    "solvent_bid",
    "standard_margins",
    "starting_fee",
    "withdraw_blocked",
]
