"""What every part of a file that this room reads is made of."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Names = tuple[Annotated[str, Field(min_length=1)], ...]


class Section(BaseModel):
    """Base of every part: frozen, and refuses a field that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def tuples(value: Any) -> Any:
    """TOML's arrays as tuples: the models are strict, so that `1.0` or `"1"` is no integer."""
    if isinstance(value, dict):
        return {key: tuples(one) for key, one in value.items()}
    return tuple(tuples(one) for one in value) if isinstance(value, list | tuple) else value
