"""Worker processes: what they are handed, what they are asked, and what becomes of it when one dies.

Each is a fresh interpreter: a fork would copy locks that other threads hold, and `multiprocessing` would import the
caller's script, which may have no guard, once more. A worker is in a process group of its own, so that Ctrl-C is its
owner's to answer, and it ends when the line to its owner is cut, so that a killed owner leaves none behind.
"""

import itertools
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from multiprocessing import Pipe
from multiprocessing.connection import wait
from typing import Any, TypeVar

from govtool.errors import WorkerError
from govtool.study.shelf import Parcel, Shelf, Thing
from govtool.study.worker import Work

Task = TypeVar("Task")
Answer = tuple[int, bool, Any]
"""Number of the task, whether it succeeded, and what came of it or the error."""

AHEAD = 2
"""Tasks that a worker holds: it goes on with the next one while its owner reads the answer to the last."""

SLOTS = 4
"""Works that a worker remembers, the last ones it was handed."""

PATIENCE_S = 5.0
"""How long a worker may take to end when it is no longer needed."""


class Hand:
    """One worker process with the line to it and the numbers of the tasks that it holds."""

    def __init__(self, shelf: Shelf) -> None:
        self.line, theirs = Pipe()
        self.holds: list[int] = []
        inherited = (theirs.fileno(), shelf.file.fileno())
        path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "govtool.study.worker", *map(str, inherited)],
                pass_fds=inherited,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path},
                process_group=0,
            )

    def keep(self, slot: int, work: Parcel) -> None:
        """Give the process work to keep in a slot. WorkerError if it has gone."""
        self._send((slot, None, work))

    def ask(self, slot: int, number: int, task: object) -> None:
        """Ask for a task of the work in a slot. WorkerError if the process has gone."""
        self._send((slot, number, pickle.dumps(task)))
        self.holds.append(number)

    def answer(self) -> Answer:
        """The next answer, waited for. WorkerError if the process has gone."""
        try:
            found: Answer = self.line.recv()
        except (EOFError, OSError) as problem:
            raise self._gone() from problem
        self.holds.remove(found[0])
        return found

    def dismiss(self, at_once: bool) -> None:
        """End the process: when it has done what it holds, or at once."""
        self.line.close()
        if at_once:
            self.process.kill()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _send(self, message: tuple[int, int | None, object]) -> None:
        try:
            self.line.send(message)
        except OSError as problem:
            raise self._gone() from problem

    def _gone(self) -> WorkerError:
        try:
            status = self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            status = 0
        fate = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        return WorkerError(
            f"worker process {self.process.pid} {fate}; run the same command again, and it goes on from its journal,"
            " or with fewer --workers if memory is short"
        )


class Crew:
    """So many worker processes, and the shelf that they share."""

    def __init__(self, count: int) -> None:
        self._shelf = Shelf()
        self._hands = [Hand(self._shelf) for _ in range(count)]
        self._slots: dict[Work, int] = {}
        self._handed = 0
        self._numbers = itertools.count()
        self._inboxes: dict[int, deque[Answer]] = {}

    def shared(self, thing: Thing) -> Thing:
        """The same thing with its large arrays on the shelf, see `Shelf.shared`."""
        return self._shelf.shared(thing)

    def hand_over(self, work: Work) -> int:
        """The slot in which the workers keep this work; they get it if they have it no more."""
        if work not in self._slots:
            slot = self._handed % SLOTS
            self._slots = {known: at for known, at in self._slots.items() if at != slot} | {work: slot}
            self._handed += 1
            parcel = self._shelf.packed(work)
            for hand in self._hands:
                hand.keep(slot, parcel)
        return self._slots[work]

    def run(self, work: Work, tasks: Iterable[Task]) -> Iterator[tuple[Task, Any]]:
        """Each task with its answer, as they finish; after a failure, or once the loop is left, no more is asked.

        The same work is handed over once, and lives on in the workers with what it remembers.
        """
        slot, left = self.hand_over(work), iter(tasks)
        asked: dict[int, Task] = {}
        inbox: deque[Answer] = deque()
        try:
            while self._ask(slot, left, asked, inbox) or asked:
                if not inbox:
                    self._listen()
                    continue
                number, succeeded, answer = inbox.popleft()
                if not succeeded:
                    raise answer
                yield asked.pop(number), answer
        finally:
            for number in asked:
                self._inboxes.pop(number, None)

    def dismiss(self, at_once: bool) -> None:
        """End all processes, and free what they shared."""
        for hand in self._hands:
            hand.dismiss(at_once)
        self._shelf.close()

    def _ask(self, slot: int, left: Iterator[Task], asked: dict[int, Task], inbox: deque[Answer]) -> bool:
        """Ask for what is left until every worker holds enough, whoever holds least first; False if nothing is left."""
        while True:
            hand = min(self._hands, key=lambda one: len(one.holds))
            if len(hand.holds) == AHEAD:
                return True
            for task in left:
                number = next(self._numbers)
                asked[number], self._inboxes[number] = task, inbox
                hand.ask(slot, number, task)
                break
            else:
                return False

    def _listen(self) -> None:
        """Wait for answers, and put each into the inbox of who asked; drop one that nobody waits for any more."""
        ready = wait([hand.line for hand in self._hands])
        for hand in self._hands:
            if hand.line in ready:
                answer = hand.answer()
                inbox = self._inboxes.pop(answer[0], None)
                if inbox is not None:
                    inbox.append(answer)
