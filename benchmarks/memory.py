"""How much memory a year of minutes, 20 markets and 100,000 accounts take, replayed by two workers at a time.

One process builds the scenario and shares it; each worker replays all of it, with metrics, digest and a log that goes
to files without a name. All of that counts. Proportional size (PSS of `smaps_rollup`) counts a page that several
processes map once among them, and is looked at ten times a second in all processes together; largest resident size
(VmHWM) is the system's own record of each, with shared pages in every one. A file that nobody maps is in neither: the
system keeps as much of it in memory as it has to spare, all of it if temporary files lie in memory.

Run: `make bench`, or `python benchmarks/memory.py [--span SPAN] [--accounts N] [--markets N] [--habits HABITS]`.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.speed.cases import HABITS, protocol_of, world_of
from benchmarks.speed.footprint import children, is_told, most_resident, watched
from benchmarks.speed.history import SPANS, label, window_of
from benchmarks.speed.written import Replays, Written
from govtool.scenario.bundle import Scenario, assemble
from govtool.study.workers import Workers

MIB = 1 << 20
LIMIT = 2 << 30
"""Bytes that all processes may take together."""

WORKERS = 2
ROW = 96
"""Bytes of a row of the event log."""


class Size(NamedTuple):
    """What is replayed."""

    span: str = "year"
    accounts: int = 100_000
    markets: int = 20
    habits: str = "slow"


class Process(NamedTuple):
    """Peaks of one process, bytes."""

    name: str
    resident: int
    proportional: int


class Found(NamedTuple):
    """Peaks of each process, of all at one time (proportional), and what each replay left."""

    processes: tuple[Process, ...]
    total: int
    replays: tuple[Written, ...]


def measured(size: Size) -> Found:
    """Build the scenario, and replay it in all workers at a time."""
    with watched() as peaks, Workers(WORKERS) as pool:
        scenario, protocol = pool.shared(_scenario(size)), protocol_of()
        replays = [made for _, made in pool.run(Replays(scenario, protocol), [protocol.insurance.balance] * WORKERS)]
        names = {"self": "builds and shares"} | {pid: f"worker {n}" for n, pid in enumerate(children(), 1)}
        resident = {pid: most_resident(pid) for pid in names}
    return Found(
        tuple(Process(name, resident[pid], peaks.each[pid]) for pid, name in names.items()),
        peaks.total,
        tuple(replays),
    )


def _scenario(size: Size) -> Scenario:
    window = window_of(size.span, size.markets)
    return assemble(window, SPANS[size.span].kind, world_of(size.accounts, size.habits), seed=1)


def table(found: Found) -> list[str]:
    """Peaks of each process and of all."""
    lines = ["| process | peak resident MiB | peak proportional MiB |", "| --- | ---: | ---: |"]
    for name, resident, proportional in found.processes:
        lines.append(f"| {name} | {resident / MIB:,.0f} | {proportional / MIB:,.0f} |")
    return [*lines, f"| all at one time | | {found.total / MIB:,.0f} |"]


def sentences(found: Found) -> list[str]:
    """What was written, and how the peak stands beside the limit."""
    told = [
        f"replay {n}: {one.events:,} events, {one.events * ROW / MIB:,.0f} MiB of log, in {one.seconds:,.1f} s"
        for n, one in enumerate(found.replays, 1)
    ]
    kept = "within" if found.total <= LIMIT else "above"
    same = "the same" if len({one.digest for one in found.replays}) == 1 else "NOT the same"
    return [
        *told,
        f"the logs are {same}",
        f"{found.total / MIB:,.0f} MiB is {kept} the limit of {LIMIT / MIB:,.0f} MiB",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--span", choices=SPANS, default=Size().span)
    parser.add_argument("--accounts", type=int, default=Size().accounts)
    parser.add_argument("--markets", type=int, default=Size().markets)
    parser.add_argument("--habits", choices=HABITS, default=Size().habits)
    size = Size(**vars(parser.parse_args()))
    if not is_told():
        print("left out: this system does not tell how much memory processes share")
        return
    print(f"{label()}; {size.span}, {size.accounts:,} accounts, {size.markets} markets, {HABITS[size.habits]};")
    print(f"{WORKERS} workers, temporary files in {tempfile.gettempdir()}\n", flush=True)
    found = measured(size)
    print(*table(found), "", *sentences(found), sep="\n")


if __name__ == "__main__":
    main()
