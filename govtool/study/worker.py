"""A worker process: it is handed work once, then answers one task after the other until nobody asks any more.

`python -m govtool.study.worker LINE SHELF`, two inherited descriptors. What a task needs is imported when it comes.
"""

import pickle
import sys
import traceback
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from govtool.study.shelf import Parcel, Reader

Work = Callable[[Any], Any]


def serve(line: "Connection[Any, Any]", reader: Reader) -> None:
    """Answer what comes over the line, `(slot, number, content)`, with `(number, succeeded, answer)`.

    Without a number, the content is a parcel with the work of that slot; with one it is a pickled task for it. Ends
    when the other side has gone, whatever it went by.
    """
    works: dict[int, Work] = {}
    while True:
        try:
            slot, number, content = line.recv()
            if number is None:
                works[slot] = _unpacked(reader, content)
            else:
                line.send_bytes(_answer(works[slot], number, content))
        except (EOFError, OSError):
            return


def _unpacked(reader: Reader, parcel: Parcel) -> Work:
    """The work of a parcel; what cannot be unpacked fails with the first task of it."""
    try:
        work: Work = reader.unpacked(parcel)
    except Exception as problem:
        return partial(_fail, problem)
    return work


def _fail(problem: Exception, task: object) -> None:
    raise problem


def _answer(work: Work, number: int, content: bytes) -> bytes:
    try:
        return pickle.dumps((number, True, work(pickle.loads(content))))
    except Exception as problem:
        problem.add_note(f"In a worker process:\n{traceback.format_exc()}")
        return _told(number, problem)


def _told(number: int, problem: Exception) -> bytes:
    """The problem for the other side, or what it says where it cannot be rebuilt there."""
    try:
        told = pickle.dumps((number, False, problem))
        pickle.loads(told)
    except Exception:
        return pickle.dumps((number, False, RuntimeError(f"{type(problem).__name__}: {problem}")))
    return told


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), Reader(int(sys.argv[2])))
