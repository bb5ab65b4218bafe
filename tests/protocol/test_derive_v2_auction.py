"""Derive v2 in wads: the two auctions, and who pays when an account cannot."""

from hypothesis import assume, given
from hypothesis import strategies as st

import govtool.protocol.derive_v2 as chain
from govtool.protocol.fixed import WAD

shares = st.integers(0, WAD)
auctions = st.builds(
    lambda high, low, fast, slow: chain.Auction(max(high, low), min(high, low), fast, slow),
    shares,
    shares,
    st.integers(0, 10**5),
    st.integers(1, 10**5),
)
seconds = st.integers(0, 3 * 10**5)


@given(auctions, seconds, seconds)
def test_a_discounted_share_never_rises_with_time(auction, elapsed, later):
    assert 0 <= chain.discount(auction, elapsed + later) <= chain.discount(auction, elapsed) <= auction.start
    assert chain.discount(auction, auction.fast_s + auction.slow_s) == 0
    assert chain.discount(auction, auction.fast_s) == auction.cutoff


def test_the_slow_phase_falls_in_steps_of_whole_units():
    auction = chain.Auction(WAD, 8 * WAD // 10, 0, 7_200)
    # 0.8 of 6,481 s is cut to 5,184 s, as of 6,480: the price stands still for a second.
    assert chain.discount(auction, 6_480) == chain.discount(auction, 6_481) == 8 * WAD // 100


@st.composite
def accounts(draw):
    value = draw(st.integers(1, 10**24))
    margin = draw(st.integers(-(10**24), -1))
    return chain.Account(margin, value, draw(st.integers(0, value)))


@given(auctions, accounts(), st.integers(0, 4 * WAD), seconds)
def test_a_bid_is_a_share_at_its_price_and_a_deeper_discount_sells_no_less(auction, account, buffer, elapsed):
    assume(chain.buffer_margin(account, buffer) < 0)
    bid = chain.solvent_bid(auction, account, buffer, elapsed)
    assert 0 <= bid.share == bid.max_share <= WAD
    assert 0 <= bid.cash <= bid.price <= account.value
    half = chain.solvent_bid(auction, account, buffer, elapsed, requested=WAD // 2)
    assert half.share == min(WAD // 2, bid.max_share)


@given(accounts(), st.integers(0, 4 * WAD), shares)
def test_selling_the_largest_share_brings_the_buffer_margin_to_zero(account, buffer, asked):
    margin = chain.buffer_margin(account, buffer)
    assume(margin < 0 and account.reserved == 0)
    share = chain.max_share(account, buffer, asked)
    # Selling leaves (1 - f) of the margin, and f * d of the value as cash.
    left = margin * (WAD - share) + share * account.value * asked // WAD
    # The share is rounded by less than one unit of a wad, and so is the discounted value.
    assert abs(left) <= abs(margin) + account.value + 2 * WAD


def test_an_account_at_its_buffer_sells_nothing_and_a_small_one_everything():
    safe = chain.Account(50 * WAD, 100 * WAD)
    assert chain.max_share(safe, WAD // 10, WAD) == 0
    assert chain.max_share(safe, WAD // 10, WAD, small_value=101 * WAD) == WAD
    assert chain.starting_fee(chain.Account(-100 * WAD, 300 * WAD), 0, WAD // 10) == 75 * WAD // 10


@given(st.integers(-(10**24), 10**24), st.integers(-(10**24), 10**24), st.integers(0, 10**5), seconds, seconds)
def test_an_insolvent_account_pays_a_bidder_ever_more_up_to_its_margin(margin, value, length, elapsed, later):
    assume(margin <= min(value, 0))
    price, then = (chain.insolvent_price(margin, value, length, t) for t in (elapsed, elapsed + later))
    assert margin <= then <= price <= 0
    assert chain.insolvent_price(margin, value, length, length) == margin


@given(st.integers(0, 10**24), st.integers(0, 10**24))
def test_the_module_pays_first_and_what_is_paid_and_shared_is_what_is_needed(balance, needed):
    paid, shared = chain.security_payout(balance, needed)
    assert paid + shared == needed and 0 <= paid <= balance
    assert shared == 0 or paid == balance


@given(st.integers(1, 10**24), st.integers(0, 10**24), st.integers(0, 10**24), st.integers(0, 10**24))
def test_cash_is_never_worth_more_than_one_and_all_of_it_never_more_than_its_backing(supply, backing, loss, fees):
    rate = chain.cash_exchange_rate(supply, backing, loss, fees)
    assert 0 <= rate <= WAD
    assert rate * (supply + max(loss, fees)) <= backing * WAD or rate == WAD
    assert chain.cash_exchange_rate(supply, backing, loss + 1, fees) <= rate


def test_fees_take_the_loss_first_and_a_missing_module_blocks_nobody():
    assert chain.cash_exchange_rate(90 * WAD, 100 * WAD, 10 * WAD, 10 * WAD) == WAD
    assert chain.cash_exchange_rate(90 * WAD, 100 * WAD, 110 * WAD, 10 * WAD) == WAD // 2
    assert not chain.withdraw_blocked(0, WAD, False)
    assert chain.withdraw_blocked(0, 1, True) and not chain.withdraw_blocked(0, 0, True)
