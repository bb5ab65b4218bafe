"""Traders reduce their positions after a warning (rules §7, steps 4 and 5)."""

import math

from tests.reference import ledger, legs
from tests.reference.numbers import CUT, CUT_DELAY, draw, wait
from tests.reference.requirement import health
from tests.reference.state import ASSET, State, stands_for, worth_of


def plan(state: State, i: int) -> None:
    """At a warning."""
    account, habits, owner, t = state.accounts[i], state.crowd.habits, state.crowd.owner[i], state.tick
    if account.cut is None and draw(state.seed, CUT, owner, t) < habits.cut_chance[i]:
        account.cut = t + wait(state.crowd.topup_delay[i], state.seed, CUT_DELAY, owner, t)


def due(state: State, i: int) -> bool:
    cut = state.accounts[i].cut
    return cut is not None and cut <= state.tick


def act(state: State, i: int) -> bool:
    """Close a share of each perpetual and option."""
    account, share = state.accounts[i], state.crowd.habits.cut_share[i]
    account.cut = None
    ledger.record(state, ledger.CUT, health(state, i), account=i)
    for j, one in enumerate(state.instruments):
        size = account.size[j]
        q = math.floor((abs(size) * share) / one.step) * one.step
        change = -q if size > 0 else q
        if one.kind == ASSET or not q or not _bearable(state, i, j, change):
            continue
        state.gauge["cut_notional"] += stands_for(state, q, j)
        legs.trade(state, i, j, change)
    return True


def _bearable(state: State, i: int, j: int, change: int) -> bool:
    """Whether account `i` can pay for a trade: what it owes to the pool stays, and nothing below."""
    account = state.accounts[i]
    _, cost, fee = legs.terms_of(state, j, change)
    after = [held + change if n == j else held for n, held in enumerate(account.size)]
    return worth_of(state, account.cash - cost - fee, after) >= account.owed * 1e-6
