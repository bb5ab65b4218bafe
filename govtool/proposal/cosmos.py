"""The Cosmos gov v1 proposal file, and the chain's own checks on it, written again here.

A message other than legacy content is not dry-run at submission: it can pass the vote and fail at execution. So
what `ValidateBasic` and the handlers would refuse is refused before the file is written, and again by `verify`.

Sources: dydxprotocol/cosmos-sdk x/gov/client/cli/util.go (the six keys), x/gov/keeper/keeper.go and msg_server.go
(lengths in bytes, non-empty texts, metadata that decodes as JSON); dydxprotocol/v4-chain x/perpetuals/types,
x/clob/types and x/prices/types (messages).
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from govtool.proposal.bech32 import module_address

KEYS = ("messages", "metadata", "deposit", "title", "summary", "expedited")
"""What the submit command reads; any other key is dropped by it in silence."""

METADATA_BYTES = 255
"""Default MaxMetadataLen: title and metadata may be as long, the summary forty times as long."""

SUMMARY_FACTOR = 40

UINT32, UINT64, SINT32 = 2**32, 2**64, 2**31
PPM = 1_000_000

SPEND = "/cosmos.distribution.v1beta1.MsgCommunityPoolSpend"
"""A payment, not a setting: it replaces no object."""

_ADDRESS = re.compile(r"\A[a-z]{1,20}1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{38,58}\Z")
_DEPOSIT = re.compile(r"\A[1-9][0-9]*[a-zA-Z][a-zA-Z0-9/]{2,127}\Z")

Shape = Mapping[str, Any]
"""Field to its wire type (u32, u64, s32, text), to a nested object's shape, or to a list with that of its items."""

_TIER: Shape = {
    "id": "u32",
    "name": "text",
    "initial_margin_ppm": "u32",
    "maintenance_fraction_ppm": "u32",
    "base_position_notional": "u64",
    "impact_notional": "u64",
    "open_interest_lower_cap": "u64",
    "open_interest_upper_cap": "u64",
}
_LIQUIDATIONS: Shape = {
    "max_liquidation_fee_ppm": "u32",
    "position_block_limits": {
        "min_position_notional_liquidated": "u64",
        "max_position_portion_liquidated_ppm": "u32",
    },
    "subaccount_block_limits": {"max_notional_liquidated": "u64", "max_quantums_insurance_lost": "u64"},
    "fillable_price_config": {
        "bankruptcy_adjustment_ppm": "u32",
        "spread_to_maintenance_margin_ratio_ppm": "u32",
    },
}
_PERPETUAL: Shape = {
    "id": "u32",
    "ticker": "text",
    "market_id": "u32",
    "atomic_resolution": "s32",
    "default_funding_ppm": "s32",
    "liquidity_tier": "u32",
    "market_type": "text",
}
_FUNDING: Shape = {
    "funding_rate_clamp_factor_ppm": "u32",
    "premium_vote_clamp_factor_ppm": "u32",
    "min_num_votes_per_sample": "u32",
}
_MARKET: Shape = {
    "id": "u32",
    "pair": "text",
    "exponent": "s32",
    "min_exchanges": "u32",
    "min_price_change_ppm": "u32",
    "exchange_config_json": "text",
}
_SPEND: Shape = {
    "@type": "text",
    "authority": "text",
    "recipient": "text",
    "amount": [{"denom": "text", "amount": "u64"}],
}


def _tier_rules(tier: Mapping[str, Any]) -> list[str]:
    problems = [
        f"{name} {tier[name]} is above {PPM}"
        for name in ("initial_margin_ppm", "maintenance_fraction_ppm")
        if tier[name] > PPM
    ]
    if int(tier["impact_notional"]) == 0:
        problems.append("impact_notional is 0")
    lower, upper = int(tier["open_interest_lower_cap"]), int(tier["open_interest_upper_cap"])
    return [*problems, f"open_interest_lower_cap {lower} is above the upper cap {upper}"] if lower > upper else problems


def _liquidation_rules(config: Mapping[str, Any]) -> list[str]:
    price, position = config["fillable_price_config"], config["position_block_limits"]
    account = config["subaccount_block_limits"]
    portion = position["max_position_portion_liquidated_ppm"]
    fee = config["max_liquidation_fee_ppm"]
    checks = {
        f"max_liquidation_fee_ppm {fee} is outside (0, {PPM}]": 0 < fee <= PPM,
        f"max_position_portion_liquidated_ppm {portion} is outside (0, {PPM}]": 0 < portion <= PPM,
        f"bankruptcy_adjustment_ppm is below {PPM}": price["bankruptcy_adjustment_ppm"] >= PPM,
        "spread_to_maintenance_margin_ratio_ppm is 0": price["spread_to_maintenance_margin_ratio_ppm"] > 0,
        "max_notional_liquidated is 0": int(account["max_notional_liquidated"]) > 0,
        "max_quantums_insurance_lost is 0": int(account["max_quantums_insurance_lost"]) > 0,
    }
    return [problem for problem, holds in checks.items() if not holds]


def _perpetual_rules(params: Mapping[str, Any]) -> list[str]:
    problems = []
    if abs(params["default_funding_ppm"]) > PPM:
        problems.append(f"default_funding_ppm {params['default_funding_ppm']} is beyond {PPM}")
    if not params["ticker"]:
        problems.append("ticker is empty")
    kinds = ("PERPETUAL_MARKET_TYPE_CROSS", "PERPETUAL_MARKET_TYPE_ISOLATED")
    if params["market_type"] not in kinds:
        problems.append(f"market_type {params['market_type']!r} is not one of {', '.join(kinds)}")
    return problems


def _funding_rules(params: Mapping[str, Any]) -> list[str]:
    return [f"{name} is 0" for name, value in params.items() if value == 0]


def _market_rules(param: Mapping[str, Any]) -> list[str]:
    change = param["min_price_change_ppm"]
    return [] if 0 < change < 10_000 else [f"min_price_change_ppm {change} is outside (0, 10000)"]


MESSAGES: dict[str, tuple[str, Shape, Callable[[Mapping[str, Any]], list[str]]]] = {
    "/dydxprotocol.perpetuals.MsgSetLiquidityTier": ("liquidity_tier", _TIER, _tier_rules),
    "/dydxprotocol.clob.MsgUpdateLiquidationsConfig": (
        "liquidations_config",
        _LIQUIDATIONS,
        _liquidation_rules,
    ),
    "/dydxprotocol.perpetuals.MsgUpdatePerpetualParams": ("perpetual_params", _PERPETUAL, _perpetual_rules),
    "/dydxprotocol.perpetuals.MsgUpdateParams": ("params", _FUNDING, _funding_rules),
    "/dydxprotocol.prices.MsgUpdateMarketParam": ("market_param", _MARKET, _market_rules),
}
"""Per message type: the key of its object, the object's shape, and the handler's rules."""


def problems(proposal: Any, *, prefix: str = "dydx") -> list[str]:
    """What the chain would refuse in a proposal file, one sentence each; empty if nothing.

    The only signer a message may name is the gov module of the chain with that address prefix.
    """
    if not isinstance(proposal, dict) or set(proposal) != set(KEYS):
        return [f"a proposal has exactly the keys {', '.join(KEYS)}"]
    signer = module_address(prefix, "gov")
    found = _text_problems(proposal)
    if not isinstance(proposal["expedited"], bool):
        found.append("expedited is not true or false")
    if not isinstance(proposal["deposit"], str) or not _DEPOSIT.match(proposal["deposit"]):
        found.append(f"deposit {proposal['deposit']!r} is not an amount and a denomination")
    if not isinstance(proposal["messages"], list):
        return [*found, "messages is not a list"]
    if not proposal["messages"] and not proposal["metadata"]:
        found.append("no messages and no metadata")
    for position, message in enumerate(proposal["messages"]):
        found += [f"messages[{position}]: {problem}" for problem in message_problems(message, signer)]
    return found


def _text_problems(proposal: Mapping[str, Any]) -> list[str]:
    found = []
    limits = {"title": METADATA_BYTES, "metadata": METADATA_BYTES, "summary": SUMMARY_FACTOR * METADATA_BYTES}
    for key, limit in limits.items():
        text = proposal[key]
        if not isinstance(text, str):
            found.append(f"{key} is not a text")
        elif len(text.encode()) > limit:
            found.append(f"{key} has {len(text.encode())} bytes, {limit} are allowed")
        elif not text and key != "metadata":
            found.append(f"{key} is empty")
    return [*found, *_metadata_problems(proposal)]


def _metadata_problems(proposal: Mapping[str, Any]) -> list[str]:
    try:
        inner = json.loads(proposal["metadata"])
    except (TypeError, ValueError):
        return []
    if not isinstance(inner, dict):
        return []
    return [
        f"metadata is JSON and its {key} is not the proposal's {key}"
        for key in ("title", "summary")
        if inner.get(key) != proposal[key]
    ]


def message_problems(message: Any, authority: str) -> list[str]:
    """What the chain would refuse in one message."""
    if isinstance(message, dict) and message.get("@type") == SPEND:
        return _spend_problems(message, authority)
    if not isinstance(message, dict) or message.get("@type") not in MESSAGES:
        kind = message.get("@type") if isinstance(message, dict) else message
        return [f"{kind!r} is not a message that govtool writes"]
    key, shape, rules = MESSAGES[message["@type"]]
    if set(message) != {"@type", "authority", key}:
        return [f"{message['@type']} has exactly the keys @type, authority, {key}"]
    found = shape_problems(message[key], shape, key)
    if message["authority"] != authority:
        found.append(f"authority {message['authority']!r} is not the gov module {authority}")
    return found or rules(message[key])


def _spend_problems(message: Mapping[str, Any], authority: str) -> list[str]:
    found = shape_problems(dict(message), _SPEND, "message")
    if found:
        return found
    if message["authority"] != authority:
        found.append(f"authority {message['authority']!r} is not the gov module {authority}")
    if not _ADDRESS.match(message["recipient"]):
        found.append(f"recipient {message['recipient']!r} is not an address")
    coins = message["amount"]
    bad = not coins or any(int(coin["amount"]) == 0 for coin in coins)
    return [*found, "amount is not a list of positive coins"] if bad else found


def shape_problems(value: Any, shape: Any, where: str) -> list[str]:
    """Where a value departs from the wire shape: a 64-bit integer is text, a 32-bit one a number, no key is extra."""
    if isinstance(shape, Mapping):
        if not isinstance(value, dict) or set(value) != set(shape):
            return [f"{where} must have exactly the fields {', '.join(shape)}"]
        return [one for name, inner in shape.items() for one in shape_problems(value[name], inner, f"{where}.{name}")]
    if isinstance(shape, list):
        items = enumerate(value) if isinstance(value, list) else ()
        found = [one for row, item in items for one in shape_problems(item, shape[0], f"{where}[{row}]")]
        return found if isinstance(value, list) else [f"{where} is not a list"]
    number = isinstance(value, int) and not isinstance(value, bool)
    fits = {
        "text": isinstance(value, str),
        "u32": number and 0 <= value < UINT32,
        "s32": number and -SINT32 <= value < SINT32,
        "u64": isinstance(value, str) and re.fullmatch(r"0|[1-9][0-9]*", value) is not None and int(value) < UINT64,
    }
    return [] if fits[shape] else [f"{where} = {value!r} is not a {shape}"]
