"""The arithmetic under the names and inputs of conformance vectors: plain JSON in, plain values out."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

from govtool.protocol import dydx_v4 as chain
from govtool.protocol.dydx_v4.state import Account, Perpetual, Position, Risk

Inputs = Mapping[str, Any]
Answer = Callable[[Inputs], Any]


def whole(value: Any) -> int:
    """An integer, given as one or as a decimal string where it passes 2**53."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(f"{value!r} is not a whole number or a decimal string")
    return int(value)


def _wholes(inputs: Inputs, *names: str) -> list[int]:
    return [whole(inputs[name]) for name in names]


def _by_name(function: Callable[..., Any], *names: str) -> Answer:
    """An answer that passes these integer inputs on, in this order."""
    return lambda inputs: function(*_wholes(inputs, *names))


def _perpetual(data: Inputs) -> Perpetual:
    known = [field.name for field in fields(Perpetual) if field.name in data]
    return Perpetual(**{name: whole(data[name]) for name in known})


def _perpetuals(inputs: Inputs) -> dict[int, Perpetual]:
    return {int(key): _perpetual(data) for key, data in inputs["markets"].items()}


def _position(data: Inputs) -> Position:
    known = [field.name for field in fields(Position) if field.name in data]
    return Position(**{name: whole(data[name]) for name in known})


def _account(data: Inputs) -> Account:
    return Account(whole(data["usdc"]), tuple(_position(held) for held in data["positions"]))


def _risk(values: Any) -> Risk:
    return Risk(*(whole(value) for value in values))


def _margins(risk: Risk) -> dict[str, int]:
    return {"initial_margin": risk.initial_margin, "maintenance_margin": risk.maintenance_margin}


def _after(account: Account) -> dict[str, Any]:
    sizes = {str(held.perp): held.base_quantums for held in account.positions}
    return {"usdc": account.usdc, "positions": sizes}


def _account_risk(inputs: Inputs) -> dict[str, int]:
    risk = chain.account_risk(_account(inputs), _perpetuals(inputs))
    return {"net_collateral": risk.net_collateral, **_margins(risk)}


def _margin_requirements(inputs: Inputs) -> dict[str, int]:
    custom = whole(inputs.get("custom_imf_ppm", 0))
    return _margins(chain.position_risk(_perpetual(inputs), whole(inputs["base_quantums"]), 0, custom))


def _initial_margin(inputs: Inputs) -> int:
    imf = chain.oimf_ppm(
        *_wholes(inputs, "initial_margin_ppm", "oi_lower_cap", "oi_upper_cap", "open_interest_notional")
    )
    return chain.initial_margin(whole(inputs["notional"]), imf)


def _is_liquidatable(inputs: Inputs) -> bool:
    if "net_collateral" in inputs:
        return chain.is_liquidatable(*_wholes(inputs, "net_collateral", "maintenance_margin"))
    risk = chain.account_risk(_account(inputs), _perpetuals(inputs))
    return chain.is_liquidatable(risk.net_collateral, risk.maintenance_margin)


def _risk_cmp(inputs: Inputs) -> int:
    first, second = ((whole(collateral), whole(margin)) for collateral, margin in (inputs["first"], inputs["second"]))
    return chain.risk_cmp(first, second)


def _bankruptcy_price(inputs: Inputs) -> int:
    account, perpetuals = _account(inputs), _perpetuals(inputs)
    return chain.bankruptcy_price(account, perpetuals, *_wholes(inputs, "perp", "delta_base_quantums"))


def _fillable_price(inputs: Inputs) -> Fraction:
    names = ("perp", "delta_base_quantums", "bankruptcy_adjustment_ppm", "spread_to_mmr_ratio_ppm")
    return chain.fillable_price(_account(inputs), _perpetuals(inputs), *_wholes(inputs, *names))


def _fillable_price_to_subticks(inputs: Inputs) -> int:
    price = Fraction(inputs["fillable_price"])
    names = ("quantum_conversion_exponent", "subticks_per_tick")
    return chain.fillable_price_to_subticks(price, bool(inputs["is_long"]), *_wholes(inputs, *names))


def _insurance_fund_delta(inputs: Inputs) -> int:
    fill = ("fill_base_quantums", "subticks", "quantum_conversion_exponent", "max_liquidation_fee_ppm")
    return chain.insurance_fund_delta(
        _account(inputs),
        _perpetuals(inputs),
        whole(inputs["perp"]),
        bool(inputs["is_buy"]),
        *_wholes(inputs, *fill),
    )


def _liquidation_chunk(inputs: Inputs) -> int:
    names = (
        "base_quantums",
        "min_position_notional",
        "max_portion_ppm",
        "max_subaccount_notional",
        "step_base_quantums",
    )
    return chain.liquidation_chunk(_perpetual(inputs["market"]), *_wholes(inputs, *names))


def _position_notional_bounds(inputs: Inputs) -> dict[str, int]:
    names = ("base_quantums", "min_position_notional", "max_portion_ppm")
    least, most = chain.position_notional_bounds(_perpetual(inputs["market"]), *_wholes(inputs, *names))
    return {"min": least, "max": most}


def _subaccount_block_room(inputs: Inputs) -> dict[str, int]:
    names = ("max_notional", "notional_so_far", "max_insurance_lost", "insurance_lost_so_far")
    notional, insurance = chain.subaccount_block_room(*_wholes(inputs, *names))
    return {"notional": notional, "insurance": insurance}


def _deleverage(inputs: Inputs) -> dict[str, Any]:
    perp, delta = _wholes(inputs, "perp", "delta_base_quantums")
    mode = inputs["mode"]
    if mode not in ("bankruptcy", "oracle"):
        raise ValueError(f"mode = {mode!r} is not bankruptcy or oracle")
    liquidated, offsetting = _account(inputs["liquidated"]), _account(inputs["offsetting"])
    result = chain.deleverage(liquidated, offsetting, _perpetuals(inputs), perp, delta, mode)
    return {
        "delta_quote": result.delta_quote,
        "liquidated": _after(result.liquidated),
        "offsetting": _after(result.offsetting),
    }


def _price_premium(inputs: Inputs) -> int:
    bids, asks = ([(whole(price), whole(size)) for price, size in inputs[side]] for side in ("bids", "asks"))
    names = ("index_price", "index_exponent", "atomic_resolution", "quantum_conversion_exponent")
    book = chain.Book(bids, asks, *_wholes(inputs, *names))
    return chain.price_premium(book, *_wholes(inputs, "impact_notional", "max_abs_vote_ppm"))


def _funding_sample(inputs: Inputs) -> int:
    votes = [whole(vote) for vote in inputs["votes"]]
    return chain.funding_sample(votes, *_wholes(inputs, "num_vote_blocks", "min_votes"))


def _funding_tick(inputs: Inputs) -> dict[str, int]:
    clamp = chain.funding_clamp_ppm(
        *_wholes(inputs, "clamp_factor_ppm", "initial_margin_ppm", "maintenance_fraction_ppm")
    )
    sample_s, tick_s, default = _wholes(inputs, "sample_seconds", "tick_seconds", "default_funding_ppm")
    samples = [whole(sample) for sample in inputs["premium_samples"]]
    rate = chain.funding_rate_ppm(samples, sample_s, tick_s, clamp, default)
    priced = _wholes(inputs, "atomic_resolution", "price", "exponent")
    return {"rate_ppm": rate, "index_delta": chain.funding_index_delta(rate, tick_s, *priced)}


def _open_interest_delta(inputs: Inputs) -> int:
    legs = [(whole(size), whole(delta)) for size, delta in inputs["positions_and_deltas"]]
    return chain.open_interest_delta(legs)


def _withdrawal_capacity(inputs: Inputs) -> int:
    baseline = chain.withdrawal_baseline(*_wholes(inputs, "tvl", "baseline_minimum", "baseline_tvl_ppm"))
    return chain.withdrawal_capacity(baseline, *_wholes(inputs, "capacity", "period_ms", "elapsed_ms"))


_PRICED = ("atomic_resolution", "price", "exponent")

FUNCTIONS: dict[str, Answer] = {
    "account_risk": _account_risk,
    "bankruptcy_price": _bankruptcy_price,
    "base_to_quote": _by_name(chain.base_to_quote, "base_quantums", *_PRICED),
    "deleverage": _deleverage,
    "fillable_price": _fillable_price,
    "fillable_price_to_subticks": _fillable_price_to_subticks,
    "funding_clamp_ppm": _by_name(
        chain.funding_clamp_ppm, "clamp_factor_ppm", "initial_margin_ppm", "maintenance_fraction_ppm"
    ),
    "funding_index_delta": _by_name(chain.funding_index_delta, "rate_ppm", "seconds", *_PRICED),
    "funding_sample": _funding_sample,
    "funding_settlement": lambda inputs: chain.funding_settlement(_account(inputs), _perpetuals(inputs)),
    "funding_settlement_ppm": _by_name(
        chain.funding_settlement_ppm, "funding_index", "position_funding_index", "base_quantums"
    ),
    "funding_tick": _funding_tick,
    "initial_margin": _initial_margin,
    "insurance_fund_can_pay": _by_name(chain.insurance_fund_can_pay, "balance", "delta"),
    "insurance_fund_delta": _insurance_fund_delta,
    "is_liquidatable": _is_liquidatable,
    "liquidation_chunk": _liquidation_chunk,
    "maintenance_margin_ppm": _by_name(chain.maintenance_margin_ppm, "initial_margin_ppm", "maintenance_fraction_ppm"),
    "margin_requirements": _margin_requirements,
    "max_liquidation_fee": _by_name(chain.max_liquidation_fee, "fill_quote", "max_liquidation_fee_ppm"),
    "min_price_change": _by_name(chain.min_price_change, "price", "min_price_change_ppm"),
    "oimf_ppm": _by_name(
        chain.oimf_ppm, "initial_margin_ppm", "oi_lower_cap", "oi_upper_cap", "open_interest_notional"
    ),
    "open_interest_delta": _open_interest_delta,
    "position_notional_bounds": _position_notional_bounds,
    "price_premium": _price_premium,
    "quote_to_base": _by_name(chain.quote_to_base, "quote_quantums", *_PRICED),
    "risk_cmp": _risk_cmp,
    "subaccount_block_room": _subaccount_block_room,
    "undercollateralized_transition": lambda inputs: chain.undercollateralized_transition(
        _risk(inputs["current"]), _risk(inputs["new"])
    ),
    "withdrawal_baseline": _by_name(chain.withdrawal_baseline, "tvl", "baseline_minimum", "baseline_tvl_ppm"),
    "withdrawal_capacity": _withdrawal_capacity,
}
