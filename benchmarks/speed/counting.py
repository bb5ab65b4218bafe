"""Machine instructions of a replay, counted by valgrind: a number that noise and other tenants cannot move.

As a script this file is what is counted: it replays what a pickle holds, twice, and has the second replay counted.
"""

import ctypes
import os
import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = "instructions.c"

VALGRIND = ("--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=/dev/null")
TARGET = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "PYTHONHASHSEED": "0"}
"""Code for any x86-64: valgrind does not know every instruction of every processor, and the count is of one program."""

TOTAL = re.compile(r"Collected\s*:\s*(\d+)")


def counter() -> str | None:
    """Path of valgrind, None if there is none."""
    return shutil.which("valgrind")


def instructions(inputs: dict[str, object], library: Path) -> int:
    """Instructions of one replay of these keyword arguments of the engine's `run`; start-up and imports left out.

    The first call compiles the engine for its target, in minutes; the next finds it in the cache.

    Parameters
    ----------
    library : Path
        `instructions.c`, compiled.
    """
    told = library.with_suffix(".pickle")
    told.write_bytes(pickle.dumps(inputs))
    counted = [sys.executable, __file__, str(told), str(library)]
    _run(counted)  # compiles, where nobody counts
    text = _run([str(counter()), *VALGRIND, *counted])
    found = TOTAL.search(text)
    if found is None:
        raise RuntimeError(f"valgrind told no count of instructions: {text[-500:]}")
    return int(found[1])


def _run(command: list[str]) -> str:
    env = {**os.environ, **TARGET, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stderr


def _replays(told: Path, library: Path) -> None:
    import gc

    from govtool.engine.loop import run

    inputs, marks = pickle.loads(told.read_bytes()), ctypes.CDLL(str(library))
    run(**inputs)
    gc.collect()
    gc.disable()
    marks.begin()
    run(**inputs)
    marks.end()


if __name__ == "__main__":
    _replays(Path(sys.argv[1]), Path(sys.argv[2]))
