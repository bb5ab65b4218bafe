"""Liquidation: bankruptcy quote, fillable price, sizes per block, and what the insurance fund earns or pays.

Source: github.com/dydxprotocol/v4-chain at 84d4664, protocol/x/clob/keeper/liquidations.go unless said.
"""

from fractions import Fraction

from govtool.protocol.dydx_v4.integer import (
    ceil_to_multiple,
    ceiled,
    clamped,
    floor_ppm,
    floor_to_multiple,
    power_of_ten,
    sign,
)
from govtool.protocol.dydx_v4.margin import (
    Perpetuals,
    account_risk,
    fill_value,
    notional,
    position_risk,
    quote_to_base,
)
from govtool.protocol.dydx_v4.state import Account, ChainRefusal, Perpetual, Risk
from govtool.units import PPM

UINT64_MAX = 2**64 - 1


def refuse_bad_delta(size: int, delta: int) -> None:
    """Raise unless the change shrinks the position: opposite in sign, and not larger than it."""
    if sign(size) * sign(delta) != -1 or abs(delta) > abs(size):
        raise ChainRefusal(
            "invalid_delta",
            f"a change of {delta} does not shrink a position of {size}; give the opposite sign",
        )


def _margined_risk(account: Account, perpetuals: Perpetuals) -> Risk:
    total = account_risk(account, perpetuals)
    if total.maintenance_margin == 0:
        raise ChainRefusal(
            "no_maintenance_margin", "the account needs no maintenance margin, so it has no bankruptcy price"
        )
    return total


def bankruptcy_price(account: Account, perpetuals: Perpetuals, perp: int, delta_base: int) -> int:
    """Quote quantums for closing part of a position that leave collateral per maintenance margin as it is.

    -(NC(s+d) - NC(s)) - floor(TNC * |MMR(s+d) - MMR(s)| / TMMR), so rounded up. Source:
    GetBankruptcyPriceInQuoteQuantums. Example: 0.1 BTC at 50,000 with -4,501 USDC closes at 4,501 USDC.
    """
    size = account.position(perp).base_quantums
    refuse_bad_delta(size, delta_base)
    total = _margined_risk(account, perpetuals)
    before = position_risk(perpetuals[perp], size)
    after = position_risk(perpetuals[perp], size + delta_base)
    released = abs(after.maintenance_margin - before.maintenance_margin)
    spread = total.net_collateral * released // total.maintenance_margin
    return before.net_collateral - after.net_collateral - spread


def fillable_price(
    account: Account,
    perpetuals: Perpetuals,
    perp: int,
    delta_base: int,
    bankruptcy_adjustment_ppm: int,
    spread_to_maintenance_margin_ratio_ppm: int,
) -> Fraction:
    """Worst price a liquidation may fill at, exact, in quote quantums per base quantum.

    (NC(s) - ABR * SMMR * MMR(s)) / s with ABR = clamp((1 - TNC / TMMR) * BA, 0, 1). Source: GetFillablePrice.
    """
    size = account.position(perp).base_quantums
    refuse_bad_delta(size, delta_base)
    total = _margined_risk(account, perpetuals)
    held = position_risk(perpetuals[perp], size)
    shortfall = 1 - Fraction(total.net_collateral, total.maintenance_margin)
    rating = min(max(shortfall * Fraction(bankruptcy_adjustment_ppm, PPM), Fraction(0)), Fraction(1))
    widest = held.maintenance_margin * Fraction(spread_to_maintenance_margin_ratio_ppm, PPM)
    price = Fraction(held.net_collateral - rating * widest, size)
    if price < 0:
        raise ChainRefusal("negative_fillable_price", f"fillable price {price} is negative; lower the spread ratio")
    return price


def fillable_price_to_subticks(
    price: Fraction, is_long: bool, quantum_conversion_exponent: int, subticks_per_tick: int
) -> int:
    """Limit price of the liquidation order: up to a tick when closing a long, down when closing a short.

    Source: ConvertFillablePriceToSubticks. Bounded to what a uint64 multiple of the tick can be.
    """
    if price < 0:
        raise ChainRefusal("negative_fillable_price", f"fillable price {price} is negative")
    subticks = Fraction(price, power_of_ten(quantum_conversion_exponent))
    numerator, denominator = subticks.numerator, subticks.denominator
    if is_long:
        aligned = ceil_to_multiple(ceiled(numerator, denominator), subticks_per_tick)
    else:
        aligned = floor_to_multiple(numerator // denominator, subticks_per_tick)
    return clamped(aligned, subticks_per_tick, floor_to_multiple(UINT64_MAX, subticks_per_tick))


def position_notional_bounds(
    perpetual: Perpetual, size: int, min_position_notional: int, max_portion_ppm: int
) -> tuple[int, int]:
    """Least and most notional of a position that one block may liquidate.

    Source: GetMaxAndMinPositionNotionalLiquidatable.
    """
    whole = abs(notional(perpetual, size))
    least = min(min_position_notional, whole)
    return least, max(least, floor_ppm(whole, max_portion_ppm))


def subaccount_block_room(
    max_notional: int, notional_so_far: int, max_insurance_lost: int, insurance_lost_so_far: int
) -> tuple[int, int]:
    """Notional and insurance that one account may still use in this block.

    Source: GetSubaccountMaxNotionalLiquidatable, GetSubaccountMaxInsuranceLost.
    """
    if notional_so_far > max_notional or insurance_lost_so_far > max_insurance_lost:
        raise ChainRefusal("block_limit", "more was used in this block than its limit allows")
    return max_notional - notional_so_far, max_insurance_lost - insurance_lost_so_far


def liquidation_chunk(
    perpetual: Perpetual,
    size: int,
    min_position_notional: int,
    max_portion_ppm: int,
    max_subaccount_notional: int,
    step_base_quantums: int,
) -> int:
    """Signed change of size that one block may liquidate. Source: GetLiquidatablePositionSizeDelta."""
    _, most = position_notional_bounds(perpetual, size, min_position_notional, max_portion_ppm)
    cap = min(most, max_subaccount_notional)
    if abs(notional(perpetual, size)) <= cap or abs(size) <= step_base_quantums:
        return -size
    fits = quote_to_base(cap, perpetual.atomic_resolution, perpetual.price, perpetual.exponent)
    chunk = clamped(floor_to_multiple(fits, step_base_quantums), step_base_quantums, abs(size))
    return -sign(size) * chunk


def max_liquidation_fee(fill_quote: int, max_liquidation_fee_ppm: int) -> int:
    """Largest fee on a fill, rounded down. Source: GetLiquidationInsuranceFundDelta, its cap."""
    return floor_ppm(abs(fill_quote), max_liquidation_fee_ppm)


def insurance_fund_delta(
    account: Account,
    perpetuals: Perpetuals,
    perp: int,
    is_buy: bool,
    fill_base_quantums: int,
    subticks: int,
    quantum_conversion_exponent: int,
    max_liquidation_fee_ppm: int,
) -> int:
    """What the insurance fund earns by a fill at the maker's price; negative if it pays.

    Source: GetLiquidationInsuranceFundDelta.
    """
    if fill_base_quantums == 0:
        raise ChainRefusal("invalid_fill", "a fill of 0 base quantums moves nothing; give a positive size")
    value = fill_value(fill_base_quantums, subticks, quantum_conversion_exponent)
    quote = -value if is_buy else value
    delta_base = fill_base_quantums if is_buy else -fill_base_quantums
    surplus = quote - bankruptcy_price(account, perpetuals, perp, delta_base)
    if surplus <= 0:
        return surplus
    return min(max_liquidation_fee(value, max_liquidation_fee_ppm), surplus)


def insurance_fund_can_pay(balance: int, delta: int) -> bool:
    """Whether the fund's balance stays at zero or above after this change.

    Source: protocol/x/clob/keeper/deleveraging.go, IsValidInsuranceFundDelta.
    """
    return delta >= 0 or balance + delta >= 0
