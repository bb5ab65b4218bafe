"""Interest on borrowed assets (rules §7, step 2)."""

import math

from tests.reference import ledger, pool
from tests.reference.numbers import rint
from tests.reference.state import ASSET, State, value

HOURS_A_YEAR = 8760


def charge(state: State) -> None:
    """At the start of each hour but the first borrowers pay lenders, and insurance its part."""
    if state.tick == 0 or state.tick % state.venue.ticks_per_hour:
        return
    for j, one in enumerate(state.instruments):
        if one.kind == ASSET:
            _of_asset(state, j, state.terms.margin.borrow_rate[one.number])


def _of_asset(state: State, j: int, rate: float) -> None:
    total = 0
    for account in state.accounts:
        if account.inside and account.size[j] < 0:
            amount = rint((value(state, abs(account.size[j]), j) * (rate / HOURS_A_YEAR)) * 1e6)
            account.cash -= amount
            total += amount
    if not total:
        return
    fund = math.floor(total * state.terms.margin.interest_to_insurance)
    state.bucket["lenders"] += total - fund
    fund = pool.add_yielding(state, fund, -1)
    ledger.record(state, ledger.INTEREST, market=j, quote=-total, fund=fund, price=rate)
