"""How much memory a process and those that it started take, as Linux counts it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

EVERY_S = 0.1
"""Between two looks at all processes."""


def is_told() -> bool:
    """Whether the system tells proportional sizes."""
    return Path("/proc/self/smaps_rollup").exists()


def children() -> list[int]:
    """Processes that this one started, where the system tells."""
    found: list[int] = []
    for path in Path("/proc/self/task").glob("*/children"):
        found += [int(pid) for pid in path.read_text().split()]
    return sorted(found)


def proportional(pid: int | str) -> int:
    """Resident bytes of a process, a page that several map counted as a part of one (PSS); 0 of one that has ended."""
    return _told(f"/proc/{pid}/smaps_rollup", "Pss:")


def most_resident(pid: int | str) -> int:
    """Most bytes that were resident at a time, shared pages counted whole (VmHWM); 0 of one that has ended."""
    return _told(f"/proc/{pid}/status", "VmHWM:")


def _told(path: str, name: str) -> int:
    try:
        lines = Path(path).read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


@dataclass
class Peaks:
    """Most proportional bytes seen so far: of all processes at one time, and of each, this one called "self"."""

    total: int = 0
    each: dict[int | str, int] = field(default_factory=dict)

    def look(self) -> None:
        """Count what everybody takes now."""
        now = {pid: proportional(pid) for pid in ("self", *children())}
        self.total = max(self.total, sum(now.values()))
        self.each |= {pid: max(size, self.each.get(pid, 0)) for pid, size in now.items()}


@contextmanager
def watched() -> Iterator[Peaks]:
    """Peaks of what happens in the block, looked at every tenth of a second and once at its end."""
    peaks, done = Peaks(), threading.Event()

    def watch() -> None:
        while not done.wait(EVERY_S):
            peaks.look()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        done.set()
        thread.join()
        peaks.look()
