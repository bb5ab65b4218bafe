"""How a parameter is declared: once, with unit, bounds, grid, meaning, on-chain name and setter."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

NONE = "none"
"""On-chain name or setter of a field that the chain does not hold, or that no message sets."""

UINT32_MAX = 2**32 - 1
INT64_MAX = 2**63 - 1
"""Largest quantum amount: the ledger's integer and TOML's; the chain's uint64 reaches twice as far."""

EXTRA = "govtool"
"""Key under which a declaration stands in a field's JSON Schema."""

Kind = Literal["int", "bool", "enum", "reference", "text"]


@dataclass(frozen=True)
class Declaration:
    """What is declared of one field; the chain holds multiples of `grid`, a search tries those of `step`."""

    kind: Kind
    unit: str
    meaning: str
    low: int
    high: int
    grid: int
    step: int
    on_chain: str
    setter: str
    searchable: bool
    choices: tuple[str, ...] = ()


class Group(BaseModel):
    """Base of every group of parameters: frozen, and refuses a field that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def number(
    *,
    unit: str,
    low: int,
    high: int,
    meaning: str,
    grid: int = 1,
    step: int = 1,
    on_chain: str = NONE,
    setter: str = NONE,
    searchable: bool = True,
) -> Any:
    """Declare an integer in on-chain units; bounds are inclusive, `step` is the default search grid."""
    extra = {
        "kind": "int",
        "unit": unit,
        "grid": grid,
        "step": step,
        "on_chain": on_chain,
        "setter": setter,
        "searchable": searchable,
    }
    schema: dict[str, Any] = {EXTRA: extra}
    return Field(ge=low, le=high, multiple_of=grid, description=meaning, json_schema_extra=schema)


def other(
    kind: Literal["bool", "enum", "reference", "text"],
    *,
    meaning: str,
    on_chain: str = NONE,
    setter: str = NONE,
    searchable: bool = True,
) -> Any:
    """Declare a switch, a choice of words, the key of another table, or a text."""
    extra = {
        "kind": kind,
        "unit": kind,
        "grid": 1,
        "step": 1,
        "on_chain": on_chain,
        "setter": setter,
        "searchable": searchable and kind != "text",
    }
    schema: dict[str, Any] = {EXTRA: extra}
    return Field(description=meaning, json_schema_extra=schema)


@cache
def declarations(group: type[BaseModel]) -> Mapping[str, Declaration]:
    """Declaration of each declared field of a group, in the order of the class."""
    found = {}
    for name, info in group.model_fields.items():
        extra = info.json_schema_extra
        if isinstance(extra, Mapping) and isinstance(extra.get(EXTRA), Mapping):
            found[name] = _declaration(info, dict(extra[EXTRA]))  # type: ignore[arg-type]
    return MappingProxyType(found)


def _declaration(info: FieldInfo, extra: dict[str, Any]) -> Declaration:
    bounds = {"ge": 0, "le": 1}
    for rule in info.metadata:
        bounds |= {name: getattr(rule, name) for name in bounds if hasattr(rule, name)}
    literal = get_origin(info.annotation) is Literal
    return Declaration(
        meaning=info.description or "",
        low=bounds["ge"],
        high=bounds["le"],
        choices=tuple(get_args(info.annotation)) if literal else (),
        **extra,
    )
