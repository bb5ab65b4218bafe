"""Drift's partial liquidation: how much is closed, how fast, and what the liquidator and the insurance fund get.

Source: drift-labs/protocol-v2 (Apache-2.0): programs/drift/src/math/liquidation.rs. Every division truncates.
"""

from govtool.protocol.drift_v2.units import (
    BASE,
    FEE_PER_WEIGHT,
    PORTION,
    QUOTE,
    U32_MAX,
    U64_MAX,
)
from govtool.protocol.dydx_v4.state import ChainRefusal

GRACE_SLOTS = 1_500
"""Slots without activity before the liquidator's fee rises. Source: programs/drift/src/math/constants.rs."""

FEE_RISE_PER_SLOT = 1
"""Rise per slot in fee units: 0.01 basis points. Source: programs/drift/src/math/constants.rs."""

SMALL_SHORTAGE = 50 * QUOTE
"""Below this shortage of 50 USD, all of it may be liquidated at once."""

SPARED_SHARE = (19, 20)
"""Share of what remains that the insurance fund may take, so that its fee bankrupts nobody."""


def base_to_cover_shortage(
    shortage: int, margin_ratio: int, liquidation_fee: int, insurance_fee: int, price: int, quote_price: int
) -> int:
    """Base to close so that the margin freed covers a shortage: all of it (2**64 - 1) if the fee takes the margin.

    shortage / (price * (ratio - fee) - price * insurance fee). The chain scales the first price, not the second, by
    the quote token's price. Example: 10 USD short at price 100, ratio 10 %: one coin.

    Raises
    ------
    ChainRefusal
        `no_margin_freed` if the insurance fee takes all that the liquidator's fee leaves.
    """
    ratio = margin_ratio * FEE_PER_WEIGHT
    if price == 0 or ratio <= liquidation_fee:
        return U64_MAX
    freed = price * quote_price // QUOTE * (ratio - liquidation_fee) // QUOTE - price * insurance_fee // QUOTE
    if freed <= 0:
        raise ChainRefusal("no_margin_freed", f"fees of {liquidation_fee} and {insurance_fee} leave no margin to free")
    return shortage * BASE // freed


def liquidation_fee(base_fee: int, max_fee: int, slots: int) -> int:
    """Liquidator's fee, after this many slots without activity of the account.

    Flat in the grace period; from then on it has risen in every slot since that activity.
    """
    if slots < GRACE_SLOTS:
        return base_fee
    return min(base_fee + slots * FEE_RISE_PER_SLOT, max_fee)


def cumulative_portion_freed(slots: int, initial: int, duration: int) -> int:
    """Share of the whole shortage that may be freed this many slots after the first liquidation, in 1e-4.

    Without a duration, all of it.
    """
    elapsed = slots * PORTION // duration if duration else PORTION
    return min(elapsed + initial, PORTION)


def max_portion_to_liquidate(shortage: int, freed: int, slots: int, initial: int, duration: int) -> int:
    """Share of the present shortage that may be freed now, in 1e-4.

    The ramp counts what was freed already, so many small liquidations free no more than one.
    """
    if shortage < SMALL_SHORTAGE:
        return PORTION
    allowed = (shortage + freed) * cumulative_portion_freed(slots, initial, duration) // PORTION
    return max(allowed - freed, 0) * PORTION // shortage


def perp_insurance_fee(
    shortage: int, base: int, margin_ratio: int, liquidator_fee: int, price: int, quote_price: int, max_fee: int
) -> int:
    """Insurance fund's fee on liquidating a perpetual: 95 % of what the margin leaves, at most a maximum.

    0.95 * (ratio - liquidator fee - shortage / notional), never negative.
    """
    ratio = margin_ratio * FEE_PER_WEIGHT
    if price == 0 or quote_price == 0 or base == 0 or ratio <= liquidator_fee:
        return 0
    missing = min(shortage * BASE // base * QUOTE // (price * quote_price // QUOTE), U32_MAX)
    left = max(ratio - liquidator_fee - missing, 0)
    numerator, denominator = SPARED_SHARE
    return min(max_fee, left * numerator // denominator)


def spot_insurance_fee(
    shortage: int,
    tokens: int,
    asset_weight: int,
    asset_multiplier: int,
    liability_weight: int,
    liability_multiplier: int,
    decimals: int,
    price: int,
    max_fee: int,
) -> int:
    """Insurance fund's fee on liquidating a borrow: what is left between the weights, per unit of liability weight.

    Zero if the weights leave nothing, or a divisor is zero.
    """
    if asset_weight >= liability_weight or price == 0 or tokens == 0 or liability_multiplier == 0:
        return 0
    liability = liability_weight * FEE_PER_WEIGHT
    asset = asset_weight * FEE_PER_WEIGHT * asset_multiplier // liability_multiplier
    token: int = 10**decimals
    missing = shortage * QUOTE * token // tokens // price
    # Each subtraction stops at zero: an asset that outweighs the liability doesn't turn into a debt to the fund.
    left = max(max(liability - asset, 0) - missing, 0)
    return min(max_fee, min(left * QUOTE // liability, U32_MAX))
