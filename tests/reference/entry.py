"""What open positions cost (rules §9)."""

from tests.reference.account import Account
from tests.reference.numbers import rint


def opened(account: Account, j: int, quote: int) -> None:
    """Part of a position was bought or sold to open it, for a signed `quote` received."""
    account.entry[j] -= quote


def closed(account: Account, j: int, q: int) -> None:
    """`q` of a position went, which is still in the books in full."""
    before = abs(account.size[j])
    account.entry[j] -= account.entry[j] if q == before else rint(account.entry[j] * (q / before))
