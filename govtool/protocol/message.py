"""Names and constants of dYdX v4 governance messages.

Source: github.com/dydxprotocol/v4-chain at 84d4664, proto/dydxprotocol/{perpetuals,clob,prices}/tx.proto and
the files that they import, unless said.
"""

from typing import Any

Message = dict[str, Any]
Tables = dict[str, Any]

AUTHORITY = "dydx10d07y265gmmuvt4z0w9aw880jnsr700jnmapky"
"""The governance module. Source: protocol/lib/module_addresses_test.go."""

INSURANCE_FUND = "dydx1c7ptc87hkd54e3r7zjy92q29xkq7t79w64slrq"
"""Module account of the cross-margin insurance fund. Source: as AUTHORITY."""

USDC = "ibc/8E27BA2D5493AF5636760E354E46004562C46AB7EC0CC4C1CA14E9E20E2545B5"
"""Denomination of USDC on the chain. Source: protocol/testing/mainnet/genesis.json."""

TIER = "/dydxprotocol.perpetuals.MsgSetLiquidityTier"
LIQUIDATIONS = "/dydxprotocol.clob.MsgUpdateLiquidationsConfig"
PERPETUAL = "/dydxprotocol.perpetuals.MsgUpdatePerpetualParams"
FUNDING = "/dydxprotocol.perpetuals.MsgUpdateParams"
PRICE = "/dydxprotocol.prices.MsgUpdateMarketParam"
SPEND = "/cosmos.distribution.v1beta1.MsgCommunityPoolSpend"

BODIES = {
    TIER: "liquidity_tier",
    LIQUIDATIONS: "liquidations_config",
    PERPETUAL: "perpetual_params",
    FUNDING: "params",
    PRICE: "market_param",
}
"""Name of the object that each message replaces."""

MARKET_TYPES = {"cross": "PERPETUAL_MARKET_TYPE_CROSS", "isolated": "PERPETUAL_MARKET_TYPE_ISOLATED"}

DEAD_TIER = {"base_position_notional": "0"}
"""Deprecated field of a tier: read by nothing, but part of the object."""

DEAD_PRICE = {"min_exchanges": 3, "exchange_config_json": "{}"}
"""Fields of an oracle market that moved to the market map: read by nothing, but part of the object."""
