"""The event log as the engine hands it out: in memory while it is short, in files without a name beyond that.

Such a file takes no memory of the process, only what the system has to spare, and goes with the process, however that
ends. It lies in the folder for temporary files.
"""

import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from govtool.engine.parts import Sink
from govtool.engine.terms import Floats, Ints
from govtool.errors import FileError
from govtool.history.bars import Pieces, digest_arrays
from govtool.replay.events import Log, Part, is_among

LONGEST = 1 << 18
"""Rows that are in memory at most, 25 MB; a day of the default world's 1,000 accounts writes a tenth of it."""

WHOLE, REAL = 0, 1
ROW = (np.dtype((np.int64, 9)), np.dtype((np.float64, 3)))
"""A row of each of the two arrays that a part is made of."""


class Spool:
    """The event log of one replay. It is read part by part: all of a short log is one."""

    def __init__(self, longest: int = LONGEST) -> None:
        self.rows = 0
        self._longest = longest
        self._held: list[Part] = []
        self._files: list[Any] | None = None

    def begin(self) -> Sink:
        """A sink for a replay that begins, or begins anew: what came before is void."""
        self.rows, self._held, self._files = 0, [], None
        return self._take

    def parts(self) -> Iterator[Part]:
        """The log in parts of at most so many rows, in order; one without rows if it has none."""
        return zip(self._pieces(WHOLE), self._pieces(REAL), strict=True)

    def log(self, kinds: tuple[int, ...] | None = None, names: tuple[str, ...] = Log._fields) -> Log:
        """Columns of the rows of these kinds, and of the last row whatever it is, as it says how long the log lasts.

        All rows if no kinds are named. Columns that are not named are empty.
        """
        columns: list[list[Any]] = [[] for _ in Log._fields]
        seen = 0
        for whole, real in self.parts():
            seen += whole.shape[0]
            if kinds is not None:
                wanted = is_among(whole[:, 1], kinds)
                wanted[-1:] |= seen == self.rows
                whole, real = whole[wanted], real[wanted]
            for name, column, values in zip(Log._fields, columns, (*whole.T, *real.T), strict=True):
                column.append(np.ascontiguousarray(values if name in names else values[:0]))
        # Column by column, so that hardly more than one of them is there twice.
        return Log(*(np.concatenate(columns.pop(0)) for _ in Log._fields))

    def digest(self) -> str:
        """Canonical SHA-256 of the whole log, see `digest_arrays`."""
        told = {"whole": WHOLE, "real": REAL}
        return digest_arrays(
            {name: Pieces(ROW[k].base, (self.rows, *ROW[k].shape), self._pieces(k)) for name, k in told.items()}
        )

    def _pieces(self, k: int) -> Iterator[Any]:
        """One of both arrays, in parts."""
        if self._files is None:
            self._held = [_joined(self._held)]
            yield self._held[0][k]
            return
        for first in range(0, self.rows, self._longest):
            piece = np.empty(min(self._longest, self.rows - first), dtype=ROW[k])
            self._files[k].seek(first * ROW[k].itemsize)
            self._files[k].readinto(piece)
            yield piece

    def _take(self, whole: Ints, real: Floats) -> None:
        self.rows += whole.shape[0]
        self._held.append((whole, real))
        if self.rows <= self._longest:
            return
        try:
            if self._files is None:
                # They live as long as the log does.
                self._files = [tempfile.TemporaryFile(prefix="govtool-") for _ in ROW]  # noqa: SIM115
            for part in self._held:
                for file, array in zip(self._files, part, strict=True):
                    file.write(np.ascontiguousarray(array))
        except OSError as problem:
            raise FileError(
                f"the folder for temporary files cannot hold the event log ({problem.strerror or problem}); make room"
                " there, or name another one with TMPDIR"
            ) from problem
        self._held = []


def _joined(parts: list[Part]) -> Part:
    """All parts as one; the only one as it is."""
    if len(parts) == 1:
        return parts[0]
    none = [np.zeros(0, dtype=row) for row in ROW]
    whole, real = zip(none, *parts, strict=True)
    return np.concatenate(whole), np.concatenate(real)
