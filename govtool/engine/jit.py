"""The `kernel` decorator: numba without surprises, cached by what the engine's sources say."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

from govtool.engine.cache import keep_by_content
from govtool.engine.compiling import watch_compiler

Function = TypeVar("Function", bound=Callable[..., Any])


keep_by_content()
watch_compiler()


def kernel(function: Function) -> Function:
    """Compile `function`: lock released, IEEE order kept (no fastmath), one thread, cached on disk.

    Division by zero follows IEEE and gives inf or NaN instead of an exception.
    """
    compiled: Function = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled


def inlined(function: Function) -> Function:
    """As `kernel`, and always a part of its callers: for what is called most.

    A call hands over every array of a state one by one, which takes longer than what a small kernel does.
    """
    compiled: Function = numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(function)
    return compiled
