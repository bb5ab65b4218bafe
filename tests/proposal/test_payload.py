"""Payloads replace whole objects, decode back to what was voted, and have an inverse."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govtool.errors import ParamError
from govtool.proposal.payload import STAMP, TRANSFER, Texts, decoded, moved, render_payload, settable, text_of, values
from govtool.protocol.fields import fields, replaced
from govtool.protocol.read import preset

EXAMPLES = json.loads((Path(__file__).parents[1] / "vectors" / "dydx_gov_payloads.json").read_text())["examples"]
TEXTS = Texts("Title", "Summary", "metadata", "2000000000000000000000adydx")
BACK = Texts("Roll back", "Summary", "metadata", "2000000000000000000000adydx")
CURRENT = preset("dydx-v4")


def payload_of(changes, **kwargs):
    return render_payload(CURRENT, replaced(CURRENT, changes), TEXTS, BACK, **({"stamp": None} | kwargs))


def shape(value):
    """The types of a JSON value, key by key: what a decoder of the chain sees."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list) else type(value).__name__


@pytest.mark.parametrize(
    ("field", "value", "example"),
    [
        ("tiers.long-tail.initial_margin_ppm", 250_000, "MsgSetLiquidityTier"),
        ("liquidation.bankruptcy_adjustment_ppm", 1_200_000, "MsgUpdateLiquidationsConfig"),
        ("markets.SOL.default_funding_ppm", 50, "MsgUpdatePerpetualParams"),
        ("funding.rate_clamp_factor_ppm", 5_000_000, "MsgUpdateParams_perpetuals"),
        ("markets.LINK.min_price_change_ppm", 1_500, "MsgUpdateMarketParam"),
        (TRANSFER, 10**12, "MsgCommunityPoolSpend_insurance_in"),
    ],
)
def test_a_change_has_the_shape_of_the_chain_s_example(field, value, example):
    payload = payload_of({field: value})
    assert shape(payload.proposal) == shape(EXAMPLES[example])
    assert payload.proposal["messages"][0]["@type"] == EXAMPLES[example]["messages"][0]["@type"]
    assert payload.covered == (field,) and payload.uncovered == ()


def test_a_tier_is_sent_whole_with_only_the_target_changed():
    tier = payload_of({"tiers.long-tail.initial_margin_ppm": 250_000}).proposal["messages"][0]["liquidity_tier"]
    assert tier == {
        "id": 2,
        "name": "Long-Tail",
        "initial_margin_ppm": 250_000,
        "maintenance_fraction_ppm": 500_000,
        "base_position_notional": "0",
        "impact_notional": "2500000000",
        "open_interest_lower_cap": "5000000000000",
        "open_interest_upper_cap": "10000000000000",
    }


def test_several_objects_are_several_messages_in_one_proposal():
    changes = {
        "tiers.large-cap.initial_margin_ppm": 25_000,
        "tiers.small-cap.maintenance_fraction_ppm": 600_000,
        "liquidation.max_liquidation_fee_ppm": 10_000,
    }
    kinds = [message["@type"].rpartition(".")[2] for message in payload_of(changes).proposal["messages"]]
    assert kinds == ["MsgSetLiquidityTier", "MsgSetLiquidityTier", "MsgUpdateLiquidationsConfig"]


SEARCHED = [
    one for one in fields(CURRENT) if one.searchable and one.kind == "int" and not one.path.startswith("markets")
]


@settings(max_examples=60)
@given(st.data())
def test_whatever_is_changed_decodes_back_and_rolls_back(data):
    chosen = data.draw(st.lists(st.sampled_from(SEARCHED), min_size=1, max_size=6, unique_by=lambda one: one.path))
    changes = {
        one.path: data.draw(st.integers(-(-one.low // one.grid), min(one.high, 10**15) // one.grid)) * one.grid
        for one in chosen
    }
    try:
        candidate = replaced(CURRENT, changes)
    except ParamError:
        return
    payload = render_payload(CURRENT, candidate, TEXTS, BACK, stamp=None)
    if payload is None:
        assert settable(CURRENT, candidate) == ()
        return
    assert {*payload.covered, *payload.uncovered} == {one.path for one in moved(CURRENT, candidate)}
    after = values(decoded(payload.proposal, CURRENT))
    for path, value in values(candidate).items():
        if "." in path:
            assert after[path] == (value if path in payload.covered else values(CURRENT)[path])
    if payload.rollback is not None:
        kept = {*payload.uncovered, TRANSFER}
        back = values(decoded(payload.rollback, candidate))
        assert {path: back[path] for path in payload.covered if path not in kept} == {
            path: values(CURRENT)[path] for path in payload.covered if path not in kept
        }


def test_a_stamp_stands_first_in_title_summary_and_metadata():
    payload = payload_of({"liquidation.max_liquidation_fee_ppm": 10_000}, stamp="made up")
    for proposal in (payload.proposal, payload.rollback):
        for key in ("title", "summary", "metadata"):
            assert proposal[key].startswith(STAMP)


def test_a_field_without_setter_is_left_out_and_named():
    payload = payload_of({"liquidation.max_liquidation_fee_ppm": 10_000, "insurance.trading_fee_share_ppm": 50_000})
    assert payload.covered == ("liquidation.max_liquidation_fee_ppm",)
    assert payload.uncovered == ("insurance.trading_fee_share_ppm",)


def test_no_setter_at_all_is_no_payload():
    assert payload_of({"insurance.trading_fee_share_ppm": 50_000}) is None
    govtool = preset("govtool")
    candidate = replaced(govtool, {"liquidation.max_liquidation_fee_ppm": 10_000})
    assert render_payload(govtool, candidate, TEXTS, BACK, stamp=None) is None


def test_a_transfer_is_one_payment_of_the_increase_and_has_no_way_back():
    before = replaced(CURRENT, {TRANSFER: 4 * 10**11})
    payload = render_payload(before, replaced(CURRENT, {TRANSFER: 10**12}), TEXTS, BACK, stamp=None)
    assert payload.proposal["messages"][0]["amount"][0]["amount"] == str(6 * 10**11)
    assert payload.rollback is None
    assert render_payload(before, CURRENT, TEXTS, BACK, stamp=None) is None


def test_texts_that_the_chain_would_refuse_are_refused():
    with pytest.raises(ParamError, match=r"payload/cosmos-v1\.json: title has 300 bytes"):
        candidate = replaced(CURRENT, {"liquidation.max_liquidation_fee_ppm": 10_000})
        render_payload(CURRENT, candidate, Texts("x" * 300, "s", "m", TEXTS.deposit), BACK, stamp=None)


def test_the_file_is_json_of_the_proposal():
    payload = payload_of({"liquidation.max_liquidation_fee_ppm": 10_000})
    assert json.loads(text_of(payload.proposal)) == payload.proposal
    assert text_of(payload.proposal).endswith("}\n")
