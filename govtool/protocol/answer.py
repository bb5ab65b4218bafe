"""The shape of what a conformance vector calls: plain JSON inputs by name, to plain values."""

from collections.abc import Callable, Mapping
from typing import Any

Inputs = Mapping[str, Any]
Answer = Callable[[Inputs], Any]


def flag(inputs: Inputs, name: str) -> bool:
    """An input that is true or false; a number is neither.

    Raises
    ------
    KeyError
        It is missing.
    TypeError
        It is something else.
    """
    value = inputs[name]
    if not isinstance(value, bool):
        raise TypeError(f"{name} = {value!r} is not true or false")
    return value
