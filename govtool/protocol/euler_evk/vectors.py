"""Euler's arithmetic under the names and inputs of conformance vectors: plain numbers in, plain values out."""

from fractions import Fraction

from govtool.protocol import euler_evk as chain
from govtool.protocol.answer import Answer, Inputs
from govtool.protocol.fixed import WAD, units, wads


def _max_liquidation(inputs: Inputs) -> dict[str, Fraction]:
    names = ("collateral", "collateral_price", "debt", "debt_price", "lltv")
    loan = chain.Loan(*(units(inputs[name], WAD) for name in names))
    result = chain.max_liquidation(loan, units(inputs["max_discount"], WAD))
    return {
        "repay": wads(result.repay),
        "yield": wads(result.yields),
        "discount_factor": wads(result.discount_factor),
    }


FUNCTIONS: dict[str, Answer] = {"euler.max_liquidation": _max_liquidation}
