"""Two protocols side by side: which parameters differ, by how much, and what sets them."""

from dataclasses import dataclass

from govtool.protocol.fields import Field, Value, fields, get
from govtool.protocol.model import Protocol


@dataclass(frozen=True)
class Difference:
    """A parameter that differs; None stands where a protocol has no such parameter."""

    path: str
    unit: str
    before: Value | None
    after: Value | None
    change: str
    setter: str
    meaning: str


def differences(before: Protocol, after: Protocol) -> list[Difference]:
    """Parameters whose values differ, in the first protocol's order, then those that only the second has."""
    old = {field.path: field for field in fields(before)}
    new = {field.path: field for field in fields(after)}
    found = []
    for path, field in (old | new).items():
        left = get(before, path) if path in old else None
        right = get(after, path) if path in new else None
        if left != right:
            found.append(_difference(field, left, right))
    return found


def change(before: Value | None, after: Value | None) -> str:
    """A change in words or percent. Example: 20_000 to 25_000 is "+25 %"; from zero it has no percentage."""
    if before is None:
        return "added"
    if after is None:
        return "removed"
    if isinstance(before, bool | str) or isinstance(after, bool | str):
        return "changed"
    if before == 0:
        return "from zero"
    return f"{100 * (after - before) / abs(before):+.4g} %"


def _difference(field: Field, before: Value | None, after: Value | None) -> Difference:
    return Difference(
        path=field.path,
        unit=field.unit,
        before=before,
        after=after,
        change=change(before, after),
        setter=field.setter,
        meaning=field.meaning,
    )
