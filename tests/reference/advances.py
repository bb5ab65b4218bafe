"""Margin that the pool lends (rules §9a)."""

import math

from tests.reference import ledger, pool
from tests.reference.numbers import rint
from tests.reference.requirement import health
from tests.reference.state import State


def settle(state: State, i: int) -> None:
    """Account `i` pays back what it can spare; the pool lends what it needs."""
    rules, account = state.terms.pool, state.accounts[i]
    seen = worth, required = health(state, i)
    if account.owed and worth - account.owed * 1e-6 >= rules.advance_repay * required:
        repay(state, i, account.owed, seen)
    seen = worth, required = health(state, i)
    if rules.advance_trigger > 0 and not account.owed and 0 < worth < rules.advance_trigger * required:
        _lend(state, i, seen)


def _lend(state: State, i: int, seen: tuple[float, float]) -> None:
    rules, account = state.terms.pool, state.accounts[i]
    worth, required = seen
    amount = min(
        rint((rules.advance_target * required - worth) * 1e6),
        rint(rules.advance_account * 1e6),
        rint(rules.advance_event * 1e6) - state.flow["advances_out"],
        pool.may_pay(state, -1),
    )
    if amount <= 0:
        return
    pool.lower(state, amount)
    account.cash += amount
    account.advance = amount
    account.advance_fee = math.ceil(amount * rules.advance_fee)
    state.flow["advanced"] += amount
    state.flow["advances_out"] += amount
    ledger.record(state, ledger.ADVANCE, seen, account=i, quote=amount, fund=-amount)


def repay(state: State, i: int, paid: int, seen: tuple[float, float] = (0.0, 0.0)) -> None:
    """Account `i` pays back `paid`, of the amount first, then of the fee."""
    account = state.accounts[i]
    back = min(paid, account.advance)
    fee = paid - back
    account.cash -= paid
    account.advance -= back
    account.advance_fee -= fee
    state.bucket["insurance"] += back
    state.flow["repaid"] += back
    state.flow["advances_out"] -= back
    state.flow["advance_fees"] += fee
    pool.add(state, fee)
    ledger.record(state, ledger.REPAY, seen, account=i, quote=-paid, fund=paid)


def end(state: State, i: int, available: int) -> None:
    """Account `i` pays back what it owes as far as `available` goes; the rest is written off."""
    account = state.accounts[i]
    paid = min(account.owed, max(0, available))
    if paid:
        repay(state, i, paid, health(state, i))
    state.flow["pool_out"] += account.advance
    state.flow["advances_out"] -= account.advance
    account.advance = account.advance_fee = 0
