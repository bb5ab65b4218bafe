"""The benchmark of a study counts what it says it counts; how fast anything is, is no test."""

from pathlib import Path

import optuna
import pytest

from benchmarks import study as benchmark
from benchmarks.study import Memory, Timed, clocked, memory_table, table
from govtool.study.model import Study, read_study
from tests.study.studies import small_content, write_study

TRIALS = 6


def timed(trials: int, search_s: float, optuna_s: float = 0.0) -> Timed:
    return Timed(trials, 1.0, search_s, optuna_s, 0.0, search_s, ())


def test_the_table_compares_medians():
    rows = [(1, [timed(10, 20.0), timed(10, 10.0, 0.5), timed(10, 10.0, 0.5)]), (2, [timed(10, 5.0)])]
    one, two = (line.strip("| ").split(" | ") for line in table(rows)[2:])
    assert one == ["1", "1.00", "10.00", "10.00", "60.0", "1.00x", "5.0%", "0.0%"]
    assert two[4:6] == ["120.0", "2.00x"]
    assert memory_table((Memory(4 << 20, 3 << 20, 2 << 20, 0),))[2] == "| 0 | 4.0 | 3.0 | 2.0 | 0.0 |"


def test_calls_are_clocked_only_inside_the_block():
    class Sleeper:
        def nap(self) -> str:
            return "rested"

    before = Sleeper.nap
    with clocked(Sleeper, "nap") as spent:
        assert [Sleeper().nap() for _ in range(3)] == ["rested"] * 3
    assert len(spent) == 3 and all(seconds >= 0 for seconds in spent)
    assert Sleeper.nap is before


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Study:
    return read_study(write_study(tmp_path_factory.mktemp("study"), small_content()))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_search_is_measured(study, workers):
    ask = optuna.Study.ask
    found = benchmark.searched(study, workers, TRIALS)
    assert optuna.Study.ask is ask
    assert found.trials == TRIALS
    assert 0 < found.optuna_s < found.search_s and found.journal_s > 0 and found.cpu_s >= 0
    assert len(found.workers) == (workers if workers > 1 else 0)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="only Linux tells which pages are shared")
def test_workers_have_the_scenarios_in_memory_once(study):
    for memory in benchmark.searched(study, 2, TRIALS).workers:
        assert memory.resident > memory.private > 0
        assert memory.arrays > 0 and memory.copied == 0
