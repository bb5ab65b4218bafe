"""Wall clock on a shared machine: calls interleaved, medians with their spread, and a probe that tells noise."""

import hashlib
import statistics
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

REPEATS = 5
BUDGET_S = 40.0
"""Wall seconds for the counted calls of one thing; a call that takes longer is counted once."""

PROBE = bytes(4 << 20)
TOLERANCE = 1.15
"""A call between two probes is clean if both took at most this multiple of the fastest probe so far."""

TRIES = 2
"""Calls made at most for each one that must be clean."""


class Timing(NamedTuple):
    """Wall seconds of the clean calls of one thing, of all if none was; how many were not; what the first returned."""

    seconds: tuple[float, ...]
    noisy: int
    result: Any

    @property
    def median(self) -> float:
        """Median seconds."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """(slowest - fastest) / median."""
        return (max(self.seconds) - min(self.seconds)) / self.median

    def text(self) -> str:
        """Such as "0.0123 s (5 calls, ±4 %)"; noisy calls that had to be counted are marked."""
        mark = ", noisy" if self.noisy and self.noisy >= len(self.seconds) else ""
        return f"{self.median:.4g} s ({len(self.seconds)}×, ±{50 * self.spread:.0f} %{mark})"


class Probe:
    """A fixed amount of arithmetic that leaves memory alone, timed again and again."""

    def __init__(self) -> None:
        self.fastest = min(self._seconds() for _ in range(5))

    def _seconds(self) -> float:
        start = time.perf_counter()
        hashlib.sha256(PROBE).digest()
        return time.perf_counter() - start

    def is_clean(self) -> bool:
        """Whether the machine is as fast now as it ever was in this run."""
        now = self._seconds()
        self.fastest = min(self.fastest, now)
        return now <= TOLERANCE * self.fastest


@cache
def _probe() -> Probe:
    """One for the whole run, which remembers the machine at its best."""
    return Probe()


def timed(
    works: Mapping[str, Callable[[], Any]],
    *,
    repeats: int = REPEATS,
    keep: Callable[[Any], Any] = lambda result: result,
) -> dict[str, Timing]:
    """Timings of several things, called in turn (A B A B ...) so that noise meets all of them alike.

    A first call of each is not counted, unless it takes the whole budget: then it is the only one. `keep` makes of its
    result what the timing holds; results may be large.
    """
    probe = _probe()
    seconds: dict[str, list[float]] = {name: [] for name in works}
    soiled: dict[str, list[float]] = {name: [] for name in works}
    results, wanted = {}, {}
    for name, work in works.items():
        first, result = _call(work)
        results[name] = keep(result)
        del result
        wanted[name] = max(0 if first >= BUDGET_S else 1, min(repeats, int(BUDGET_S / max(first, 1e-9))))
        if wanted[name] == 0:
            seconds[name].append(first)
    for turn in range(TRIES * repeats):
        for name, work in works.items():
            if len(seconds[name]) >= wanted[name] or turn >= TRIES * wanted[name]:
                continue
            before = probe.is_clean()
            taken = _call(work)[0]
            (seconds if before and probe.is_clean() else soiled)[name].append(taken)
    return {name: Timing(tuple(seconds[name] or soiled[name]), len(soiled[name]), results[name]) for name in works}


def _call(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result
