"""How a field of a world is declared: bounds, unit, meaning, and where its shipped value comes from."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

ASSUMPTION = "assumption"
"""Source of a value that no published figure supports."""


class Group(BaseModel):
    """Base of every group of the world: frozen, strict, finite, and refuses a field that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def stated(*, unit: str, meaning: str, source: str = ASSUMPTION, **bounds: Any) -> Any:
    """Declare a field; `source` says where the value in `worlds/default.toml` comes from."""
    return Field(description=f"{meaning} Unit: {unit}. Source of the default: {source}.", **bounds)
