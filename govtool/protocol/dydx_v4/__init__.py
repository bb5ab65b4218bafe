"""dYdX v4 in exact integers: margin, liquidation, deleveraging, funding, oracle and withdrawals.

Read from github.com/dydxprotocol/v4-chain at commit 84d4664bae71e3a077adaac67fb77ad19cd28d30 (2026-03-05).
Whole numbers and `fractions.Fraction` only: a float would round where the chain does not.
"""

from govtool.protocol.dydx_v4.deleveraging import Deleveraged, deleverage
from govtool.protocol.dydx_v4.funding import (
    Book,
    funding_clamp_ppm,
    funding_index_delta,
    funding_rate_ppm,
    funding_sample,
    funding_settlement,
    funding_settlement_ppm,
    price_premium,
)
from govtool.protocol.dydx_v4.liquidation import (
    bankruptcy_price,
    fillable_price,
    fillable_price_to_subticks,
    insurance_fund_can_pay,
    insurance_fund_delta,
    liquidation_chunk,
    max_liquidation_fee,
    position_notional_bounds,
    subaccount_block_room,
)
from govtool.protocol.dydx_v4.margin import (
    account_risk,
    base_to_quote,
    fill_value,
    initial_margin,
    is_liquidatable,
    maintenance_margin,
    maintenance_margin_ppm,
    notional,
    oimf_ppm,
    open_interest_delta,
    position_risk,
    quote_to_base,
    risk_cmp,
    undercollateralized_transition,
)
from govtool.protocol.dydx_v4.oracle import min_price_change, price_update_accepted
from govtool.protocol.dydx_v4.state import Account, ChainRefusal, Perpetual, Position, Risk
from govtool.protocol.dydx_v4.withdrawals import withdrawal_baseline, withdrawal_capacity

__all__ = [
    "Account",
    "Book",
    "ChainRefusal",
    "Deleveraged",
    "Perpetual",
    "Position",
    "Risk",
    "account_risk",
    "bankruptcy_price",
    "base_to_quote",
    "deleverage",
    "fill_value",
    "fillable_price",
    "fillable_price_to_subticks",
    "funding_clamp_ppm",
    "funding_index_delta",
    "funding_rate_ppm",
    "funding_sample",
    "funding_settlement",
    "funding_settlement_ppm",
    "initial_margin",
    "insurance_fund_can_pay",
    "insurance_fund_delta",
    "is_liquidatable",
    "liquidation_chunk",
    "maintenance_margin",
    "maintenance_margin_ppm",
    "max_liquidation_fee",
    "min_price_change",
    "notional",
    "oimf_ppm",
    "open_interest_delta",
    "position_notional_bounds",
    "position_risk",
    "price_premium",
    "price_update_accepted",
    "quote_to_base",
    "risk_cmp",
    "subaccount_block_room",
    "undercollateralized_transition",
    "withdrawal_baseline",
    "withdrawal_capacity",
]
