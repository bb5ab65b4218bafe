"""Drift's arithmetic under the names and inputs of conformance vectors: plain JSON in, plain values out."""

from collections.abc import Callable
from fractions import Fraction

from govtool.protocol import drift_v2 as chain
from govtool.protocol.answer import Answer, Inputs
from govtool.protocol.drift_v2.units import PORTION, QUOTE
from govtool.protocol.fixed import ratio, units


def _by_name(result: str, function: Callable[..., int], *names: str) -> Answer:
    """An answer of one quantity that passes these integer inputs on, in this order."""
    return lambda inputs: {result: function(*(units(inputs[name]) for name in names))}


def _scaled_initial_asset_weight(inputs: Inputs) -> dict[str, int]:
    value = units(ratio(inputs["deposits"]) * ratio(inputs["price"]), QUOTE)
    start = units(inputs["scale_start"], QUOTE)
    return {"weight": chain.scaled_initial_asset_weight(value, units(inputs["weight_1e4"]), start)}


def _perp_margin_requirement(inputs: Inputs) -> dict[str, int]:
    names = ("base_1e9", "price_1e6", "imf_1e6", "ratio_1e4")
    margin_ratio, requirement = chain.perp_margin_requirement(*(units(inputs[name]) for name in names))
    return {"margin_ratio": margin_ratio, "margin_requirement": requirement}


def _cumulative_pct_freed(inputs: Inputs) -> dict[str, Fraction]:
    slots, duration = units(inputs["slots"]), units(inputs["duration"])
    freed = chain.cumulative_portion_freed(slots, units(inputs["initial_pct"], PORTION), duration)
    return {"pct": Fraction(freed, PORTION)}


def _max_pct_to_liquidate(inputs: Inputs) -> dict[str, Fraction]:
    portion = chain.max_portion_to_liquidate(
        units(inputs["shortage"], QUOTE),
        units(inputs.get("freed", 0), QUOTE),
        units(inputs["slots"]),
        units(inputs["initial_pct"], PORTION),
        units(inputs["duration"]),
    )
    return {"pct": Fraction(portion, PORTION)}


FUNCTIONS: dict[str, Answer] = {
    "drift.base_to_cover_shortage": _by_name(
        "base_1e9",
        chain.base_to_cover_shortage,
        "shortage_1e6",
        "margin_ratio_1e4",
        "liq_fee_1e6",
        "if_fee_1e6",
        "price_1e6",
        "quote_price_1e6",
    ),
    "drift.cumulative_pct_freed": _cumulative_pct_freed,
    "drift.insurance_shares_lost": _by_name(
        "lost", chain.insurance_shares_lost, "shares", "total_shares", "vault", "request_value"
    ),
    "drift.liquidation_fee": _by_name("fee_1e6", chain.liquidation_fee, "base_1e6", "max_1e6", "slots"),
    "drift.max_pct_to_liquidate": _max_pct_to_liquidate,
    "drift.min_deposit_after_withdraw": _by_name(
        "min_deposit", chain.min_deposit_after_withdraw, "deposit_twap", "guard"
    ),
    "drift.perp_if_fee": _by_name(
        "if_fee_1e6",
        chain.perp_insurance_fee,
        "shortage_1e6",
        "base_1e9",
        "margin_ratio_1e4",
        "liq_fee_1e6",
        "price_1e6",
        "quote_price_1e6",
        "max_1e6",
    ),
    "drift.perp_margin_requirement": _perp_margin_requirement,
    "drift.perp_social_loss": _by_name("funding_delta_1e9", chain.perp_social_loss, "loss_1e6", "gross_oi_1e9"),
    "drift.scaled_initial_asset_weight": _scaled_initial_asset_weight,
    "drift.size_discount_weight": _by_name("weight", chain.size_discount_weight, "size_1e9", "imf_1e6", "weight_1e4"),
    "drift.size_premium_weight": _by_name("weight", chain.size_premium_weight, "size_1e9", "imf_1e6", "weight_1e4"),
    "drift.spot_if_fee": _by_name(
        "if_fee_1e6",
        chain.spot_insurance_fee,
        "shortage_1e6",
        "tokens",
        "asset_weight_1e4",
        "asset_mult_1e6",
        "liab_weight_1e4",
        "liab_mult_1e6",
        "decimals",
        "price_1e6",
        "max_1e6",
    ),
    "drift.spot_social_loss": _by_name(
        "cum_interest_delta_1e10", chain.spot_social_loss, "borrow", "deposits", "cum_interest_1e10"
    ),
}
