"""Every failure that a user can cause, as one sentence that names the thing and the remedy."""

from collections.abc import Mapping, Sequence
from typing import Any


class GovtoolError(Exception):
    """Bad input or bad usage: the command line prints it as one sentence and exits 2."""


class ParamError(GovtoolError, ValueError):
    """A parameter, field or file entry has a value that is not allowed."""


class DataError(GovtoolError, ValueError):
    """Market data is missing, broken or not what its digest says."""


class FileError(GovtoolError, OSError):
    """A file cannot be read or written."""


class EngineError(GovtoolError, RuntimeError):
    """A replay ended with a status other than done."""


class WorkerError(GovtoolError, RuntimeError):
    """A worker process has gone."""


def fault(problems: Sequence[Mapping[str, Any]], within: str = "") -> str:
    """What a model's validation refused first, as `path = value: what is allowed`.

    `problems` are pydantic's own records, of what stands `within` a larger file. An unknown name explains a
    missing one beside it, so it leads.
    """
    first = min(problems, key=lambda one: one["type"] != "extra_forbidden")
    path = ".".join(str(part) for part in ((within,) if within else ()) + tuple(first["loc"]))
    if first["type"] == "extra_forbidden":
        return f"{path} is an unknown field; remove it or correct its name"
    if first["type"] == "missing":
        return f"{path} is missing; add it"
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return f"{path}: {message}" if path else message
    return f"{path} = {first['input']!r}: {message[:1].lower()}{message[1:]}"
