"""Canonical JSON: one object, one spelling, so that a digest speaks of numbers and not of formatting.

Keys sorted, indent of one space, UTF-8, LF, a newline at the end. Not a number and infinity have no spelling in
JSON and are written as null. Measured numbers are rounded to nine significant digits; given ones stay as given.
"""

import hashlib
import json
import math
import numbers
from collections.abc import Mapping
from typing import Any

from govtool.errors import ParamError

DIGITS = 9
"""Significant digits of a float, as the objectives are rounded before a search sees them."""


def rounded(number: float) -> float | None:
    """A float at nine significant digits; null if it is not finite, and never minus zero.

    Example: 0.1234567891234 is 0.123456789.
    """
    if not math.isfinite(number):
        return None
    return float(f"{number:.{DIGITS - 1}e}") + 0.0


def plain(value: Any) -> Any:
    """The value as JSON holds it: dicts with text keys, lists, and floats as they are; null for one not finite.

    Raises
    ------
    ParamError
        For a type that JSON does not have.
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    kind = type(value).__name__
    raise ParamError(f"evidence cannot hold {kind} {value!r}; give numbers, text, lists or tables")


def nine(value: Any) -> Any:
    """As `plain`, with floats at nine significant digits: for numbers that were measured, not given."""
    found = plain(value)
    if isinstance(found, float):
        return rounded(found)
    if isinstance(found, dict):
        return {key: nine(one) for key, one in found.items()}
    return [nine(one) for one in found] if isinstance(found, list) else found


def canonical(value: Any) -> bytes:
    """Bytes of the value in the one spelling."""
    text = json.dumps(plain(value), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def digest_bytes(content: bytes) -> str:
    """`sha256:` and the hash of the bytes."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def digest_of(value: Any) -> str:
    """Digest of the canonical bytes of a value."""
    return digest_bytes(canonical(value))


def parse(content: bytes) -> Any:
    """Read JSON strictly: UTF-8, no key twice, no NaN.

    Raises
    ------
    ValueError
        Saying what is wrong and where.
    """
    text = content.decode("utf-8")
    return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        twice = next(key for position, (key, _) in enumerate(pairs) if key in dict(pairs[:position]))
        raise ValueError(f"key {twice!r} stands twice")
    return table


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number of canonical JSON")
