"""Reading a TOML file into a model, with one sentence for whatever is wrong with it; worlds may extend each other."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from govtool.errors import ParamError, fault
from govtool.files import read_text, refuse_other_format, toml_of
from govtool.world.model import FORMAT, World

Model = TypeVar("Model", bound=BaseModel)

DEFAULT = "default"

EXTENDS = "extends"
"""Entry of a world file that names the world it differs from."""

ORIGINS = "origins"
"""Table of a world file that says where its values come from."""

_ABOUT = ("format", "name", EXTENDS, ORIGINS)
"""Entries that say nothing about the world."""


def shipped_worlds() -> tuple[str, ...]:
    """Names of the worlds that come with govtool."""
    folder = files("govtool.world") / "worlds"
    return tuple(sorted(Path(entry.name).stem for entry in folder.iterdir() if entry.name.endswith(".toml")))


def read_world(path_or_name: str | Path) -> World:
    """The world in a TOML file, or a shipped one by name, such as "default".

    A file with `extends` states what differs from another, a shipped one or a file beside it: tables merge field by
    field, and anything else takes the place of what was there, lists whole.

    Raises
    ------
    FileError
        The file, or one that it extends, cannot be read.
    ParamError
        It is not TOML, of another format, extends itself or a world that is not there, or a field is missing, unknown
        or out of bounds.
    """
    text = str(path_or_name)
    content = _merged(text, ())
    origins = content.pop(ORIGINS, {})
    world = model_of(World, content, FORMAT, text)
    _refuse_strange(origins, tuple(_names(content)), text)
    return world


def stated_in(path_or_name: str | Path) -> tuple[str, ...]:
    """Dotted names of the fields that a world file states itself; those in a list of tables without a number."""
    content, _ = _own(str(path_or_name), ())
    return tuple(dict.fromkeys(_names({key: content[key] for key in content if key not in _ABOUT})))


def origins_of(path_or_name: str | Path) -> dict[str, str]:
    """Where the values of a world come from, by the dotted name of a field or of the table that holds it.

    What a file extends says so of its own values; the file's own word counts. Fields that nobody names have the
    source that their declaration states (`world/declare.py`).
    """
    return dict(_merged(str(path_or_name), ()).get(ORIGINS, {}))


def model_of(model: type[Model], content: dict[str, Any], file_format: str, where: str) -> Model:
    """The model of a file's content; the first thing wrong becomes a ParamError of one sentence."""
    refuse_other_format(content, file_format, where, "add or mend it")
    try:
        return model.model_validate(content)
    except ValidationError as problem:
        raise ParamError(f"{where}: {fault(problem.errors(include_url=False))}") from problem


def _merged(text: str, above: tuple[str, ...]) -> dict[str, Any]:
    """Content of a world and of all that it extends, `above` being the worlds that asked for it, as identities."""
    content, identity = _own(text, above)
    base = content.pop(EXTENDS, None)
    if base is None:
        return content
    refuse_other_format(content, FORMAT, text, "add or mend it")
    if not isinstance(base, str):
        raise ParamError(f"{text}: {EXTENDS} = {base!r} is no text; name a shipped world or a file beside this one")
    named = base
    if base not in shipped_worlds():
        named = str(Path(text).parent / base)
        if text in shipped_worlds() or not Path(named).is_file():
            known = ", ".join(shipped_worlds())
            raise ParamError(f"{text}: {EXTENDS} = {base!r} is neither a file beside it nor a shipped world: {known}")
    return _over(_merged(named, (*above, identity)), content)


def _own(text: str, above: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    """What one world file says, the files that it names looked for beside it; and what tells it from others."""
    if text in shipped_worlds():
        content = toml_of((files("govtool.world") / "worlds" / f"{text}.toml").read_text(encoding="utf-8"), text)
        identity = text
    else:
        path = Path(text)
        if not text.endswith(".toml") and not path.is_file():
            known = ", ".join(shipped_worlds())
            raise ParamError(f"world {text!r} is neither a file nor a shipped world; shipped are: {known}")
        content, identity = toml_of(read_text(path), text), str(path.resolve())
        _beside(content, path.parent)
    if identity in above:
        raise ParamError(f"{text}: extends itself, by way of {' and '.join(above)}; one of them must stand alone")
    return content, identity


def _beside(content: dict[str, Any], folder: Path) -> None:
    """Have the file of accounts, if one is named, looked for in a folder."""
    population = content.get("population")
    if isinstance(population, dict) and isinstance(snapshot := population.get("snapshot"), str) and snapshot:
        population["snapshot"] = str(folder / snapshot)


def _over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A table laid over another: tables in both merge, anything else of `own` takes the place of what was there."""
    merged = dict(base)
    for key, value in own.items():
        beneath = merged.get(key)
        merged[key] = _over(beneath, value) if isinstance(beneath, dict) and isinstance(value, dict) else value
    return merged


def _refuse_strange(origins: Any, stated: tuple[str, ...], text: str) -> None:
    """ParamError unless every origin is a sentence about something that the world states."""
    if not isinstance(origins, dict):
        raise ParamError(f"{text}: {ORIGINS} = {origins!r} is no table; give the source of each field in quotes")
    for field, source in origins.items():
        if not isinstance(source, str) or not source:
            raise ParamError(f"{text}: {ORIGINS}.{field!r} = {source!r} is no sentence; quote the field's whole name")
        if not any(name == field or name.startswith(f"{field}.") for name in stated):
            raise ParamError(f"{text}: {ORIGINS} speaks of {field!r}, which the world does not state; correct its name")


def _names(value: Any, path: str = "") -> Iterator[str]:
    """Dotted names of every value within; tables in a list are taken together, an empty table is a value."""
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from _names(one, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        for one in value:
            yield from _names(one, path)
    else:
        yield path
