"""Mango's cap on net borrows per window, and what pays when a perpetual's account is bankrupt.

Source: blockworks-foundation/mango-v4: programs/mango-v4/src/, rest of the path at each function. Amounts are whole
native units, or I80F48 where said.
"""

from dataclasses import dataclass

from govtool.protocol.fixed import ceiled
from govtool.protocol.mango_v4.binary import ONE, product, quotient


@dataclass(frozen=True)
class NetBorrows:
    """Net borrows of the running window, in native units, and when that window began."""

    window_start: int = 0
    amount: int = 0


def borrowed(state: NetBorrows, window_s: int, now: int, amount: int) -> NetBorrows:
    """Net borrows after a borrow, or a repayment if negative, of an I80F48 amount, rounded up.

    A window that is over is dropped, not carried on; windows begin at multiples of their length.
    Source: state/bank.rs.
    """
    whole = ceiled(amount, ONE)
    if now >= state.window_start + window_s:
        return NetBorrows(now // window_s * window_s, whole)
    return NetBorrows(state.window_start, state.amount + whole)


def borrow_blocked(state: NetBorrows, limit: int, price: int, stable_price: int) -> bool:
    """Whether net borrows pass the window's limit in quote, at the higher of two I80F48 prices.

    A negative limit is none. Source: state/bank.rs.
    """
    if state.amount < 0 or limit < 0:
        return False
    return max(price, stable_price) * state.amount > limit * ONE


@dataclass(frozen=True)
class Bankruptcy:
    """Insurance tokens paid (native units); loss they cover, and loss spread over the market (I80F48)."""

    insurance_paid: int
    covered: int
    socialised: int


def perp_bankruptcy(
    loss: int, liquidator_max: int, vault: int, settle_price: int, insurance_price: int, fee: int
) -> Bankruptcy:
    """Who bears an account's loss: the liquidator for insurance tokens, and what these leave all in the market.

    The liquidator takes as much as it wants and is paid at oracle prices with a fee, rounded up. Only once the vault
    is empty is the rest spread, whatever the liquidator wanted. All I80F48 but the vault.
    Source: instructions/perp_liq_negative_pnl_or_bankruptcy.rs.
    Example: a loss of 30 at price 2, 6 tokens left at price 3: they cover 9, and 21 are spread.
    """
    taken = max(min(loss, liquidator_max), 0)
    price = product(settle_price, ONE + fee)
    paid = min(ceiled(quotient(product(taken, price), insurance_price), ONE), vault)
    covered = min(quotient(product(paid * ONE, insurance_price), price), taken)
    return Bankruptcy(paid, covered, max(loss - covered, 0) if paid == vault else 0)
