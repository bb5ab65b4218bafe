"""What withdrawals give up for losses that were left to them (rules §9)."""

import math

from tests.reference import ledger
from tests.reference.numbers import rint, shares
from tests.reference.state import State, collateral, equity


def part(state: State, i: int) -> int:
    """What account `i` would give up if it left now: the share of the debt that all collateral would."""
    debt = -state.bucket["exits"]
    if debt <= 0:
        return 0
    worth = rint(collateral(state) * 1e6)
    own = max(0.0, equity(state, i) * 1e6)
    return min(debt, math.floor(own * min(1.0, debt / max(1, worth))))


def haircut(state: State, i: int) -> None:
    """Account `i` is about to withdraw."""
    _pay(state, i, min(part(state, i), state.accounts[i].cash))


def _pay(state: State, i: int, lost: int) -> None:
    if lost <= 0:
        return
    state.accounts[i].cash -= lost
    state.bucket["exits"] += lost
    state.gauge["shared"] += lost * 1e-6
    ledger.record(state, ledger.HAIRCUT, account=i, quote=-lost)


def settle(state: State) -> None:
    """After the last tick those who are still in pay the debt by their equity; nobody pays the rest."""
    worth = {i: equity(state, i) for i, account in enumerate(state.accounts) if account.inside}
    room = {i: math.floor(one * 1e6) for i, one in worth.items() if one > 0}
    weights = {i: worth[i] for i in room}
    for i, lost in shares(-state.bucket["exits"], weights, room):
        _pay(state, i, lost)
    missing = -state.bucket["exits"]
    if missing:
        state.bucket["exits"] = 0
        state.bucket["bad_debt"] -= missing
        ledger.record(state, ledger.BAD_DEBT, quote=missing)
