"""The pool: same answers from one and from several threads, and failures that reach the caller."""

import threading

import pytest

from govtool.study.workers import Workers, usable_cores


@pytest.mark.parametrize("count", [1, 2, 4])
def test_every_task_is_answered(count):
    with Workers(count) as pool:
        assert dict(pool.run(lambda number: number * number, range(20))) == {n: n * n for n in range(20)}
        assert list(pool.run(lambda number: number, [])) == []


def test_several_workers_work_at_the_same_time():
    meeting = threading.Barrier(2, timeout=10)
    with Workers(2) as pool:
        assert len(list(pool.run(lambda _: meeting.wait(), [0, 1]))) == 2


@pytest.mark.parametrize("count", [1, 2])
def test_a_failure_reaches_the_caller_and_cancels_the_rest(count):
    done = []

    def work(number):
        if number == 0:
            raise ValueError("no")
        done.append(number)

    with Workers(count) as pool, pytest.raises(ValueError, match="no"):
        list(pool.run(work, range(1_000)))
    assert len(done) < 1_000


def test_there_is_a_core():
    assert usable_cores() >= 1
