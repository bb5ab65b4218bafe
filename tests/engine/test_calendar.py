"""Lists of who wakes when, by hand and against a plain model."""

from collections.abc import Sequence

import numpy as np

from govtool.engine.calendar import disturb, gather, wake_at, wake_by
from govtool.engine.codes import NEVER
from govtool.engine.state import State
from tests.engine.handmade import Trader, world
from tests.engine.staging import copies, staged

TICKS = 20


def nobody(accounts: int) -> State:
    """Books of accounts of whom none wakes."""
    return staged(copies(world([100.0] * TICKS, [Trader(10, [1])]), accounts)).state


def called(state: State, since: int, t: int) -> list[int]:
    queue = np.full(len(state.accounts), -1, dtype=np.int64)
    return queue[: gather(state, queue, since, t)].tolist()


def woken(*pairs: tuple[int, int], accounts: int = 6) -> State:
    """Accounts that were told to wake in ticks, in this order."""
    state = nobody(accounts)
    for i, t in pairs:
        wake_at(state, i, t)
    return state


def test_who_wakes_in_the_same_tick_comes_in_index_order():
    state = woken((3, 5), (1, 5), (2, 5), (0, 6))
    assert called(state, 5, 5) == [1, 2, 3]
    assert called(state, 6, 6) == [0]


def test_a_list_is_empty_once_it_was_gathered():
    state = woken((1, 5))
    assert [called(state, 5, 5), called(state, 5, 5)] == [[1], []]
    assert state.accounts[1].wake == NEVER


def test_the_first_the_middle_and_the_last_of_a_list_can_move():
    for moved in range(3):
        state = woken((0, 5), (1, 5), (2, 5), (moved, 9))
        assert called(state, 5, 5) == [i for i in range(3) if i != moved]
        assert called(state, 6, 9) == [moved]


def test_all_of_a_list_can_move_and_come_back():
    state = woken((0, 5), (1, 5), (0, 7), (1, 7), (1, 5), (0, 5), (0, 5))
    assert called(state, 5, 5) == [0, 1]
    assert called(state, 6, 7) == []


def test_ticks_that_nobody_was_asked_in_are_gathered_together():
    state = woken((4, 3), (0, 7), (2, 5), (1, 8), (3, 2))
    assert called(state, 3, 7) == [0, 2, 4]
    assert called(state, 8, 8) == [1]
    # Ticks before the first that was asked for keep their lists.
    assert called(state, 2, 2) == [3]


def test_a_tick_after_the_window_is_never():
    state = woken((0, TICKS - 1), (1, TICKS), (2, NEVER), (3, 5), (3, TICKS + 7))
    assert called(state, 0, TICKS - 1) == [0]


def test_at_the_latest_is_never_later():
    state = woken((0, 5), (1, 5))
    wake_by(state, 0, 6)
    wake_by(state, 1, 4)
    wake_by(state, 2, 5)
    assert called(state, 4, 4) == [1]
    assert called(state, 5, 5) == [0, 2]


def test_whose_books_others_changed_is_looked_at_soon():
    state = woken((0, 9), (1, 2))
    for i in (0, 1):
        disturb(state, i, 3)
    assert state.accounts["stale"][:3].tolist() == [1, 1, 0]
    assert called(state, 0, 2) == [1]
    assert called(state, 3, 3) == [0]


def asleep(due: dict[int, int], since: int, t: int) -> list[int]:
    """The model: who is due from one tick to another, and then no more."""
    found = sorted(i for i, tick in due.items() if since <= tick <= t)
    for i in found:
        del due[i]
    return found


def played(state: State, moves: Sequence[tuple[int, int]], due: dict[int, int]) -> None:
    for i, t in moves:
        wake_at(state, i, t)
        due[i] = t


def test_lists_hold_what_a_plain_model_says_whatever_moves():
    draws = np.random.default_rng(1)
    accounts = 200
    state, due, since = nobody(accounts), dict[int, int](), 0
    for t in range(TICKS):
        moves = zip(draws.integers(0, accounts, 200), draws.integers(t, TICKS + 3, 200), strict=True)
        played(state, [(int(i), int(tick)) for i, tick in moves], due)
        if draws.random() < 0.6:
            assert called(state, since, t) == asleep(due, since, t)
            since = t + 1
