"""Euler's liquidation: a discount that deepens with the violator's health, not with time. Amounts are wads (1e-18).

Source: euler-xyz/euler-vault-kit: src/EVault/modules/Liquidation.sol. The rules are restated here; that code is
BUSL. Values are amounts at oracle prices; every division rounds down. The maximum discount is below one.
"""

from dataclasses import dataclass

from govtool.protocol.fixed import WAD, wad_product, wad_quotient


@dataclass(frozen=True)
class Loan:
    """Collateral and debt of one account, in tokens, each with its price, and the loan-to-value to liquidate at."""

    collateral: int
    collateral_price: int
    debt: int
    debt_price: int
    liquidation_ltv: int


@dataclass(frozen=True)
class Liquidation:
    """Most debt that may be repaid, the collateral it yields, and what is paid per value of collateral."""

    repay: int
    yields: int
    discount_factor: int


def health(loan: Loan) -> int:
    """Risk-adjusted collateral per debt, as a wad; below one the account may be liquidated. Needs a debt's value."""
    adjusted = wad_product(wad_product(loan.collateral, loan.collateral_price), loan.liquidation_ltv)
    return wad_quotient(adjusted, wad_product(loan.debt, loan.debt_price))


def max_liquidation(loan: Loan, max_discount: int) -> Liquidation:
    """Most that a liquidator may repay and seize now. A healthy account (health of one or more) yields nothing.

    The discount is one less health, at most the maximum. All debt may be repaid, as far as the collateral goes; for
    collateral that is worth nothing, nothing is repaid and all of it seized. Example: health 0.9 and collateral worth
    5: repay 4.5 for all of it.
    """
    collateral_value = wad_product(loan.collateral, loan.collateral_price)
    debt_value = wad_product(loan.debt, loan.debt_price)
    if debt_value == 0 or wad_product(collateral_value, loan.liquidation_ltv) >= debt_value:
        return Liquidation(0, 0, WAD)
    factor = max(health(loan), WAD - max_discount)
    if collateral_value == 0:
        return Liquidation(0, loan.collateral, factor)
    repay_value, yield_value = debt_value, wad_quotient(debt_value, factor)
    if yield_value > collateral_value:
        repay_value, yield_value = wad_product(collateral_value, factor), collateral_value
    repay = repay_value * loan.debt // debt_value
    return Liquidation(repay, yield_value * loan.collateral // collateral_value, factor)
