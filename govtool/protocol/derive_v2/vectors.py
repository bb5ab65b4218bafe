"""Derive's arithmetic under the names and inputs of conformance vectors: plain JSON in, plain values out."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from govtool.protocol import derive_v2 as chain
from govtool.protocol.answer import Answer, Inputs, flag
from govtool.protocol.fixed import WAD, ratio, units, wads


def _wads(inputs: Inputs, *names: str) -> list[int]:
    return [units(inputs[name], WAD) for name in names]


def _floats(inputs: Inputs, *names: str) -> dict[str, float]:
    """These inputs as floats; those that a vector leaves out keep their defaults."""
    return {name: float(ratio(inputs[name])) for name in names if name in inputs}


def _known(configurations: Mapping[str, Any], name: str) -> Any:
    if name not in configurations:
        raise ValueError(f"params = {name!r} is not one of {', '.join(configurations)}")
    return configurations[name]


def _option(data: Inputs) -> chain.Option:
    strike, amount, volatility = (float(ratio(data[name])) for name in ("strike", "amount", "vol"))
    return chain.Option(strike, flag(data, "call"), amount, volatility)


def _standard_expiries(options: Sequence[Inputs], forward: Any) -> tuple[chain.Expiry, ...]:
    """The options by their time to expiry."""
    times = sorted({units(option["sec"]) for option in options})
    return tuple(
        chain.Expiry(
            time, float(ratio(forward)), tuple(_option(option) for option in options if units(option["sec"]) == time)
        )
        for time in times
    )


def _standard_margin(inputs: Inputs) -> dict[str, float]:
    rules = _known(chain.STANDARD, inputs["params"])
    names = ("spot", "cash", "base", "perp", "perp_price", "perp_pnl", "confidence")
    prices = {"stable_price": float(ratio(inputs.get("stable", 1)))}
    options = inputs.get("options", [])
    expiries = _standard_expiries(options, inputs["forward"]) if options else ()
    held = chain.Holdings(**_floats(inputs, *names), **prices, expiries=expiries)
    initial, maintenance = chain.standard_margins(rules, held)
    return {"IM": initial, "MM": maintenance}


def _option_expiry(data: Inputs) -> chain.OptionExpiry:
    floats = _floats(data, "forward", "rate", "discount", "fixed_forward", "confidence")
    return chain.OptionExpiry(
        seconds=units(data["sec"]), options=tuple(_option(option) for option in data["options"]), **floats
    )


def _collateral(data: Inputs) -> chain.Collateral:
    floats = _floats(data, "value", "maintenance_haircut", "initial_haircut", "confidence")
    return chain.Collateral(**floats, cancels_risk=bool(data.get("cancels_risk", False)))


def _portfolio_margin(inputs: Inputs) -> dict[str, float]:
    rules = _known(chain.PORTFOLIO, inputs["params"])
    held = chain.Portfolio(
        **_floats(inputs, "spot", "cash", "perp", "perp_price", "perp_value", "confidence"),
        stable_price=float(ratio(inputs.get("stable", 1))),
        expiries=tuple(_option_expiry(data) for data in inputs.get("expiries", [])),
        collaterals=tuple(_collateral(data) for data in inputs.get("collaterals", [])),
    )
    initial, maintenance = chain.portfolio_margins(rules, held)
    return {"IM": initial, "MM": maintenance}


def _auction(inputs: Inputs) -> chain.Auction:
    start, cutoff = _wads(inputs, "start", "cutoff")
    return chain.Auction(start, cutoff, units(inputs["fast"]), units(inputs["slow"]))


def _discount(inputs: Inputs) -> dict[str, Fraction]:
    return {"discount": wads(chain.discount(_auction(inputs), units(inputs["t"])))}


def _solvent_bid(inputs: Inputs) -> dict[str, Fraction]:
    account = chain.Account(*_wads({"reserved": 0, **inputs}, "mm", "mtm", "reserved"))
    (buffer,) = _wads(inputs, "buffer")
    requested = units(inputs["requested"], WAD) if "requested" in inputs else None
    small = units(inputs.get("mtm_cutoff", 0), WAD)
    bid = chain.solvent_bid(_auction(inputs), account, buffer, units(inputs["t"]), requested, small)
    return {
        "bid_price": wads(bid.price),
        "buffer_margin": wads(chain.buffer_margin(account, buffer)),
        "max_proportion": wads(bid.max_share),
        "percent": wads(bid.share),
        "cash_from_bidder": wads(bid.cash),
    }


def _insolvent_bid(inputs: Inputs) -> dict[str, Fraction]:
    margin, value = _wads(inputs, "mm", "mtm")
    price = chain.insolvent_price(margin, value, units(inputs["length"]), units(inputs["t"]))
    return {"bid_price": wads(price), "cash_to_bidder": wads(-price)}


def _security_module_payout(inputs: Inputs) -> dict[str, Fraction]:
    balance, needed = _wads(inputs, "balance", "needed")
    paid, shared = chain.security_payout(balance, needed)
    return {"paid": wads(paid), "balance_after": wads(balance - paid), "socialised": wads(shared)}


def _cash_exchange_rate(inputs: Inputs) -> dict[str, Any]:
    amounts = _wads({"accrued_fees": 0, **inputs}, "cash_supply", "stable_backing", "loss", "accrued_fees")
    rate = chain.cash_exchange_rate(*amounts)
    return {"exchange_rate": wads(rate), "withdraw_fee_on": rate < WAD}


def _withdraw_blocked(inputs: Inputs) -> dict[str, bool]:
    balance, insolvent = _wads(inputs, "sm_balance", "total_insolvent_mm")
    return {"blocked": chain.withdraw_blocked(balance, insolvent, flag(inputs, "sm_account_set"))}


FUNCTIONS: dict[str, Answer] = {
    "derive.cash_exchange_rate": _cash_exchange_rate,
    "derive.discount": _discount,
    "derive.insolvent_bid": _insolvent_bid,
    "derive.portfolio_margin_v2": _portfolio_margin,
    "derive.security_module_payout": _security_module_payout,
    "derive.solvent_bid": _solvent_bid,
    "derive.standard_margin": _standard_margin,
    "derive.withdraw_blocked": _withdraw_blocked,
}
