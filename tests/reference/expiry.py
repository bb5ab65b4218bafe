"""Settlement of options in cash (rules §7, step 2)."""

from tests.reference import ledger, tranches
from tests.reference.instruments import mean_index, settle_ticks
from tests.reference.numbers import rint
from tests.reference.pricing import payoff
from tests.reference.retire import retire
from tests.reference.state import OPTION, State, value


def settle(state: State) -> None:
    """Each series whose expiry is now pays its holders and ends."""
    settled: set[int] = set()
    for j, one in enumerate(state.instruments):
        if one.kind == OPTION and one.expiry == state.tick:
            window = settle_ticks(state, one.expiry)
            price = mean_index(state, one.market, state.tick - window, state.tick, window)
            for i, account in enumerate(state.accounts):
                if account.inside and account.size[j]:
                    settled.add(i)
                    _pay(state, i, j, price, payoff(price, one.strike, one.call))
    for i in sorted(settled):
        account = state.accounts[i]
        if not account.open and (account.flag is not None or account.cash < 0):
            retire(state, i)


def _pay(state: State, i: int, j: int, price: float, each: float) -> None:
    account = state.accounts[i]
    size = account.size[j]
    amount = rint(value(state, size, j, each) * 1e6)
    account.cash += amount
    account.size[j] = account.entry[j] = 0
    state.market_size[j] += size
    state.bucket["market"] -= amount
    ledger.record(state, ledger.EXPIRE, account=i, market=j, size=-size, quote=amount, price=price)
    for tranche in account.live:
        if tranche.j == j:
            tranches.end_recorded(state, i, tranche)
