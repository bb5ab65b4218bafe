"""Notional, margin requirements and the risk of an account.

Source: github.com/dydxprotocol/v4-chain at 84d4664, path at each function.
"""

from collections.abc import Mapping, Sequence

from govtool.protocol.dydx_v4.integer import (
    ceil_ppm,
    floor_ppm,
    power_of_ten,
    scaled,
    sign,
    truncated,
    truncated_ratio,
)
from govtool.protocol.dydx_v4.state import Account, ChainRefusal, Perpetual, Position, Risk
from govtool.units import PPM

QUOTE_EXPONENT = 6
"""A quote quantum is 10**-6 USDC. Source: protocol/lib/constants.go, QuoteCurrencyAtomicResolution."""

Perpetuals = Mapping[int, Perpetual]


def base_to_quote(base_quantums: int, atomic_resolution: int, price: int, exponent: int) -> int:
    """Value of a size at a price, rounded to zero. Source: protocol/lib/quantums.go, BaseToQuoteQuantums.

    Example: 7 quantums of 1e-6 coins at price 5 are worth 35 quote quantums.
    """
    return scaled(base_quantums * price, exponent + atomic_resolution + QUOTE_EXPONENT)


def quote_to_base(quote_quantums: int, atomic_resolution: int, price: int, exponent: int) -> int:
    """Size that a value buys: first by the power of ten, then by the price, each rounded to zero.

    Source: protocol/lib/quantums.go, QuoteToBaseQuantums.
    """
    if price == 0:
        raise ChainRefusal("zero_price", "quote_to_base: price = 0 has no size; give a positive price")
    shift = exponent + atomic_resolution + QUOTE_EXPONENT
    return sign(price) * truncated(scaled(quote_quantums, -shift), abs(price))


def notional(perpetual: Perpetual, base_quantums: int) -> int:
    """Signed value of a size at the oracle price."""
    return base_to_quote(base_quantums, perpetual.atomic_resolution, perpetual.price, perpetual.exponent)


def oimf_ppm(initial_margin_ppm: int, oi_lower_cap: int, oi_upper_cap: int, open_interest_notional: int) -> int:
    """Initial margin fraction scaled by open interest.

    Source: protocol/x/perpetuals/types/liquidity_tier.go, GetAdjustedInitialMarginPpm.
    Example: 200_000 ppm halfway between its caps is 600_000.
    """
    if oi_upper_cap == 0 or open_interest_notional <= oi_lower_cap:
        return initial_margin_ppm
    if open_interest_notional >= oi_upper_cap:
        return PPM
    above = open_interest_notional - oi_lower_cap
    return initial_margin_ppm + (PPM - initial_margin_ppm) * above // (oi_upper_cap - oi_lower_cap)


def initial_margin(notional_quote: int, imf_ppm: int) -> int:
    """Initial margin of a notional at a fraction already scaled, rounded up.

    Source: protocol/x/perpetuals/types/liquidity_tier.go, GetInitialMarginQuoteQuantums.
    """
    return ceil_ppm(notional_quote, imf_ppm)


def maintenance_margin(notional_quote: int, initial_margin_ppm: int, maintenance_fraction_ppm: int) -> int:
    """Maintenance margin: the unscaled initial margin rounded up, then its fraction rounded up.

    Source: protocol/x/perpetuals/lib/lib.go, GetMarginRequirementsInQuoteQuantums.
    """
    return ceil_ppm(ceil_ppm(notional_quote, initial_margin_ppm), maintenance_fraction_ppm)


def maintenance_margin_ppm(initial_margin_ppm: int, maintenance_fraction_ppm: int) -> int:
    """Maintenance margin fraction, rounded down; funding clamps use it, margin does not.

    Source: protocol/x/perpetuals/types/liquidity_tier.go, GetMaintenanceMarginPpm.
    """
    return floor_ppm(initial_margin_ppm, maintenance_fraction_ppm)


def position_risk(perpetual: Perpetual, base_quantums: int, quote_balance: int = 0, custom_imf_ppm: int = 0) -> Risk:
    """Net collateral and margin of one position.

    Source: protocol/x/perpetuals/lib/lib.go, GetNetCollateralAndMarginRequirements. Open interest raises the
    initial margin only; a user's own fraction may raise it further.
    """
    size_notional = abs(notional(perpetual, base_quantums))
    open_interest = notional(perpetual, perpetual.open_interest_base)
    imf = oimf_ppm(perpetual.initial_margin_ppm, perpetual.oi_lower_cap, perpetual.oi_upper_cap, open_interest)
    return Risk(
        net_collateral=notional(perpetual, base_quantums) + quote_balance,
        initial_margin=initial_margin(size_notional, max(imf, custom_imf_ppm)),
        maintenance_margin=maintenance_margin(
            size_notional, perpetual.initial_margin_ppm, perpetual.maintenance_fraction_ppm
        ),
    )


def account_risk(account: Account, perpetuals: Perpetuals) -> Risk:
    """Risk of an account: its USDC plus a plain sum over positions, without netting.

    Source: protocol/x/subaccounts/lib/updates.go, GetRiskForSubaccount.
    """
    total = Risk(account.usdc, 0, 0)
    for held in account.positions:
        total = total + _held_risk(held, perpetuals)
    return total


def _held_risk(held: Position, perpetuals: Perpetuals) -> Risk:
    return position_risk(perpetuals[held.perp], held.base_quantums, held.quote_balance, held.custom_imf_ppm)


def is_liquidatable(net_collateral: int, required_maintenance: int) -> bool:
    """Whether collateral is below a positive maintenance margin. Source: protocol/lib/margin/risk.go."""
    return required_maintenance > 0 and required_maintenance > net_collateral


def risk_cmp(first: tuple[int, int], second: tuple[int, int]) -> int:
    """-1 if the first of two (net collateral, maintenance margin) is less risky, 0 if equal, 1 if riskier.

    Source: protocol/lib/margin/risk.go, Cmp: ratios compared by cross-multiplication; at equal ratios the
    greater margin is riskier, and without any margin the smaller collateral.
    """
    by_ratio = sign(second[0] * first[1] - first[0] * second[1])
    if by_ratio != 0:
        return by_ratio
    if first[1] == 0 and second[1] == 0:
        return sign(second[0] - first[0])
    return sign(first[1] - second[1])


def undercollateralized_transition(current: Risk, new: Risk) -> str:
    """Whether an account that ends below its initial margin may make this change.

    "success" if maintenance margin does not rise and collateral per maintenance margin does not fall; else
    "newly_undercollateralized" or "still_undercollateralized", by where it started.
    Source: protocol/x/subaccounts/lib/updates.go, IsValidStateTransitionForUndercollateralizedSubaccount.
    """
    was_collateralized = current.initial_margin <= current.net_collateral
    refused = "newly_undercollateralized" if was_collateralized else "still_undercollateralized"
    if new.maintenance_margin > current.maintenance_margin:
        return refused
    if new.maintenance_margin == 0 or current.maintenance_margin == 0:
        both_zero = new.maintenance_margin == 0 and current.maintenance_margin == 0
        improves = new.net_collateral > current.net_collateral
        return "success" if both_zero and improves else refused
    riskier = risk_cmp(
        (new.net_collateral, new.maintenance_margin), (current.net_collateral, current.maintenance_margin)
    )
    return refused if riskier > 0 else "success"


def open_interest_delta(positions_and_deltas: Sequence[tuple[int, int]]) -> int:
    """Change of one-sided open interest over the legs of a fill, each (size before, change).

    Source: protocol/x/subaccounts/lib/oimf.go, GetDeltaOpenInterestFromUpdates.
    """
    return sum(max(size + delta, 0) - max(size, 0) for size, delta in positions_and_deltas)


def fill_value(base_quantums: int, subticks: int, quantum_conversion_exponent: int) -> int:
    """Quote quantums of a fill, rounded down. Source: protocol/x/clob/types/quantums.go.

    Sizes and subticks are unsigned, so rounding to zero is rounding down.
    """
    return truncated_ratio(base_quantums * subticks * power_of_ten(quantum_conversion_exponent))
