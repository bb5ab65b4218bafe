"""Maker's arithmetic under the names and inputs of conformance vectors: plain numbers in, plain values out."""

from fractions import Fraction

from govtool.protocol import maker_clip as chain
from govtool.protocol.answer import Answer, Inputs
from govtool.protocol.fixed import RAD, RAY, WAD, units


def _price(inputs: Inputs) -> int:
    """Price in rays of one of the three falling curves."""
    kind, top, elapsed = inputs["kind"], units(inputs["top"], RAY), units(inputs["t"])
    if kind == "linear":
        return chain.linear_price(top, units(inputs["tau"]), elapsed)
    cut = units(inputs["cut"], RAY)
    if kind == "stairstep":
        return chain.stairstep_price(top, cut, units(inputs["step"]), elapsed)
    if kind == "exponential":
        return chain.exponential_price(top, cut, elapsed)
    raise ValueError(f"kind = {kind!r} is not linear, stairstep or exponential")


def _abacus_price(inputs: Inputs) -> dict[str, Fraction]:
    return {"price": Fraction(_price(inputs), RAY)}


def _needs_reset(inputs: Inputs) -> dict[str, bool]:
    price = _price({"kind": "linear", **inputs})
    top, cusp = (units(inputs[name], RAY) for name in ("top", "cusp"))
    return {"needs_reset": chain.needs_reset(price, top, units(inputs["t"]), units(inputs["tail"]), cusp)}


def _kick(inputs: Inputs) -> dict[str, Fraction]:
    tab = units(inputs["debt"], RAD) * units(inputs["chop"], WAD) // WAD
    top = chain.starting_price(units(inputs["feed"], RAY), units(inputs["buf"], RAY))
    incentive = chain.keeper_incentive(units(inputs["tip"], RAD), units(inputs["chip"], WAD), tab)
    return {"top": Fraction(top, RAY), "tab": Fraction(tab, RAD), "keeper_incentive": Fraction(incentive, RAD)}


def _take(inputs: Inputs) -> dict[str, Fraction]:
    limit = units(inputs["max"], RAY) if "max" in inputs else None
    taken = chain.take(
        units(inputs["price"], RAY),
        units(inputs["tab"], RAD),
        units(inputs["lot"], WAD),
        units(inputs["chost"], RAD),
        units(inputs["amt"], WAD),
        limit,
    )
    debts = {name: Fraction(getattr(taken, name), RAD) for name in ("owe", "tab")}
    return debts | {name: Fraction(getattr(taken, name), WAD) for name in ("slice", "lot", "returned")}


def _bark(inputs: Inputs) -> dict[str, Fraction]:
    barked = chain.bark(
        units(inputs["ink"], WAD),
        units(inputs["art"], WAD),
        units(inputs["dust"], RAD),
        units(inputs["rate"], RAY),
        units(inputs["chop"], WAD),
        units(inputs["room"], RAD),
    )
    kept = {name: Fraction(getattr(barked, name), WAD) for name in ("lot", "ink_left", "art_left")}
    return {"tab": Fraction(barked.tab, RAD)} | kept


FUNCTIONS: dict[str, Answer] = {
    "maker.abacus_price": _abacus_price,
    "maker.bark": _bark,
    "maker.kick": _kick,
    "maker.needs_reset": _needs_reset,
    "maker.take": _take,
}
