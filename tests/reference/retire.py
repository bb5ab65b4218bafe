"""An account goes (rules §9)."""

from tests.reference import advances, exits, ledger, tranches, transit, withdrawals
from tests.reference.numbers import IDLE, wait
from tests.reference.state import State
from tests.reference.waterfall import ADL, absorb, layers


def retire(state: State, i: int) -> None:
    """Account `i`, without positions, goes: what it lacks is covered or lost, what it has is withdrawn.

    A trader who leaves of its own will may still have assets. They go back as they are. If it may not withdraw now, it
    stays without a flag and tries again.
    """
    account = state.accounts[i]
    tranches.drop(state, i)
    advances.end(state, i, account.cash)
    if account.cash < 0:
        _cover(state, i)
    worth = withdrawals.worth_of(state, i)
    if withdrawals.held(state, worth):
        withdrawals.hold(state, i)
        account.flag = None
        account.due = state.tick + 1
        return
    withdrawals.count(state, worth)
    exits.haircut(state, i)
    withdrawn = account.cash
    _return_assets(state, i)
    account.cash = 0
    fee = transit.depart(state, i, withdrawn)
    account.inside = account.warned = account.nudged = account.held = False
    account.flag = account.arrives = account.cut = None
    account.loss_market = -1
    account.due = _comes_back(state, i)
    ledger.record(state, ledger.RETIRE, account=i, quote=-withdrawn, price=fee * 1e-6)


def _comes_back(state: State, i: int) -> int | None:
    """Not before what it withdrew is at hand."""
    account, idle, t = state.accounts[i], state.crowd.idle[i], state.tick
    if not idle:
        return None
    then = t + wait(idle, state.seed, IDLE, state.crowd.owner[i], t)
    return max([then, *(parcel.lands for parcel in account.parcels if parcel is not None)])


def _return_assets(state: State, i: int) -> None:
    account = state.accounts[i]
    for j, size in enumerate(list(account.size)):
        if size:
            account.size[j] = account.entry[j] = 0
            state.market_size[j] += size
            ledger.record(state, ledger.DEPOSIT, account=i, market=j, size=-size, price=state.mark[j])


def _cover(state: State, i: int) -> None:
    account = state.accounts[i]
    absorb(state, i, -account.cash, account.loss_market, [layer for layer in layers(state) if layer != ADL])
    missing = -account.cash
    if missing:
        account.cash = 0
        state.bucket["bad_debt"] -= missing
        ledger.record(state, ledger.BAD_DEBT, account=i, quote=missing)
