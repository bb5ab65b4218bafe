"""Top-ups that are due, and what lands (rules §7, step 3)."""

from tests.reference import transit
from tests.reference.numbers import rint
from tests.reference.requirement import health
from tests.reference.state import State


def arrive(state: State) -> None:
    """Cash that is due reaches accounts, or sets out for them."""
    for i, account in enumerate(state.accounts):
        transit.land(state, i)
        if account.arrives is None or account.arrives > state.tick:
            continue
        account.arrives = None
        if not account.exposed:
            continue
        worth, required = health(state, i)
        amount = min(account.wallet, rint((state.crowd.topup_target * required - worth) * 1e6))
        if amount <= 0:
            continue
        if transit.carried(state, amount):
            transit.send(state, i, amount)
        else:
            account.arrives = state.tick + 1


def under_way(state: State, i: int) -> bool:
    """Whether a top-up of account `i` is due or in transit."""
    return state.accounts[i].arrives is not None or state.accounts[i].sent > 0
