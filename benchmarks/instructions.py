"""How many machine instructions a small replay takes: the one figure of speed that noise cannot move.

The replay is of the bundled crash and calm window in the default world, seed 1, so that the number is the same wherever
the sources and the pinned numba are. It says nothing of memory, and counts code for any x86-64 processor.

Run: `make bench`, or `python benchmarks/instructions.py`. It needs valgrind with its headers and a C compiler, and says
so if they are not there. The first run compiles the engine once more, for that target (minutes).
"""

import sys
from pathlib import Path
from subprocess import CalledProcessError

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.speed.building import built, compiler
from benchmarks.speed.cases import Case, case_of
from benchmarks.speed.counting import SOURCE, counter, instructions
from benchmarks.speed.replays import inputs_of, replay
from govtool.history.events import find_event
from govtool.protocol.read import read_protocol
from govtool.scenario.bundle import build
from govtool.world.read import read_world

EVENTS = ("reconstructed-crash-2021-05-19", "reconstructed-calm-2023-02-04")
PRESETS = ("dydx-v4", "govtool")
SEED = 1


def small_case(event: str, preset: str) -> Case:
    """A bundled window in the default world, as a preset has it."""
    return case_of(build(find_event(event), read_world("default"), SEED), read_protocol(preset))


def main() -> None:
    if counter() is None or compiler() is None:
        print("instructions is skipped: it needs valgrind and a C compiler")
        return
    try:
        with built(SOURCE, ()) as library:
            show(library)
    except CalledProcessError as problem:
        print(f"instructions is skipped: {problem}: {problem.stderr[-300:]}")


def show(library: Path) -> None:
    """Print the table."""
    print("| event | preset | account-steps | events | instructions | per account-step |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for event in EVENTS:
        for preset in PRESETS:
            case = small_case(event, preset)
            count, steps = instructions(inputs_of(case), library), case.account_steps
            events = replay(case).trace.whole.shape[0]
            print(f"| {event} | {preset} | {steps:,} | {events:,} | {count:,} | {count / steps:.2f} |", flush=True)


if __name__ == "__main__":
    main()
