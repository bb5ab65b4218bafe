"""What follows a bankruptcy on Drift: losses shared by funding and interest, insurance shares, withdrawal guard.

Source: drift-labs/protocol-v2 (Apache-2.0): programs/drift/src/math/, file at each function.
"""

from govtool.protocol.drift_v2.units import BASE, FUNDING_PER_QUOTE
from govtool.protocol.fixed import ceiled


def perp_social_loss(loss: int, gross_open_interest: int) -> int:
    """Rise of cumulative funding for longs, and its fall for shorts, that spreads a loss; in 1e-9 quote per base.

    Rounded up, so that the market is never left short. Source: liquidation.rs.
    Example: 100 USD over 11 coins costs 9.09091 per coin.
    """
    if gross_open_interest == 0:
        raise ZeroDivisionError("a loss cannot be shared by an open interest of 0")
    return ceiled(abs(loss) * BASE, gross_open_interest) * FUNDING_PER_QUOTE


def spot_social_loss(borrow: int, deposits: int, cumulative_interest: int) -> int:
    """Fall of depositors' cumulative interest that pays for a lost borrow, rounded up; 0 if nobody deposits.

    Source: liquidation.rs.
    """
    return ceiled(cumulative_interest * borrow, deposits) if deposits else 0


def shares_for_amount(amount: int, total_shares: int, vault: int) -> int:
    """Insurance shares for an amount paid in, rounded down. An empty vault issues one share per unit.

    Source: insurance.rs.
    """
    return amount * total_shares // vault if vault else amount


def amount_for_shares(shares: int, total_shares: int, vault: int) -> int:
    """Amount that insurance shares are worth, rounded down. Source: insurance.rs."""
    return vault * shares // total_shares if total_shares else 0


def insurance_shares_lost(shares: int, total_shares: int, vault: int, request_value: int) -> int:
    """Shares that a staker gives up by cancelling a request to leave: gains since the request stay in the pool.

    Shares are bought again for the value at the request, from a pool without them. None are lost if the value fell.
    Source: insurance.rs.
    """
    if shares > total_shares:
        raise ValueError(f"{shares} shares are more than the total of {total_shares}")
    if amount_for_shares(shares, total_shares, vault) <= request_value:
        return 0
    return shares - shares_for_amount(request_value, total_shares - shares, vault - request_value)


def min_deposit_after_withdraw(deposit_twap: int, guard: int) -> int:
    """Deposits that a withdrawal must leave: the 24 h average less a quarter of it or the guard, whichever is more.

    Source: spot_withdraw.rs.
    """
    return deposit_twap - max(deposit_twap // 4, min(guard, deposit_twap))
