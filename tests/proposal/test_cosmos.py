"""The chain's checks on a proposal file: its own examples pass, and each broken rule is named."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from govtool.proposal.cosmos import MESSAGES, SPEND, problems

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "dydx_gov_payloads.json").read_text())
EXAMPLES: dict[str, dict[str, Any]] = {
    name: example
    for name, example in VECTORS["examples"].items()
    if all(message["@type"] in (*MESSAGES, SPEND) for message in example["messages"])
}


TIER, LIQUIDATION = "MsgSetLiquidityTier", "MsgUpdateLiquidationsConfig"
BODY, CONFIG = "messages.0.liquidity_tier.", "messages.0.liquidations_config."


def test_examples_of_every_message_that_govtool_writes_are_there():
    seen = {message["@type"] for example in EXAMPLES.values() for message in example["messages"]}
    assert seen == {*MESSAGES, SPEND}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_chain_s_own_examples_pass(name):
    assert problems(EXAMPLES[name]) == []


def changed(name: str, path: str, value: Any) -> dict[str, Any]:
    """An example with one entry replaced, at a path such as "messages.0.params.min_num_votes_per_sample"."""
    example = deepcopy(EXAMPLES[name])
    *parts, last = path.split(".")
    table: Any = example
    for part in parts:
        table = table[int(part) if isinstance(table, list) else part]
    table[int(last) if isinstance(table, list) else last] = value
    return example


@pytest.mark.parametrize(
    ("name", "path", "value", "what"),
    [
        (TIER, "expidited", True, "exactly the keys"),
        (TIER, "title", "", "title is empty"),
        (TIER, "summary", "", "summary is empty"),
        (TIER, "title", "a" * 256, "title has 256 bytes, 255 are allowed"),
        (TIER, "title", "→" * 86, "title has 258 bytes"),
        (TIER, "metadata", "a" * 256, "metadata has 256 bytes"),
        (TIER, "summary", "a" * 10_201, "summary has 10201 bytes, 10200 are allowed"),
        (TIER, "metadata", json.dumps({"title": "x", "summary": EXAMPLES[TIER]["summary"]}), "JSON and its title"),
        (TIER, "deposit", "2000", "deposit '2000' is not an amount"),
        (TIER, "deposit", 2000, "deposit 2000 is not"),
        (TIER, "expedited", 0, "expedited is not true or false"),
        (TIER, "messages", {}, "messages is not a list"),
        (TIER, "messages", [], "no messages and no metadata"),
        (TIER, "messages.0.authority", "dydx1mkkvp26dngu6n8rmalaxyp3gwkjuzztq5zx6tr", "is not the gov module"),
        (TIER, "messages.0.@type", "/dydxprotocol.perpetuals.MsgSetTier", "not a message that govtool writes"),
        (TIER, "messages.0.note", "x", "exactly the keys @type, authority, liquidity_tier"),
        (TIER, BODY + "id", "2", "liquidity_tier.id = '2' is not a u32"),
        (TIER, BODY + "id", 2**32, "is not a u32"),
        (TIER, BODY + "id", True, "is not a u32"),
        (TIER, BODY + "impact_notional", 5, "is not a u64"),
        (TIER, BODY + "impact_notional", "05", "is not a u64"),
        (TIER, BODY + "impact_notional", str(2**64), "is not a u64"),
        (TIER, BODY + "impact_notional", "0", "impact_notional is 0"),
        (TIER, BODY + "initial_margin_ppm", 1_000_001, "initial_margin_ppm 1000001 is above"),
        (TIER, BODY + "open_interest_upper_cap", "1", "is above the upper cap"),
        (TIER, BODY + "name", 7, "liquidity_tier.name = 7 is not a text"),
        (LIQUIDATION, CONFIG + "max_liquidation_fee_ppm", 0, "max_liquidation_fee_ppm 0 is outside"),
        (LIQUIDATION, CONFIG + "fillable_price_config.bankruptcy_adjustment_ppm", 999_999, "is below 1000000"),
        (LIQUIDATION, CONFIG + "subaccount_block_limits.max_notional_liquidated", "0", "max_notional_liquidated is 0"),
        (LIQUIDATION, CONFIG + "position_block_limits", {}, "must have exactly the fields"),
        ("MsgUpdatePerpetualParams", "messages.0.perpetual_params.market_type", "CROSS", "market_type 'CROSS'"),
        ("MsgUpdatePerpetualParams", "messages.0.perpetual_params.default_funding_ppm", 10**7, "default_funding_ppm"),
        (
            "MsgUpdateParams_perpetuals",
            "messages.0.params.min_num_votes_per_sample",
            0,
            "min_num_votes_per_sample is 0",
        ),
        ("MsgUpdateMarketParam", "messages.0.market_param.min_price_change_ppm", 10_000, "outside (0, 10000)"),
        ("MsgCommunityPoolSpend_insurance_in", "messages.0.recipient", "nobody", "'nobody' is not an address"),
        ("MsgCommunityPoolSpend_insurance_in", "messages.0.amount.0.amount", "0", "positive coins"),
        ("MsgCommunityPoolSpend_insurance_in", "messages.0.amount", [], "positive coins"),
    ],
)
def test_each_broken_rule_is_named(name, path, value, what):
    found = problems(changed(name, path, value))
    assert len(found) == 1 and what in found[0]


def test_lengths_at_the_limit_are_allowed():
    example = changed(TIER, "title", "a" * 255) | {"metadata": "a" * 255, "summary": "a" * 10_200}
    assert problems(example) == []


@pytest.mark.parametrize("nothing", [None, [], "text", {}])
def test_what_is_no_proposal_is_refused(nothing):
    assert len(problems(nothing)) == 1
