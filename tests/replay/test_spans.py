"""How long auctions last, from hand-written logs and from replays of every format."""

import numpy as np
import pytest

from govtool.engine.codes import (
    ENDED,
    FLAG,
    OPEN,
    PHASE,
    RECOVER,
    RESET,
    RETIRE,
    SLASH,
    TAKE,
    UNFILLED,
    WON,
)
from govtool.history.events import find_event
from govtool.protocol.fields import replaced
from govtool.protocol.read import preset
from govtool.replay.backtest import replay
from govtool.replay.events import Log
from govtool.replay.spans import auction_seconds
from govtool.scenario.bundle import Scenario, build
from govtool.world.read import read_world


def log(*rows: tuple[int, ...]) -> Log:
    """A log of (tick, kind, account, market, size, other) rows, all else nothing; what is left out is 0."""
    filled = [row + (0,) * (6 - len(row)) for row in rows]
    tick, kind, account, market, size, other = np.array(filled, dtype=np.int64).reshape(-1, 6).T
    nothing = np.zeros(len(rows), dtype=np.int64)
    return Log(tick, kind, account, market, other, size, *[nothing] * 3, *[np.zeros(len(rows))] * 3)


def lasted(told: Log, tranches: int = 1) -> list[float]:
    return auction_seconds(told, tranches, 1.0).tolist()


def test_an_auction_lasts_until_all_of_it_is_taken_not_until_the_next_one():
    told = log((1, OPEN, 7, 0, 10), (3, TAKE, 7, 0, -4), (4, TAKE, 7, 0, -6), (9, OPEN, 7, 0, 5), (12, RETIRE, 7))
    assert lasted(told) == [3.0, 3.0]


def test_resets_and_phases_end_nothing():
    told = log((1, OPEN, 7, 0, 10), (3, RESET, 7, 0), (5, PHASE, 7, 0), (8, UNFILLED, 7, 0, 10), (9, FLAG, 1))
    assert lasted(told) == [7.0]


def test_recovery_ends_all_auctions_of_an_account_and_of_no_other():
    told = log((1, OPEN, 7, 0, 10), (1, OPEN, 7, 1, 10), (2, OPEN, 3, 0, 10), (4, RECOVER, 7), (6, FLAG, 1))
    assert lasted(told, 2) == [3.0, 3.0, 4.0]


def test_auctions_of_one_account_are_told_apart_by_instrument():
    told = log((1, OPEN, 7, 0, 10), (1, OPEN, 7, 1, 20), (2, TAKE, 7, 1, -20), (5, TAKE, 7, 0, -10), (5, OPEN, 7, 1, 1))
    assert lasted(told, 2) == [4.0, 1.0, 0.0]


def test_of_two_auctions_of_one_instrument_the_older_sells_first():
    told = log((1, OPEN, 7, 0, 10), (3, OPEN, 7, 0, 10), (5, TAKE, 7, 0, -10), (8, TAKE, 7, 0, -10))
    assert lasted(told, 2) == [4.0, 5.0]


def test_a_reset_makes_the_older_one_the_younger():
    told = log((1, OPEN, 7, 0, 10), (3, OPEN, 7, 0, 10), (4, RESET, 7, 0), (5, TAKE, 7, 0, -10), (8, TAKE, 7, 0, -10))
    assert lasted(told, 2) == [7.0, 2.0]


def test_a_take_too_large_for_the_older_is_of_the_younger():
    told = log((1, OPEN, 7, 0, 10), (3, OPEN, 7, 0, 20), (5, TAKE, 7, 0, -20), (8, TAKE, 7, 0, -10))
    assert lasted(told, 2) == [7.0, 2.0]


def test_who_reserved_an_auction_settles_that_one_and_it_ends_with_the_slash():
    told = log(
        (1, OPEN, 7, 0, 10),
        (2, OPEN, 7, 0, 10),
        (3, WON, 7, 0, 10, 5),
        (4, TAKE, 7, 0, -10, 2),
        (6, TAKE, 7, 0, -10, 5),
        (6, SLASH, 7, 0, 0, 5),
        (9, FLAG, 1),
    )
    assert lasted(told, 2) == [5.0, 2.0]


def test_a_no_show_leaves_the_auction_running():
    told = log((1, OPEN, 7, 0, 10), (2, WON, 7, 0, 10, 5), (4, SLASH, 7, 0, 0, 5), (6, UNFILLED, 7, 0, 10))
    assert lasted(told) == [5.0]


def test_a_deleveraging_ends_the_last_slot():
    told = log((1, OPEN, 7, 0, 10), (2, OPEN, 7, 0, 10), (4, ENDED, 7, 0), (6, TAKE, 7, 0, -10), (9, FLAG, 1))
    assert lasted(told, 2) == [5.0, 2.0]


def test_one_that_was_shrunk_unseen_ends_when_its_slot_is_used_again():
    told = log((1, OPEN, 7, 0, 10), (2, TAKE, 7, 0, -4), (5, OPEN, 7, 0, 3), (6, TAKE, 7, 0, -3))
    assert lasted(told) == [4.0, 1.0]


def test_nothing_has_no_durations():
    assert lasted(log()) == []
    assert lasted(log((3, FLAG, 1))) == []


@pytest.fixture(scope="module")
def crash() -> Scenario:
    return build(find_event("reconstructed-crash-2021-05-19"), read_world("adversarial"), 0)


@pytest.mark.parametrize("format", ["dutch", "batch", "first_come"])
def test_no_auction_of_a_crash_outlasts_its_phases(crash, format):
    """Two at a time, resets by age, reservations: a life per reset, the phases, and waits for who reserved it."""
    resets = {"auction.reset_s": 60} if format == "dutch" else {}
    changes = {"liquidation.format": format, "liquidation.breaker.volume": 0, "liquidation.breaker.move_ppm": 0}
    rules = replaced(preset("govtool"), changes | resets)
    outcome = replay(crash, rules, detail=True)
    seconds = auction_seconds(outcome.log, rules.liquidation.tranches, 15.0)
    auction, settle = rules.auction, rules.keepers.settle_s
    slow = auction.slow_s if format == "dutch" else 0
    life = auction.max_resets * (60 + settle) + auction.length_s + slow + auction.insolvent_s + 3 * settle
    assert seconds.size > 100
    assert 15.0 <= outcome.metrics["auction_seconds_median"] <= seconds.max() <= life + 60
