"""What who leaves owes is paid before it goes, and its share of losses that were left to exits (rules §7 and §9)."""

import math
from collections import Counter

import pytest

from govtool.engine import codes as names
from tests.engine.engines import Told
from tests.engine.handmade import Event, events
from tests.engine.telling import Walk, walked

CLOSE_TO = 1e-9
"""Relative, for sums of floats: these tests may add in another order than the engines."""

pytestmark = pytest.mark.slow


def test_nobody_leaves_of_its_own_will_at_the_cost_of_others(replays: Told) -> None:
    """Who closes all at market prices has what it owes after it: nobody pays for it, and the pool gets all it lent."""
    seen: Counter[str] = Counter()
    for world, replay in replays:
        leaving: dict[int, int] = {}
        for event, walk in walked(world, replay):
            i = event.account
            if event.kind == names.TRADE and opposite(walk, event):
                leaving[i] = event.tick
            if leaving.get(i) != event.tick:
                continue
            assert event.kind not in (names.COVER, names.SHARE, names.SOCIALISE, names.DEFER, names.BAD_DEBT_EVENT)
            if event.kind == names.REPAY:
                assert -event.quote == walk.loans.owed[i]
                seen["repaid"] += 1
            if event.kind in (names.RETIRE, names.HELD):
                assert walk.loans.owed[i] == 0 <= walk.cash[i]
                seen["left"] += 1
                del leaving[i]
    assert seen["left"] > len(replays) / 2


def opposite(walk: Walk, event: Event) -> bool:
    """Whether a trade closes what is held."""
    return walk.size[event.account, event.market] * event.size < 0


def test_who_leaves_while_losses_are_left_to_exits_gives_its_share_of_all_that_it_is_worth(replays: Told) -> None:
    """Assets too, as far as its cash goes; so much as all collateral would have to give."""
    seen: Counter[str] = Counter()
    for world, replay in replays:
        if not events(replay, names.DEFER):
            continue
        walk, debt, rows = Walk(world, replay), 0, events(replay)
        for n, event in enumerate(rows):
            leaves = event.kind in (names.EXIT_HAIRCUT, names.DEPOSIT, names.RETIRE) and debt > 0
            if leaves and first_of_leaving(rows, n):
                books, i = walk.now(event.tick), event.account
                whole = max(1, round(books.collateral() * 1e6))
                part = min(debt, math.floor(max(0.0, books.equity(i) * 1e6) * min(1.0, debt / whole)))
                given = -event.quote if event.kind == names.EXIT_HAIRCUT else 0
                assert given == pytest.approx(max(0, min(part, walk.cash[i])), abs=1, rel=CLOSE_TO)
                seen["kind"] += walk.held(i) and given > 0
                seen["given"] += given > 0
            debt += event.quote if event.kind in (names.DEFER, names.EXIT_HAIRCUT) else 0
            walk.tell(event)
    assert seen["given"] > 0


def first_of_leaving(rows: list[Event], n: int) -> bool:
    """Whether the rows from here on are those of one account that leaves, and the one before is none of them."""
    kinds, i = (names.EXIT_HAIRCUT, names.DEPOSIT, names.RETIRE), rows[n].account
    if n and rows[n - 1].account == i and rows[n - 1].kind in kinds[:2]:
        return False
    while rows[n].kind != names.RETIRE:
        n += 1
        if n == len(rows) or rows[n].account != i or rows[n].kind not in kinds:
            return False
    return True


def test_after_the_end_who_is_in_pays_what_exits_owe_by_what_each_is_worth(replays: Told) -> None:
    """Nobody more than that, and what is left is bad debt only where all that anyone has is gone, to a quantum each."""
    seen: Counter[str] = Counter()
    for world, replay in replays:
        debt = 0
        paid: Counter[int] = Counter()
        worth: dict[int, float] = {}
        rows = events(replay)
        for n, (event, walk) in enumerate(walked(world, replay)):
            last = event.kind == names.EXIT_HAIRCUT and not first_of_leaving(rows, n) and event.tick == rows[-1].tick
            if (last or (event.kind == names.BAD_DEBT_EVENT and event.account < 0)) and not worth:
                books = walk.now(event.tick)
                worth = {i: max(0.0, books.equity(i)) for i in walk.inside}
                whole, owed = sum(worth.values()), debt
            if last:
                paid[event.account] -= event.quote
            debt += event.quote if event.kind in (names.DEFER, names.EXIT_HAIRCUT) else 0
            if event.kind == names.BAD_DEBT_EVENT and event.account < 0:
                assert event.quote == debt
                assert sum(paid.values()) == pytest.approx(whole * 1e6, abs=2 + len(worth), rel=CLOSE_TO)
                seen["bad"] += 1
        for i, quote in paid.items():
            assert quote <= worth[i] * 1e6 + 1
            share = min(1.0, owed / (whole * 1e6)) * worth[i] * 1e6
            assert quote == pytest.approx(share, abs=2 + len(worth), rel=CLOSE_TO)
            seen["paid"] += 1
    assert seen["paid"] > 0
