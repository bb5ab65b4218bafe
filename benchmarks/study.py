"""How fast a study is searched: trials per minute with one worker and with two, Optuna's own share of the time, and the
memory of the workers. Ratios are of medians within this one run; absolute times hang on the machine.

Run: `make bench`, or `python benchmarks/study.py [--trials N] [--repeats N] [--whole] [STUDY.toml]`; `--whole` searches
as many trials as the study names, once, with two workers.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

import optuna

from benchmarks.speed.footprint import children
from govtool.study.model import Study, read_study
from govtool.study.run import run_search
from govtool.study.workers import Workers

ROOT = Path(__file__).parents[1]
MIB = 1 << 20


class Memory(NamedTuple):
    """Resident bytes of a process, those that it has alone, those of arrays that workers share, and what it copied of
    these."""

    resident: int
    private: int
    arrays: int
    copied: int


@dataclass(frozen=True)
class Timed:
    """One search: seconds until scenarios and workers were ready; of its trials, and of Optuna and the journal in them;
    and of processor time that all processes together took for its trials."""

    trials: int
    start_s: float
    search_s: float
    optuna_s: float
    journal_s: float
    cpu_s: float
    workers: tuple[Memory, ...]

    @property
    def per_minute(self) -> float:
        """Trials."""
        return 60.0 * self.trials / self.search_s


def searched(study: Study, workers: int, trials: int) -> Timed:
    """A search from nothing, with a journal of its own."""
    ready, cpu, memory = 0.0, 0.0, ()

    def watch(stage: str, done: int, total: int) -> None:
        nonlocal ready, cpu, memory
        if (stage, done) == ("scenarios", 1):
            ready, cpu = time.perf_counter(), cpu_seconds()
        if (stage, done) == ("search", total):
            cpu = cpu_seconds() - cpu
            memory = tuple(memory_of(pid) for pid in children())

    with tempfile.TemporaryDirectory() as folder, Workers(workers) as pool:
        begun = time.perf_counter()
        with clocked(optuna.Study, "ask", "tell") as asked, clocked(optuna.Study, "add_trial") as kept:
            run_search(study, pool, journal=Path(folder) / "journal", progress=watch, trials=trials)
        ended = time.perf_counter()
    return Timed(trials, ready - begun, ended - ready, sum(asked), sum(kept), cpu, memory)


@contextmanager
def clocked(owner: Any, *names: str) -> Iterator[list[float]]:
    """Seconds of every call of these methods while the block runs."""
    spent: list[float] = []
    methods = {name: getattr(owner, name) for name in names}
    for name, method in methods.items():
        setattr(owner, name, _clocked(method, spent))
    try:
        yield spent
    finally:
        for name, method in methods.items():
            setattr(owner, name, method)


def _clocked(method: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    def call(*given: Any, **named: Any) -> Any:
        begun = time.perf_counter()
        try:
            return method(*given, **named)
        finally:
            spent.append(time.perf_counter() - begun)

    return call


def cpu_seconds() -> float:
    """Processor time of this process and those that it started."""
    spent = time.process_time()
    for pid in children():
        # After the name, which may hold anything, user and system time are the 12th and 13th field.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def memory_of(pid: int) -> Memory:
    """What a process has in memory; a file that has no name is what workers share."""
    resident = private = arrays = copied = 0
    nameless = False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        name, *rest = line.split()
        if not name.endswith(":"):
            nameless = line.endswith("(deleted)")
        elif name == "Rss:":
            resident += int(rest[0]) * 1024
            arrays += nameless * int(rest[0]) * 1024
        elif name.startswith("Private_") and name != "Private_Hugetlb:":
            private += int(rest[0]) * 1024
        elif name == "Anonymous:":
            copied += nameless * int(rest[0]) * 1024
    return Memory(resident, private, arrays, copied)


def rows_of(study: Study, trials: int, repeats: int) -> list[tuple[int, list[Timed]]]:
    """Searches with one worker and with two, in turns, so that a busy machine is busy for both."""
    timed: dict[int, list[Timed]] = {1: [], 2: []}
    for _ in range(repeats):
        for workers, found in timed.items():
            found.append(searched(study, workers, trials))
    return list(timed.items())


def table(rows: list[tuple[int, list[Timed]]]) -> list[str]:
    """Medians of the searches with so many workers each, and what the others reach beside the first."""
    lines = [
        "| workers | ready s | search s | CPU s | trials/min | beside one | Optuna | journal |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    one = statistics.median(each.per_minute for each in rows[0][1])
    for workers, found in rows:
        start, search, cpu = (
            statistics.median(getattr(each, name) for each in found) for name in ("start_s", "search_s", "cpu_s")
        )
        rate = statistics.median(each.per_minute for each in found)
        optuna_share = statistics.median(each.optuna_s / each.search_s for each in found)
        journal_share = statistics.median(each.journal_s / each.search_s for each in found)
        lines.append(
            f"| {workers} | {start:.2f} | {search:.2f} | {cpu:.2f} | {rate:.1f} | {rate / one:.2f}x |"
            f" {optuna_share:.1%} | {journal_share:.1%} |"
        )
    return lines


def memory_table(workers: tuple[Memory, ...]) -> list[str]:
    """What each worker had in memory at the end of a search."""
    lines = [
        "| worker | resident MiB | of it alone | scenarios MiB | of it copied |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for number, one in enumerate(workers):
        lines.append(f"| {number} | " + " | ".join(f"{part / MIB:.1f}" for part in one) + " |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", nargs="?", type=Path, default=ROOT / "proposals" / "studies" / "bundled.toml")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--whole", action="store_true")
    given = parser.parse_args()
    study = read_study(given.study)
    if given.whole:
        found = searched(study, 2, study.search.trials)
        print(f"{found.trials} trials in {found.start_s + found.search_s:.1f} s on {os.cpu_count()} cores")
        rows = [(2, [found])]
    else:
        rows = rows_of(study, given.trials, given.repeats)
        print(f"{given.trials} trials of study {study.name}, medians of {given.repeats}")
    print(*table(rows), "", *memory_table(rows[-1][1][-1].workers), sep="\n")


if __name__ == "__main__":
    main()
