"""Weights that grow with size: linear in size as on Synthetix v3, with its square root as on Drift v2."""

import math

import numpy as np

from govtool.engine.jit import inlined, kernel
from govtool.engine.state import Rules
from govtool.engine.terms import LINEAR, ROOT
from govtool.engine.tiers import INITIAL, MAINTENANCE, STOP, between, tier_share

WEIGHT = 10_000
"""Weights of the root curve count 1e-4."""

LARGEST_ROOTED = 9e17
"""Largest argument of the integer root, well inside int64."""


@kernel
def whole_root(value: int) -> int:
    """Integer square root, rounded down."""
    root = int(math.sqrt(value))
    while root * root > value:
        root -= 1
    while (root + 1) * (root + 1) <= value:
        root += 1
    return root


@kernel
def size_root(base: float) -> int:
    """Root of a size in coins, in 1e-5, as Drift v2 rounds it."""
    return whole_root(int(min(10.0 * np.rint(base * 1e9) + 1.0, LARGEST_ROOTED)))


@inlined
def raised(units: int, factor: float, base: float) -> float:
    """Weight of a liability of `units` of 1e-4: max(w, 0.8 w + factor * root of size).

    Notes
    -----
    Source: rules, section 3a; Drift v2 `math/margin.rs:calculate_size_premium_liability_weight`.
    Example: 1.1 with a factor of 0.1 for 1,000 coins is 4.0422.
    """
    ppm = int(np.rint(factor * 1e6))
    if ppm != 0:
        units = max(units, units - units // 5 + size_root(base) * ppm // 10_000_000)
    return units * 1e-4


@inlined
def _whole_weight(rules: Rules, tier: int, maintenance: float, initial: float) -> int:
    """Weight of a tier in units of 1e-4, rounded down between the two."""
    low = int(np.rint(maintenance * WEIGHT))
    high = int(np.rint(initial * WEIGHT))
    if tier == INITIAL:
        return high
    if tier == MAINTENANCE:
        return low
    return low + math.floor(tier_share(rules, tier) * (high - low))


@inlined
def perpetual_weight(
    rules: Rules, tier: int, maintenance: float, initial: float, flat: float, steep: float, base: float
) -> float:
    """Weight of a perpetual of `base` coins; `flat` and `steep` are the curve's slopes in maintenance and initial.

    Example (LINEAR): 2 coins at weights 0.01 and slopes 0.02 weigh 0.05.
    """
    add = rules.stop_add if tier == STOP else 0.0
    if rules.curve == ROOT:
        return raised(_whole_weight(rules, tier, maintenance, initial), steep, base) + add
    weight = between(rules, tier, maintenance, initial) + add
    if rules.curve == LINEAR:
        return weight + between(rules, tier, flat, steep) * base
    return weight


@kernel
def liability_weight(rules: Rules, weight: float, slope: float, base: float) -> float:
    """Weight of a borrowed asset of `base` coins."""
    if rules.curve == ROOT:
        return raised(math.floor(weight * WEIGHT + 1e-6), slope, base)
    return weight


@kernel
def asset_weight(rules: Rules, weight: float, slope: float, worst: float, base: float) -> float:
    """Weight of an asset held, lowered by its size.

    Notes
    -----
    Source: rules, section 3a; Synthetix v3 `PerpsCollateralConfiguration.sol` (LINEAR), Drift v2
    `math/margin.rs:calculate_size_discount_asset_weight` (ROOT).
    Example: 0.9 with a root factor of 0.01 for 1,000 coins is 0.8357.
    """
    if rules.curve == LINEAR:
        return 1.0 - min(max(slope * base, 1.0 - weight), 1.0 - min(weight, worst))
    if rules.curve == ROOT:
        units = math.floor(weight * WEIGHT + 1e-6)
        ppm = int(np.rint(slope * 1e6))
        if ppm != 0:
            units = min(units, 11_000_000_000 // (1_000_000 + size_root(base) * ppm // 100_000))
        return units * 1e-4
    return weight
