"""Governance messages: the chain's JSON types, whole objects, and back without loss."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from govtool.errors import ParamError
from govtool.protocol.chain import changed, community_pool_spend, from_chain, to_chain
from govtool.protocol.fields import field, fields, get, replaced
from govtool.protocol.message import BODIES
from govtool.protocol.model import Protocol
from govtool.protocol.read import preset
from tests.protocol.strategies import protocols

DYDX = preset("dydx-v4")
EXAMPLES = json.loads((Path(__file__).parents[1] / "vectors" / "dydx_gov_payloads.json").read_text())["examples"]
KNOWN = [
    "MsgSetLiquidityTier",
    "MsgUpdateLiquidationsConfig",
    "MsgUpdatePerpetualParams",
    "MsgUpdateParams_perpetuals",
    "MsgUpdateMarketParam",
    "combined_risk_package",
]


def kinds(value: object) -> object:
    """The shape of JSON: the same keys and types, without the values."""
    if isinstance(value, dict):
        return {key: kinds(inner) for key, inner in value.items()}
    return [kinds(inner) for inner in value] if isinstance(value, list) else type(value)


@settings(max_examples=20)
@given(protocols(system="dydx-v4"), protocols(system="dydx-v4"))
def test_messages_carry_every_setting_to_another_protocol(protocol, other):
    through_json = json.loads(json.dumps(to_chain(protocol)))
    assert from_chain(through_json, protocol) == protocol
    # What no message sets stays the base's: give it the same markets and see the rest arrive.
    base = Protocol.model_validate(
        other.model_dump(exclude_none=True)
        | {"markets": _dump(protocol, "markets"), "tiers": _dump(protocol, "tiers"), "collateral": {}}
    )
    # Limits that no message sets must let the least position of the other protocol pass.
    names = ("account_window", "market_window", "outstanding")
    base = replaced(base, {f"liquidation.{name}_notional": 0 for name in names})
    after = from_chain(through_json, base)
    settable = [one.path for one in fields(protocol) if one.setter not in ("none", "MsgCommunityPoolSpend")]
    assert [get(after, path) for path in settable] == [get(protocol, path) for path in settable]
    assert after.insurance == other.insurance and after.fees == other.fees


def _dump(protocol: Protocol, name: str) -> object:
    return protocol.model_dump(exclude_none=True)[name]


@pytest.mark.parametrize("name", KNOWN)
def test_our_messages_have_the_fields_and_types_of_the_examples(name):
    ours = {message["@type"]: kinds(message) for message in to_chain(DYDX)}
    for message in EXAMPLES[name]["messages"]:
        assert ours[message["@type"]] == kinds(message)


@pytest.mark.parametrize("name", KNOWN)
def test_an_example_proposal_is_decoded_and_encoded_to_the_same_messages(name):
    messages = EXAMPLES[name]["messages"]
    after = from_chain(messages, DYDX)
    assert [message for message in to_chain(after) if message in messages] == sorted(
        messages, key=lambda message: list(BODIES).index(message["@type"])
    )


def test_a_transfer_is_the_example_payment():
    example = EXAMPLES["MsgCommunityPoolSpend_insurance_in"]["messages"]
    assert [community_pool_spend(1_000_000_000_000)] == example
    with pytest.raises(ParamError, match="moves nothing"):
        community_pool_spend(0)


def test_every_rendered_setter_is_declared_and_the_other_way_round():
    rendered = {kind.rpartition(".")[2] for kind in BODIES}
    declared = {one.setter for one in fields(DYDX)} - {"none", "MsgCommunityPoolSpend"}
    assert declared == rendered


def test_a_change_renders_whole_objects_and_swapped_gives_the_way_back():
    path = "tiers.long-tail.initial_margin_ppm"
    candidate = replaced(DYDX, {path: 250_000, "liquidation.max_liquidation_fee_ppm": 12_500})
    forward, back = changed(DYDX, candidate), changed(candidate, DYDX)
    assert [message["@type"].rpartition(".")[2] for message in forward] == [
        "MsgSetLiquidityTier",
        "MsgUpdateLiquidationsConfig",
    ]
    assert forward[0]["liquidity_tier"] == {
        "id": 2,
        "name": "Long-Tail",
        "initial_margin_ppm": 250_000,
        "maintenance_fraction_ppm": 500_000,
        "base_position_notional": "0",
        "impact_notional": "2500000000",
        "open_interest_lower_cap": "5000000000000",
        "open_interest_upper_cap": "10000000000000",
    }
    assert from_chain(forward, DYDX) == candidate
    assert from_chain(back, candidate) == DYDX
    assert changed(DYDX, DYDX) == []


def test_a_change_of_every_settable_number_changes_a_message():
    for one in fields(DYDX):
        if one.setter in ("none", "MsgCommunityPoolSpend") or one.kind != "int" or one.path.endswith("id"):
            continue
        value = get(DYDX, one.path)
        assert isinstance(value, int)
        moved = value + 1 if value < one.high else value - 1
        if one.path.endswith("open_interest_lower_cap"):
            moved = value - 1 if value else 0
        if moved != value:
            assert len(changed(DYDX, replaced(DYDX, {one.path: moved}))) == 1, one.path


def test_markets_without_a_number_on_chain_are_in_no_message():
    assert not field(DYDX, "markets.BNB.on_chain").searchable
    text = json.dumps(to_chain(DYDX))
    assert "BTC-USD" in text and "BNB-USD" not in text


def test_a_new_tier_is_added_under_its_number():
    message = json.loads(json.dumps(to_chain(DYDX)[0]))
    message["liquidity_tier"] |= {"id": 7, "name": "IML 5x"}
    after = from_chain([message], DYDX)
    assert after.tiers["tier-7"].name == "IML 5x" and len(after.tiers) == len(DYDX.tiers) + 1


def test_a_protocol_without_a_chain_has_no_messages():
    with pytest.raises(ParamError, match='govtool: system = "govtool" has no chain'):
        to_chain(preset("govtool"))
    with pytest.raises(ParamError, match="has no messages"):
        from_chain([], preset("govtool"))


@pytest.mark.parametrize(
    ("row", "change", "sentence"),
    [
        (0, {"liquidity_tier.impact_notional": 5}, "impact_notional = 5 is not a decimal string"),
        (0, {"liquidity_tier.impact_notional": "-5"}, "impact_notional = '-5' is not a decimal string"),
        (0, {"liquidity_tier.impact_notional": "٥"}, "is not a decimal string"),
        (0, {"liquidity_tier.initial_margin_ppm": "5"}, "initial_margin_ppm = '5' is not a whole number"),
        (0, {"liquidity_tier.initial_margin_ppm": True}, "initial_margin_ppm = True is not a whole number"),
        (0, {"liquidity_tier.initial_margin_ppm": 1_000_001}, "is outside 1 to 1000000 ppm"),
        (0, {"liquidity_tier.name": None}, "tiers.large-cap.name = a NoneType is not a text"),
        (0, {"liquidity_tier.initial_margn_ppm": 5}, "unknown field initial_margn_ppm; did you mean initial_"),
        (0, {"liquidity_tier": []}, "liquidity_tier is not an object"),
        (0, {"authority": "dydx1x"}, "authority = dydx1x is not governance"),
        (0, {"@type": "/dydxprotocol.perpetuals.MsgSetLiquidityTire"}, "did you mean /dydxprotocol.perpetuals."),
        (0, {"expedited": True}, "unknown field expedited"),
        (-1, {"market_param.pair": "X-USD"}, "pair = 'X-USD' is not XRP-USD"),
        (-1, {"market_param.id": 77}, "id = 77 is no market"),
        (-1, {"market_param.min_price_change_ppm": 10_000}, "is outside 1 to 9999 ppm"),
        (9, {"perpetual_params.liquidity_tier": 99}, "liquidity_tier = 99 is not a tier"),
        (9, {"perpetual_params.market_type": ["x"]}, "market_type = ['x'] is not one of PERPETUAL_"),
    ],
)
def test_a_message_that_the_chain_would_not_take_is_refused(row, change, sentence):
    messages = json.loads(json.dumps(to_chain(DYDX)))
    for path, value in change.items():
        *parts, name = path.split(".") if not path.startswith("@") else [path]
        table = messages[row]
        for part in parts:
            table = table[part]
        table[name] = value
    with pytest.raises(ParamError) as refused:
        from_chain(messages, DYDX)
    assert sentence in str(refused.value)


def test_a_message_with_a_field_left_out_is_refused():
    messages = json.loads(json.dumps(to_chain(DYDX)))
    del messages[7]["liquidations_config"]["fillable_price_config"]["bankruptcy_adjustment_ppm"]
    with pytest.raises(ParamError, match="bankruptcy_adjustment_ppm is missing; a message replaces the whole"):
        from_chain(messages, DYDX)
    with pytest.raises(ParamError, match=r"messages\[0\] is not an object"):
        from_chain(["x"], DYDX)
