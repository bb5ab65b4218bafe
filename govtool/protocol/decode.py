"""Governance messages read strictly: every field there, none unknown, each of the chain's type."""

import re
from collections.abc import Mapping
from typing import Any

from govtool.errors import ParamError
from govtool.protocol.message import (
    AUTHORITY,
    BODIES,
    DEAD_PRICE,
    DEAD_TIER,
    FUNDING,
    LIQUIDATIONS,
    MARKET_TYPES,
    PERPETUAL,
    PRICE,
    TIER,
    Tables,
)
from govtool.protocol.problem import nearest


def apply(data: Tables, place: str, message: Any) -> None:
    """Set in a protocol's plain tables, in place, what a message sets; `place` names it in errors."""
    if not isinstance(message, Mapping):
        raise ParamError(f"{place} is not an object; give one with @type")
    kind = str(message.get("@type"))
    if kind not in BODIES:
        raise ParamError(f"{place}: @type = {kind} sets nothing that govtool knows; {nearest(kind, BODIES)}")
    _refuse_other_fields(kind, message, {"@type", "authority", BODIES[kind]})
    if message["authority"] != AUTHORITY:
        raise ParamError(f"{kind}: authority = {message['authority']} is not governance; use {AUTHORITY}")
    _APPLY[kind](data, message[BODIES[kind]])


def _refuse_other_fields(place: str, given: Any, wanted: set[str]) -> None:
    if not isinstance(given, Mapping):
        raise ParamError(f"{place} is not an object; give one with {', '.join(sorted(wanted))}")
    for name in given:
        if name not in wanted:
            raise ParamError(f"{place}: unknown field {name}; {nearest(str(name), sorted(wanted))}")
    for name in sorted(wanted):
        if name not in given:
            raise ParamError(f"{place}: {name} is missing; a message replaces the whole object, so add it")


def _uint64(place: str, body: Mapping[str, Any], name: str) -> int:
    """A uint64 field: a decimal string, as the chain writes it."""
    value = body[name]
    if not isinstance(value, str) or re.fullmatch(r"0|[1-9][0-9]{0,19}", value) is None:
        raise ParamError(f"{place}: {name} = {value!r} is not a decimal string; put the integer in quotes")
    return int(value)


def _number(place: str, body: Mapping[str, Any], name: str) -> int:
    """A 32-bit field: a plain number."""
    value = body[name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise ParamError(f"{place}: {name} = {value!r} is not a whole number; write it without quotes")
    return value


def _key_of(table: Tables, name: str, value: object) -> str | None:
    """Key of the entry whose field has this value."""
    return next((key for key, entry in table.items() if entry[name] == value), None)


def _set_tier(data: Tables, body: Mapping[str, Any]) -> None:
    place = "liquidity_tier"
    numbers = ("id", "initial_margin_ppm", "maintenance_fraction_ppm")
    amounts = ("impact_notional", "open_interest_lower_cap", "open_interest_upper_cap")
    _refuse_other_fields(place, body, {*numbers, *amounts, *DEAD_TIER, "name"})
    tier = {"name": body["name"]}
    tier |= {name: _number(place, body, name) for name in numbers}
    tier |= {name: _uint64(place, body, name) for name in amounts}
    key = _key_of(data["tiers"], "id", tier["id"])
    # The chain adds a tier whose number is new; here it then goes by its number. What the chain does not hold stays.
    name = key if key is not None else f"tier-{tier['id']}"
    data["tiers"][name] = data["tiers"].get(name, {}) | tier


def _set_liquidations(data: Tables, body: Mapping[str, Any]) -> None:
    place = "liquidations_config"
    parts = {
        "position_block_limits": (
            "min_position_notional_liquidated",
            "max_position_portion_liquidated_ppm",
        ),
        "subaccount_block_limits": ("max_notional_liquidated", "max_quantums_insurance_lost"),
        "fillable_price_config": (
            "bankruptcy_adjustment_ppm",
            "spread_to_maintenance_margin_ratio_ppm",
        ),
    }
    _refuse_other_fields(place, body, {"max_liquidation_fee_ppm", *parts})
    rules = data["liquidation"]
    rules["max_liquidation_fee_ppm"] = _number(place, body, "max_liquidation_fee_ppm")
    for part, names in parts.items():
        inside = f"{place}.{part}"
        _refuse_other_fields(inside, body[part], set(names))
        for name in names:
            read = _number if name.endswith("_ppm") else _uint64
            rules[name] = read(inside, body[part], name)


def _set_funding(data: Tables, body: Mapping[str, Any]) -> None:
    names = {
        "funding_rate_clamp_factor_ppm": "rate_clamp_factor_ppm",
        "premium_vote_clamp_factor_ppm": "premium_vote_clamp_factor_ppm",
        "min_num_votes_per_sample": "min_num_votes_per_sample",
    }
    _refuse_other_fields("params", body, set(names))
    data["funding"] |= {ours: _number("params", body, theirs) for theirs, ours in names.items()}


def _set_perpetual(data: Tables, body: Mapping[str, Any]) -> None:
    place = "perpetual_params"
    numbers = ("id", "market_id", "atomic_resolution", "default_funding_ppm")
    _refuse_other_fields(place, body, {*numbers, "ticker", "liquidity_tier", "market_type"})
    market = _market(data, place, "id", _number(place, body, "id"))
    tier = _key_of(data["tiers"], "id", _number(place, body, "liquidity_tier"))
    if tier is None:
        raise ParamError(f"{place}: liquidity_tier = {body['liquidity_tier']} is not a tier; set it first")
    kind = {theirs: ours for ours, theirs in MARKET_TYPES.items()}.get(str(body["market_type"]))
    if kind is None:
        raise ParamError(
            f"{place}: market_type = {body['market_type']!r} is not one of {', '.join(MARKET_TYPES.values())}"
        )
    market |= {name: _number(place, body, name) for name in numbers}
    market |= {"ticker": body["ticker"], "tier": tier, "market_type": kind}


def _set_price(data: Tables, body: Mapping[str, Any]) -> None:
    place = "market_param"
    _refuse_other_fields(place, body, {"id", "pair", "exponent", "min_price_change_ppm", *DEAD_PRICE})
    market = _market(data, place, "market_id", _number(place, body, "id"))
    if body["pair"] != market["ticker"]:
        raise ParamError(f"{place}: pair = {body['pair']!r} is not {market['ticker']}; correct id or pair")
    market |= {name: _number(place, body, name) for name in ("exponent", "min_price_change_ppm")}


def _market(data: Tables, place: str, name: str, value: int) -> Tables:
    """Table of the market with this number. Changed in place by the caller."""
    known = {key: market for key, market in data["markets"].items() if market["on_chain"]}
    key = _key_of(known, name, value)
    if key is None:
        raise ParamError(f"{place}: id = {value} is no market of the protocol at hand; add the market to it")
    market: Tables = data["markets"][key]
    return market


_APPLY = {
    TIER: _set_tier,
    LIQUIDATIONS: _set_liquidations,
    PERPETUAL: _set_perpetual,
    FUNDING: _set_funding,
    PRICE: _set_price,
}
