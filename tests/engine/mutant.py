"""A fault that is put into a copy of the engine."""

from typing import NamedTuple


class Mutant(NamedTuple):
    """What is wrong, in which file, what stands there, what instead, and the world in which that shows."""

    fault: str
    file: str
    text: str
    instead: str
    world: str
