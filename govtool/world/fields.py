"""Fields of a world by path: their value, and a world with some of them changed."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from govtool.errors import ParamError
from govtool.world.model import FORMAT, World
from govtool.world.read import model_of

EVERY = "*"
"""In a path: every entry of a table or list, such as `population.kinds.*.stop_loss`."""


def get(world: World, path: str) -> list[Any]:
    """Values at a path, one for each entry that it names. Raises ParamError with the nearest known path."""
    *_, name = path.split(".")
    return [group[name] for group in _groups(world, world.model_dump(), path)]


def replaced(world: World, changes: Mapping[str, Any]) -> World:
    """The world with some fields changed and all rules checked again.

    A part of a path is a field, the key of a table (`population.kinds.retail.herd`), the name of a list's entry
    (`keepers.fast.conduct`) or `*` for all of them. A list changes as a whole: `chain.outages`.

    Raises
    ------
    ParamError
        A path leads nowhere, or a value is refused by the world's own rules.
    """
    data = world.model_dump()
    for path, value in changes.items():
        *_, name = path.split(".")
        for group in _groups(world, data, path):
            group[name] = value
        if isinstance(value, (list, dict)):  # what it holds has fields of its own, which later changes may name
            data = model_of(World, data, FORMAT, world.name).model_dump()
    return model_of(World, data, FORMAT, world.name)


def _groups(world: World, data: dict[str, Any], path: str) -> list[dict[str, Any]]:
    """The tables of a dumped world that hold the field at a path."""
    *parts, name = path.split(".")
    found: list[Any] = [data]
    for part in parts:
        found = [inner for one in found for key, inner in _entries(one) if part in (key, EVERY)]
    if found and all(isinstance(one, dict) and name in one for one in found):
        return found
    close = get_close_matches(path, list(_paths("", data)), n=1, cutoff=0.5)
    hint = f"did you mean {close[0]}?" if close else "a world file names them all"
    raise ParamError(f"world {world.name} has no field {path}; {hint}")


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    """Entries of a table by key, of a list by name."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, (list, tuple)):
        yield from ((str(one.get("name", "")), one) for one in value if isinstance(one, dict))


def _paths(prefix: str, value: Any) -> Iterator[str]:
    """Every path of a dumped world."""
    for key, inner in _entries(value):
        yield prefix + key
        yield from _paths(f"{prefix}{key}.", inner)
