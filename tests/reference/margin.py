"""Finding accounts below maintenance, and warning those near it (rules §7, step 5)."""

from tests.reference import ledger
from tests.reference.numbers import TOPUP, TOPUP_DELAY, draw, wait
from tests.reference.requirement import health, stop_level
from tests.reference.state import State


def check(state: State) -> None:
    """Flag, recover and warn each account that has a position."""
    for i, account in enumerate(state.accounts):
        if not account.exposed:
            continue
        seen = health(state, i)
        worth, required = seen
        if worth < required:
            state.gauge["under_seconds"] += state.venue.step_s
            if account.flag is None:
                account.flag = state.tick
                state.shots.append((state.tick, i, account.cash, *account.size))
                ledger.record(state, ledger.FLAG, seen, account=i)
        elif account.flag is not None and worth >= stop_level(state, i, required):
            recover(state, i, seen)
        _warn(state, i, worth, required)


def recover(state: State, i: int, seen: tuple[float, float]) -> None:
    """Drop the flag, and the tranche if there is one."""
    account = state.accounts[i]
    account.flag = None
    account.tranche = None
    ledger.record(state, ledger.RECOVER, seen, account=i)


def _warn(state: State, i: int, worth: float, required: float) -> None:
    account, crowd, t = state.accounts[i], state.crowd, state.tick
    if worth >= crowd.warning * required:
        account.warned = False
    elif not account.warned:
        account.warned = True
        owner = crowd.owner[i]
        willing = draw(state.seed, TOPUP, owner, t) < crowd.topup_chance[i]
        if willing and account.arrives is None and account.wallet > 0:
            account.arrives = t + wait(crowd.topup_delay[i], state.seed, TOPUP_DELAY, owner, t)
