"""Traders withdraw what they do not need (rules §7, step 4)."""

import math

from tests.reference import ledger, oracle, transit, withdrawals
from tests.reference.numbers import DRAW, rint, wait
from tests.reference.requirement import health, need
from tests.reference.state import State, equity
from tests.reference.tiers import INITIAL


def due(state: State, i: int) -> bool:
    draws = state.accounts[i].draws
    return draws is not None and draws <= state.tick


def act(state: State, i: int) -> bool:
    """Withdraw, or wait where that is held."""
    account = state.accounts[i]
    kept = state.crowd.habits.keep[i] * need(state, account.size, INITIAL)
    amount = math.floor((equity(state, i) - account.owed * 1e-6 - kept) * 1e6)
    if amount > 0 and not state.bucket["exits"]:
        unsure = any(account.size[j] and oracle.stale(state, one.market) for j, one in enumerate(state.instruments))
        if unsure or withdrawals.held(state, amount):
            account.draws = state.tick + 1
            return True
        _withdraw(state, i, amount)
    plan(state, i)
    return True


def plan(state: State, i: int) -> None:
    """The next one, if there is any."""
    every, t = state.crowd.habits.draw_every[i], state.tick
    waiting = t + wait(every, state.seed, DRAW, state.crowd.owner[i], t) if every > 0 else None
    state.accounts[i].draws = waiting


def _withdraw(state: State, i: int, amount: int) -> None:
    account, seen = state.accounts[i], health(state, i)
    withdrawals.count(state, amount)
    account.cash -= amount
    account.put_in -= rint(account.put_in * ((amount * 1e-6) / seen[0]))
    fee = transit.depart(state, i, amount)
    ledger.record(state, ledger.WITHDRAW, seen, account=i, quote=-amount, price=fee * 1e-6)
