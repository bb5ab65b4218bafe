"""The protocol as dYdX v4 governance messages and back, without loss.

Every message replaces a whole object, so each carries all of its fields. JSON types as the chain's: 32-bit
integers are numbers, uint64 are decimal strings, enums are names.
"""

from collections.abc import Mapping, Sequence

from govtool.errors import ParamError
from govtool.protocol.decode import apply
from govtool.protocol.message import (
    AUTHORITY,
    BODIES,
    DEAD_PRICE,
    DEAD_TIER,
    FUNDING,
    INSURANCE_FUND,
    LIQUIDATIONS,
    MARKET_TYPES,
    PERPETUAL,
    PRICE,
    SPEND,
    TIER,
    USDC,
    Message,
    Tables,
)
from govtool.protocol.model import Market, Protocol, Tier
from govtool.protocol.read import validated


def to_chain(protocol: Protocol) -> list[Message]:
    """Every message that sets this protocol, in a stable order: tiers, liquidations, funding, then markets.

    Raises ParamError for a system that has no chain. Markets without on-chain numbers are left out.
    """
    if protocol.system != "dydx-v4":
        raise ParamError(
            f'{protocol.name}: system = "{protocol.system}" has no chain to send messages to; use "dydx-v4"'
        )
    tiers = sorted(protocol.tiers.values(), key=lambda tier: tier.id)
    markets = sorted((m for m in protocol.markets.values() if m.on_chain), key=lambda market: market.id)
    messages = [_message(TIER, _tier(tier)) for tier in tiers]
    messages.append(_message(LIQUIDATIONS, _liquidations(protocol)))
    messages.append(_message(FUNDING, _funding(protocol)))
    messages += [_message(PERPETUAL, _perpetual(market, protocol.tiers)) for market in markets]
    return messages + [_message(PRICE, _price(market)) for market in markets]


def changed(current: Protocol, candidate: Protocol) -> list[Message]:
    """Messages that turn the current protocol into the candidate; the two swapped give the way back.

    A treasury transfer is not among them: it is a payment and not a setting (see `community_pool_spend`).
    """
    before = to_chain(current)
    return [message for message in to_chain(candidate) if message not in before]


def from_chain(messages: Sequence[object], base: Protocol) -> Protocol:
    """The base with what the messages set: what the chain would hold after them.

    Raises ParamError for a message, field or type that the chain does not know, or a market that the base
    lacks.
    """
    if base.system != "dydx-v4":
        raise ParamError(f'{base.name}: system = "{base.system}" has no messages; use a dydx-v4 protocol')
    data = base.model_dump(mode="python", exclude_none=True)
    for row, message in enumerate(messages):
        apply(data, f"messages[{row}]", message)
    return validated(data, base.name)


def community_pool_spend(quantums: int) -> Message:
    """A payment from the community pool to the insurance fund, once, when the proposal passes."""
    if quantums <= 0:
        raise ParamError(f"a transfer of {quantums} quantums moves nothing; give a positive amount")
    coin = {"denom": USDC, "amount": str(quantums)}
    return {"@type": SPEND, "authority": AUTHORITY, "recipient": INSURANCE_FUND, "amount": [coin]}


def _message(kind: str, body: Tables) -> Message:
    return {"@type": kind, "authority": AUTHORITY, BODIES[kind]: body}


def _tier(tier: Tier) -> Tables:
    return {
        "id": tier.id,
        "name": tier.name,
        "initial_margin_ppm": tier.initial_margin_ppm,
        "maintenance_fraction_ppm": tier.maintenance_fraction_ppm,
        **DEAD_TIER,
        "impact_notional": str(tier.impact_notional),
        "open_interest_lower_cap": str(tier.open_interest_lower_cap),
        "open_interest_upper_cap": str(tier.open_interest_upper_cap),
    }


def _liquidations(protocol: Protocol) -> Tables:
    rules = protocol.liquidation
    return {
        "max_liquidation_fee_ppm": rules.max_liquidation_fee_ppm,
        "position_block_limits": {
            "min_position_notional_liquidated": str(rules.min_position_notional_liquidated),
            "max_position_portion_liquidated_ppm": rules.max_position_portion_liquidated_ppm,
        },
        "subaccount_block_limits": {
            "max_notional_liquidated": str(rules.max_notional_liquidated),
            "max_quantums_insurance_lost": str(rules.max_quantums_insurance_lost),
        },
        "fillable_price_config": {
            "bankruptcy_adjustment_ppm": rules.bankruptcy_adjustment_ppm,
            "spread_to_maintenance_margin_ratio_ppm": rules.spread_to_maintenance_margin_ratio_ppm,
        },
    }


def _funding(protocol: Protocol) -> Tables:
    return {
        "funding_rate_clamp_factor_ppm": protocol.funding.rate_clamp_factor_ppm,
        "premium_vote_clamp_factor_ppm": protocol.funding.premium_vote_clamp_factor_ppm,
        "min_num_votes_per_sample": protocol.funding.min_num_votes_per_sample,
    }


def _perpetual(market: Market, tiers: Mapping[str, Tier]) -> Tables:
    return {
        "id": market.id,
        "ticker": market.ticker,
        "market_id": market.market_id,
        "atomic_resolution": market.atomic_resolution,
        "default_funding_ppm": market.default_funding_ppm,
        "liquidity_tier": tiers[market.tier].id,
        "market_type": MARKET_TYPES[market.market_type],
    }


def _price(market: Market) -> Tables:
    return {
        "id": market.market_id,
        "pair": market.ticker,
        "exponent": market.exponent,
        "min_exchanges": DEAD_PRICE["min_exchanges"],
        "min_price_change_ppm": market.min_price_change_ppm,
        "exchange_config_json": DEAD_PRICE["exchange_config_json"],
    }
