"""Who does the tasks of a study, in any order; what comes of them never depends on how many there are.

Processes, because the Python around a replay's kernels holds the interpreter's lock. On two cores, of the bundled
study: two threads searched 1.86 times as many trials per minute as one, two processes 1.93 times (`benchmarks/study.py`
measures it); where the kernels take little, with 60 accounts in place of 1,000, it was 1.6 times against 1.8 to 1.95.
Processes are ready half a second later.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self, TypeVar

from govtool.study.crew import Crew
from govtool.study.shelf import Thing
from govtool.study.worker import Work

Task = TypeVar("Task")
Answer = TypeVar("Answer")


def usable_cores() -> int:
    """Cores that this process may run on; one where a worker cannot inherit the file that all share."""
    if os.name != "posix":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """Does tasks in `count` processes, which start when they are needed; with one, in the caller's own thread."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._crew: Crew | None = None

    def expect(self, work: Work) -> None:
        """Let processes start, and import what this work needs, while the caller goes on."""
        if self.count > 1:
            self._started().hand_over(work)

    def shared(self, thing: Thing) -> Thing:
        """The thing to keep instead of one that work will hold: its arrays are in memory once, whoever uses them."""
        return thing if self.count == 1 else self._started().shared(thing)

    def run(self, work: Callable[[Task], Answer], tasks: Iterable[Task]) -> Iterator[tuple[Task, Answer]]:
        """Each task with its answer, as they finish. A failure, or leaving the loop, cancels what is left.

        Processes are sent work, tasks and answers by pickle: work can be hashed and may hold much, which is shared and
        must not change; tasks and answers are small. They keep work that they know, with what it remembers.

        Raises
        ------
        WorkerError
            A process died.
        FileError
            There is no room for what they share.
        """
        if self.count == 1:
            for task in tasks:
                yield task, work(task)
            return
        yield from self._started().run(work, tasks)

    def _started(self) -> Crew:
        if self._crew is None:
            self._crew = Crew(self.count)
        return self._crew

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._crew is not None:
            self._crew.dismiss(at_once=error is not None)
