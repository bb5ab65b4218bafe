"""The benchmark of memory on a tiny replay: it counts every process, and says what it found; how much is no test."""

import pytest

from benchmarks.memory import LIMIT, MIB, WORKERS, Found, Process, Size, measured, sentences, table
from benchmarks.speed.footprint import Peaks, is_told, most_resident, proportional, watched
from benchmarks.speed.written import Written

FOUND = Found(
    (Process("builds and shares", 3 * MIB, 2 * MIB), Process("worker 1", 9 * MIB, 5 * MIB)),
    7 * MIB,
    (Written(1 << 20, "a", 2.0), Written(1 << 20, "a", 3.0)),
)

linux = pytest.mark.skipif(not is_told(), reason="only Linux tells")


def test_the_table_has_a_row_for_each_process_and_one_for_all():
    assert table(FOUND)[2:] == ["| builds and shares | 3 | 2 |", "| worker 1 | 9 | 5 |", "| all at one time | | 7 |"]


def test_the_sentences_hold_the_peak_against_the_limit():
    told = sentences(FOUND)
    assert told[0] == "replay 1: 1,048,576 events, 96 MiB of log, in 2.0 s"
    assert told[-2:] == ["the logs are the same", "7 MiB is within the limit of 2,048 MiB"]
    other = FOUND._replace(total=LIMIT + MIB, replays=(*FOUND.replays, Written(1, "b", 1.0)))
    assert sentences(other)[-2:] == ["the logs are NOT the same", "2,049 MiB is above the limit of 2,048 MiB"]


@linux
def test_a_process_that_has_ended_takes_nothing():
    gone = 1 << 30
    assert proportional(gone) == most_resident(gone) == 0
    assert most_resident("self") >= proportional("self") > 0


@linux
def test_peaks_are_of_what_was_there_at_one_time():
    with watched() as peaks:
        peaks.look()
        before = peaks.total
        held = bytearray(64 * MIB)
        peaks.look()
        del held
    assert isinstance(peaks, Peaks)
    assert peaks.total >= before + 60 * MIB
    assert peaks.each["self"] >= proportional("self") + 60 * MIB


@linux
@pytest.mark.slow
def test_every_worker_replays_the_same_and_is_counted():
    found = measured(Size("day-crash", accounts=60, markets=3))
    assert [one.name for one in found.processes] == ["builds and shares", "worker 1", "worker 2"]
    assert all(one.resident >= one.proportional > 0 for one in found.processes)
    assert max(one.proportional for one in found.processes) < found.total
    assert len(found.replays) == WORKERS and len({one.digest for one in found.replays}) == 1
    assert found.replays[0].events > 0
