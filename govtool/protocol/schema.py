"""JSON Schema of a protocol file, generated from the model."""

from typing import Any

from govtool.protocol.model import FORMAT, Protocol


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12); unit, grid, on-chain name and setter stand under "govtool" of a field."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": FORMAT,
        **Protocol.model_json_schema(),
    }
