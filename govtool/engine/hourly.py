"""What moves on the hour: treasury to pool, overflow back, and premiums to those who share losses."""

from govtool.engine.account import own_equity
from govtool.engine.calendar import disturb
from govtool.engine.codes import (
    IN,
    INSURANCE,
    NIL,
    NONE,
    POOL_OVERFLOW,
    POOL_PEAK,
    PREMIUM,
    SHARING,
    TRANSFER,
    TREASURY,
)
from govtool.engine.jit import kernel
from govtool.engine.ledger import pay, record
from govtool.engine.pool import add_to_pool, shared_pool
from govtool.engine.state import Log, Rules, State
from govtool.engine.waterfall import part_of


@kernel
def _transfer(state: State, rules: Rules, log: Log, t: int) -> None:
    amount = rules.treasury_per_hour
    if amount > 0:
        state.tills[TREASURY] -= amount
        add_to_pool(state, NONE, amount)
        record(state, log, t, TRANSFER, NONE, NONE, NONE, NIL, NIL, NIL, amount, 0.0, 0.0, 0.0)


@kernel
def _overflow(state: State, rules: Rules, log: Log, t: int) -> None:
    if rules.pool_target <= 0:
        return
    amount = min(state.tills[INSURANCE] - rules.pool_target, shared_pool(state))
    if amount > 0:
        state.tills[INSURANCE] -= amount
        state.tills[POOL_PEAK] -= amount
        state.tills[TREASURY] += amount
        record(state, log, t, POOL_OVERFLOW, NONE, NONE, NONE, NIL, NIL, NIL, -amount, 0.0, 0.0, 0.0)


@kernel
def _premium(state: State, rules: Rules, log: Log, t: int) -> None:
    """What has gathered is shared by what each may be asked to bear."""
    rest = state.tills[SHARING]
    if rest <= 0:
        return
    count = state.accounts.shape[0]
    weight = state.room.weight
    still = 0.0
    for c in range(count):
        account = state.accounts[c]
        weight[c] = 0.0
        if account.opted == 1 and account.status == IN and account.flag < 0:
            weight[c] = max(0.0, rules.share_cap * max(own_equity(state, c), 0.0) - account.given * 1e-6)
            still += weight[c]
    paid = NIL
    for c in range(count):
        if weight[c] > 0.0:
            amount = part_of(rest - paid, weight[c], still)
            still -= weight[c]
            paid += pay(state, SHARING, c, amount)
            disturb(state, c, t)
    if paid > 0:
        record(state, log, t, PREMIUM, NONE, NONE, NONE, NIL, paid, NIL, NIL, 0.0, 0.0, 0.0)


@kernel
def pay_hourly(state: State, rules: Rules, log: Log, t: int) -> None:
    """All that moves when tick `t` begins an hour (rules, section 9a)."""
    _transfer(state, rules, log, t)
    _overflow(state, rules, log, t)
    _premium(state, rules, log, t)
