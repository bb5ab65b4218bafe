"""Options and assets of a window as the engine lists them, and the columns of doubt."""

from typing import Any

import numpy as np
import pytest

from govtool.engine.terms import Listing
from govtool.errors import ParamError
from govtool.world.listing import HALF_SPREAD, LOT, TICK, Series, option_series, pack_listing, rounded_strike
from govtool.world.model import World
from govtool.world.pack import pack_venue
from govtool.world.read import read_world

OPTIONS = {"expiries_h": [24.0, 1.0], "strikes": [1.1, 0.9], "half_spread": 0.01, "tick": 1e-4}
PATH = np.column_stack([np.full(480, 57_234.0), np.full(480, 3_456.0)])


def world(**groups: Any) -> World:
    """The default world with some of its groups replaced."""
    data = read_world("default").model_dump()
    return World.model_validate(data | groups)


def packed(traders: World, held: tuple[str, ...] = (), told: Any = None, index: Any = PATH) -> Listing:
    markets = ("BTC", "ETH")
    listing, _ = pack_listing(traders, pack_venue(traders, markets), markets, index, held, told)
    return listing


@pytest.mark.parametrize(
    ("price", "strike"),
    [(57_234.0, 57_200.0), (57_250.0, 57_200.0), (1.2345, 1.23), (0.098765, 0.0988), (100.0, 100.0)],
)
def test_a_strike_has_three_digits(price, strike):
    assert rounded_strike(price) == strike


def test_series_stand_by_market_expiry_and_strike_puts_first():
    found = option_series(world(options=OPTIONS), ("BTC", "ETH"), np.array([57_234.0, 3_456.0]))
    assert len(found) == 16
    assert found == sorted(found, key=lambda one: (one.market, one.expiry, one.strike, one.call))
    assert [one.name for one in found[:5]] == [
        "BTC-1h-51500-P",
        "BTC-1h-51500-C",
        "BTC-1h-63000-P",
        "BTC-1h-63000-C",
        "BTC-24h-51500-P",
    ]
    assert len({one.name for one in found}) == 16


def test_an_expiry_is_the_tick_that_ends_at_its_hour():
    found = option_series(world(options=OPTIONS), ("BTC",), np.array([100.0]))
    assert [one.expiry for one in found] == [239] * 4 + [5_759] * 4


def test_an_expiry_within_the_first_tick_is_the_next_one():
    soon = OPTIONS | {"expiries_h": [0.001]}
    assert {one.expiry for one in option_series(world(options=soon), ("BTC",), np.array([100.0]))} == {1}


@pytest.mark.parametrize("apart", [{"strikes": [1.0, 1.0001]}, {"expiries_h": [1.0, 1.001]}])
def test_two_series_that_rounding_makes_one_are_refused(apart):
    with pytest.raises(ParamError) as refused:
        option_series(world(options=OPTIONS | apart), ("BTC",), np.array([57_234.0]))
    assert "of BTC at 1" in str(refused.value)
    assert str(refused.value).endswith("set strikes and expiries_h further apart")


def test_a_world_without_options_lists_none():
    assert option_series(world(), ("BTC",), np.array([100.0])) == []
    listing = packed(world())
    assert (listing.option_market.size, listing.asset_market.size, listing.ratio.shape) == (0, 0, (0, 0))


def test_series_are_packed_with_their_spread_grid_and_quantum():
    listing = packed(world(options=OPTIONS))
    assert listing.option_market.tolist() == [0] * 8 + [1] * 8
    assert listing.option_call.tolist() == [0, 1] * 8
    assert listing.option_strike[:4].tolist() == [51_500.0, 51_500.0, 63_000.0, 63_000.0]
    assert (listing.option_spread == 0.01).all() and listing.option_tick == 1e-4
    assert (listing.option_unit == LOT).all() and (listing.option_step == 1).all()


def test_options_of_a_snapshot_stand_instead_of_those_of_the_world():
    told = [Series(1, 3_000.0, 1, 99, "ETH:soon:3000:C")]
    for traders, spread, tick in ((world(options=OPTIONS), 0.01, 1e-4), (world(), HALF_SPREAD, TICK)):
        listing = packed(traders, told=told)
        assert (listing.option_market.tolist(), listing.option_expiry.tolist()) == ([1], [99])
        assert (listing.option_spread.tolist(), listing.option_tick) == ([spread], tick)


def test_an_asset_follows_the_market_of_its_name_if_that_is_replayed():
    listing = packed(world(), ("ETH", "USDT"))
    assert listing.asset_market.tolist() == [1, -1]
    assert (listing.ratio == 1.0).all() and listing.ratio.shape == (480, 2)
    assert listing.asset_spread.tolist() == [0.001, 0.001]


def test_an_asset_may_follow_another_market_or_none():
    named = {"stETH": {"market": "ETH", "ratio": 0.99, "half_spread": 0.02}, "BTC": {"market": "", "ratio": 2.0}}
    listing = packed(world(assets=named), ("BTC", "stETH"))
    assert listing.asset_market.tolist() == [-1, 1]
    assert listing.ratio[0].tolist() == [2.0, 0.99]
    assert listing.asset_spread.tolist() == [0.001, 0.02]


def test_an_asset_of_a_market_that_is_not_replayed_is_refused():
    named = {"mSOL": {"market": "SOL"}}
    with pytest.raises(ParamError) as refused:
        packed(world(assets=named), ("mSOL",))
    assert str(refused.value) == (
        "asset mSOL follows market SOL, which this window does not replay; add the market or leave mSOL out"
    )
    # If nobody holds it, nobody asks for its market.
    assert packed(world(assets=named), ("ETH",)).asset_market.tolist() == [1]


QUARTER_MINUTE_H = 15 / 3_600


def test_a_lost_peg_is_half_made_good_after_each_half_life():
    # Half is lost at the start of the third tick of 15 s, with a half-life of one tick.
    depeg = {"start_h": 2 * QUARTER_MINUTE_H, "depth": 0.5, "half_life_h": QUARTER_MINUTE_H}
    listing = packed(world(assets={"USDT": {"ratio": 2.0, "depeg": depeg}}), ("USDT",))
    assert listing.ratio[:5, 0] == pytest.approx([2.0, 1.0, 1.5, 1.75, 1.875])
    assert listing.peg.size == 0


def test_the_settlement_token_loses_its_peg_in_a_column_of_its_own():
    depeg = {"start_h": 0.0, "depth": 0.2, "half_life_h": QUARTER_MINUTE_H}
    listing = packed(world(doubt={"settlement": depeg}), ("USDT",))
    assert listing.peg[:3].tolist() == pytest.approx([0.9, 0.95, 0.975])
    assert (listing.ratio == 1.0).all()
    assert listing.confidence.size == 0


def test_a_peg_that_breaks_after_the_window_holds_in_it():
    late = {"start_h": 99.0, "depth": 0.2}
    assert (packed(world(doubt={"settlement": late})).peg == 1.0).all()


def test_confidence_falls_with_the_range_of_the_hour_before():
    # In the first hour BTC ranges over a quarter of its low, ETH over a tenth; twice that is lost in the second.
    index = np.full((720, 2), 100.0)
    index[100, 0], index[200, 1] = 125.0, 110.0
    listing = packed(world(doubt={"per_range": 2.0}), index=index)
    assert listing.confidence.tolist() == [[1.0, 1.0], [0.5, pytest.approx(0.8)], [1.0, 1.0]]


def test_confidence_is_never_below_zero():
    index = np.full((480, 2), 100.0)
    index[10] = 300.0
    assert packed(world(doubt={"per_range": 2.0}), index=index).confidence[1].tolist() == [0.0, 0.0]


def test_a_last_hour_that_is_cut_short_has_its_confidence_too():
    index = np.full((250, 2), 100.0)
    assert packed(world(doubt={"per_range": 2.0}), index=index).confidence.shape == (2, 2)


def test_a_broken_bridge_re_prices_its_asset_from_its_hour_on():
    broken = {"kind": "integrity", "asset": "wbtc", "keeps": 0.25, "start_h": 1.0}
    traders = world(assets={"wbtc": {"market": "BTC", "ratio": 0.8}}, attacks=[broken, broken | {"start_h": 1.5}])
    ratio = packed(traders, ("usd", "wbtc")).ratio
    assert (ratio[:, 0] == 1.0).all()
    # The tick that ends at the hour is the first that knows, as with a peg that falls.
    assert ratio[[0, 238, 239, 358, 359, 479], 1].tolist() == [0.8, 0.8, 0.2, 0.2, 0.05, 0.05]


@pytest.mark.parametrize(("held", "rest"), [(("usd",), "use one of usd"), ((), "it has no assets")])
def test_an_asset_that_nobody_holds_cannot_be_attacked(held, rest):
    broken = {"kind": "integrity", "asset": "wbtc", "keeps": 0.25, "start_h": 1.0}
    with pytest.raises(ParamError, match=f"asset 'wbtc' of the integrity attack is none of the scenario's; {rest}"):
        packed(world(attacks=[broken]), held)
