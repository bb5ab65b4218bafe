"""The declarations of a world's fields."""

from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel

from govtool.world.model import World


def groups(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and every model inside it."""
    yield model
    for info in model.model_fields.values():
        for part in (info.annotation, *get_args(info.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from groups(part)


def test_every_number_says_its_unit_and_where_its_default_comes_from():
    silent = [
        f"{group.__name__}.{name}"
        for group in groups(World)
        for name, info in group.model_fields.items()
        if info.annotation in (int, float, bool, str)
        and not ("Unit: " in (info.description or "") and "Source of the default: " in (info.description or ""))
    ]
    assert silent == []


def test_a_world_is_frozen():
    assert all(group.model_config["frozen"] for group in groups(World))
