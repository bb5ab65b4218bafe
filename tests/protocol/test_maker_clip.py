"""Maker's auctions in wads, rays and rads: prices only fall, dust is never left, debt and collateral conserve."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import govtool.protocol.maker_clip as chain
from govtool.protocol.dydx_v4 import ChainRefusal
from govtool.protocol.fixed import RAD, RAY, WAD
from govtool.protocol.maker_clip.abacus import ray_power

tops = st.integers(0, 10**9 * RAY)
cuts = st.integers(0, RAY)
seconds = st.integers(0, 10**5)
lengths = st.integers(1, 10**5)


def curves(top, cut, length):
    """The three curves as functions of the time elapsed."""
    return (
        lambda elapsed: chain.linear_price(top, length, elapsed),
        lambda elapsed: chain.stairstep_price(top, cut, length, elapsed),
        lambda elapsed: chain.exponential_price(top, cut, elapsed),
    )


@given(tops, cuts, lengths, seconds, seconds)
def test_no_price_ever_rises_with_time_or_above_its_top(top, cut, length, elapsed, later):
    for price in curves(top, cut, length):
        assert 0 <= price(elapsed + later) <= price(elapsed) <= top
        assert price(0) == top


@given(cuts, st.integers(0, 200))
def test_a_power_is_within_its_roundings_of_the_exact_one(base, exponent):
    exact = Fraction(base, RAY) ** exponent
    assert abs(Fraction(ray_power(base, exponent), RAY) - exact) <= Fraction(max(exponent, 1) * 2, RAY)


def test_stairs_stand_within_a_step_and_lines_end_at_zero():
    cut = 99 * RAY // 100
    assert chain.stairstep_price(RAY, cut, 90, 89) == RAY
    assert chain.stairstep_price(RAY, cut, 90, 90) == chain.stairstep_price(RAY, cut, 90, 179) == cut
    assert chain.linear_price(100 * RAY, 3_600, 900) == 75 * RAY
    assert chain.linear_price(100 * RAY, 3_600, 10**9) == 0
    assert chain.exponential_price(RAY, RAY // 2, 3) == RAY // 8


@pytest.mark.parametrize(
    ("price", "elapsed", "stale"), [(4, 3_600, False), (4, 3_601, True), (2, 0, False), (1, 0, True), (5, 10**6, True)]
)
def test_an_auction_is_stale_past_its_tail_or_below_its_cusp(price, elapsed, stale):
    assert chain.needs_reset(price * RAY, 5 * RAY, elapsed, 3_600, 4 * RAY // 10) is stale


def test_only_a_reset_of_something_pays():
    assert chain.reset_incentive(RAD, WAD // 100, 100 * RAD, 10 * WAD, 10 * RAY, 100 * RAD) == 2 * RAD
    assert chain.reset_incentive(RAD, WAD // 100, 100 * RAD - 1, 10 * WAD, 10 * RAY, 100 * RAD) == 0
    assert chain.reset_incentive(RAD, WAD // 100, 100 * RAD, 10 * WAD - 1, 10 * RAY, 100 * RAD) == 0


prices = st.integers(1, 10**6 * RAY)
debts = st.integers(0, 10**9 * RAD)
lots = st.integers(1, 10**9 * WAD)


@given(prices, debts, lots, debts, lots)
def test_a_take_conserves_debt_and_collateral_and_leaves_no_dust(price, tab, lot, least, amount):
    try:
        taken = chain.take(price, tab, lot, least, amount)
    except ChainRefusal as refusal:
        assert refusal.code == "no_partial_purchase" and tab <= least and amount < lot
        return
    assert taken.owe + taken.tab == tab
    assert taken.slice + taken.lot + taken.returned == lot
    assert taken.slice <= amount and taken.owe <= tab
    assert taken.lot == 0 or taken.tab >= min(least, tab)
    assert taken.tab == 0 or taken.returned == 0
    # The buyer pays the price for what it gets; a lot cut to the debt is rounded down, so it never pays less.
    assert taken.slice * price <= taken.owe < (taken.slice + 1) * price


def test_a_take_that_would_leave_dust_leaves_just_the_least_debt():
    # 20 at price 5 would leave 10 of 110: it buys 17.6 instead, for 88, and leaves 22.
    taken = chain.take(5 * RAY, 110 * RAD, 40 * WAD, 22 * RAD, 20 * WAD)
    assert taken == chain.Taken(88 * RAD, 176 * WAD // 10, 22 * RAD, 224 * WAD // 10, 0)
    with pytest.raises(ChainRefusal) as refused:
        chain.take(5 * RAY, 22 * RAD, 40 * WAD, 22 * RAD, WAD)
    assert refused.value.code == "no_partial_purchase"


def test_debt_that_outlives_the_collateral_stays_and_a_limit_is_kept():
    assert chain.take(RAY, 110 * RAD, 40 * WAD, 22 * RAD, 40 * WAD) == chain.Taken(40 * RAD, 40 * WAD, 70 * RAD, 0, 0)
    assert chain.take(RAY, 40 * RAD, 40 * WAD, 0, 40 * WAD, limit=RAY).owe == 40 * RAD
    with pytest.raises(ChainRefusal) as refused:
        chain.take(RAY, 40 * RAD, 40 * WAD, 0, 40 * WAD, limit=RAY - 1)
    assert refused.value.code == "too_expensive"


@given(
    st.integers(1, 10**9 * WAD),
    st.integers(1, 10**9 * WAD),
    st.integers(0, 10**6 * RAD),
    st.integers(RAY // 2, 3 * RAY),
    st.integers(WAD, 2 * WAD),
    debts,
)
def test_a_bark_conserves_the_vault_and_never_leaves_it_or_the_auction_dusty(ink, art, dust, rate, chop, room):
    assume(art * rate >= dust)
    try:
        barked = chain.bark(ink, art, dust, rate, chop, room)
    except ChainRefusal as refusal:
        assert refusal.code in ("liquidation_limit", "null_auction")
        return
    sold = art - barked.art_left
    assert barked.lot + barked.ink_left == ink and 0 < sold <= art
    assert barked.tab == sold * rate * chop // WAD
    assert sold * rate >= dust
    # What stays is safe dust-wise, and a part fits the room; only the whole may pass it.
    assert barked.art_left == 0 or (barked.art_left * rate >= dust and barked.tab <= room)
    # The vault gives up no more collateral than the share of debt it is rid of.
    assert barked.lot * art <= ink * sold


@pytest.mark.parametrize(
    ("ink", "art", "dust", "room", "code"),
    [
        (40, 100, 20, 10, "liquidation_limit"),
        (40, 0, 20, 10, "null_auction"),
        (0, 100, 20, 100, "null_auction"),
        (40, 100, 0, 0, "null_auction"),
    ],
)
def test_what_the_dog_does_not_bite_is_refused(ink, art, dust, room, code):
    with pytest.raises(ChainRefusal) as refused:
        chain.bark(ink * WAD, art * WAD, dust * RAD, RAY, WAD, room * RAD)
    assert refused.value.code == code


@given(debts, debts, debts, debts)
def test_capacity_left_is_the_tighter_of_both_limits_and_never_negative(limit, used, asset_limit, asset_used):
    room = chain.auction_room(limit, used, asset_limit, asset_used)
    assert 0 <= room <= max(limit - used, 0) and room <= max(asset_limit - asset_used, 0)


def test_capacity_by_hand():
    assert chain.auction_room(100, 30, 50, 10) == 40
    assert chain.auction_room(100, 70, 50, 10) == 30
    assert chain.auction_room(100, 120, 50, 10) == 0
