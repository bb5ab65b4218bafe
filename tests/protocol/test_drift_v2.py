"""Drift v2 in integers: weights grow with size, liquidation frees what is short, losses and shares conserve."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import govtool.protocol.drift_v2 as chain
from govtool.protocol.drift_v2.units import BASE, PORTION, QUOTE, U64_MAX
from govtool.protocol.dydx_v4 import ChainRefusal

sizes = st.integers(0, 10**18)
imfs = st.integers(0, 10**6)
weights = st.integers(0, 20_000)
money = st.integers(1, 10**15)
prices = st.integers(10**3, 10**11)


@given(sizes, sizes, imfs, weights)
def test_a_larger_position_weighs_more_as_a_liability_and_less_as_an_asset(size, more, imf, weight):
    for act, larger in ((chain.size_premium_weight, 1), (chain.size_discount_weight, -1)):
        small, large = act(size, imf, weight), act(size + more, imf, weight)
        assert (large - small) * larger >= 0
        assert (small - weight) * larger >= 0


@given(sizes, imfs, imfs, weights)
def test_a_steeper_curve_weighs_more_as_a_liability_and_less_as_an_asset(size, imf, more, weight):
    assume(imf > 0)
    assert chain.size_premium_weight(size, imf + more, weight) >= chain.size_premium_weight(size, imf, weight)
    assert chain.size_discount_weight(size, imf + more, weight) <= chain.size_discount_weight(size, imf, weight)


def test_one_coin_at_a_factor_of_one_tenth_by_hand():
    # 0.8 * 0.11 = 0.088, plus 0.1 * sqrt(1).
    assert chain.size_premium_weight(BASE, 10**5, 1_100) == 880 + 1_000
    # 1.1 / (1 + 0.1 * 1) = 1, so the weight stays.
    assert chain.size_discount_weight(BASE, 10**5, 9_000) == 9_000
    assert chain.size_discount_weight(100 * BASE, 10**5, 9_000) == 5_500


@given(money, weights, st.integers(0, 10**15), money)
def test_a_fuller_pool_never_weighs_more_and_the_threshold_value_stays(value, weight, start, more):
    full = chain.scaled_initial_asset_weight(value, weight, start)
    fuller = chain.scaled_initial_asset_weight(value + more, weight, start)
    assert 0 <= fuller <= full <= weight
    if 0 < start <= value:
        assert full * value <= weight * start


def test_the_middle_tier_lies_between_the_others():
    assert chain.fill_weight(9_000, 9_500) == 9_250
    assert chain.fill_weight(1, 2) == 1


@given(st.integers(-(10**13), 10**13), prices, imfs, st.integers(1, 10_000), prices)
def test_a_perpetual_needs_no_less_margin_at_a_higher_price_on_either_side(base, price, imf, ratio, rise):
    margin_ratio, requirement = chain.perp_margin_requirement(base, price, imf, ratio)
    assert (margin_ratio, requirement) == chain.perp_margin_requirement(-base, price, imf, ratio)
    assert margin_ratio >= ratio
    assert chain.perp_margin_requirement(base, price + rise, imf, ratio)[1] >= requirement


@given(money, st.integers(100, 10_000), st.integers(0, 10**4), st.integers(0, 10**3), st.integers(10**5, 10**11))
def test_what_is_closed_frees_no_more_than_the_shortage_and_misses_less_than_a_unit(short, ratio, fee, if_fee, price):
    assume(ratio * 100 > fee + if_fee)
    try:
        base = chain.base_to_cover_shortage(short, ratio, fee, if_fee, price, QUOTE)
    except ChainRefusal:
        return
    assume(base != U64_MAX)
    freed = price * (ratio * 100 - fee) // QUOTE - price * if_fee // QUOTE
    assert base * freed <= short * BASE < (base + 1) * freed


def test_closing_frees_nothing_where_fees_take_the_margin():
    assert chain.base_to_cover_shortage(QUOTE, 1_000, 100_000, 0, QUOTE, QUOTE) == U64_MAX
    assert chain.base_to_cover_shortage(QUOTE, 1_000, 0, 0, 0, QUOTE) == U64_MAX
    with pytest.raises(ChainRefusal) as refused:
        chain.base_to_cover_shortage(QUOTE, 1_000, 10_000, 90_000, QUOTE, QUOTE)
    assert refused.value.code == "no_margin_freed"


@given(st.integers(0, 10**5), st.integers(0, 10**5), st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_liquidators_fee_never_falls_with_time_and_stays_below_its_ceiling(base, room, slots, later):
    fees = [chain.liquidation_fee(base, base + room, slots) for slots in (slots, slots + later)]
    assert base <= fees[0] <= fees[1] <= base + room


def test_the_fee_rises_from_the_end_of_the_grace_period():
    assert chain.liquidation_fee(20_000, 50_000, 1_499) == 20_000
    assert chain.liquidation_fee(20_000, 50_000, 1_500) == 21_500
    assert chain.liquidation_fee(20_000, 50_000, 30_000) == 50_000


@given(money, money, st.integers(0, 300), st.integers(0, PORTION), st.integers(0, 200))
def test_liquidation_frees_no_more_than_the_ramp_allows_in_all(shortage, freed, slots, initial, duration):
    portion = chain.max_portion_to_liquidate(shortage, freed, slots, initial, duration)
    allowed = chain.cumulative_portion_freed(slots, initial, duration)
    assert 0 <= portion <= PORTION and initial <= allowed <= PORTION
    assert chain.cumulative_portion_freed(slots + 1, initial, duration) >= allowed
    if shortage >= 50 * QUOTE:
        assert shortage * portion // PORTION + freed <= max((shortage + freed) * allowed // PORTION, freed)


def test_half_of_the_ramp_frees_half_less_what_is_freed_already():
    # 100 USD short after 100 freed: half of 200 is freed already, 60 % leaves 20 more.
    short = 100 * QUOTE
    assert chain.max_portion_to_liquidate(short, short, 75, 0, 150) == 0
    assert chain.max_portion_to_liquidate(short, short, 75, 1_000, 150) == 2_000
    assert chain.max_portion_to_liquidate(short, 0, 0, 0, 0) == PORTION


@given(money, st.integers(0, 10**13), st.integers(1, 10_000), st.integers(0, 10**6), prices, st.integers(0, 10**6))
def test_the_perp_insurance_fee_takes_only_what_the_margin_leaves(shortage, base, ratio, fee, price, most):
    taken = chain.perp_insurance_fee(shortage, base, ratio, fee, price, QUOTE, most)
    assert 0 <= taken <= most
    assert taken == 0 or 20 * taken <= 19 * (ratio * 100 - fee)
    assert chain.perp_insurance_fee(2 * shortage, base, ratio, fee, price, QUOTE, most) <= taken


@given(money, money, weights, st.integers(10**6, 2 * 10**6), weights, st.integers(10**5, 10**6), prices)
def test_the_spot_insurance_fee_takes_only_what_the_weights_leave(short, tokens, asset, gain, debt, loss, price):
    most = 10**6
    taken = chain.spot_insurance_fee(short, tokens, asset, gain, debt, loss, 9, price, most)
    assert 0 <= taken <= most
    if taken:
        assert Fraction(taken, QUOTE) <= 1 - Fraction(asset * gain, debt * loss) + Fraction(1, 100 * debt)
    assert chain.spot_insurance_fee(short, tokens, asset, gain, asset, loss, 9, price, most) == 0


@given(money, money)
def test_a_perp_loss_is_paid_in_full_and_by_less_than_a_unit_too_much(loss, interest):
    per_base = chain.perp_social_loss(-loss, interest)
    assert per_base == chain.perp_social_loss(loss, interest)
    collected = Fraction(per_base // 1_000 * interest, BASE)
    assert loss <= collected < loss + Fraction(interest, BASE)


@given(money, money, st.integers(10**10, 10**11))
def test_a_spot_loss_is_paid_in_full_by_depositors_interest(borrow, deposits, interest):
    cut = chain.spot_social_loss(borrow, deposits, interest)
    assert cut * deposits >= interest * borrow > (cut - 1) * deposits


def test_nobody_is_left_to_share_a_loss():
    assert chain.spot_social_loss(5, 0, 10**10) == 0
    with pytest.raises(ZeroDivisionError, match="open interest of 0"):
        chain.perp_social_loss(5, 0)


@given(money, money, money)
def test_insurance_shares_are_never_worth_more_than_was_paid(amount, total, vault):
    shares = chain.shares_for_amount(amount, total, vault)
    assert chain.amount_for_shares(shares, total + shares, vault + amount) <= amount


@given(st.integers(0, 10**12), st.integers(1, 10**12), money, money)
def test_cancelling_a_request_never_takes_from_those_who_stayed(shares, others, vault, request):
    total = shares + others
    lost = chain.insurance_shares_lost(shares, total, vault, request)
    assert 0 <= lost <= shares
    kept = shares - lost
    # What the others hold is worth no less than before: vault * others / total grows as shares vanish.
    assert vault * others * total >= vault * others * (kept + others)
    if lost:
        assert chain.amount_for_shares(kept, kept + others, vault) <= request


def test_more_shares_than_there_are_is_refused():
    with pytest.raises(ValueError, match="2 shares are more than the total of 1"):
        chain.insurance_shares_lost(2, 1, 10, 1)


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_a_withdrawal_leaves_at_most_three_quarters_of_the_average(average, guard):
    least = chain.min_deposit_after_withdraw(average, guard)
    assert 0 <= least <= average - average // 4
    assert guard < average or least == 0
