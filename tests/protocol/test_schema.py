"""JSON Schema, generated from the model."""

import json

from govtool.protocol.declare import declarations
from govtool.protocol.model import Tier
from govtool.protocol.schema import schema


def test_the_schema_repeats_bounds_units_and_meaning_of_the_declaration():
    made = schema()
    margin = made["$defs"]["Tier"]["properties"]["initial_margin_ppm"]
    declared = declarations(Tier)["initial_margin_ppm"]
    assert (margin["minimum"], margin["maximum"]) == (declared.low, declared.high)
    assert margin["description"] == declared.meaning
    assert margin["govtool"]["unit"] == "ppm"
    assert margin["govtool"]["setter"] == "MsgSetLiquidityTier"


def test_the_schema_refuses_unknown_fields_and_names_the_version():
    made = schema()
    assert made["$id"] == "govtool/protocol@1"
    assert made["properties"]["format"]["const"] == "govtool/protocol@1"
    assert made["additionalProperties"] is False
    assert all(group["additionalProperties"] is False for group in made["$defs"].values())
    assert json.loads(json.dumps(made)) == made
