"""Who pays a Derive bidder when the account cannot, and how withdrawals are held back. Amounts are wads (1e-18).

Source: derivexyz/v2-core: src/, rest of the path at each function. The rules are restated here; that code is BUSL.
"""

from govtool.protocol.fixed import WAD, wad_quotient


def security_payout(balance: int, needed: int) -> tuple[int, int]:
    """What the security module pays of what is needed, and what is left to be shared by all cash.

    Source: SecurityModule.sol.
    """
    paid = min(max(balance, 0), needed)
    return paid, needed - paid


def cash_exchange_rate(cash_supply: int, stable_backing: int, loss: int, accrued_fees: int = 0) -> int:
    """Stablecoin that one cash withdraws, once a loss has been printed; at most one.

    Fees owed to the security module, which count as cash too, take the loss first. Below one, withdrawals burn
    amount / rate. Source: assets/CashAsset.sol. Example: 10,000 printed on 10,000 fully backed: one half.
    """
    cash = cash_supply + loss + max(accrued_fees - loss, 0)
    return WAD if stable_backing >= cash else wad_quotient(stable_backing, cash)


def withdraw_blocked(module_balance: int, insolvent_margin: int, module_set: bool) -> bool:
    """Whether withdrawals wait: running insolvent auctions are short of more margin than the module can pay.

    Without a module nothing is blocked. Source: liquidation/DutchAuction.sol.
    """
    return module_set and insolvent_margin > max(module_balance, 0)
