"""Funding payments (rules §7, step 2)."""

from tests.reference import ledger
from tests.reference.numbers import clip, rint
from tests.reference.state import State, value


def settle(state: State) -> None:
    """At a funding tick longs pay shorts, or the other way round; the market settles the difference."""
    for row, t in enumerate(state.feed.funding_tick):
        if t == state.tick:
            for m in state.markets:
                _of_market(state, m, state.feed.funding_rate[row][m])


def _of_market(state: State, m: int, quoted: float) -> None:
    clamp = state.terms.funding_clamp[m]
    rate = clip(quoted, -clamp, clamp) * state.feed.funding_share
    paid, moved = 0, 0
    for account in state.accounts:
        if account.inside and account.size[m]:
            amount = rint(value(state, account.size[m], m, state.index[m]) * rate * 1e6)
            account.cash -= amount
            state.bucket["market"] += amount
            paid += amount
            moved += abs(amount)
    if moved:
        ledger.record(state, ledger.FUNDING, market=m, quote=-paid, price=rate)
