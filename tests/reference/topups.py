"""Top-ups that reach their account (rules §7, step 3)."""

from tests.reference import ledger
from tests.reference.numbers import rint
from tests.reference.requirement import health
from tests.reference.state import State


def arrive(state: State) -> None:
    """Cash from outside reaches the accounts whose top-up is due now."""
    for i, account in enumerate(state.accounts):
        if account.arrives != state.tick:
            continue
        account.arrives = None
        if not account.exposed:
            continue
        seen = health(state, i)
        worth, required = seen
        amount = min(account.wallet, rint((state.crowd.topup_target * required - worth) * 1e6))
        if amount > 0:
            account.wallet -= amount
            account.cash += amount
            state.bucket["wallets"] -= amount
            state.flow["topups"] += amount
            ledger.record(state, ledger.TOPUP, seen, account=i, quote=amount)
