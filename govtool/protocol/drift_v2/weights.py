"""Drift's margin weights: they grow with the square root of size, and shrink with the size of the whole pool.

Source: drift-labs/protocol-v2 (Apache-2.0): programs/drift/src/math/margin.rs unless said. Sizes count 1e-9 base,
weights 1e-4, imf factors 1e-6. Every division truncates.
"""

from math import isqrt

from govtool.protocol.drift_v2.units import BASE, QUOTE, WEIGHT

ROOT = 10**5
"""The root of a size counts 1e-5: sizes get one digit more before it is taken."""


def size_root(size: int) -> int:
    """Square root of a size in 1e-9, in 1e-5. One unit is added first, so that the root is never zero."""
    return isqrt(size * 10 + 1)


def size_premium_weight(size: int, imf: int, weight: int) -> int:
    """Weight of a liability: max(w, 0.8 w + imf * sqrt(size)).

    Also the margin ratio of a perpetual. The fifth taken off is rounded down. Example: 1,000 coins with imf 0.1 and
    weight 1.1 weigh 4.0422.
    """
    if imf == 0:
        return weight
    premium = size_root(size) * imf // (ROOT * QUOTE // WEIGHT)
    return max(weight, weight - weight // 5 + premium)


def size_discount_weight(size: int, imf: int, weight: int) -> int:
    """Weight of an asset: min(w, 1.1 / (1 + imf * sqrt(size))). Example: 1,000 coins, imf 0.01, 0.9 gives 0.8357."""
    if imf == 0:
        return weight
    discounted = (QUOTE + QUOTE // 10) * WEIGHT // (QUOTE + size_root(size) * imf // ROOT)
    return min(weight, discounted)


def scaled_initial_asset_weight(deposit_value: int, weight: int, scale_start: int) -> int:
    """Initial weight of an asset of which the pool holds more than a threshold; both values in one quote unit.

    A threshold of zero switches the scaling off. Source: programs/drift/src/state/spot_market.rs.
    Example: 1.5 million held, scaled from 0.5 million on: a third of the weight.
    """
    if scale_start == 0 or deposit_value < scale_start:
        return weight
    return weight * scale_start // deposit_value


def fill_weight(initial: int, maintenance: int) -> int:
    """Weight of the middle tier, at which an order may fill: the mean, rounded down."""
    return (initial + maintenance) // 2


def perp_margin_requirement(base: int, price: int, imf: int, ratio: int) -> tuple[int, int]:
    """Margin ratio and margin of a perpetual position, the margin in 1e-6 quote.

    Example: 6.14754 BTC at 22,050 with a ratio of 10 % need 13,555.33.
    """
    margin_ratio = size_premium_weight(abs(base), imf, ratio)
    notional = abs(base) * price // BASE
    return margin_ratio, notional * margin_ratio // WEIGHT
