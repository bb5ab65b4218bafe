"""The reduced form of an account: the few numbers that tell, at any prices, whether its margin concerns anyone.

Between two multiples of its maintenance margin, and between two levels of equity, nothing happens to an account that
nothing is scheduled for. Where rounding could decide, it counts as not quiet, and the mechanisms look for themselves.
"""

from typing import Any, NamedTuple

import numpy as np

from govtool.engine.account import health, is_flat, own_equity
from govtool.engine.bounds import paid_so_far
from govtool.engine.codes import IN
from govtool.engine.habits import next_act
from govtool.engine.jit import inlined, kernel
from govtool.engine.layout import Scan
from govtool.engine.margin import next_arrival
from govtool.engine.pointer import by_pointer
from govtool.engine.rows import BEYOND, WATCH, zero_rows
from govtool.engine.state import Rules, State, Tape
from govtool.engine.terms import Floats, Ints

UNLIMITED = 1e300

MARGIN_OF_ROUNDING = 1e-9
"""Relative slack; far above what rounding can do to a sum of a few terms."""

ROUNDED = 1e-6
"""What rounding a funding payment to quantums can move, quote currency."""


@by_pointer
class Watch(NamedTuple):
    """What is watched of every account. Legs are kept in plain worlds only."""

    rows: np.recarray  # (A,) WATCH
    side: Any  # uint16 (A, K) side of each leg; an index without a sign is not asked whether it is negative
    coins: Floats  # (A, K) size of each leg
    span: Floats  # (A, 4) equities between which nothing happens; what is owed, and an `over` that does not count it
    now: Floats  # (2 M, 2) by side: price less funding paid so far, with its sign, and price times maintenance weight
    tilt: Floats  # (1,) slack per maintenance margin
    sunk: Ints  # (1 + A,) how many are worth less than they owe, and who
    near: Any  # uint8 (A,) 1: asked under the narrow bands


def empty_watch(state: State) -> Watch:
    """Room for as many legs as any account wants of perpetuals in a plain world."""
    accounts, markets = state.size.shape[0], state.markets.shape[0]
    wanted = state.plans[:, :markets] != 0.0
    if state.plans.shape[1] > state.size.shape[1]:
        wanted = wanted | (state.plans[:, -state.size.shape[1] :][:, :markets] != 0.0)
    legs = int(wanted.sum(axis=1).max(initial=1)) if state.scan is None else 1
    return Watch(
        rows=zero_rows(WATCH, accounts),
        side=np.zeros((accounts, legs), dtype=np.uint16),
        coins=np.zeros((accounts, legs)),
        span=np.zeros((accounts, 4)),
        now=np.zeros((2 * markets, 2)),
        tilt=np.zeros(1),
        sunk=np.zeros(1 + accounts, dtype=np.int64),
        near=np.zeros(accounts, dtype=np.uint8),
    )


@inlined
def leg_of(rows: np.recarray, side: Any, coins: Floats, i: int, k: int) -> tuple[int, float]:
    """Side and coins of leg `k` of account `i`."""
    if k == 0:
        return rows[i].first_side, rows[i].first
    if k == 1:
        return rows[i].second_side, rows[i].second
    return side[i, k], coins[i, k]


@inlined
def _set_limits(state: State, rules: Rules, watch: Watch, i: int) -> bool:
    """Between which health and equity nothing happens to account `i`, from where it stands; True if equity matters."""
    account, span = state.accounts[i], watch.span
    below, over = max(1.0, rules.advance_trigger), 0.0
    span[i, 0], span[i, 1], span[i, 2], span[i, 3] = -UNLIMITED, UNLIMITED, 0.0, 0.0
    if account.owed > 0:
        below, span[i, 2], span[i, 3] = 1.0, account.owed * 1e-6, 1.0 / max(rules.advance_repay, 1.0 / UNLIMITED)
        span[i, 1 if watch.sunk[1 + i] == 1 else 0] = account.owed * 1e-6
    if account.warned == 1:
        over = max(over, 1.0 / rules.warning)
    else:
        below = max(below, rules.warning)
    if rules.nudge > 0.0:
        if account.nudged == 1:
            over = max(over, 1.0 / rules.nudge)
        else:
            below = max(below, rules.nudge)
    watch.rows[i].below, watch.rows[i].over = below, over
    if rules.orders == 1 and account.put_in > 0:
        if account.stop_loss > 0.0:
            span[i, 0] = max(span[i, 0], account.stop_loss * (account.put_in * 1e-6))
        if account.take_profit > 0.0:
            span[i, 1] = min(span[i, 1], account.take_profit * (account.put_in * 1e-6))
    return bool(span[i, 0] > -UNLIMITED or span[i, 1] < UNLIMITED)


@inlined
def _keep_legs(state: State, watch: Watch, scan: Scan, i: int) -> int:
    """Write the perpetuals of account `i` to its legs where they tell everything; returns how many it holds."""
    if scan is not None:
        return 0 if is_flat(state, i) else 1
    row = watch.rows[i]
    row.first = row.second = 0.0
    legs = 0
    for m in range(state.markets.shape[0]):
        if state.size[i, m] != 0:
            side = 2 * m + (1 if state.size[i, m] < 0 else 0)
            coins = abs(state.size[i, m]) * state.lots[m].unit
            if legs == 0:
                row.first, row.first_side = coins, side
            elif legs == 1:
                row.second, row.second_side = coins, side
            else:
                watch.coins[i, legs], watch.side[i, legs] = coins, side
            legs += 1
    return legs


@inlined
def _note_sunk(state: State, watch: Watch, i: int, legs: int) -> None:
    """Keep count of those who are worth less than they owe, without a flag: while there is one, the gate is shut."""
    account = state.accounts[i]
    watch.sunk[0] -= watch.sunk[1 + i]
    watch.sunk[1 + i] = 0
    if account.owed > 0 and account.flag < 0 and legs > 0 and own_equity(state, i) < 0.0:
        watch.sunk[1 + i] = 1
    watch.sunk[0] += watch.sunk[1 + i]


@inlined
def keep_watch(state: State, rules: Rules, tape: Tape, watch: Watch, i: int, f: int) -> None:
    """Note what is to be watched of account `i` after it was looked at; `f` funding times have been."""
    account = state.accounts[i]
    account.stale = 1 if account.flag >= 0 else 0
    legs = _keep_legs(state, watch, state.scan, i) if account.status == IN else 0
    _note_sunk(state, watch, i, legs)
    watch.rows[i].worth = state.cash[i] * 1e-6 + paid_so_far(state, tape, state.size[i], f)
    watch.rows[i].legs = legs + BEYOND if _set_limits(state, rules, watch, i) and legs > 0 else legs


@inlined
def set_now(state: State, tape: Tape, watch: Watch, f: int) -> None:
    """Prices and weights of this tick as the legs meet them; `f` funding times have been."""
    least = 1.0
    for m in range(state.markets.shape[0]):
        market = state.markets[m]
        watch.now[2 * m, 0] = market.oracle - tape.funded[f, m]
        watch.now[2 * m + 1, 0] = -watch.now[2 * m, 0]
        watch.now[2 * m, 1] = watch.now[2 * m + 1, 1] = market.oracle * market.maintenance
        least = min(least, market.maintenance)
    watch.tilt[0] = MARGIN_OF_ROUNDING / least


@inlined
def _spans(span: Floats, equity: float, over: float, maintenance: float, slack: float, i: int) -> bool:
    """Whether account `i`, which equity matters to, keeps its levels of that, and its limits from above."""
    between = equity - span[i, 0] > slack and equity + slack < span[i, 1]
    owing = (equity - span[i, 2] + slack) * span[i, 3] <= maintenance
    return bool(between and owing and (equity + slack) * over <= maintenance)


@inlined
def _reads_quiet(
    rows: np.recarray, side: Any, coins: Floats, span: Floats, now: Floats, tilt: float, slack: float, i: int
) -> bool:
    """As `is_quiet` in a plain world, on the arrays themselves.

    The slack that rounding asks for is a share of the largest term, and no term is larger than margin over weight.
    """
    row = rows[i]
    equity = row.worth - slack + row.first * now[row.first_side, 0]
    maintenance = row.first * now[row.first_side, 1]
    if row.legs > 1:
        equity += row.second * now[row.second_side, 0]
        maintenance += row.second * now[row.second_side, 1]
        for k in range(2, row.legs % BEYOND):
            s, held = side[i, k], coins[i, k]
            equity += held * now[s, 0]
            maintenance += held * now[s, 1]
    if equity <= (row.below + tilt) * maintenance:
        return False
    if row.legs < BEYOND:
        return bool((equity + 2.0 * slack) * row.over <= (1.0 - tilt) * maintenance)
    # Equity by itself may be far larger than what margin is asked for.
    room = 2.0 * slack + tilt * maintenance + MARGIN_OF_ROUNDING * abs(row.worth)
    return _spans(span, equity + slack, row.over, (1.0 - tilt) * maintenance, room, i)


@kernel
def _restless(
    rows: np.recarray,
    side: Any,
    coins: Floats,
    span: Floats,
    now: Floats,
    tilt: float,
    slack: float,
    found: Ints,
) -> int:
    """As `restless` in a plain world."""
    n = 0
    for i in range(rows.shape[0]):
        if rows[i].legs > 0 and not _reads_quiet(rows, side, coins, span, now, tilt, slack, i):
            found[n] = i
            n += 1
    return n


@inlined
def _rounded(watch: Watch, f: int) -> float:
    """What rounding can have moved in `f` funding times, quote currency."""
    return ROUNDED * (f + 1) * watch.side.shape[1]


@inlined
def _is_quiet(state: State, rules: Rules, watch: Watch, scan: Scan, i: int, f: int) -> bool:
    row = watch.rows[i]
    if row.legs == 0:
        return True
    if scan is None:
        legs = (watch.rows, watch.side, watch.coins, watch.span, watch.now)
        return _reads_quiet(*legs, watch.tilt[0], _rounded(watch, f), i)
    equity, maintenance = health(state, rules, i)
    slack = MARGIN_OF_ROUNDING * (abs(equity) + maintenance)
    if equity - row.below * maintenance <= slack:
        return False
    return _spans(watch.span, equity, row.over, maintenance, slack, i)


@inlined
def is_quiet(state: State, rules: Rules, watch: Watch, i: int, f: int) -> bool:
    """Whether the margin of account `i` concerns nobody at the prices of this tick."""
    return _is_quiet(state, rules, watch, state.scan, i, f)


@inlined
def _all_restless(state: State, rules: Rules, watch: Watch, scan: Scan, found: Ints, f: int) -> int:
    if scan is None:
        legs = (watch.rows, watch.side, watch.coins, watch.span, watch.now)
        return _restless(*legs, watch.tilt[0], _rounded(watch, f), found)
    n = 0
    for i in range(watch.rows.shape[0]):
        if not is_quiet(state, rules, watch, i, f):
            found[n] = i
            n += 1
    return n


@inlined
def restless(state: State, rules: Rules, watch: Watch, found: Ints, f: int) -> int:
    """Write everyone who is not quiet at the prices of this tick to `found`, in index order; returns how many."""
    return _all_restless(state, rules, watch, state.scan, found, f)


@inlined
def next_due(state: State, i: int) -> int:
    """Tick at which something is scheduled for account `i`."""
    return min(next_act(state, i), next_arrival(state, i))


@inlined
def is_called(state: State, i: int, t: int) -> bool:
    """Whether account `i` must be looked at in tick `t` whatever its margin."""
    account = state.accounts[i]
    return bool(account.status != IN or account.stale == 1 or next_due(state, i) <= t)
