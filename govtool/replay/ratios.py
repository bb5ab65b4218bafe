"""Shares and quantiles that metrics are made of."""

import math

import numpy as np

from govtool.engine.terms import Floats

BPS = 10_000.0
NAN = float("nan")


def ratio(part: float, whole: float) -> float:
    """`part` of `whole`; NaN if the whole is not positive."""
    return part / whole if whole > 0 else NAN


def quantile(values: Floats, level: float) -> float:
    """Smallest value that this share of all does not exceed; NaN of none. Level 0.5 of 1, 2, 3 is 2."""
    if values.size == 0:
        return NAN
    return float(np.sort(values)[max(0, math.ceil(level * values.size) - 1)])
