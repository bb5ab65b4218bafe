"""Groups of the engine's inputs as arrays by dotted name, for a digest or a file, and back."""

from typing import Any

import numpy as np


def flat(title: str, part: Any) -> dict[str, np.ndarray]:
    """Every field of a group, and of the groups in it. Example: "venue.passage.bridge_lag" of a `Venue`."""
    found: dict[str, np.ndarray] = {}
    for name, value in part._asdict().items():
        dotted = f"{title}.{name}"
        found |= flat(dotted, value) if hasattr(value, "_asdict") else {dotted: np.asarray(value)}
    return found


def grouped(title: str, kind: Any, arrays: dict[str, np.ndarray]) -> Any:
    """The group that `flat` took apart: a field without an array has its default, scalars are plain numbers.

    Raises
    ------
    KeyError
        An array of this title is no field of the group; the message is its name.
    """
    found: dict[str, Any] = {}
    for dotted, array in arrays.items():
        if not dotted.startswith(f"{title}."):
            continue
        name, _, deeper = dotted.removeprefix(f"{title}.").partition(".")
        inner = kind._field_defaults.get(name)
        if name not in kind._fields or bool(deeper) != hasattr(inner, "_asdict"):
            raise KeyError(dotted)
        if not deeper:
            found[name] = array.item() if array.ndim == 0 else np.ascontiguousarray(array)
        elif name not in found:
            found[name] = grouped(f"{title}.{name}", type(inner), arrays)
    return kind(**found)
