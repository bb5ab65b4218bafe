"""Whom a tick concerns: who is due, whose margin stirs, and when those whom it does not concern are asked again."""

from govtool.engine.band import AT_EASE, FAR_ASTRAY
from govtool.engine.calendar import gather, wake_at
from govtool.engine.codes import IN, NEVER, NIL, codes
from govtool.engine.jit import inlined, kernel
from govtool.engine.leaving import can_pay
from govtool.engine.margin import next_arrival
from govtool.engine.skip import next_breach
from govtool.engine.state import Rules, State, Tape
from govtool.engine.terms import Ints
from govtool.engine.visits import BRUTE, EVERY, SKIP
from govtool.engine.watch import Watch, is_called, is_quiet, next_due, restless, set_now

TICK, FUNDED, SINCE, ALL, STRAY, LOOKS, STRAYED = codes(7)
"""Where a replay stands: its next tick, funding times that have been, the first tick whose wakes were not gathered, 1
if everybody is to be looked at, and how far astray prices are. Then what it took: looks at accounts, and ticks in which
a price had left its band."""

PLACES = 7

Lists = tuple[Ints, Ints, Ints]
"""Room for accounts that are due, that are found beside them, and that are to be looked at, (A,) each."""


@inlined
def next_visit(state: State, rules: Rules, tape: Tape, watch: Watch, i: int, t: int) -> int:
    """Next tick after `t` at which some mechanism may have something to do with account `i`.

    A price that leaves its band concerns everyone who holds the market, and the loop asks for them once a tick.
    """
    soon = max(t + 1, next_due(state, i))
    end = min(soon, tape.index.shape[0])
    breach = next_breach(state, rules, tape, watch, i, t + 1, end)
    return breach if breach < end else soon


@inlined
def put_off(state: State, rules: Rules, tape: Tape, watch: Watch, i: int, t: int, visit: int) -> None:
    """Nobody need look at account `i` in tick `t`: note when somebody must."""
    wake_at(state, i, next_visit(state, rules, tape, watch, i, t) if visit == SKIP else max(t + 1, next_due(state, i)))


@inlined
def _is_stuck(state: State, rules: Rules, i: int, t: int) -> bool:
    """Whether all that account `i` would do is to try to leave, in vain, and to put that off by a tick."""
    account = state.accounts[i]
    if account.due > t or account.status != IN or account.stale == 1:
        return False
    cut = account.cut_due if account.cut_due >= 0 else NEVER
    return bool(min(cut, account.draws, next_arrival(state, i)) > t and not can_pay(state, rules, i, False, 0.0))


@kernel
def _sift(
    state: State, rules: Rules, tape: Tape, watch: Watch, queue: Ints, count: int, t: int, f: int, visit: int
) -> int:
    """Keep in `queue` whom this tick concerns, of the `count` that are there; returns how many."""
    n = NIL
    for a in range(count):
        i = queue[a]
        if _is_stuck(state, rules, i, t):
            state.accounts[i].due = t + 1
        if is_called(state, i, t) or not is_quiet(state, rules, watch, i, f):
            queue[n] = i
            n += 1
        else:
            put_off(state, rules, tape, watch, i, t, visit)
    return int(n)


@kernel
def _join(due: Ints, count: int, found: Ints, last: int, queue: Ints) -> int:
    """Write the first entries of two ascending lists to `queue`, in order and each once; returns how many."""
    a, b, n = 0, 0, NIL
    while a < count or b < last:
        i = min(due[a] if a < count else NEVER, found[b] if b < last else NEVER)
        a, b = a + int(a < count and due[a] == i), b + int(b < last and found[b] == i)
        queue[n] = i
        n += 1
    return int(n)


@kernel
def _astray(watch: Watch, found: Ints, far: bool) -> int:
    """Write those to `found` whose bounds are void: a price has left its narrow band, or its wide one as well."""
    n = NIL
    for i in range(watch.rows.shape[0]):
        if watch.near[i] == 1 or (far and watch.rows[i].legs > 0):
            found[n] = i
            n += 1
    return int(n)


@kernel
def _inside(state: State, found: Ints) -> int:
    """Write everyone who is in to `found`."""
    n = NIL
    for i in range(state.accounts.shape[0]):
        if state.accounts[i].status == IN:
            found[n] = i
            n += 1
    return int(n)


@kernel
def begin(state: State) -> None:
    """Everyone in is looked at in the first tick, everyone else when it comes."""
    for i in range(state.accounts.shape[0]):
        state.accounts[i].stale = 1
        wake_at(state, i, 0 if state.accounts[i].status == IN else next_due(state, i))


@inlined
def to_visit(
    state: State, rules: Rules, tape: Tape, watch: Watch, lists: Lists, place: Ints, t: int, visit: int
) -> int:
    """Write the accounts to look at in tick `t` to the last of `lists`, in index order; returns how many."""
    due, found, queue = lists
    count = 0
    if place[SINCE] < t or state.wakes[t] >= 0:
        count = gather(state, due, place[SINCE], t)
    place[SINCE] = t + 1
    if visit == EVERY or place[ALL] == 1:
        return _join(due, count, found, _inside(state, found), queue)
    if visit == SKIP and place[STRAY] == AT_EASE and count == 0:
        return 0
    f = place[FUNDED]
    set_now(state, tape, watch, f)
    last = 0
    if visit == BRUTE:
        last = restless(state, rules, watch, found, f)
    elif place[STRAY] != AT_EASE:
        place[STRAYED] += 1
        last = _astray(watch, found, place[STRAY] == FAR_ASTRAY)
    count = _join(due, count, found, last, queue)
    return _sift(state, rules, tape, watch, queue, count, t, f, visit)
