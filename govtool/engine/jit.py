"""The `kernel` decorator: numba without surprises, cached by what the engine's sources say."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

from govtool.engine.cache import keep_by_content
from govtool.engine.compiling import watch_compiler
from govtool.engine.pointer import by_pointer
from govtool.engine.state import Beside, Log, Room, State, Tape

Function = TypeVar("Function", bound=Callable[..., Any])


keep_by_content()
watch_compiler()
for handed_on in (State, Tape, Beside, Log, Room):
    by_pointer(handed_on)


def kernel(function: Function) -> Function:
    """Compile `function`: lock released, IEEE order kept (no fastmath), one thread, cached on disk, no new arrays.

    Division by zero follows IEEE and gives inf or NaN instead of an exception. Arrays are not counted by who uses them,
    for that takes most of the time of a kernel that is given dozens of them: whoever calls holds on to them.
    """
    compiled: Function = numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)(function)
    return compiled


def allocating(function: Function) -> Function:
    """As `kernel`, for what makes arrays or is handed one that a kernel made."""
    compiled: Function = numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=True)(function)
    return compiled


def inlined(function: Function) -> Function:
    """As `kernel`, and always a part of its callers: for what is called most.

    A call, and reading again what is behind a pointer, takes longer than what a small kernel does.
    """
    compiled: Function = numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False, forceinline=True)(function)
    return compiled
