"""Thin, wide and spoofed markets, worked by hand on both engines."""

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.terms import BOOK, FIRST_COME, NOTHING
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 100 coins bought at 100 with 2500: cash -7500. At 81 it is worth 600 and must keep 810; its coins are 8100,
# 90 squared, and selling them moves the price by 4.5 % at a slope of 0.0005, 3 % in the mean.
LONG = Trader(2500, [100])
BUYER = (1, 1e6, 0, 0, 0)
SLOPE = 0.0005


def thin(discount=0.07, **changed):
    """All of it is offered at tick 2, once, 7 % below: at 75.33."""
    given = {"liquidation_format": FIRST_COME, "end_discount": discount, "slope": SLOPE, "keepers": [BUYER]}
    return world([100, 81, 81], [LONG], **(given | changed))


def sizes(found):
    """Of what is sold, tick by tick: what is left is offered anew."""
    return [event.size for event in events(found, names.TAKE, names.FILL)]


def test_a_keeper_unloads_along_the_slope(replay):
    # At 81 * 0.97 = 78.57.
    found = replay(thin())
    assert only(found, names.TAKE).size == -100
    assert found.keeper_cash == [324 * USD]


def test_a_thin_market_has_less_room(replay):
    # 7 % are (0.07 / 0.001)^2 = 4900 of quote at twice the slope: 60 coins.
    found = replay(thin(weather={"depth": [1, 1, 2]}))
    assert sizes(found)[0] == -60
    mean = 2 / 3 * 0.001 * (60 * 81) ** 0.5
    assert found.keeper_cash[0] == pytest.approx(60 * (81 * (1 - mean) - 75.33) * USD, abs=2)


@pytest.mark.parametrize(("depth", "size"), [(1, -74), (2, -18)])
def test_a_thin_book_fills_less(replay, depth, size):
    # The limit is 81 * (1 - (1 - 600 / 810) * 1.5 * 0.1), 3.889 % below: 6049 of quote, or a quarter of that.
    found = replay(thin(liquidation_format=BOOK, weather={"depth": [1, depth, 1]}))
    assert events(found, names.FILL)[0].size == size


def test_what_is_displaced_weighs_more_in_a_thin_market(replay):
    # 74 coins displace 5994 at tick 1. Three times the slope of 0.0005 times the root of that is 11.6 % below.
    found = replay(thin(liquidation_format=BOOK, own_weight=1.0, weather={"depth": [1, 1, 3]}))
    assert found.path[2] == [pytest.approx(81 * (1 - 3 * SLOPE * (74 * 81) ** 0.5))]


@pytest.mark.parametrize(("factor", "price"), [(1, 101.0), (3, 103.0), (0, 100.0)])
def test_spreads_widen(replay, factor, price):
    found = replay(world([100, 100], [Trader(1500, [100], enters=1)], half_spread=0.01, weather={"wide": [1, factor]}))
    assert only(found, names.TRADE).price == pytest.approx(price)


def test_the_spread_of_an_asset_without_a_market_does_not(replay):
    # Its price is one; it is borrowed and sold.
    listing = NOTHING._replace(asset_market=np.array([-1]), asset_spread=np.array([0.01]))
    found = replay(world([100, 100], [Trader(1500, [0, -100], enters=1)], listing=listing, weather={"wide": [1, 3]}))
    assert only(found, names.TRADE).price == pytest.approx(0.99)


def test_a_spoofed_market_looks_deep_and_is_not(replay):
    # 2 % below they take all, for they see no slope, and unload 3 % below: a loss of 81.
    found = replay(thin(0.02, weather={"spoof": [1, 1, 0]}))
    assert only(found, names.TAKE).size == -100
    assert found.keeper_cash == [-81 * USD]


def test_keepers_who_see_the_slope_take_less(replay):
    # 2 % are 1600 of quote, 19 coins.
    assert only(replay(thin(0.02)), names.TAKE).size == -19


def test_a_spoofed_market_looks_thin_and_is_not(replay):
    # As much as twice the slope would let them, at the slope itself.
    found = replay(thin(weather={"spoof": [1, 1, 2]}))
    assert sizes(found)[0] == -60
    mean = 2 / 3 * SLOPE * (60 * 81) ** 0.5
    assert found.keeper_cash[0] == pytest.approx(60 * (81 * (1 - mean) - 75.33) * USD, abs=2)


def test_a_spoof_does_not_show_on_the_book(replay):
    found = replay(thin(liquidation_format=BOOK, weather={"spoof": [0, 0, 0]}))
    assert events(found, names.FILL)[0].size == -74


def test_keepers_pay_for_a_transaction_by_what_they_see(replay):
    # They see 567 of profit at no slope, which covers gas of 400; they make 324.
    assert events(replay(thin(gas=400.0)), names.TAKE) == []
    found = replay(thin(gas=400.0, weather={"spoof": [1, 1, 0]}))
    assert found.keeper_cash == [-76 * USD]
