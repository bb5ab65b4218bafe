"""The Layer-2 as it is in a tick: up, down, or down with users' transactions forced in from Layer-1."""

from govtool.engine.codes import BACK, DOWN_SINCE, GATE, LINK, LOST, NIL, NONE, OUTAGE, RESUME, UP
from govtool.engine.jit import inlined, kernel
from govtool.engine.ledger import record
from govtool.engine.state import Log, Rules, State, Tape
from govtool.engine.windows import ticks_of


@inlined
def follow_chain(state: State, rules: Rules, tape: Tape, log: Log, t: int) -> int:
    """Note outages and their end; a long one shuts the gate of withdrawals. Returns the state of the chain."""
    if tape.weather.chain.shape[0] == 0:
        return int(UP)
    link = tape.weather.chain[t]
    state.tills[LINK] = link
    if link != UP and state.tills[DOWN_SINCE] < 0:
        state.tills[DOWN_SINCE] = t
        record(state, log, t, OUTAGE, NONE, NONE, NONE, NIL, NIL, NIL, NIL, 0.0, 0.0, 0.0)
    elif link == UP and state.tills[DOWN_SINCE] >= 0:
        length_s = (t - state.tills[DOWN_SINCE]) * rules.step_s
        state.tills[LOST] = t - state.tills[DOWN_SINCE]
        state.tills[BACK], state.tills[DOWN_SINCE] = t, -1
        if rules.gate_s > 0.0 and 0.0 < rules.gate_outage_s <= length_s:
            state.tills[GATE] = max(state.tills[GATE], t + ticks_of(rules, rules.gate_s))
        record(state, log, t, RESUME, NONE, NONE, NONE, NIL, NIL, NIL, NIL, length_s, 0.0, 0.0)
    return int(link)


@kernel
def lost_ticks(state: State, t: int) -> int:
    """Ticks of the outage that ends in tick `t`, 0 if none does."""
    return int(state.tills[LOST]) if t == state.tills[BACK] else 0


@inlined
def is_grace(state: State, rules: Rules, t: int) -> bool:
    """Whether the chain came back so recently that liquidations wait."""
    return bool(rules.grace_s > 0.0 and t < state.tills[BACK] + ticks_of(rules, rules.grace_s))


@inlined
def is_stale(state: State, rules: Rules, m: int, t: int) -> bool:
    """Whether nothing was heard of market `m` for so long that its price is not to be relied on."""
    return bool(rules.stale_ticks > 0 and t - state.markets[m].heard >= rules.stale_ticks)
