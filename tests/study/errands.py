"""Work for worker processes: small things to do, each of which shows one thing about who does them."""

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from govtool.errors import ParamError


def square(number: int) -> int:
    return number * number


def refuse(task: tuple[str, int]) -> int:
    """Refuses the number 0, and leaves a file for every other one."""
    folder, number = task
    if number == 0:
        raise ParamError("the number 0 is not allowed")
    (Path(folder) / str(number)).touch()
    time.sleep(0.01)
    return number


class Unpicklable(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def fail_oddly(number: int) -> int:
    raise Unpicklable(number, number)


def whoami(_: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def die(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@dataclass(eq=False)
class Holder:
    """Something large, and what was done with it."""

    array: Any
    seen: list[int] = field(default_factory=list)

    def look(self, at: int) -> tuple[int, int, Any]:
        """Which process looks, how often it has, and what it sees."""
        self.seen.append(at)
        return os.getpid(), len(self.seen), self.array[at]

    def spend(self, _: int) -> tuple[int, int, int]:
        """Which process it is, and bytes of the array that it shares and that it copied, once it has read all of it."""
        float(np.sum(self.array))
        time.sleep(0.2)
        return os.getpid(), *pages(self.array.ctypes.data)

    def overwrite(self, _: int) -> int:
        """Which process it is, after it has spoilt the array."""
        self.array[:] = -1.0
        return os.getpid()

    def glance(self, at: int) -> tuple[int, float]:
        """Which process looks, and what it sees, slowly enough for another to look as well."""
        time.sleep(0.02)
        return os.getpid(), float(self.array[at])


def pages(address: int) -> tuple[int, int]:
    """Bytes of the mapping that holds an address: in memory and mapped by others as well, and copied."""
    shared = copied = 0
    here = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        name, *rest = line.split()
        if "-" in name and not name.endswith(":"):
            start, end = (int(part, 16) for part in name.split("-"))
            here = start <= address < end
        elif here and name.startswith("Shared_"):
            shared += int(rest[0]) * 1024
        elif here and name == "Anonymous:":
            copied += int(rest[0]) * 1024
    return shared, copied


class Spoilt:
    """Work that can be sent and not be unpacked."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _refuse_to_unpack, ()

    def do(self, number: int) -> int:
        return number


def _refuse_to_unpack() -> None:
    raise ParamError("this cannot be unpacked")
