"""Parameters by path: what each is, its value, and a protocol with some of them changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from govtool.errors import ParamError
from govtool.protocol.declare import NONE, Declaration, declarations
from govtool.protocol.model import Protocol
from govtool.protocol.read import validated

Value = int | bool | str


@dataclass(frozen=True)
class Field:
    """A parameter of one protocol, at a concrete path such as `tiers.large-cap.initial_margin_ppm`.

    `grid` is what the chain can hold; `step` is the declared search grid, a multiple of it. `choices` are the
    values of an enum or the keys that a reference may name.
    """

    path: str
    unit: str
    low: int
    high: int
    grid: int
    meaning: str
    on_chain: str
    setter: str
    step: int
    kind: str
    choices: tuple[str, ...]
    searchable: bool


def fields(protocol: Protocol) -> list[Field]:
    """All parameters of a protocol, in the order of its file."""
    return [_field(protocol, path, declared) for path, declared in _walk(protocol)]


def field(protocol: Protocol, path: str) -> Field:
    """The parameter at a path. Raises ParamError with the nearest known path."""
    declared = declarations(type(_group(protocol, path)))[path.rpartition(".")[2]]
    return _field(protocol, path, declared)


def get(protocol: Protocol, path: str) -> Value:
    """Value of the parameter at a path. Raises ParamError with the nearest known path."""
    value: Value = getattr(_group(protocol, path), path.rpartition(".")[2])
    return value


def replaced(protocol: Protocol, changes: Mapping[str, Value]) -> Protocol:
    """The protocol with some parameters changed and all rules checked again.

    Raises ParamError for an unknown path, a value off the on-chain grid or outside its bounds, or a broken
    rule between fields. Nothing is rounded: `snap` does that.
    """
    data = protocol.model_dump(mode="python", exclude_none=True)
    for path, value in changes.items():
        _group(protocol, path)  # refuses a path that leads nowhere
        *tables, name = path.split(".")
        table = data
        for part in tables:
            table = table[part]
        table[name] = value
    return validated(data, protocol.name)


def snap(one: Field, value: float | Fraction, step: int | None = None) -> int:
    """Nearest value inside the bounds on the on-chain grid, or on a coarser step that is a multiple of it.

    Ties go to the even multiple. Example: 20_400 on a step of 1_000 is 20_000.
    """
    if one.kind != "int":
        raise ParamError(f"{one.path} is not a number but a {one.kind}; it has no grid to snap to")
    width = one.grid if step is None else step
    if width < 1 or width % one.grid != 0:
        raise ParamError(f"{one.path}: a step of {width} is off the on-chain grid; use a multiple of {one.grid}")
    if value != value or value in (float("inf"), float("-inf")):
        raise ParamError(f"{one.path} = {value} is not a finite number; give one")
    least, most = -(-one.low // width), one.high // width
    return min(max(round(Fraction(value) / width), least), most) * width


def _group(protocol: Protocol, path: str) -> BaseModel:
    """The group that holds the parameter at a path."""
    *tables, name = path.split(".")
    value: Any = protocol
    for part in tables:
        value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
    if isinstance(value, BaseModel) and name in declarations(type(value)):
        return value
    close = get_close_matches(path, [one for one, _ in _walk(protocol)], n=1, cutoff=0.5)
    hint = f"did you mean {close[0]}?" if close else "`govtool params show` lists them all"
    raise ParamError(f"{protocol.name} has no parameter {path}; {hint}")


def _walk(protocol: Protocol) -> Iterator[tuple[str, Declaration]]:
    for name in Protocol.model_fields:
        value = getattr(protocol, name)
        if isinstance(value, BaseModel):
            yield from _declared(name, value)
        elif isinstance(value, dict):
            for key, entry in value.items():
                yield from _declared(f"{name}.{key}", entry)


def _declared(prefix: str, group: BaseModel) -> Iterator[tuple[str, Declaration]]:
    """The parameters of a group, then those of the groups inside it."""
    for name, declared in declarations(type(group)).items():
        yield f"{prefix}.{name}", declared
    for name in type(group).model_fields:
        inner = getattr(group, name)
        if isinstance(inner, BaseModel):
            yield from _declared(f"{prefix}.{name}", inner)


def _field(protocol: Protocol, path: str, declared: Declaration) -> Field:
    on_target = protocol.system == "dydx-v4"
    reference = declared.kind == "reference"
    return Field(
        path=path,
        unit=declared.unit,
        low=declared.low,
        high=declared.high,
        grid=declared.grid,
        meaning=declared.meaning,
        # Only dydx-v4 names a chain: elsewhere there is nothing to set.
        on_chain=declared.on_chain if on_target else NONE,
        setter=declared.setter if on_target and _settable(protocol, path) else NONE,
        step=declared.step,
        kind=declared.kind,
        choices=_keys(protocol, path) if reference else declared.choices,
        searchable=declared.searchable,
    )


def _keys(protocol: Protocol, path: str) -> tuple[str, ...]:
    """Keys that a reference at a path may name."""
    return ("", *protocol.markets) if path.startswith("collateral.") else tuple(protocol.tiers)


def _settable(protocol: Protocol, path: str) -> bool:
    """Whether a message can name this parameter: not if it belongs to a market without an on-chain number."""
    table, _, rest = path.partition(".")
    return table != "markets" or protocol.markets[rest.partition(".")[0]].on_chain
