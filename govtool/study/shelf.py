"""What every worker reads and none changes: arrays that lie once in memory, however many processes map them.

They lie in a file without a name, whose descriptor a worker inherits. The system frees it when the last process that
holds it has gone, kill -9 included, where a named file or a block of shared memory would stay behind; and it may grow
as large as the folder for temporary files, where shared memory is often held to 64 MB. It is mapped copy-on-write: a
page is shared until somebody writes to it, which nobody does, and the arrays are writable all the same, as a compiled
function knows read-only ones as another type and would be compiled once more for them.
"""

import mmap
import os
import pickle
import tempfile
from typing import Any, NamedTuple, TypeVar

import numpy as np

from govtool.errors import FileError

Thing = TypeVar("Thing")

LEAST = 4096
"""Bytes of an array from which on it is shared; smaller ones are sent."""

ALIGNED = 64
"""Every array begins at a multiple of so many bytes, as numpy lays them out itself."""


class Place(NamedTuple):
    """Where an array lies in the file, and whether it is read-only."""

    start: int
    size: int
    fixed: bool


class Parcel(NamedTuple):
    """A pickled thing without its large arrays, and where these lie, in order."""

    content: bytes
    places: tuple[Place, ...]


class Shelf:
    """The file as its owner fills it. What was laid down once is found again, and must not change any more."""

    def __init__(self) -> None:
        try:
            self.file = tempfile.TemporaryFile(prefix="govtool-", buffering=0)  # noqa: SIM115 it lives as long as this
        except OSError as problem:
            raise _no_room(problem) from problem
        self.size = 0
        self._reader = Reader(self.file.fileno())
        # With the view the memory stays, so that nothing else can come to have its address.
        self._known: dict[tuple[int, int, bool], tuple[Place, memoryview]] = {}

    def packed(self, thing: object) -> Parcel:
        """A thing for others to unpack; its large arrays are written unless they lie here already.

        Raises
        ------
        FileError
            There is no room for them.
        """
        places: list[Place] = []

        def sent(buffer: pickle.PickleBuffer) -> bool:
            raw = buffer.raw()
            if raw.nbytes >= LEAST:
                places.append(self._place(raw))
            return raw.nbytes < LEAST

        content = pickle.dumps(thing, protocol=5, buffer_callback=sent)
        return Parcel(content, tuple(places))

    def shared(self, thing: Thing) -> Thing:
        """The same thing, with its large arrays as they lie here: to be kept instead, so that they exist once.

        Raises
        ------
        FileError
            There is no room for them.
        """
        parcel = self.packed(thing)
        views = [self._reader.view(place) for place in parcel.places]
        laid = {place.start for place in parcel.places}
        self._known = {key: known for key, known in self._known.items() if known[0].start not in laid}
        self._known |= {_key(view): (place, view) for place, view in zip(parcel.places, views, strict=True)}
        twin: Thing = pickle.loads(parcel.content, buffers=views)
        return twin

    def close(self) -> None:
        """Give up the file; who mapped it keeps it."""
        self._known.clear()
        self.file.close()

    def _place(self, raw: memoryview) -> Place:
        key = _key(raw)
        if key not in self._known:
            place = Place(-(-self.size // ALIGNED) * ALIGNED, raw.nbytes, raw.readonly)
            self._write(raw, place.start)
            self.size = place.start + place.size
            self._known[key] = (place, raw)
        return self._known[key][0]

    def _write(self, raw: memoryview, at: int) -> None:
        done = 0
        try:
            while done < raw.nbytes:
                done += os.pwrite(self.file.fileno(), raw[done:], at + done)
        except OSError as problem:
            raise _no_room(problem) from problem


class Reader:
    """The file as a process maps it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._maps: list[tuple[int, memoryview]] = []

    def unpacked(self, parcel: Parcel) -> Any:
        """The thing that was packed; its large arrays are views of the file."""
        return pickle.loads(parcel.content, buffers=[self.view(place) for place in parcel.places])

    def view(self, place: Place) -> memoryview:
        """The bytes of an array; they are mapped, and not read."""
        for start, mapped in self._maps:
            if start <= place.start and place.start + place.size <= start + len(mapped):
                view = mapped[place.start - start : place.start - start + place.size]
                return view.toreadonly() if place.fixed else view
        start = place.start // mmap.ALLOCATIONGRANULARITY * mmap.ALLOCATIONGRANULARITY
        size = os.fstat(self._descriptor).st_size - start
        self._maps.append((start, memoryview(mmap.mmap(self._descriptor, size, access=mmap.ACCESS_COPY, offset=start))))
        return self.view(place)


def _key(raw: memoryview) -> tuple[int, int, bool]:
    """What tells memory apart while it lives: where it begins, its size, and whether it is read-only."""
    return int(np.frombuffer(raw, dtype=np.uint8).ctypes.data), raw.nbytes, raw.readonly


def _no_room(problem: OSError) -> FileError:
    return FileError(
        "the folder for temporary files cannot hold the scenarios that workers share"
        f" ({problem.strerror or problem}); make room there, name another one with TMPDIR, or use --workers 1"
    )
