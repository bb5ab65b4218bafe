"""Protocol files: TOML and presets in, TOML out, nothing half-written."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from govtool.errors import FileError, ParamError
from govtool.files import read_text, toml_of, write_whole
from govtool.protocol.model import Protocol
from govtool.protocol.problem import nearest, param_error

PRESETS = ("dydx-v4", "drift-v2", "synthetix-v3", "derive-v2", "derive-v2-portfolio", "mango-v4", "govtool")
"""Protocols that come with the package."""


def preset(name: str) -> Protocol:
    """A protocol that comes with the package. Raises ParamError for an unknown name."""
    return parsed(preset_text(name), f"preset {name}")


def preset_text(name: str) -> str:
    """The TOML of a preset, with the comments that name its sources."""
    if name not in PRESETS:
        raise ParamError(f'"{name}" is not a preset; {nearest(name, PRESETS)}')
    return (files("govtool.protocol") / "presets" / f"{name}.toml").read_text(encoding="utf-8")


def read_protocol(path_or_preset: str | Path) -> Protocol:
    """A protocol by preset name or from a TOML file.

    Raises
    ------
    FileError
        There is no such file, or it cannot be read.
    ParamError
        It is not TOML, has an unknown or a missing field, or a value that is not allowed.
    """
    name = str(path_or_preset)
    if name in PRESETS:
        return preset(name)
    path = Path(path_or_preset)
    if not path.exists():
        raise FileError(f"{name} is neither a file nor a preset; presets are {', '.join(PRESETS)}")
    text = read_text(path, "give a TOML file")
    return parsed(text, name)


def parsed(text: str, source: str) -> Protocol:
    """A protocol from TOML text; `source` names it in errors."""
    return validated(toml_of(text, source), source)


def validated(data: dict[str, Any], source: str) -> Protocol:
    """A protocol from plain tables. Raises ParamError with the first problem as one sentence."""
    try:
        return Protocol.model_validate(data)
    except ValidationError as error:
        raise param_error(source, error) from error


def write_protocol(protocol: Protocol, path: str | Path) -> None:
    """Write a protocol as TOML, whole or not at all. Raises FileError where the folder does not let it."""
    target = Path(path)
    write_whole(target, lambda waiting: waiting.write_text(to_toml(protocol), encoding="utf-8", newline="\n"))


def to_toml(protocol: Protocol) -> str:
    """The protocol as TOML, in the order of the model: same protocol, same bytes."""
    data = protocol.model_dump(mode="python", exclude_none=True)
    lines = [_line(key, value) for key, value in data.items() if not isinstance(value, dict)]
    for key, table in data.items():
        if isinstance(table, dict):
            lines += _table(key, table)
    return "\n".join(lines) + "\n"


def _table(name: str, table: dict[str, Any]) -> list[str]:
    plain = [_line(key, value) for key, value in table.items() if not isinstance(value, dict)]
    lines = ["", f"[{name}]", *plain] if plain else []
    for key, inner in table.items():
        if isinstance(inner, dict):
            lines += _table(f"{name}.{key}", inner)
    return lines


def _line(key: str, value: int | bool | str) -> str:
    return f"{key} = {_literal(value)}"


def _literal(value: int | bool | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
