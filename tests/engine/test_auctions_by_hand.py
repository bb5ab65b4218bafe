"""How a position is put up for sale, worked by hand on both engines: paths, phases, resets, limits, batches."""

import pytest

from govtool.engine import codes as names
from govtool.engine.terms import (
    BATCH,
    BOOK,
    EXPONENTIAL_PATH,
    FIRST_COME,
    HEALTH_PATH,
    LINEAR_PATH,
    STAIRS_PATH,
    Selling,
)
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 100 coins bought at 100 with 1500: cash -8500. Weights are 0.1.
LONG = Trader(1500, [100])
BUYER = (1, 1e6, 0, 0, 0)


def auction(path=(100, 94, 94, 94, 94, 94), traders=(LONG,), **changed):
    """100 coins at 94: E = 900 under MM = 940. All of them are auctioned for a minute, 0 % to 8 % below."""
    given = {"half_spread": 0.0, "length_s": 60.0, "start_discount": 0.0, "end_discount": 0.08, "keepers": [BUYER]}
    return world(list(path), list(traders), **(given | changed))


@pytest.mark.parametrize(
    ("path", "spread", "tick", "price"),
    [
        # The market bids 5 % below. A line falls 2 % a tick: 6 % at tick 4.
        (LINEAR_PATH, 0.05, 4, 94 * 0.94),
        # 0.92 ** (3 / 4) = 0.93938: 6.06 % after 45 s.
        (EXPONENTIAL_PATH, 0.05, 4, 94 * 0.92**0.75),
        # Stairs of 30 s: 0 % at ticks 1 and 2, 4 % at 3 and 4, 8 % at 5.
        (STAIRS_PATH, 0.05, 5, 94 * 0.92),
        (STAIRS_PATH, 0.04, 3, 94 * 0.96),
        # x = 1 - 900 / 940 = 0.0426: 0.34 % whatever the time.
        (HEALTH_PATH, 0.003, 2, 94 * (1 - 0.08 * (1 - 900 / 940))),
    ],
)
def test_price_of_an_auction_falls_along_its_path(replay, path, spread, tick, price):
    found = replay(auction(half_spread=spread, selling=Selling(path=path, stair_s=30.0)))
    take = events(found, names.TAKE)[0]
    assert (take.tick, take.price) == (tick, pytest.approx(price, rel=1e-6))


def test_a_slow_phase_follows_the_fast_one(replay):
    # 1 % after 30 s, then to 5 % in 60 s: 2 % at 45 s, 3 % at 60 s. The market bids 2.5 % below.
    slow = Selling(slow_s=60.0, floor_discount=0.05)
    found = replay(auction(half_spread=0.025, length_s=30.0, end_discount=0.01, selling=slow))
    take = only(found, names.TAKE)
    assert (take.tick, take.price) == (5, pytest.approx(94 * 0.97))


def test_a_slow_phase_counts_into_the_length(replay):
    slow = Selling(slow_s=30.0, floor_discount=0.01)
    found = replay(auction(half_spread=0.5, length_s=15.0, end_discount=0.01, selling=slow))
    assert only(found, names.UNFILLED).tick == 4


def test_an_anchored_auction_asks_off_the_mark_of_its_opening(replay):
    # Opened at 94; at 93 it still asks 94 less 2 %, and the market bids 93 less 0.5 %.
    found = replay(auction((100, 94, 93, 93), half_spread=0.005, selling=Selling(anchored=1)))
    take = only(found, names.TAKE)
    assert (take.tick, take.price) == (2, pytest.approx(94 * 0.98))


def test_an_auction_starts_again_when_the_mark_falls(replay):
    # 94 to 93 is more than 1 %: the clock starts anew at tick 2, 2 % at tick 3 instead of 4 %.
    found = replay(auction((100, 94, 93, 93, 93), half_spread=0.015, selling=Selling(reset_drop=0.01, max_resets=1)))
    reset, take = only(found, names.RESET), only(found, names.TAKE)
    assert (reset.tick, reset.market, reset.price) == (2, 0, 93.0)
    assert (take.tick, take.price) == (3, pytest.approx(93 * 0.98))


def test_an_auction_starts_again_when_it_is_old_as_often_as_allowed(replay):
    found = replay(auction([100] + [94] * 9, half_spread=0.5, selling=Selling(reset_s=30.0, max_resets=2)))
    assert [event.tick for event in events(found, names.RESET)] == [3, 5]
    assert only(found, names.UNFILLED).tick == 9


def turning(**changed):
    """At 84 the long owes 100, at tick 2, when its auction of 30 s stands at 5 of 10 %. Then to 50 % in a minute."""
    given = {"length_s": 30.0, "end_discount": 0.1, "selling": Selling(insolvent_s=60.0, insolvent_discount=0.5)}
    return auction((100, 94, 84, 84, 84), **(given | changed))


@pytest.mark.parametrize(("spread", "takes"), [(0.095, [(3, 85.0, 8500)]), (0.096, [])])
def test_a_solvent_long_is_not_sold_below_bankruptcy(replay, spread, takes):
    # 900 over 100 coins: 85. To 20 % in a minute, 5 % at tick 2, and 10 % at tick 3 would be 84.60. The market bids
    # 9.5 % below 94, 85.07, or 84.976.
    found = replay(auction(half_spread=spread, end_discount=0.2))
    rows = [(event.tick, event.price, event.quote // USD) for event in events(found, names.TAKE)]
    assert rows == [(tick, pytest.approx(price), quote) for tick, price, quote in takes]


@pytest.mark.parametrize(("spread", "takes"), [(0.08, [(3, 115.0, -11_500)]), (0.085, [])])
def test_a_solvent_short_is_not_bought_back_above_bankruptcy(replay, spread, takes):
    # At 106 E = 11,500 - 10,600 = 900 under 1060. 5 % above at tick 2, 111.30, 10 % at tick 3 would be 116.60; but 115.
    # The market asks 8 % above, 114.48, or 115.01.
    found = replay(auction([100] + [106] * 5, [Trader(1500, [-100])], half_spread=spread, end_discount=0.2))
    rows = [(event.tick, event.price, event.quote // USD) for event in events(found, names.TAKE)]
    assert rows == [(tick, pytest.approx(price), quote) for tick, price, quote in takes]


def test_each_position_gives_its_part_of_what_the_account_has(replay):
    # 50 coins at 91 in each of two markets, of weights 0.1 and 0.05: 600 under 455 + 227.50. The first is two thirds of
    # that: 400 over 50 coins, 83 at tick 3 instead of 10 % below 91. The market bids 83.265.
    two = auction(
        [[100, 100]] + [[91, 91]] * 3,
        [Trader(1500, [50, 50])],
        half_spread=0.085,
        end_discount=0.2,
        maintenance_weight=[0.1, 0.05],
    )
    take = events(replay(two), names.TAKE)[0]
    assert (take.tick, take.market, take.price, take.quote) == (3, 0, pytest.approx(83.0), 4150 * USD)


@pytest.mark.parametrize(("price", "resets"), [(85, 1), (84.99, 0)])
def test_no_auction_of_an_insolvent_account_starts_again(replay, price, resets):
    # 8500 are owed for 100 coins. The mark falls by 10 % at tick 2.
    found = replay(auction((100, 94, price), half_spread=0.5, selling=Selling(reset_drop=0.01, max_resets=1)))
    assert len(events(found, names.RESET)) == resets


def test_insolvency_turns_an_auction_at_once(replay):
    # A quarter of 45 % further at tick 3: 16.25 %, A = 70.35. The market bids 15 % below: 71.40.
    found = replay(turning(half_spread=0.15, pool=10_000))
    phase, take = only(found, names.PHASE), only(found, names.TAKE)
    assert (phase.tick, phase.market, phase.price, phase.equity) == (2, 0, 84.0, -100.0)
    assert (take.tick, take.price, take.quote) == (3, pytest.approx(70.35), 7035 * USD)
    # The account lacks 8500 - 7035 and goes.
    assert only(found, names.COVER).quote == 1465 * USD


def test_keepers_need_not_look_anew_at_an_auction_that_turns_insolvent(replay):
    # A latency of a tick is over since the auction opened at tick 1. 5 % below 84 are 79.80, the market bids 80.64.
    found = replay(turning(half_spread=0.04))
    take = only(found, names.TAKE)
    assert (only(found, names.PHASE).tick, take.tick, take.price) == (2, 2, pytest.approx(79.8))


def test_an_account_that_is_insolvent_at_once_begins_with_that_phase(replay):
    # At 80 from 0 % to 40 % in 30 s: 20 % at tick 2.
    insolvent = Selling(insolvent_s=30.0, insolvent_discount=0.4)
    take = only(replay(auction((100, 80, 80), half_spread=0.1, selling=insolvent)), names.TAKE)
    assert (take.tick, take.price) == (2, pytest.approx(64.0))


def test_a_part_leaves_nothing_or_a_residue_worth_selling(replay):
    # 95 coins for 8930 leave 5, worth 470. With a residue of 940 no more than 90 go.
    short = (1, 8930.0, 0, 0, 0)
    assert only(replay(auction(keepers=[short])), names.TAKE).size == -95
    assert only(replay(auction(keepers=[short], selling=Selling(residue=940.0))), names.TAKE).size == -90


def test_each_slot_takes_a_part_of_what_is_free(replay):
    # Half of 100 coins, then half of the 50 that are free.
    found = replay(auction((100, 94), portion=0.5, selling=Selling(tranches=2)))
    assert [(event.tick, event.size) for event in events(found, names.OPEN)] == [(1, 50), (1, 25)]


def test_no_more_is_put_up_than_restores_the_account(replay):
    # 940 - 900 = 40 are missing; a coin sold at up to 2 % off frees 0.1 - 0.02 of its value: 500, 5 coins.
    found = replay(auction((100, 94), end_discount=0.02, selling=Selling(target=1)))
    assert only(found, names.OPEN).size == 5


def test_no_more_is_taken_than_restores_the_account(replay):
    # Put up are 40 / (0.1 - 0.08) = 2000, 21 coins, for it may come to 8 %. At tick 2 A is 2 % off, and a coin sold
    # there frees 0.1 - 0.02 of its value: 40 / 0.08 = 500 are 5.3 coins, so 6.
    found = replay(auction((100, 94, 94), end_discount=0.08, selling=Selling(target=1)))
    opened, take = only(found, names.OPEN), only(found, names.TAKE)
    assert (opened.size, take.size) == (21, -6)


def test_a_first_share_may_be_sold_at_once_and_the_rest_later(replay):
    # A quarter of 9400 is 2350, 25 coins. 15 of 60 s later, 43.75 % of all: the first 25 were taken, worth 2350.
    # (2350 + 7050) * 0.4375 - 2350 = 1762.5: 18 coins.
    share = Selling(first_share=0.25, share_ramp_s=60.0)
    found = replay(
        auction((100, 94, 94), start_discount=0.08, restore=4.0, warning=4.0, topup_target=4.0, selling=share)
    )
    assert [(event.tick, event.size) for event in events(found, names.OPEN)] == [(1, 25), (2, 18)]


def test_an_account_window_empties_evenly(replay):
    # 1880 an hour: 20 coins at once. A tick later 1880 / 240 = 7.83 came back, less than a coin, but
    # one step goes.
    found = replay(
        auction(
            (100, 94, 94),
            start_discount=0.08,
            restore=4.0,
            warning=4.0,
            topup_target=4.0,
            selling=Selling(account_window=1880.0),
        )
    )
    assert [event.size for event in events(found, names.OPEN)] == [20, 1]


@pytest.mark.parametrize("limit", ["market_window", "outstanding"])
def test_a_limit_of_all_accounts_serves_the_first_first(replay, limit):
    found = replay(auction((100, 94), (LONG, LONG), selling=Selling(**{limit: 14_100.0})))
    assert [(event.account, event.size) for event in events(found, names.OPEN)] == [(0, 100), (1, 50)]


def test_nothing_is_put_up_that_a_limit_leaves_too_small(replay):
    found = replay(auction((100, 94), (LONG, LONG), min_notional=5000.0, selling=Selling(outstanding=14_100.0)))
    assert [(event.account, event.size) for event in events(found, names.OPEN)] == [(0, 100)]


@pytest.mark.parametrize(("limit", "size"), [(14_100.0, 100), (14_099.0, 99)])
def test_the_limit_of_all_auctions_is_in_quote_of_each_instrument(replay, limit, size):
    # 100 coins at 94 in one market are 9400. 4700 are left, 100 coins at 47 in another.
    found = replay(
        auction(
            [[100, 50], [94, 47]],
            [Trader(1500, [100, 0]), Trader(750, [0, 100])],
            selling=Selling(outstanding=limit),
        )
    )
    assert [(event.market, event.size) for event in events(found, names.OPEN)] == [(0, 100), (1, size)]


@pytest.mark.parametrize(
    "limit",
    [
        {"account_window": 1880.0},
        {"market_window": 1880.0},
        {"outstanding": 1880.0},
        {"first_share": 0.25, "share_ramp_s": 60.0},
    ],
)
@pytest.mark.parametrize(("price", "all_of_it"), [(85, False), (84, True)])
def test_no_limit_holds_back_what_is_insolvent(replay, limit, price, all_of_it):
    # 8500 are owed for 100 coins.
    found = replay(auction((100, price), selling=Selling(**limit)))
    assert (only(found, names.OPEN).size == 100) == all_of_it


@pytest.mark.parametrize(("least", "sizes"), [(9400.0, [100]), (9399.0, [])])
def test_what_is_too_small_to_be_divided_is_put_up_at_once(replay, least, sizes):
    # 100 coins at 94 are 9400. A quarter of them would be less than what is sold at least.
    found = replay(auction((100, 94), min_notional=least, selling=Selling(first_share=0.25, share_ramp_s=60.0)))
    assert [event.size for event in events(found, names.OPEN)] == sizes


def test_limits_hold_on_the_book(replay):
    # 100 coins at 94 lack 40, with no discount to pay: 400 quote, 4 coins.
    found = replay(world([100, 94], [LONG], liquidation_format=BOOK, selling=Selling(target=1)))
    assert only(found, names.FILL).size == -4


def test_first_come_sells_at_one_discount_from_the_start(replay):
    found = replay(auction((100, 94, 94), half_spread=0.05, liquidation_format=FIRST_COME))
    take = only(found, names.TAKE)
    assert (take.tick, take.price) == (2, pytest.approx(94 * 0.92))


def batch(**changed):
    """A batch of 30 s with a reserve of 8 %; it clears at tick 3."""
    given = {"liquidation_format": BATCH, "length_s": 30.0, "keepers": [(1, 4700.0, 0, 0.01, 0), (1, 1e6, 0, 0.03, 0)]}
    return auction((100, 94, 94, 94), **(given | changed))


def test_a_batch_clears_at_the_price_of_the_last_bid_served(replay):
    # The first asks for 50 coins at an edge of 1 %, the second takes the rest at 3 %: all pay 94 less 3 %.
    found = replay(batch())
    assert [(event.tick, event.other, event.size) for event in events(found, names.TAKE)] == [(3, 0, -50), (3, 1, -50)]
    assert [event.price for event in events(found, names.TAKE)] == [pytest.approx(94 * 0.97)] * 2
    assert found.keeper_cash == [pytest.approx(50 * 94 * 0.03 * USD)] * 2


def test_a_batch_is_shared_by_equal_bids(replay):
    # 60 and 30 coins asked for, at the same edge; all fits.
    found = replay(batch(keepers=[(1, 60 * 94.0, 0, 0.01, 0), (1, 30 * 94.0, 0, 0.01, 0)]))
    assert [event.size for event in events(found, names.TAKE)] == [-60, -30]
    # 100 of 60 + 90 asked for: 40, then the rest.
    found = replay(batch(keepers=[(1, 60 * 94.0, 0, 0.01, 0), (1, 90 * 94.0, 0, 0.01, 0)]))
    assert [event.size for event in events(found, names.TAKE)] == [-40, -60]


def test_a_batch_sells_nothing_below_its_reserve(replay):
    # The market bids 6 % below and the second wants 3 % of that: 9 % is beyond 8.
    found = replay(batch(half_spread=0.06))
    assert [(event.other, event.size) for event in events(found, names.TAKE)] == [(0, -50)]
    assert only(found, names.UNFILLED).size == 50


def test_equal_lots_of_a_batch_earn_the_same(replay):
    # 100 coins move the market by 0.0001 * sqrt(9400) = 0.97 %, on average two thirds of that. All pay the marginal
    # price less 1 %, and all get the mean one, whoever comes first.
    found = replay(batch(keepers=[(1, 4700.0, 0, 0.01, 0)] * 2, slope=0.0001))
    moved = 0.0001 * 9400**0.5
    assert [event.size for event in events(found, names.TAKE)] == [-50, -50]
    assert [event.price for event in events(found, names.TAKE)] == [pytest.approx(94 * (1 - moved - 0.01))] * 2
    earned = 50 * 94 * (moved / 3 + 0.01)
    assert found.keeper_cash == [pytest.approx(earned * USD, abs=2)] * 2
    assert found.keeper_cash[0] == found.keeper_cash[1]
    assert found.volume == [-9400.0]
