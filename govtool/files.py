"""Files that are read whole with a stated format, and written whole or not at all."""

import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from govtool.errors import FileError, ParamError


def read_text(path: Path, remedy: str = "check the path") -> str:
    """Text of a file. FileError if it cannot be read, ParamError if it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror or problem}; {remedy}") from problem
    except UnicodeDecodeError as problem:
        raise ParamError(f"{path}: is not UTF-8 text; {remedy}") from problem


def toml_of(text: str, where: str | Path) -> dict[str, Any]:
    """Content of TOML text; ParamError names where it stands."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise ParamError(f"{where}: is not valid TOML ({problem}); correct that line") from problem


def read_toml(path: Path, file_format: str, remedy: str = "check the path") -> dict[str, Any]:
    """Content of a TOML file of a stated format."""
    content = toml_of(read_text(path, remedy), path)
    refuse_other_format(content, file_format, path, remedy)
    return content


def read_json(path: Path, file_format: str, remedy: str = "check the path") -> dict[str, Any]:
    """Content of a JSON file of a stated format."""
    try:
        content = json.loads(read_text(path, remedy))
    except (ValueError, RecursionError) as problem:
        if isinstance(problem, ParamError):
            raise
        raise ParamError(f"{path}: is not valid JSON ({problem}); {remedy}") from problem
    refuse_other_format(content, file_format, path, remedy)
    return dict(content)


def refuse_other_format(content: Any, file_format: str, where: str | Path, remedy: str) -> None:
    """ParamError unless the content states this format and version."""
    found = content.get("format") if isinstance(content, dict) else None
    if found != file_format:
        raise ParamError(f"{where}: format = {found!r} is not {file_format!r}; {remedy}")


def write_whole(path: Path, write: Callable[[Path], object], *, make_folder: bool = False) -> None:
    """Have `write` fill a temporary file beside `path`, then put it in its place in one move.

    Raises FileError if that fails; nothing is left half-written.
    """
    waiting: Path | None = None
    try:
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
        waiting = Path(name)
        write(waiting)
        waiting.chmod(0o644)
        os.replace(waiting, path)
    except OSError as problem:
        raise FileError(f"{path}: cannot be written ({problem.strerror or problem}); choose another place") from problem
    finally:
        if waiting is not None:
            waiting.unlink(missing_ok=True)


def swap_folder(made: Path, folder: Path) -> None:
    """Put the finished folder `made` in the place of `folder`, which is kept until the move has worked.

    Raises OSError as the system does; `folder` is then as it was.
    """
    if not folder.exists():
        os.rename(made, folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".tmp", dir=folder.parent))
    try:
        os.rename(folder, old / "old")
    except OSError:
        old.rmdir()
        raise
    try:
        os.rename(made, folder)
    except OSError:
        os.rename(old / "old", folder)
        old.rmdir()
        raise
    shutil.rmtree(old, ignore_errors=True)
