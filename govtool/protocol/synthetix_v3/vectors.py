"""Synthetix's arithmetic under the names and inputs of conformance vectors: plain JSON in, plain values out.

Amounts, prices and ratios of the vectors are plain numbers, counted here in wads; those of the keeper's reward are
given in wads.
"""

from fractions import Fraction

from govtool.protocol import synthetix_v3 as chain
from govtool.protocol.answer import Answer, Inputs
from govtool.protocol.fixed import WAD, units, wads


def _wads(inputs: Inputs, *names: str) -> list[int]:
    return [units(inputs[name], WAD) for name in names]


def _position(data: Inputs) -> chain.Position:
    market = chain.Market(*_wads(data, "skew_scale", "imf", "min_imr", "mm_scalar", "min_position_margin"))
    return chain.Position(market, *_wads(data, "size", "price"))


def _required_margins(inputs: Inputs) -> dict[str, Fraction]:
    initial, maintenance = chain.account_margins([_position(data) for data in inputs["markets"]])
    return {"IM": wads(initial), "MM": wads(maintenance)}


def _window_capacity(inputs: Inputs) -> dict[str, Fraction]:
    maker, taker, depth, multiplier = _wads(inputs, "maker", "taker", "skew_scale", "mult")
    capacity = chain.window_capacity(maker, taker, depth, multiplier, units(inputs["seconds"]))
    return {"max_in_window": wads(capacity)}


def _liquidation_sequence(inputs: Inputs) -> dict[str, list[Fraction]]:
    cap, depth = _wads(inputs, "cap", "skew_scale")
    limiter = chain.Limiter(cap, units(inputs["window"]), depth, units(inputs.get("max_pd", 0), WAD))
    sizes = {account: units(size, WAD) for account, size in inputs["positions"].items()}
    attempts = [
        chain.Attempt(units(event["t"]), event["account"], units(event["skew"], WAD)) for event in inputs["events"]
    ]
    return {"sizes": [wads(size) for size in chain.liquidation_sequence(limiter, sizes, attempts)]}


def _keeper_reward(inputs: Inputs) -> dict[str, int]:
    flag_reward, cost, minimum, maximum, margin = (
        units(inputs[name]) for name in ("flag_reward", "cost", "min_usd", "max_usd", "margin")
    )
    profit, scaling = _wads(inputs, "min_profit", "max_scaling")
    return {"reward": chain.keeper_reward(flag_reward, cost, minimum, profit, maximum, scaling, margin)}


FUNCTIONS: dict[str, Answer] = {
    "synthetix.keeper_reward": _keeper_reward,
    "synthetix.liquidation_sequence": _liquidation_sequence,
    "synthetix.required_margins": _required_margins,
    "synthetix.window_capacity": _window_capacity,
}
