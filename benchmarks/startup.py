"""How long does a command take to begin? Each start is a process of its own; medians of several, interleaved, so that a
busy spell of the machine slows all of them. Beside them a bare interpreter, and everything imported at the top.

Run: `make bench`, or `python benchmarks/startup.py`. The engine is compiled first if it is not in the cache.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]

REPEATS = 7

TOP = "click, numba, numpy, optuna, pandas, pyarrow, pydantic, scipy.stats, matplotlib.figure"
"""What govtool would import on top if no import were lazy, beside itself."""

COMMANDS: Mapping[str, Sequence[str]] = {
    "python -c pass": ("-c", "pass"),
    "python -c 'import click'": ("-c", "import click"),
    "python -c 'import govtool'": ("-c", "import govtool"),
    "govtool --version": ("-m", "govtool", "--version"),
    "govtool --help": ("-m", "govtool", "--help"),
    "govtool backtest --help": ("-m", "govtool", "backtest", "--help"),
    "govtool run --help": ("-m", "govtool", "run", "--help"),
    "everything imported at the top": ("-c", f"import {TOP}, govtool.proposal.verify, govtool.study.run"),
    "govtool warmup, warm": ("-m", "govtool", "warmup"),
}


def seconds(words: Sequence[str]) -> float:
    """Wall seconds of one interpreter from start to end. CalledProcessError if it fails."""
    begun = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, *words], env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def medians(commands: Mapping[str, Sequence[str]], repeats: int = REPEATS) -> dict[str, tuple[float, float]]:
    """Median and least wall seconds of each command, after one round that is not counted."""
    rounds = [{name: seconds(words) for name, words in commands.items()} for _ in range(repeats + 1)][1:]
    found = {name: [one[name] for one in rounds] for name in commands}
    return {name: (statistics.median(took), min(took)) for name, took in found.items()}


def table(found: Mapping[str, tuple[float, float]]) -> list[str]:
    """Rows in Markdown: median and least seconds, and the median beside that of the first row."""
    bare = next(iter(found.values()))[0]
    rows = [f"| {name} | {took:.3f} | {least:.3f} | {took / bare:.3g}x |" for name, (took, least) in found.items()]
    return ["| start | median, s | least, s | against the first |", "| --- | ---: | ---: | ---: |", *rows]


def main() -> None:
    print(*table(medians(COMMANDS)), sep="\n")


if __name__ == "__main__":
    main()
