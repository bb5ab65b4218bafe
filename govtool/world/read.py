"""Reading a TOML file into a model, with one sentence for whatever is wrong with it."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from govtool.errors import FileError, ParamError
from govtool.world.model import FORMAT, World

Model = TypeVar("Model", bound=BaseModel)

DEFAULT = "default"


def shipped_worlds() -> tuple[str, ...]:
    """Names of the worlds that come with govtool."""
    folder = files("govtool.world") / "worlds"
    return tuple(sorted(Path(entry.name).stem for entry in folder.iterdir() if entry.name.endswith(".toml")))


def read_world(path_or_name: str | Path) -> World:
    """The world in a TOML file, or a shipped one by name, such as "default".

    Raises
    ------
    FileError
        The file cannot be read.
    ParamError
        It is not TOML, of another format, or a field is missing, unknown or out of bounds.
    """
    text = str(path_or_name)
    if text in shipped_worlds():
        source = files("govtool.world") / "worlds" / f"{text}.toml"
        return model_of(World, read_toml_text(source.read_text(encoding="utf-8"), text), FORMAT, text)
    if not text.endswith(".toml") and not Path(text).is_file():
        known = ", ".join(shipped_worlds())
        raise ParamError(f"world {text!r} is neither a file nor a shipped world; shipped are: {known}")
    return model_of(World, read_toml(Path(text)), FORMAT, text)


def read_toml(path: Path) -> dict[str, Any]:
    """Content of a TOML file; FileError or ParamError names the file."""
    try:
        return read_toml_text(path.read_text(encoding="utf-8"), str(path))
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror or problem}; check the path") from problem
    except UnicodeDecodeError as problem:
        raise ParamError(f"{path}: is not UTF-8 text; save it as UTF-8") from problem


def read_toml_text(text: str, where: str) -> dict[str, Any]:
    """Content of TOML text; ParamError names `where` it stands."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ParamError(f"{where}: is not valid TOML: {problem}; mend that place") from problem


def model_of(model: type[Model], content: dict[str, Any], file_format: str, where: str) -> Model:
    """The model of a file's content; the first thing wrong becomes a ParamError of one sentence."""
    if content.get("format") != file_format:
        raise ParamError(f"{where}: format = {content.get('format')!r} is not {file_format!r}; add or mend it")
    try:
        return model.model_validate(content)
    except ValidationError as problem:
        raise ParamError(f"{where}: {_sentence(problem)}") from problem


def _sentence(problem: ValidationError) -> str:
    """The first error as `path = value: what is allowed`; an unknown name explains a missing one, so it leads."""
    error = min(problem.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden")
    path = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{path} is not a field; remove it or mend its name"
    if error["type"] == "missing":
        return f"{path} is missing; add it"
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "value_error":
        return f"{path}: {message}" if path else message
    return f"{path} = {error['input']!r}: {message[:1].lower()}{message[1:]}"
