"""The event log of a replay, in memory and in files: the same rows, columns and digest."""

import tempfile
from functools import partial

import numpy as np
import pytest

from govtool.engine.codes import ENTER, FLAG, TRADE
from govtool.engine.loop import run
from govtool.errors import FileError
from govtool.history.bars import digest_arrays
from govtool.replay import backtest
from govtool.replay.backtest import replay
from govtool.replay.spool import Spool
from tests.replay import tiny


def part(*kinds: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of these kinds, all other numbers different."""
    whole = np.arange(9 * len(kinds), dtype=np.int64).reshape(-1, 9)
    whole[:, 1] = kinds
    return whole, np.arange(3.0 * len(kinds)).reshape(-1, 3) - 3.0


PARTS = (part(ENTER, TRADE), part(), part(FLAG, TRADE, ENTER), part(TRADE))


def filled(longest: int, parts=PARTS) -> Spool:
    spool = Spool(longest)
    sink = spool.begin()
    for whole, real in parts:
        sink(whole, real)
    return spool


WHOLE, REAL = (np.concatenate(arrays) for arrays in zip(*PARTS, strict=True))


@pytest.mark.parametrize("longest", [1, 2, 5, 6, 100])
def test_a_log_is_the_same_wherever_it_lies(longest):
    spool = filled(longest)
    whole, real = (np.concatenate(arrays) for arrays in zip(*spool.parts(), strict=True))
    assert np.array_equal(whole, WHOLE) and np.array_equal(real, REAL)
    assert spool.digest() == digest_arrays({"whole": WHOLE, "real": REAL})
    columns = spool.log()
    assert np.array_equal(np.stack(columns[:9], axis=1), WHOLE)
    assert np.array_equal(np.stack(columns[9:], axis=1), REAL)
    assert all(column.flags.c_contiguous and column.flags.writeable for column in columns)


def test_a_short_log_is_one_part_and_touches_no_file(monkeypatch):
    monkeypatch.setattr(tempfile, "TemporaryFile", None)
    assert len(list(filled(6).parts())) == 1
    with pytest.raises(TypeError):
        filled(5)


def test_a_long_log_is_read_in_parts_of_so_many_rows():
    assert [whole.shape[0] for whole, _ in filled(4).parts()] == [4, 2]


@pytest.mark.parametrize("longest", [2, 100])
def test_the_last_row_is_among_those_of_any_kind(longest):
    spool = filled(longest)
    assert spool.log((FLAG,)).tick.tolist() == [WHOLE[2, 0], WHOLE[5, 0]]
    assert spool.log((TRADE,)).tick.tolist() == [WHOLE[1, 0], WHOLE[3, 0], WHOLE[5, 0]]


@pytest.mark.parametrize("longest", [2, 100])
def test_only_columns_that_are_named_are_there(longest):
    log = filled(longest).log((FLAG,), ("tick", "equity"))
    assert {name: column.size for name, column in log._asdict().items() if column.size} == {"tick": 2, "equity": 2}


@pytest.mark.parametrize("parts", [(), (part(),)])
def test_an_empty_log_is_one_part_without_rows(parts):
    spool = filled(2, parts)
    assert [whole.shape for whole, _ in spool.parts()] == [(0, 9)]
    assert spool.log((FLAG,)).price.size == 0
    assert spool.digest() == digest_arrays({"whole": np.zeros((0, 9), dtype=np.int64), "real": np.zeros((0, 3))})


@pytest.mark.parametrize("longest", [1, 100])
def test_what_came_before_a_new_beginning_is_void(longest):
    spool = filled(longest)
    sink = spool.begin()
    assert spool.rows == 0
    sink(*part(FLAG))
    assert spool.log().kind.tolist() == [FLAG]


def test_a_full_folder_is_told_with_the_remedy(monkeypatch):
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(FileError, match=r"cannot hold the event log \(No space left on device\); make room there"):
        filled(1)


CRASH = tiny.scenario([100.0] * 4 + [89.0] * 4, [89.0], sides=(1.0,) * 12)


def test_a_replay_that_spools_its_log_has_the_same_outcome(monkeypatch):
    held = replay(CRASH, tiny.book(), detail=True)
    monkeypatch.setattr(backtest, "Spool", lambda: Spool(5))
    spooled = replay(CRASH, tiny.book(), detail=True)
    assert len(list(spooled.events.parts())) == -(-held.events.rows // 5) > 1
    assert spooled.event_digest == held.event_digest
    np.testing.assert_equal(spooled.metrics, held.metrics)
    assert all(np.array_equal(*pair) for pair in zip(spooled.log, held.log, strict=True))


def test_a_repeated_replay_has_no_row_twice(monkeypatch):
    begin, void = Spool.begin, []

    def counted(self):
        void.append(self.rows)
        return begin(self)

    wanted = replay(CRASH, tiny.book()).event_digest
    monkeypatch.setattr(Spool, "begin", counted)
    monkeypatch.setattr(backtest, "run", partial(run, events=8))
    assert replay(CRASH, tiny.book()).event_digest == wanted
    # The opening's 24 rows are handed on in parts; one tick of the crash writes 18 more, which neither 8 nor 32 hold
    # beside what they have: the replay begins anew, and what was handed on is void.
    assert void == [0, 24, 18]
