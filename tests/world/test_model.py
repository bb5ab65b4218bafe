"""The declarations of a world's fields."""

from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError

from govtool.world.model import World
from govtool.world.traders import Kind


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


KIND = {
    "share": 1.0,
    "size": 1.0,
    "size_spread": 0.0,
    "leverage": 5.0,
    "leverage_spread": 0.0,
    "leverage_limit": 10.0,
    "markets": (1.0, 0.0, 0.0),
    "long": 0.5,
    "hedged": False,
    "formed": 1.0,
    "enter_h": 0.0,
    "hold_h": 1.0,
    "idle_h": 0.0,
    "topup_chance": 0.0,
    "topup_delay_s": 60.0,
    "wallet": 0.0,
}


def test_a_profit_is_taken_above_what_was_put_in():
    assert Kind(**KIND, take_profit=0.0).take_profit == 0.0
    assert Kind(**KIND, take_profit=1.01).take_profit == 1.01
    with pytest.raises(ValidationError, match="take_profit = 1 closes all at once"):
        Kind(**KIND, take_profit=1.0)
