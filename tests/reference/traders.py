"""What traders do, the first of it that applies (rules §7, step 4)."""

from tests.reference import chain, cuts, draws, legs, oracle, orders, panic
from tests.reference.opening import come_in, schedule_exit, wished_sizes
from tests.reference.requirement import health, need
from tests.reference.state import State, worth_of
from tests.reference.tiers import FILL, INITIAL

HABITS = (cuts, orders, draws)


def act(state: State) -> None:
    """Everyone does what its time has come for; of entries and exits none, and no habit, while the chain is down."""
    panic.strike(state)
    if chain.down(state):
        return
    for i, account in enumerate(state.accounts):
        if not account.inside and draws.due(state, i):
            draws.plan(state, i)
        if account.exposed and _acted(state, i):
            continue
        if account.due is not None and account.due <= state.tick:
            _follow_plan(state, i)


def _acted(state: State, i: int) -> bool:
    """Whether a habit of account `i` applied; none does of one in trouble."""
    pending = [habit for habit in HABITS if habit.due(state, i)]
    if not pending or state.accounts[i].flag is not None or state.accounts[i].held:
        return False
    worth, required = health(state, i)
    return worth >= required and any(habit.act(state, i) for habit in pending)


def _follow_plan(state: State, i: int) -> None:
    """Enter or leave, as scheduled; nobody comes in by force."""
    if not state.accounts[i].inside:
        if chain.up(state):
            _enter(state, i)
    elif legs.may_leave(state, i):
        legs.leave(state, i)
    else:
        state.accounts[i].due = state.tick + 1


def _enter(state: State, i: int) -> None:
    come_in(state, i)
    sizes = wished_sizes(state, i)
    for j, one in enumerate(state.instruments):
        if not sizes[j] or oracle.stale(state, one.market):
            continue
        if not state.terms.margin.fill_check or _bearable(state, i, j, sizes[j]):
            legs.trade(state, i, j, sizes[j])
    schedule_exit(state, i)


def _bearable(state: State, i: int, j: int, size: int) -> bool:
    """Whether account `i` would meet the fill tier after a trade; weights are those before it."""
    account = state.accounts[i]
    _, cost, fee = legs.terms_of(state, j, size)
    after = [held + size if n == j else held for n, held in enumerate(account.size)]
    tier = INITIAL if state.terms.margin.fill_share == 1 else FILL
    return worth_of(state, account.cash - cost - fee, after) >= need(state, after, tier)
