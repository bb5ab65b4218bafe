"""Mango's arithmetic under the names and inputs of conformance vectors: plain JSON in, plain values out."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from govtool.protocol import mango_v4 as chain
from govtool.protocol.answer import Answer, Inputs
from govtool.protocol.fixed import ratio, units
from govtool.protocol.mango_v4.binary import nearest, value


def _binary(data: Inputs, *names: str) -> list[int]:
    return [nearest(ratio(data[name])) for name in names]


def _scaling(data: Inputs, start: str, held: str) -> chain.Scaling | None:
    return chain.Scaling(float(ratio(data[start])), float(ratio(data[held]))) if start in data else None


def _token(data: Inputs) -> chain.Token:
    priced = {"stable_price": data["price"], **data}
    names = ("balance", "price", "stable_price", "asset_weight", "liab_weight")
    balance, price, stable_price, asset_weight, liability_weight = _binary(priced, *names)
    deposits = _scaling(data, "deposit_scale_start", "deposits_quote")
    borrows = _scaling(data, "borrow_scale_start", "borrows_quote")
    return chain.Token(balance, price, stable_price, asset_weight, liability_weight, deposits, borrows)


def _perp(data: Inputs) -> chain.Perp:
    priced = {"lot_stable_quote": data["lot_quote"], **data}
    names = ("quote", "lot_quote", "lot_stable_quote", "asset_weight", "liab_weight", "overall_asset_weight")
    return chain.Perp(units(data["base_lots"]), *_binary(priced, *names))


def _init_health(inputs: Inputs) -> dict[str, Fraction]:
    perp = _perp(inputs["perp"]) if "perp" in inputs else None
    return {"health": value(chain.init_health([_token(data) for data in inputs["tokens"]], perp))}


def _net_borrow_limit(inputs: Inputs) -> dict[str, Any]:
    state, window = chain.NetBorrows(), units(inputs["window"])
    for borrow in inputs["borrows"]:
        state = chain.borrowed(state, window, units(borrow["t"]), nearest(ratio(borrow["amount"])))
    price, stable = _binary({"stable_price": inputs["price"], **inputs}, "price", "stable_price")
    blocked = chain.borrow_blocked(state, units(inputs["limit"]), price, stable)
    return {"net_borrows": state.amount, "blocked": blocked}


def _perp_bankruptcy(inputs: Inputs) -> dict[str, Any]:
    loss, wanted, settle_price, insurance_price, fee = _binary(
        inputs, "liab_from_liqee", "liqor_max", "settle_price", "insurance_price", "liq_fee"
    )
    result = chain.perp_bankruptcy(loss, wanted, units(inputs["insurance_vault"]), settle_price, insurance_price, fee)
    return {
        "insurance_paid": result.insurance_paid,
        "covered": value(result.covered),
        "socialised": value(result.socialised),
    }


def _prices(segment: Inputs) -> Callable[[int], float]:
    """Oracle price by time: one price, or another one after the time `until`."""
    price = float(ratio(segment["price"]))
    if "until" not in segment:
        return lambda now: price
    until, after = units(segment["until"]), float(ratio(segment["price_after"]))
    return lambda now: price if now <= until else after


def _stable_price(inputs: Inputs) -> dict[str, float]:
    growth = float(ratio(inputs["delay_growth"])) if "delay_growth" in inputs else None
    model, now = chain.starting(float(ratio(inputs["start"])), growth), 0
    for segment in inputs["segments"]:
        steps, step_s = units(segment["steps"]), units(segment["dt"])
        model = chain.followed(model, now, steps, step_s, _prices(segment))
        now += steps * step_s
    return {"stable": model.price, "delay0": model.delay_prices[0]}


FUNCTIONS: dict[str, Answer] = {
    "mango.init_health": _init_health,
    "mango.net_borrow_limit": _net_borrow_limit,
    "mango.perp_bankruptcy": _perp_bankruptcy,
    "mango.stable_price": _stable_price,
}
