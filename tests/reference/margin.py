"""Finding accounts below maintenance, and warning those near it (rules §7, step 5)."""

from tests.reference import advances, cuts, ledger, topups, tranches
from tests.reference.numbers import NUDGE, NUDGE_DELAY, TOPUP, TOPUP_DELAY, draw, ticks, wait
from tests.reference.requirement import health, stop_level
from tests.reference.state import State


def check(state: State) -> None:
    """Flag, recover and warn each account that has a position, after the pool has lent it what it may have."""
    state.shortfall = 0.0
    for i, account in enumerate(state.accounts):
        if not account.exposed:
            continue
        advances.settle(state, i)
        seen = worth, required = health(state, i)
        own = worth - account.owed * 1e-6
        if own < 0 and state.terms.dampers.gate_s > 0:
            state.flow["gate"] = state.tick + ticks(state.terms.dampers.gate_s, state.venue.step_s)
        if worth < required:
            state.gauge["under_seconds"] += state.venue.step_s
            if account.flag is None:
                _flag(state, i, seen)
        elif account.flag is not None and worth >= stop_level(state, i, required):
            recover(state, i, seen)
        if account.flag is not None:
            state.shortfall = state.shortfall + max(0.0, -own)
        _nudge(state, i, worth, required)
        _warn(state, i, worth, required)


def stand_by(state: State) -> None:
    """Nobody is looked at, and who was below maintenance stays so."""
    for i, account in enumerate(state.accounts):
        if account.exposed and account.flag is not None:
            worth, required = health(state, i)
            if worth < required:
                state.gauge["under_seconds"] += state.venue.step_s


def _flag(state: State, i: int, seen: tuple[float, float]) -> None:
    account = state.accounts[i]
    account.flag = state.tick
    account.closed = 0.0
    state.shots.append((state.tick, i, account.cash, *account.size))
    ledger.record(state, ledger.FLAG, seen, account=i)


def recover(state: State, i: int, seen: tuple[float, float]) -> None:
    """Drop the flag, and the tranches if there are any."""
    state.accounts[i].flag = None
    tranches.drop(state, i)
    ledger.record(state, ledger.RECOVER, seen, account=i)


def _nudge(state: State, i: int, worth: float, required: float) -> None:
    """The venue tells who has little left."""
    account, habits = state.accounts[i], state.crowd.habits
    if habits.nudge <= 0:
        return
    if worth >= habits.nudge * required:
        account.nudged = False
    elif not account.nudged:
        account.nudged = True
        _consider_topup(state, i, NUDGE, habits.nudge_chance[i], NUDGE_DELAY)


def _warn(state: State, i: int, worth: float, required: float) -> None:
    """A trader sees it."""
    account, crowd = state.accounts[i], state.crowd
    if worth >= crowd.warning * required:
        account.warned = False
    elif not account.warned:
        account.warned = True
        _consider_topup(state, i, TOPUP, crowd.topup_chance[i], TOPUP_DELAY)
        cuts.plan(state, i)


def _consider_topup(state: State, i: int, stream: int, chance: float, delay_stream: int) -> None:
    account, crowd, t = state.accounts[i], state.crowd, state.tick
    owner = crowd.owner[i]
    willing = draw(state.seed, stream, owner, t) < chance
    if willing and not topups.under_way(state, i) and account.wallet > 0:
        account.arrives = t + wait(crowd.topup_delay[i], state.seed, delay_stream, owner, t)
