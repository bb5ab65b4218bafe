"""The end of a window: no loss hides past it (rules, sections 7 and 9)."""

import math

from govtool.engine.account import equity_of, health, is_flat
from govtool.engine.advance import close_advance
from govtool.engine.codes import BAD_DEBT, BAD_DEBT_EVENT, EXIT_HAIRCUT, EXITS, IN, INSURANCE, NIL, NONE, POOL_LOW
from govtool.engine.instruments import mark_instruments
from govtool.engine.jit import kernel
from govtool.engine.last_resort import close_at_any_price
from govtool.engine.ledger import record
from govtool.engine.retire import retire
from govtool.engine.state import Log, Rules, State, Tape
from govtool.engine.taking import settle_reserved
from govtool.engine.tranches import drop_tranche
from govtool.engine.waterfall import share_out


@kernel
def _end_auctions(state: State, rules: Rules, log: Log, i: int, t: int) -> None:
    """Account `i` drops its tranches; who reserved one and has not settled is a no-show."""
    for n in range(state.tranches.shape[1] if state.accounts[i].live > 0 else 0):
        if state.tranches[i, n].instrument >= 0:
            if state.tranches[i, n].winner >= 0:
                settle_reserved(state, rules, log, i, n, t, True)
            drop_tranche(state, i, n)


@kernel
def _close_troubled(state: State, rules: Rules, log: Log, i: int, t: int) -> None:
    equity, maintenance = health(state, rules, i)
    if state.accounts[i].flag >= 0 or equity < maintenance:
        for j in range(state.lots.shape[0]):
            if state.size[i, j] != 0:
                close_at_any_price(state, rules, log, i, j, t)
        retire(state, rules, log, i, t)


@kernel
def _settle_exits(state: State, log: Log, t: int) -> None:
    """What was left to withdrawals is borne by all accounts still in, as if they withdrew now."""
    rest = -state.tills[EXITS]
    if rest <= 0:
        return
    count = state.accounts.shape[0]
    weight, room = state.room.weight[:count], state.room.most[:count]
    for c in range(count):
        equity = equity_of(state, c) if state.accounts[c].status == IN else 0.0
        weight[c], room[c] = 0.0, 0
        if equity > 0.0:
            weight[c], room[c] = equity, math.floor(equity * 1e6)
    rest -= share_out(state, log, EXIT_HAIRCUT, NONE, NONE, rest, weight, room, t)
    if rest > 0:
        state.tills[EXITS] += rest
        state.tills[BAD_DEBT] -= rest
        record(state, log, t, BAD_DEBT_EVENT, NONE, NONE, NONE, NIL, rest, NIL, NIL, 0.0, 0.0, 0.0)


@kernel
def _hear_all(state: State, rules: Rules, tape: Tape, t: int) -> None:
    """A market of which tick `t` brought no news is priced at its index."""
    silent = False
    for m in range(state.markets.shape[0]):
        if state.markets[m].heard < t:
            state.markets[m].oracle = state.markets[m].index
            tape.path[t, m] = state.markets[m].index
            silent = True
    if silent:
        mark_instruments(state, rules, tape, t)


@kernel
def settle_window(state: State, rules: Rules, tape: Tape, log: Log, t: int) -> None:
    """Whoever is in trouble is closed against the market at any price; then the pool and withdrawals settle."""
    _hear_all(state, rules, tape, t)
    for i in range(state.accounts.shape[0]):
        if state.accounts[i].status == IN and state.accounts[i].flag >= 0:
            _end_auctions(state, rules, log, i, t)
    for i in range(state.accounts.shape[0]):
        if state.accounts[i].status == IN and not is_flat(state, i):
            _close_troubled(state, rules, log, i, t)
    for i in range(state.accounts.shape[0]):
        if state.accounts[i].owed > 0:
            equity, maintenance = health(state, rules, i)
            close_advance(state, rules, log, i, max(NIL, math.floor(equity * 1e6)), t, equity, maintenance)
    _settle_exits(state, log, t)
    state.tills[POOL_LOW] = min(state.tills[POOL_LOW], state.tills[INSURANCE])
