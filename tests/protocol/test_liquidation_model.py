"""The groups of the liquidation system: what is refused, in one sentence each, and what is not."""

import pytest

from govtool.errors import ParamError
from govtool.protocol.fields import field, fields, get, replaced
from govtool.protocol.read import parsed, preset, to_toml
from govtool.units import PPM

DYDX = preset("dydx-v4")
DUTCH = replaced(
    preset("mango-v4"),
    {
        "liquidation.format": "dutch",
        "auction.length_s": 600,
        "auction.start_discount_ppm": 0,
        "auction.end_discount_ppm": 30_000,
    },
)

REFUSED = [
    ({"auction.start_discount_ppm": 30_001}, "start_discount_ppm = 30001 is above end_discount_ppm = 30000"),
    (
        {"auction.slow_s": 60},
        "end_discount_ppm = 30000 is above floor_discount_ppm = 0; an auction's discount only grows",
    ),
    (
        {"auction.insolvent_s": 60, "auction.insolvent_discount_ppm": 29_999},
        "end_discount_ppm = 30000 is above insolvent_discount_ppm = 29999",
    ),
    (
        {
            "auction.slow_s": 60,
            "auction.floor_discount_ppm": 50_000,
            "auction.insolvent_s": 60,
            "auction.insolvent_discount_ppm": 49_999,
        },
        "floor_discount_ppm = 50000 is above insolvent_discount_ppm = 49999",
    ),
    ({"auction.reset_s": 60}, "starts nothing again with max_resets = 0; raise it"),
    ({"auction.reset_drop_ppm": 1}, "starts nothing again with max_resets = 0; raise it"),
    (
        {"auction.reset_s": 601, "auction.max_resets": 1},
        "reset_s = 601 is after the end of an auction of 600 s; lower it",
    ),
    (
        {"liquidation.format": "batch", "auction.reset_s": 600, "auction.max_resets": 1},
        "auction.reset_s = 600 is not above auction.length_s = 600",
    ),
    (
        {"liquidation.min_position_notional_liquidated": 2, "liquidation.market_window_notional": 1},
        "market_window_notional = 1 is below min_position_notional_liquidated = 2",
    ),
    ({"auction.path": "stairs", "auction.stair_s": 601}, "stair_s = 601 is above length_s = 600: no step fits"),
    ({"liquidation.first_share_ppm": 100_000}, "first_share_ppm = 100000 limits nothing with share_ramp_s = 0"),
    ({"liquidation.breaker.move_ppm": 1}, "liquidation.breaker: halt_s = 0 halts nothing; set it above 0"),
    ({"liquidation.breaker.volume": 1}, "liquidation.breaker: halt_s = 0 halts nothing; set it above 0"),
    ({"liquidation.tranches": 5}, "liquidation.tranches = 5 is outside 1 to 4 auctions"),
    ({"liquidation.breaker.override_ppm": -1}, "liquidation.breaker.override_ppm = -1 is outside 0 to 1000000 ppm of"),
    ({"keepers.bond_ppm": 1}, "bond_ppm = 1 is never posted with settle_s = 0"),
    ({"keepers.no_show_penalty_ppm": PPM - 1}, "never to settle would be cheaper than to settle late"),
    ({"keepers.reward_flat": 2, "keepers.reward_cap": 1}, "reward_cap = 1 is below the reward that"),
    ({"keepers.reward_ppm": 1}, "reward_cap = 0 is below the reward that"),
    ({"insurance.advance.trigger_ppm": 1}, "insurance.advance: trigger_ppm above 0 lends nothing without account_cap"),
    (
        {
            "insurance.advance.trigger_ppm": PPM,
            "insurance.advance.target_ppm": PPM - 1,
            "insurance.advance.account_cap": 1,
            "insurance.advance.total_cap": 1,
        },
        "target_ppm = 999999 is below trigger_ppm = 1000000, where the pool lends again; raise it",
    ),
    (
        {
            "insurance.advance.trigger_ppm": PPM,
            "insurance.advance.repay_ppm": PPM - 1,
            "insurance.advance.account_cap": 1,
            "insurance.advance.total_cap": 1,
        },
        "repay_ppm = 999999 is below trigger_ppm = 1000000, where the pool lends again; raise it",
    ),
    (
        {"loss_sharing.waterfall": "insurance vault"},
        'waterfall names "vault", which is no layer; use some of insurance, ',
    ),
    ({"loss_sharing.waterfall": "adl insurance adl"}, "names adl twice; name each layer once"),
    ({"loss_sharing.waterfall": " insurance  adl"}, "has stray blanks; separate layers by one blank each"),
    ({"loss_sharing.waterfall": "exit adl"}, "has layers after exit, which takes all; put it last"),
    ({"loss_sharing.premium_share_ppm": 1}, "premium_share_ppm = 1 pays accounts that bear no loss; add voluntary"),
    (
        {"loss_sharing.premium_share_ppm": 1, "loss_sharing.waterfall": "voluntary"},
        "premium_share_ppm = 1 pays accounts that bear no loss; add voluntary",
    ),
    ({"loss_sharing.adl_order": "fifo"}, 'adl_order = "fifo" is not one of random, profit, pro-rata'),
    (
        {"markets.BTC.pool_share_ppm": 600_000, "markets.ETH.pool_share_ppm": 400_001},
        "pool_share_ppm sums to 1000001 over all markets; together at most 1000000",
    ),
]


@pytest.mark.parametrize(("changes", "sentence"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_contradicts_itself_is_refused_in_one_sentence(changes, sentence):
    with pytest.raises(ParamError) as refused:
        replaced(DUTCH, changes)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "changes",
    [
        # A winner with a free option, which only exclusion answers.
        {"keepers.settle_s": 60},
        {"keepers.settle_s": 60, "keepers.bond_ppm": 10_000},
        {"keepers.no_show_penalty_ppm": 0, "keepers.late_penalty_ppm": 0},
        {"keepers.reward_cap": 1, "keepers.gas_margin_ppm": 300_000},
        # Exactly at the limit.
        {"auction.reset_s": 600, "auction.max_resets": 1},
        {"auction.path": "stairs", "auction.stair_s": 600},
        {"auction.insolvent_s": 60, "auction.insolvent_discount_ppm": 30_000},
        # A phase that there is not has no discount to compare.
        {"auction.insolvent_discount_ppm": 1, "auction.floor_discount_ppm": 1},
        {"liquidation.first_share_ppm": 0, "liquidation.share_ramp_s": 60},
        {"liquidation.share_ramp_s": 60},
        {"loss_sharing.waterfall": ""},
        {"loss_sharing.waterfall": "voluntary", "loss_sharing.share_cap_ppm": 1, "loss_sharing.premium_share_ppm": 1},
        {"loss_sharing.waterfall": "funding adl voluntary insurance exit"},
        {"markets.BTC.pool_share_ppm": 600_000, "markets.ETH.pool_share_ppm": 400_000},
    ],
    ids=str,
)
def test_what_a_study_may_meet_on_its_way_is_allowed(changes):
    assert {path: get(replaced(DUTCH, changes), path) for path in changes} == changes


def test_a_file_that_says_nothing_of_the_new_groups_keeps_its_meaning():
    assert not DYDX.keepers.settle_s and DYDX.loss_sharing.layers() == ("insurance", "adl")
    assert DYDX.withdrawals.gate_s == 0 and DYDX.insurance.advance.trigger_ppm == 0
    assert DYDX.liquidation.breaker.move_ppm == DYDX.liquidation.breaker.volume == 0


def test_groups_inside_groups_survive_a_file():
    told = {"liquidation.breaker.move_ppm": 50_000, "liquidation.breaker.halt_s": 60, "insurance.advance.fee_ppm": 7}
    made = replaced(DUTCH, told)
    again = parsed(to_toml(made), "x.toml")
    assert again == made and to_toml(again) == to_toml(made)
    assert "[liquidation.breaker]" in to_toml(made) and "[insurance.advance]" in to_toml(made)


def test_every_number_of_the_liquidation_system_can_be_searched():
    tables = ("liquidation.", "auction.", "keepers.", "loss_sharing.", "withdrawals.")
    numbers = [one for one in fields(DUTCH) if one.path.startswith(tables) and one.kind == "int"]
    assert len(numbers) > 40 and all(one.searchable for one in numbers)
    assert field(DUTCH, "insurance.advance.fee_ppm").searchable
    assert field(DUTCH, "markets.BTC.pool_share_ppm").searchable
    assert not field(DUTCH, "loss_sharing.waterfall").searchable  # an order, no number


def test_an_unknown_field_in_a_group_of_a_group_is_pointed_to():
    text = to_toml(DUTCH).replace("override_ppm", "overide_ppm")
    with pytest.raises(ParamError, match=r"unknown field liquidation\.breaker\.overide_ppm; did you mean override_ppm"):
        parsed(text, "x.toml")
