"""Who bears what an account cannot pay: layers in the order that governance set (rules, section 9)."""

import math

import numpy as np

from govtool.engine.account import collateral, equity_of, health, own_equity
from govtool.engine.calendar import disturb
from govtool.engine.codes import (
    COVER,
    DEFER,
    EXIT_HAIRCUT,
    EXITS,
    IN,
    LARGEST,
    MARKET,
    NIL,
    NONE,
    SHARE,
    SHARED,
    SOCIALISE,
    TRADERS,
)
from govtool.engine.jit import kernel
from govtool.engine.ledger import pay, record
from govtool.engine.pool import cover_from_pool, may_pay
from govtool.engine.state import Log, Rules, State
from govtool.engine.terms import (
    ADL_LAYER,
    EXIT_LAYER,
    FUNDING_LAYER,
    INSURANCE_LAYER,
    LAYERS,
    VOLUNTARY_LAYER,
    Floats,
    Ints,
)


@kernel
def has_layer(rules: Rules, layer: int) -> bool:
    """Whether the waterfall has a layer."""
    code = rules.waterfall
    while code > 0:
        if code % (LAYERS + 1) == layer:
            return True
        code //= LAYERS + 1
    return False


@kernel
def fund_for_fills(state: State, rules: Rules, m: int) -> int:
    """Most that the pool may add to a fill in market `m`."""
    return may_pay(state, rules, m) if has_layer(rules, INSURANCE_LAYER) else NIL


@kernel
def part_of(rest: int, weight: float, still: float) -> int:
    """What one payer's weight makes of the `rest`, `still` the sum of weights to come; never more than the rest.

    Example: 10 left, weight 1 of 3: 4.
    """
    if weight >= still:
        return rest
    return min(rest, math.ceil(rest * (weight / still)))


@kernel
def _from_insurance(state: State, rules: Rules, log: Log, i: int, need: int, m: int, t: int) -> int:
    """What the pool may pay, in one tick no more for one account than a block's limit."""
    account = state.accounts[i]
    if account.helped_at != t:
        account.helped, account.helped_at = NIL, t
    paid = min(min(need, may_pay(state, rules, m)), rules.block_insurance - account.helped)
    if paid > 0:
        account.helped += paid
        cover_from_pool(state, i, m, paid)
        record(state, log, t, COVER, i, NONE, NONE, NIL, paid, NIL, -paid, 0.0, 0.0, 0.0)
    return max(NIL, paid)


@kernel
def pay_exit_haircut(state: State, log: Log, i: int, amount: int, t: int) -> int:
    """Account `i` gives up `amount` quantums for what earlier losses left to withdrawals; returns it."""
    state.cash[i] -= amount
    state.tills[TRADERS] -= amount
    state.tills[EXITS] += amount
    state.gauges[SHARED] += amount * 1e-6
    record(state, log, t, EXIT_HAIRCUT, i, NONE, NONE, NIL, -amount, NIL, NIL, 0.0, 0.0, 0.0)
    return amount


@kernel
def _pay_for(state: State, log: Log, kind: int, i: int, c: int, m: int, amount: int, t: int) -> None:
    """Account `c`, or the outside after the last one, pays account `i`; a haircut pays what is left to withdrawals."""
    if kind == EXIT_HAIRCUT:
        pay_exit_haircut(state, log, c, amount, t)
        return
    payer = c if c < state.accounts.shape[0] else -1
    if payer >= 0:
        state.cash[c] -= amount
        state.cash[i] += amount
        disturb(state, c, t + 1)
        if kind == SHARE:
            state.accounts[c].given += amount
    else:
        pay(state, MARKET, i, amount)
    state.gauges[SHARED] += amount * 1e-6
    record(state, log, t, kind, i, m, payer, NIL, amount, NIL, NIL, 0.0, 0.0, 0.0)


@kernel
def share_out(state: State, log: Log, kind: int, i: int, m: int, need: int, weight: Floats, room: Ints, t: int) -> int:
    """Payers share a need in proportion to weights, again and again until it is met or nobody has room; uses up `room`.

    The last entry of the arrays may be the outside.
    """
    rest = need
    moved = True
    while moved and rest > 0:
        moved = False
        still = 0.0
        for c in range(weight.shape[0]):
            if room[c] > 0:
                still += weight[c]
        for c in range(weight.shape[0]):
            if room[c] <= 0 or weight[c] <= 0.0 or rest == 0:
                continue
            amount = min(room[c], part_of(rest, weight[c], still))
            still -= weight[c]
            if amount > 0:
                rest -= amount
                room[c] -= amount
                moved = True
                _pay_for(state, log, kind, i, c, m, amount, t)
    return need - rest


@kernel
def _from_volunteers(state: State, rules: Rules, log: Log, i: int, need: int, m: int, t: int) -> int:
    """Accounts that opted in pay by what they may lose; none falls below its maintenance margin by it."""
    count = state.accounts.shape[0]
    weight, room = state.room.weight[:count], state.room.most[:count]
    for c in range(count):
        account = state.accounts[c]
        weight[c], room[c] = 0.0, 0
        if c == i or account.opted == 0 or account.status != IN or account.flag >= 0:
            continue
        equity, maintenance = health(state, rules, c)
        equity -= account.owed * 1e-6
        most = math.floor((rules.share_cap * max(equity, 0.0)) * 1e6) - account.given
        room[c] = max(0, min(most, math.floor((equity - maintenance) * 1e6)))
        weight[c] = room[c]
    return share_out(state, log, SHARE, i, m, need, weight, room, t)


@kernel
def _from_holders(state: State, log: Log, i: int, need: int, m: int, t: int) -> int:
    """Holders of market `m` on both sides pay by size, as through a funding index.

    Source: rules, section 9; Drift v2 `controller/liquidation.rs:resolve_perp_bankruptcy`.
    """
    if m < 0:
        return 0
    count = state.accounts.shape[0]
    weight, room = state.room.weight, state.room.most
    for c in range(count):
        weight[c], room[c] = 0.0, 0
        if c == i or state.accounts[c].status != IN or state.size[c, m] == 0:
            continue
        equity = own_equity(state, c)
        if equity > 0.0:
            weight[c], room[c] = float(abs(state.size[c, m])), math.floor(equity * 1e6)
    weight[count], room[count] = float(abs(state.lots[m].outside)), LARGEST
    return share_out(state, log, SOCIALISE, i, m, need, weight, room, t)


@kernel
def _from_exits(state: State, log: Log, i: int, need: int, m: int, t: int) -> int:
    """Later withdrawals will pay (Derive v2, `src/assets/CashAsset.sol`)."""
    pay(state, EXITS, i, need)
    record(state, log, t, DEFER, i, m, NONE, NIL, need, NIL, NIL, 0.0, 0.0, 0.0)
    return need


@kernel
def absorb(
    state: State,
    rules: Rules,
    log: Log,
    i: int,
    need: int,
    m: int,
    t: int,
    before_adl: bool,
    insured: bool,
) -> int:
    """The layers of the waterfall that pay in cash make account `i` whole for a loss in market `m`; returns the rest.

    With `before_adl` those before ADL, else all; without `insured` the pool does not pay.
    """
    rest = need
    code = rules.waterfall
    while code > 0 and rest > 0:
        layer = code % (LAYERS + 1)
        code //= LAYERS + 1
        if layer == ADL_LAYER and before_adl:
            break
        if layer == INSURANCE_LAYER and insured:
            rest -= _from_insurance(state, rules, log, i, rest, m, t)
        elif layer == VOLUNTARY_LAYER:
            rest -= _from_volunteers(state, rules, log, i, rest, m, t)
        elif layer == FUNDING_LAYER:
            rest -= _from_holders(state, log, i, rest, m, t)
        elif layer == EXIT_LAYER:
            rest -= _from_exits(state, log, i, rest, m, t)
    return rest


@kernel
def part_of_exits(state: State, i: int) -> int:
    """What account `i` gives up if it leaves now, for losses that were left to withdrawals, in quantums.

    Notes
    -----
    Source: rules, section 9. Example: of 100 that all are worth 1 is owed, and 40 leave: 0.4.
    """
    debt = -state.tills[EXITS]
    if debt <= 0:
        return NIL
    worth = max(1.0, np.rint(collateral(state) * 1e6))
    own = max(0.0, equity_of(state, i) * 1e6)
    return min(math.floor(own * min(1.0, debt / worth)), debt)
