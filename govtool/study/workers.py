"""A pool of threads that runs tasks in any order; what comes of them never depends on how many there are.

Threads, because a replay spends three quarters of its time in kernels that release the interpreter's lock. On two
cores, 24 replays of 12 h windows with 1,000 accounts: 0.248 s on one thread, 0.135 s on two threads, 0.133 s on
two processes, which first need 2.8 s to start and to receive the scenarios.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from types import TracebackType
from typing import Self, TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")


def usable_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """Runs tasks on `count` threads; with one, in the caller's own thread."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count) if count > 1 else None

    def run(self, work: Callable[[Task], Answer], tasks: Iterable[Task]) -> Iterator[tuple[Task, Answer]]:
        """Each task with its answer, as they finish. A failure, or leaving the loop, cancels what is left."""
        if self._pool is None:
            for task in tasks:
                yield task, work(task)
            return
        futures = {self._pool.submit(work, task): task for task in tasks}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            for future in futures:
                future.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
