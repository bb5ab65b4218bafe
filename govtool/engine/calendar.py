"""When each account is next looked at: for every tick a list of those who wake in it.

The lists are chains through the accounts (`before`, `after`), so that an account changes its tick in no time at all.
"""

from govtool.engine.codes import NEVER, NIL, NONE
from govtool.engine.jit import inlined, kernel
from govtool.engine.sorting import sort
from govtool.engine.state import State
from govtool.engine.terms import Ints

UNLISTED = -2
"""`before` of an account in no list; -1 is that of the first in one."""


@inlined
def _strike(state: State, i: int) -> None:
    """Take account `i` off its list, if it is in one."""
    account = state.accounts[i]
    if account.before == UNLISTED:
        return
    if account.before >= 0:
        state.accounts[account.before].after = account.after
    else:
        state.wakes[account.wake] = account.after
    if account.after >= 0:
        state.accounts[account.after].before = account.before
    account.before = UNLISTED


@inlined
def wake_at(state: State, i: int, t: int) -> None:
    """Account `i` is next looked at in tick `t`, whatever was noted before; never if the window ends earlier."""
    _strike(state, i)
    account = state.accounts[i]
    account.wake = t
    if t < state.wakes.shape[0]:
        first = state.wakes[t]
        account.before, account.after = NONE, first
        if first >= 0:
            state.accounts[first].before = i
        state.wakes[t] = i


@kernel
def wake_by(state: State, i: int, t: int) -> None:
    """Account `i` is looked at in tick `t` at the latest."""
    if t < state.accounts[i].wake:
        wake_at(state, i, t)


@kernel
def disturb(state: State, i: int, t: int) -> None:
    """Others changed the books of account `i`: what was known of it is void, and it is looked at in tick `t`."""
    state.accounts[i].stale = 1
    wake_by(state, i, t)


@kernel
def gather(state: State, queue: Ints, since: int, t: int) -> int:
    """Write whoever wakes from tick `since` to tick `t` to `queue`, in index order, and empty those lists."""
    n = NIL
    for tick in range(since, t + 1):
        i = state.wakes[tick]
        while i >= 0:
            queue[n] = i
            n += 1
            state.accounts[i].before, state.accounts[i].wake = UNLISTED, NEVER
            i = state.accounts[i].after
        state.wakes[tick] = NONE
    sort(queue, n)
    return int(n)
