"""Taking positions: how large, and the population's first ones (rules §6)."""

import math

from tests.reference import ledger, weights
from tests.reference.numbers import HOLD, rint, sign, stepped, wait
from tests.reference.state import State, open_interest, value


def wished_sizes(state: State, i: int, initial: list[float]) -> list[int]:
    """Signed size per market that account `i` takes, scaled down to what its margin allows."""
    crowd, terms = state.crowd, state.terms
    share = crowd.share[i]
    want = [(crowd.equity[i] * 1e-6 * crowd.leverage[i]) * abs(share[m]) for m in state.markets]
    need = 0.0
    for m in state.markets:
        if share[m]:
            need = need + want[m] * initial[m]
    budget = (crowd.equity[i] * 1e-6) * crowd.headroom
    scale = 1.0 if need <= budget else budget / need
    return [
        sign(share[m]) * stepped(math.floor((want[m] * scale) / (terms.unit[m] * state.oracle[m])), terms.step[m])
        for m in state.markets
    ]


def deposit(state: State, i: int) -> None:
    """Account `i` comes in with its planned equity."""
    account, amount = state.accounts[i], state.crowd.equity[i]
    account.inside = True
    account.cash += amount
    state.bucket["wallets"] -= amount
    ledger.record(state, ledger.ENTER, account=i, quote=amount)


def schedule_exit(state: State, i: int) -> None:
    hold = state.crowd.hold[i]
    state.accounts[i].due = state.tick + wait(hold, state.seed, HOLD, i, state.tick)


def open_population(state: State) -> None:
    """Everyone who is in from the start takes positions at the index, without fee or spread."""
    terms = state.terms
    for i, account in enumerate(state.accounts):
        enters = state.crowd.enters[i]
        if enters:
            account.due = enters if enters > 0 else None
            continue
        initial = [
            weights.scaled(
                terms.formation_weight[m],
                open_interest(state, m),
                terms.formation_lower[m],
                terms.formation_upper[m],
            )
            for m in state.markets
        ]
        sizes = wished_sizes(state, i, initial)
        deposit(state, i)
        for m in state.markets:
            if sizes[m]:
                _take(state, i, m, sizes[m])
        schedule_exit(state, i)


def _take(state: State, i: int, m: int, size: int) -> None:
    account = state.accounts[i]
    cost = rint(value(state, size, m) * 1e6)
    account.cash -= cost
    account.size[m] += size
    state.market_size[m] -= size
    state.bucket["market"] += cost
    ledger.record(state, ledger.TRADE, account=i, market=m, size=size, quote=-cost, price=state.oracle[m])
