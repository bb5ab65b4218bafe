"""The workers: same answers from one and from several, failures that reach the caller, and deaths that are told."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from govtool.errors import ParamError, WorkerError
from govtool.study.workers import Workers, usable_cores
from tests.study.errands import Holder, Spoilt, die, fail_oddly, refuse, square, whoami

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_every_task_is_answered(count):
    with Workers(count) as pool:
        assert dict(pool.run(square, range(20))) == {n: n * n for n in range(20)}
        assert list(pool.run(square, [])) == []


def test_one_worker_is_the_caller_and_two_are_two_others():
    with Workers(1) as pool:
        assert {pid for _, pid in pool.run(whoami, range(4))} == {os.getpid()}
    with Workers(2) as pool:
        found = {pid for _, pid in pool.run(whoami, range(20))}
    assert len(found) == 2 and os.getpid() not in found


@pytest.mark.parametrize("count", [1, 2])
def test_a_failure_reaches_the_caller_and_cancels_the_rest(count, tmp_path):
    with Workers(count) as pool:
        with pytest.raises(ParamError, match="the number 0 is not allowed"):
            list(pool.run(refuse, [(str(tmp_path), number) for number in range(1_000)]))
        assert len(list(tmp_path.iterdir())) < 1_000
        # It is no worse for it.
        assert list(pool.run(square, [3])) == [(3, 9)]


def test_a_failure_that_cannot_be_rebuilt_is_told_in_words():
    with Workers(2) as pool, pytest.raises(RuntimeError, match="Unpicklable: 7 and 7"):
        list(pool.run(fail_oddly, [7]))


def test_work_that_cannot_be_unpacked_fails_with_its_first_task():
    with Workers(2) as pool:
        pool.expect(Spoilt().do)
        with pytest.raises(ParamError, match="this cannot be unpacked"):
            list(pool.run(Spoilt().do, [1, 2]))
        assert list(pool.run(square, [3])) == [(3, 9)]


def test_one_who_leaves_the_loop_is_told_nothing_more_and_another_misses_nothing():
    with Workers(2) as pool:
        for task, answer in pool.run(square, range(100)):
            assert answer == task * task
            break
        outer = pool.run(square, range(30))
        first = next(outer)
        assert dict(pool.run(whoami, range(5))).keys() == set(range(5))
        assert dict([first, *outer]) == {n: n * n for n in range(30)}


def test_work_lives_on_in_the_workers_with_what_it_remembers():
    holder = Holder(list(range(100)))
    with Workers(2) as pool:
        answers = [answer for _ in range(3) for _, answer in pool.run(holder.look, range(10))]
    most: dict[int, int] = {}
    for pid, count, _ in answers:
        most[pid] = max(most.get(pid, 0), count)
    assert sum(most.values()) == 30 and holder.seen == []


def test_a_worker_forgets_what_it_was_handed_long_ago():
    holders = [Holder([number]) for number in range(7)]
    with Workers(2) as pool:
        for _ in range(2):
            for number, holder in enumerate(holders):
                assert {seen for _, (_, _, seen) in pool.run(holder.look, [0, 0, 0])} == {number}


def test_a_worker_that_is_killed_is_told_in_one_sentence():
    with Workers(2) as pool:
        with pytest.raises(WorkerError, match=r"worker process \d+ was killed by signal 9; run the same") as told:
            list(pool.run(die, range(10)))
        assert "\n" not in str(told.value)
        # There is no going on without it.
        with pytest.raises(WorkerError, match="signal 9"):
            list(pool.run(square, range(10)))


def test_workers_end_with_the_block_and_with_an_error_at_once():
    with Workers(2) as pool:
        pids = {pid for _, pid in pool.run(whoami, range(20))}
    assert not any(is_alive(pid) for pid in pids)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Workers(2) as pool:
        assert list(pool.run(time.sleep, [0.0])) == [(0.0, None)]
        for _ in pool.run(time.sleep, [0.0, 60.0, 60.0]):
            raise KeyboardInterrupt
    assert time.monotonic() - began < 30


def test_a_killed_owner_leaves_no_worker_and_no_file_behind(tmp_path):
    script = (
        "import os, sys, time, numpy as np\n"
        "from govtool.study.workers import Workers\n"
        "from tests.study.errands import Holder\n"
        "with Workers(2) as pool:\n"
        "    for _, answer in pool.run(Holder(np.ones(10**6)).look, range(10**6)):\n"
        "        print(answer[0], flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    pids: set[int] = set()
    while len(pids) < 2:
        pids.add(int(process.stdout.readline()))
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 30
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert list(tmp_path.iterdir()) == []


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_there_is_a_core():
    assert usable_cores() >= 1
