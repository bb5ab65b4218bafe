"""Reading a TOML file into a model, with one sentence for whatever is wrong with it."""

from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from govtool.errors import ParamError, fault
from govtool.files import read_text, refuse_other_format, toml_of
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
        return model_of(World, toml_of(source.read_text(encoding="utf-8"), text), FORMAT, text)
    if not text.endswith(".toml") and not Path(text).is_file():
        known = ", ".join(shipped_worlds())
        raise ParamError(f"world {text!r} is neither a file nor a shipped world; shipped are: {known}")
    return model_of(World, toml_of(read_text(Path(text)), text), FORMAT, text).within(Path(text).parent)


def model_of(model: type[Model], content: dict[str, Any], file_format: str, where: str) -> Model:
    """The model of a file's content; the first thing wrong becomes a ParamError of one sentence."""
    refuse_other_format(content, file_format, where, "add or mend it")
    try:
        return model.model_validate(content)
    except ValidationError as problem:
        raise ParamError(f"{where}: {fault(problem.errors(include_url=False))}") from problem
