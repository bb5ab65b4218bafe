"""What is wrong with a protocol, as one sentence: place, value, what is allowed."""

import difflib
from collections.abc import Iterable
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from govtool.errors import ParamError
from govtool.protocol.declare import Declaration, declarations
from govtool.protocol.model import FORMAT, Protocol

Place = tuple[int | str, ...]

LISTED = 12
"""Most names that a sentence lists."""


def param_error(source: str, error: ValidationError) -> ParamError:
    """The first problem of a validation as a sentence; the number of others follows in brackets."""
    problems = error.errors(include_url=False)
    # An unknown name explains a missing one beside it: it comes first.
    first = min(problems, key=lambda problem: problem["type"] != "extra_forbidden")
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return ParamError(f"{source}: {_sentence(dict(first))}{more}")


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a sentence that points to what may have been meant."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]}?"
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"known here: {', '.join(names[:LISTED])}{more}"


def _sentence(problem: dict[str, Any]) -> str:
    place: Place = problem["loc"]
    path = ".".join(str(part) for part in place)
    kind, value = problem["type"], problem["input"]
    if kind == "extra_forbidden":
        return f"unknown field {path}; {nearest(str(place[-1]), _names(place[:-1]))}"
    if kind == "missing":
        return f"{path} is missing; {_how_to_add(place)}"
    if kind == "value_error":
        inside = f"{path}: " if path else ""
        return f"{inside}{problem['ctx']['error']}"
    if place == ("format",):
        return f'format = {_shown(value)} is not a version that this govtool reads; it reads "{FORMAT}"'
    if place and place[-1] == "[key]":
        return f"{'.'.join(str(part) for part in place[:-1])} is not a usable name; {_NAME_RULE}"
    return f"{path} = {_shown(value)} {_allowed(place, problem)}"


_NAME_RULE = "use letters, digits, hyphen and underscore"


def _allowed(place: Place, problem: dict[str, Any]) -> str:
    declared = _declared(place)
    if declared is None:
        return f"is not allowed: {problem['msg'][0].lower()}{problem['msg'][1:]}"
    if declared.kind == "bool":
        return "is not true or false"
    if declared.kind == "enum":
        return f"is not one of {', '.join(declared.choices)}"
    if declared.kind in ("text", "reference"):
        return "is not a text; write one in quotes"
    if problem["type"] == "int_type":
        return f"is not a whole number; write it in {declared.unit}"
    if problem["type"] == "multiple_of":
        return f"is off the on-chain grid; use a multiple of {declared.grid} {declared.unit}"
    return f"is outside {declared.low} to {declared.high} {declared.unit}; use a value inside"


def _how_to_add(place: Place) -> str:
    declared = _declared(place)
    if declared is None:
        return "add it"
    if declared.kind == "int":
        return f"add it, {declared.low} to {declared.high} {declared.unit}: {declared.meaning}"
    return f"add it: {declared.meaning}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, int | float):
        return str(value)
    return f"a {type(value).__name__}"


def _group(place: Place) -> type[BaseModel] | None:
    """Class of the table at a place; a table of tables has the class of its entries one step deeper."""
    group: type[BaseModel] = Protocol
    parts = list(place)
    while parts:
        info = group.model_fields.get(str(parts.pop(0)))
        if info is None:
            return None
        inner = [info.annotation, *get_args(info.annotation)]
        groups = [part for part in inner if isinstance(part, type) and issubclass(part, BaseModel)]
        if not groups:
            return None
        group = groups[-1]
        if info.annotation is not None and getattr(info.annotation, "__origin__", None) is dict and parts:
            parts.pop(0)
    return group


def _names(place: Place) -> list[str]:
    group = _group(place)
    return list(group.model_fields) if group is not None else []


def _declared(place: Place) -> Declaration | None:
    group = _group(place[:-1])
    return declarations(group).get(str(place[-1])) if group is not None else None
