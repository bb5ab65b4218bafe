"""Circuit breakers: a market halts when its price ran, or when too much was closed in it."""

from govtool.engine.chain import is_grace, is_stale
from govtool.engine.codes import HALT, NIL, NONE
from govtool.engine.jit import inlined, kernel
from govtool.engine.ledger import record
from govtool.engine.state import Log, Rules, State, Tape
from govtool.engine.windows import emptied, ticks_of


@kernel
def _sold(state: State, rules: Rules, m: int, t: int) -> float:
    """What is in market `m`'s bucket of forced closes at tick `t`, in quote currency."""
    market = state.markets[m]
    if market.sold == 0.0:
        return 0.0
    return emptied(market.sold, market.sold_at, rules.breaker_volume, rules.breaker_window_s, t, rules.step_s)


@inlined
def count_closed(state: State, rules: Rules, j: int, size: float, t: int) -> None:
    """Add a forced close of notional `size` in instrument `j` to what its market's breaker counts."""
    m = state.lots[j].market
    if m >= 0 and rules.breaker_volume > 0.0:
        state.markets[m].sold = _sold(state, rules, m, t) + size
        state.markets[m].sold_at = t


@inlined
def _is_tripped(state: State, rules: Rules, tape: Tape, m: int, t: int, back: int) -> bool:
    if rules.breaker_move > 0.0 and t >= back:
        since = max(t - back, state.markets[m].tripped)
        moved = abs(state.markets[m].oracle / tape.path[since, m] - 1.0)
        if moved >= rules.breaker_move:
            return True
    return bool(rules.breaker_volume > 0.0 and _sold(state, rules, m, t) >= rules.breaker_volume)


@inlined
def trip_breakers(state: State, rules: Rules, tape: Tape, log: Log, t: int, back: int) -> None:
    """Halt each market whose price or liquidations ran too far since the last halt (rules, section 8a).

    The price is compared with that of `back` ticks ago.
    """
    for m in range(state.markets.shape[0]):
        market = state.markets[m]
        if t >= market.halted and _is_tripped(state, rules, tape, m, t, back):
            market.tripped, market.sold = t, 0.0
            market.halted = t + max(1, ticks_of(rules, rules.breaker_halt_s))
            record(state, log, t, HALT, NONE, m, NONE, NIL, NIL, NIL, NIL, market.oracle, 0.0, 0.0)


@inlined
def is_halted(state: State, rules: Rules, j: int, t: int, equity: float, maintenance: float) -> bool:
    """Whether a halt, a stale price or grace protects an account's position in instrument `j` (rules, section 8a)."""
    m = state.lots[j].market
    if m >= 0 and (is_stale(state, rules, m, t)):
        return True
    halted = m >= 0 and t < state.markets[m].halted and equity >= rules.breaker_override * maintenance
    return bool(halted or (is_grace(state, rules, t) and equity >= rules.grace_override * maintenance))
