"""Parameters by path: list, get, replace, snap."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtool.errors import ParamError
from govtool.protocol.fields import Field, field, fields, get, replaced, snap
from govtool.protocol.read import preset

DYDX, GOVTOOL = preset("dydx-v4"), preset("govtool")
MARGIN = "tiers.large-cap.initial_margin_ppm"


def test_paths_are_concrete_and_each_leads_to_a_value():
    for protocol in (DYDX, GOVTOOL):
        paths = [one.path for one in fields(protocol)]
        assert len(paths) == len(set(paths))
        assert all(isinstance(get(protocol, path), int | bool | str) for path in paths)
        assert {MARGIN, "markets.BTC.tier", "insurance.trading_fee_share_ppm"} <= set(paths)


def test_a_field_carries_its_declaration():
    one = field(DYDX, MARGIN)
    assert (one.unit, one.low, one.high, one.grid, one.step) == ("ppm", 1, 1_000_000, 1, 1_000)
    assert one.on_chain == "perpetuals.LiquidityTier.initial_margin_ppm"
    assert one.setter == "MsgSetLiquidityTier"
    assert one.searchable and not field(DYDX, "tiers.large-cap.id").searchable


def test_only_a_chain_has_setters():
    assert {one.setter for one in fields(GOVTOOL)} == {"none"}
    assert {one.setter for one in fields(DYDX)} == {
        "none",
        "MsgSetLiquidityTier",
        "MsgUpdateLiquidationsConfig",
        "MsgUpdatePerpetualParams",
        "MsgUpdateParams",
        "MsgUpdateMarketParam",
        "MsgCommunityPoolSpend",
    }
    assert field(DYDX, "markets.BNB.tier").setter == "none"  # its number on chain is unknown
    assert field(DYDX, "fees.taker_fee_ppm").setter == "none"


def test_there_is_no_auction_to_search_on_the_book():
    assert not [one for one in fields(DYDX) if one.path.startswith("auction.")]
    assert [one for one in fields(GOVTOOL) if one.path.startswith("auction.")]


def test_a_tier_reference_lists_the_tiers_as_choices():
    assert field(DYDX, "markets.SOL.tier").choices == tuple(DYDX.tiers)
    moved = replaced(DYDX, {"markets.SOL.tier": "mid-cap"})
    assert moved.markets["SOL"].tier == "mid-cap" and DYDX.markets["SOL"].tier == "small-cap"


def test_replacing_changes_only_what_is_named():
    after = replaced(DYDX, {MARGIN: 30_000, "liquidation.max_liquidation_fee_ppm": 10_000})
    assert get(after, MARGIN) == 30_000
    same = {MARGIN: 20_000, "liquidation.max_liquidation_fee_ppm": 15_000}
    assert replaced(after, same) == DYDX
    assert replaced(DYDX, {}) == DYDX


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("tiers.large-cap.initial_margin", f"did you mean {MARGIN}?"),
        ("markets.BTX.tier", "did you mean markets.[A-Z]+.tier?"),
        ("liquidation", "did you mean liquidation.target?"),
        ("name", "`govtool params show` lists them all"),
        ("", "lists them all"),
        ("tiers.large-cap.model_fields", "did you mean|lists"),
    ],
)
def test_an_unknown_path_is_refused_with_the_nearest(path, hint):
    for act in (lambda: get(DYDX, path), lambda: replaced(DYDX, {path: 1}), lambda: field(DYDX, path)):
        with pytest.raises(ParamError, match=f"dydx-v4 has no parameter {path}; .*{hint}"):
            act()


def test_a_value_off_the_grid_is_refused_and_not_rounded():
    with pytest.raises(ParamError, match="is not a whole number"):
        replaced(DYDX, {MARGIN: 20_000.5})


@given(st.integers(-(10**7), 10**7), st.sampled_from([1, 250, 1_000, 7_000]))
def test_snapping_lands_on_the_step_inside_the_bounds_and_is_nearest(value, step):
    one = field(DYDX, MARGIN)
    snapped = snap(one, value, step)
    assert snapped % step == 0 and one.low <= snapped <= one.high
    assert snap(one, snapped, step) == snapped
    least, most = -(-one.low // step) * step, one.high // step * step
    assert 2 * abs(snapped - min(max(value, least), most)) <= step
    assert replaced(DYDX, {MARGIN: snapped})


def test_snapping_takes_fractions_and_ties_go_to_the_even_multiple():
    one = field(DYDX, MARGIN)
    assert [snap(one, value) for value in (20_000.4, 20_000.5, 20_001.5, Fraction(1, 3))] == [
        20_000,
        20_000,
        20_002,
        1,
    ]
    assert snap(one, 20_400, 1_000) == 20_000


def test_snapping_respects_a_coarse_on_chain_grid():
    one = Field("x", "u", 10, 100, 5, "m.", "c", "s", 10, "int", (), True)
    assert snap(one, 12.4) == 10 and snap(one, 13) == 15 and snap(one, 10**9) == 100
    with pytest.raises(ParamError, match="a step of 7 is off the on-chain grid; use a multiple of 5"):
        snap(one, 12, 7)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_snapping_refuses_what_is_no_finite_number(value):
    with pytest.raises(ParamError, match="is not a finite number"):
        snap(field(DYDX, MARGIN), value)


def test_a_switch_has_no_grid():
    with pytest.raises(ParamError, match=r"adaptive\.enabled is not a number but a bool"):
        snap(field(DYDX, "adaptive.enabled"), 1)
