"""Compiled or loaded? Counts what this process compiles, and says once that the engine is, for it takes minutes."""

import logging
from typing import Any

import numba
from numba.core.event import Event, Listener, register

from govtool.engine.cache import cache_folder

LOOP = "govtool.engine.loop"
"""Nearly all of the time goes into kernels of this module, with everything that they call."""

SCENARIO = "govtool.scenario."
"""Kernels of these modules form the crowd of a replay; the loop's are called next."""

SENTENCE = "compiling the engine: a few minutes, once for these sources (`govtool warmup` does only this)"


class Watch(Listener):  # type: ignore[misc]
    """Hears of every kernel that numba compiles; of one that it loads from the cache it hears nothing.

    Attributes
    ----------
    compiled : int
        Kernels so far, those that are called by others too.
    said : bool
        Whether the user knows that the engine is being compiled.
    """

    def __init__(self) -> None:
        self.compiled = 0
        self.said = False

    def on_start(self, event: Event) -> None:
        """Numba begins to compile a kernel; it holds its own lock meanwhile, so that one thread at a time is here."""
        self.compiled += 1
        kernel: Any = event.data["dispatcher"].py_func
        if not self.said and (kernel.__module__ == LOOP or (kernel.__module__.startswith(SCENARIO) and _is_cold())):
            self.said = True
            logging.getLogger(__name__).warning(SENTENCE)

    def on_end(self, event: Event) -> None:
        """A kernel is compiled."""


def _is_cold() -> bool:
    """Whether the cache has nothing of the loop; it may yet lack one of its two forms."""
    return not any((cache_folder() / "engine").glob(f"{LOOP.rpartition('.')[2]}.*.nbi"))


WATCH = Watch()


def watch_compiler() -> None:
    """Count from now on. To be called once."""
    register("numba:compile", WATCH)


def compiler_is_off() -> bool:
    """Whether NUMBA_DISABLE_JIT makes every kernel plain Python."""
    return bool(numba.config.DISABLE_JIT)
