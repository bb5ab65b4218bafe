"""One case worked by hand for each mechanism, on both engines, to the quantum."""

import pytest

from govtool.engine import codes as names
from govtool.engine.terms import BOOK
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 100 coins bought at 100 with 1500: cash -8500. Weights are 0.1.
LONG = Trader(1500, [100])
SHORT = Trader(1500, [-100])


def book_world(**changed):
    """The example of the dYdX v4 rules: 0.1 BTC, initial weight 2 %, maintenance fraction 60 %.

    Bought at 60,000 with 1030 of equity; at 50,000 equity is 1030 - 1000 = 30, half of the maintenance
    5000 * 0.012 = 60. The fillable price is 50,000 * (1 - 0.5 * 1.5 * 0.012) = 49,550, the bankruptcy price
    50,000 - 30 / 0.1 = 49,700.
    """
    given = {
        "unit": 0.1,
        "initial_weight": 0.02,
        "maintenance_weight": 0.012,
        "liquidation_format": BOOK,
        "fee_rate": 0.015,
    }
    return world([60000, 50000, 50000], [Trader(1030, [1])], **(given | changed))


def test_fund_pays_for_a_fill_between_bankruptcy_and_fillable_price(replay):
    # The market bids 0.9 % under the index: 49,550, just the limit. 4955 - 4970 = -15.
    found = replay(book_world(half_spread=0.009, pool=15))
    flag, fill = only(found, names.FLAG), only(found, names.FILL)
    assert (flag.tick, flag.equity, flag.maintenance) == (1, 30.0, 60.0)
    assert (fill.tick, fill.market, fill.size, fill.quote, fill.fee, fill.fund) == (1, 0, -1, 4955 * USD, 0, -15 * USD)
    assert fill.price == pytest.approx(49550)
    assert only(found, names.RETIRE).quote == 0
    assert found.buckets["insurance"] == 0
    # The trader's cost: 5000 - 4955, less the 15 that the fund paid. Restoring 60 needed 2500 at least.
    assert found.gauges["cost"] == pytest.approx(30)
    assert found.gauges["liquidated"] == pytest.approx(5000)
    assert found.gauges["excess"] == pytest.approx(2500)


def test_fill_is_rejected_when_the_pool_lacks_one_quantum(replay):
    found = replay(book_world(half_spread=0.009, pool=14.999999))
    assert events(found, names.FILL) == []
    # After the last tick the position closes at that price all the same: -6000 + 1030 + 4955 = -15.
    close = only(found, names.CLOSE)
    assert (close.tick, close.quote) == (2, 4955 * USD)
    assert only(found, names.COVER).quote == 14_999_999
    assert only(found, names.BAD_DEBT_EVENT).quote == 1
    assert (found.pool_low, found.buckets["bad_debt"]) == (0, -1)


def test_fill_is_rejected_beyond_what_a_block_may_cost_the_fund(replay):
    assert events(replay(book_world(half_spread=0.009, pool=99, block_insurance=15 * USD - 1)), names.FILL) == []
    assert len(events(replay(book_world(half_spread=0.009, pool=99, block_insurance=15 * USD)), names.FILL)) == 1


def test_nothing_fills_when_the_market_is_worse_than_the_fillable_price(replay):
    assert events(replay(book_world(half_spread=0.0091, pool=99)), names.FILL) == []


def test_liquidation_fee_takes_at_most_the_surplus_over_bankruptcy(replay):
    # The market bids 49,800: 10 above bankruptcy, less than 1.5 % of 4980.
    found = replay(book_world(half_spread=0.004, fee_to_insurance=0.25))
    fill = only(found, names.FILL)
    assert (fill.quote, fill.fee, fill.fund) == (4980 * USD, 10 * USD, 2_500_000)
    assert found.buckets["treasury"] == 7_500_000
    assert only(found, names.RETIRE).quote == 0


def test_a_fresh_flag_waits_for_the_daemon(replay):
    late = replay(book_world(half_spread=0.004, blocks=2, lag_blocks=2))
    assert [event.tick for event in events(late, names.FLAG, names.FILL)] == [1, 2]


def test_position_closes_in_chunks_block_by_block(replay):
    # 100 coins at 92: E = 700, MM = 920. Ten percent of 9200 are 10 coins, 10 % of the 90 left 9, then 8.1 floored.
    # Each closes at the index; E stays, and 73 coins need 671.6: the fourth block finds it recovered.
    found = replay(world([100, 92], [LONG], liquidation_format=BOOK, portion=0.1, blocks=5))
    assert [event.size for event in events(found, names.FILL)] == [-10, -9, -8]
    recover = only(found, names.RECOVER)
    assert (recover.equity, recover.maintenance) == (pytest.approx(700), pytest.approx(671.6))
    assert found.gauges["excess"] == pytest.approx(27 * 92 - (920 - 700) / 0.1)


def auction_world(**changed):
    """100 coins at 94: E = 900 under MM = 940, so half of them are auctioned for a minute, 1 % to 5 % below."""
    given = {
        "half_spread": 0.01,
        "fee_rate": 0.01,
        "fee_to_insurance": 0.5,
        "portion": 0.5,
        "restore": 1.2,
        "warning": 1.2,
        "topup_target": 1.2,
        "length_s": 60.0,
        "start_discount": 0.01,
        "end_discount": 0.05,
        "keepers": [(1, 1e6, 0, 0.005, 0)],
    }
    return world([100, 94, 94, 94, 94, 94], [LONG], **(given | changed))


def test_keeper_takes_a_tranche_when_it_can_unload_at_its_edge(replay):
    # After 15 of 60 s the discount is 2 %: 92.12. The market bids 93.06, above 92.12 + 0.47. The bankruptcy quote
    # of 50 coins is 4700 - 900 * 470 / 940 = 4250; the surplus 356 leaves the fee at 1 % of 4606.
    found = replay(auction_world())
    opened, take = only(found, names.OPEN), only(found, names.TAKE)
    assert (opened.tick, opened.size, opened.price) == (1, 50, 94.0)
    assert (take.tick, take.other, take.size) == (2, 0, -50)
    assert take.price == pytest.approx(92.12)
    assert (take.quote, take.fee, take.fund) == (4606 * USD, 46_060_000, 23_030_000)
    assert found.keeper_cash == [47 * USD]
    assert found.cash == [-3940_060_000]
    # E = 4700 - 3940.06 against 1.2 * 470: restored, so no further tranche opens.
    recover = only(found, names.RECOVER)
    assert (recover.tick, recover.equity) == (2, pytest.approx(759.94))


def test_keeper_waits_for_its_price_and_its_turn(replay):
    # With an edge of 2.5 % it needs A + 2.35 <= 93.06. The discount is 2, 3, 4 % at ticks 2, 3, 4: A = 90.24 it is.
    patient = only(replay(auction_world(keepers=[(1, 1e6, 0, 0.025, 0)])), names.TAKE)
    assert (patient.tick, patient.price) == (4, pytest.approx(90.24))
    slow = replay(auction_world(keepers=[(2, 1e6, 0, 0.005, 0)]))
    assert only(slow, names.TAKE).tick == 3


def test_a_rest_that_nobody_took_is_offered_again(replay):
    # The price never gets to an edge of 5 %: it starts anew from the end of its minute, tick 5.
    found = replay(auction_world(keepers=[(1, 1e6, 0, 0.05, 0)]))
    assert [(event.tick, event.kind) for event in events(found, names.OPEN, names.UNFILLED)] == [
        (1, names.OPEN),
        (5, names.UNFILLED),
        (5, names.OPEN),
    ]


def test_keeper_takes_what_its_capital_buys_and_the_next_takes_the_rest(replay):
    # 1000 buys 10 coins at the oracle price of 94; the second keeper wants parts of 3760 at least: 40 are that.
    found = replay(auction_world(keepers=[(1, 1000, 0, 0, 0), (1, 1e6, 0, 0, 3760)]))
    assert [(event.other, event.size) for event in events(found, names.TAKE)] == [(0, -10), (1, -40)]
    # A first keeper who wants parts of 1000 at least passes over 10 coins, worth 940.
    found = replay(auction_world(keepers=[(1, 1000, 0, 0, 1000), (1, 1e6, 0, 0, 3760)]))
    assert [(event.other, event.size) for event in events(found, names.TAKE)] == [(1, -50)]


def test_capital_comes_back_tick_by_tick(replay):
    # 1000 buys 10 coins, 60 are left; 470 a tick comes back: 60 + 470 buys 5 more, and so on until the minute is over.
    found = replay(auction_world(keepers=[(1, 1000, 470, 0, 0)], portion=1.0))
    assert [event.size for event in events(found, names.TAKE)] == [-10, -5, -5, -5]
    assert only(found, names.UNFILLED).size == 75


def test_insurance_makes_an_insolvent_account_whole_before_it_closes(replay):
    # At 80 the long owes 500. Nobody takes the tranche in its 15 s; the fund pays, the market buys at 80.
    found = replay(world([100, 80, 80], [LONG], pool=800))
    assert only(found, names.UNFILLED).size == 100
    cover, close, retire = events(found, names.COVER, names.CLOSE, names.RETIRE)
    assert (cover.tick, cover.quote, cover.fund) == (2, 500 * USD, -500 * USD)
    assert (close.quote, close.equity) == (8000 * USD, 0.0)
    assert retire.quote == 0
    assert (found.buckets["insurance"], found.pool_low) == (300 * USD, 300 * USD)


def test_what_insurance_lacks_is_bad_debt(replay):
    found = replay(world([100, 80, 80], [LONG], pool=200))
    assert [event.quote for event in events(found, names.COVER)] == [200 * USD]
    assert only(found, names.BAD_DEBT_EVENT).quote == 300 * USD
    assert found.buckets == {
        "traders": 0,
        "keepers": 0,
        "insurance": 0,
        "treasury": 0,
        "market": 2000 * USD,
        "wallets": -1500 * USD,
        "bad_debt": -300 * USD,
        "lenders": 0,
        "escrow": 0,
        "gas": 0,
        "stakers": 0,
        "sharing": 0,
        "exits": 0,
        "transit": 0,
        "carriers": 0,
        "searchers": 0,
    }


def test_a_cap_per_block_holds_for_the_auction_and_the_retiring_account_together(replay):
    # 500 are owed. The auction's end takes all 100 that a block may; 400 are missing when the account goes.
    found = replay(world([100, 80, 80], [LONG], pool=800, block_insurance=100 * USD))
    assert only(found, names.COVER).quote == 100 * USD
    assert only(found, names.BAD_DEBT_EVENT).quote == 400 * USD
    assert found.buckets["insurance"] == 700 * USD
    # Of 600, 500 cover what is owed at 80. The market pays 2 % less, 160 are missing, and 100 are left.
    found = replay(world([100, 80, 80], [LONG], pool=800, block_insurance=600 * USD, half_spread=0.02))
    assert [event.quote for event in events(found, names.COVER)] == [500 * USD, 100 * USD]
    assert only(found, names.BAD_DEBT_EVENT).quote == 60 * USD


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_deleveraging_takes_a_shortfall_from_the_other_side(replay, seed):
    # The market bids half: no fill. The long owes 500; its bankruptcy quote is 8000 + 500, and the short pays it.
    found = replay(world([100, 80], [LONG, SHORT], liquidation_format=BOOK, half_spread=0.5, adl=1, seed=seed))
    event = only(found, names.DELEVERAGE)
    assert (event.account, event.other, event.size, event.quote) == (0, 1, -100, 8500 * USD)
    assert (event.price, event.equity, event.maintenance) == (500.0, -500.0, 800.0)
    assert (found.inside, found.cash) == ([False, True], [0, (1500 + 10000 - 8500) * USD])
    assert (found.gauges["haircut"], found.gauges["adl_notional"]) == (500.0, 8000.0)


@pytest.mark.parametrize(("other_price", "taken"), [(130.0, 1), (130.01, 0)])
def test_nobody_is_deleveraged_into_insolvency(replay, other_price, taken):
    # At 80 the long owes 500, and the short gained 2000 on it. It lost 3000 in another market: 500 are left, and a
    # haircut of 500 leaves nothing. With one more dollar lost it would leave less.
    found = replay(
        world(
            [[100, 100], [80, other_price]],
            [Trader(1500, [100, 0]), Trader(1500, [-100, -100])],
            liquidation_format=BOOK,
            half_spread=0.5,
            adl=1,
        )
    )
    assert len(events(found, names.DELEVERAGE)) == taken


def test_what_no_account_takes_meets_the_outside_market(replay):
    # 100 long against 40 short: the outside world holds 60 short. Both pay by the same quote a coin, 85.
    found = replay(
        world(
            [100, 80],
            [LONG, Trader(1500, [-40])],
            liquidation_format=BOOK,
            half_spread=0.5,
            adl=1,
        )
    )
    legs = events(found, names.DELEVERAGE)
    assert [(event.other, event.size, event.quote) for event in legs] == [(1, -40, 3400 * USD), (-1, -60, 5100 * USD)]
    assert found.market_size == [0]


def test_no_deleveraging_where_governance_forbids_it(replay):
    found = replay(world([100, 80], [LONG, SHORT], liquidation_format=BOOK, half_spread=0.5))
    assert events(found, names.DELEVERAGE) == []


def test_a_counterpartys_auction_ends_when_deleveraging_takes_its_position(replay):
    # At 110 the short is worth 1500 - 1000 = 500 under MM 1100 and is auctioned for 15 s at a time, in vain. At 84
    # the long owes 100; the short is worth 3100, still under 4 * 840, so its auction goes on. The long's tranche
    # of tick 2 ends at tick 3 and takes the short's position, and with it the short's tranche of tick 3.
    found = replay(
        world([100, 110, 84, 84], [SHORT, LONG], adl=1, restore=4.0, warning=4.0, topup_target=4.0, start_discount=-0.2)
    )
    ended = only(found, names.ENDED)
    assert (ended.tick, ended.account, ended.market) == (3, 0, 0)
    retired = events(found, names.RETIRE)
    assert [(event.account, event.quote) for event in retired] == [(0, -3000 * USD), (1, 0)]


def test_funding_moves_from_longs_to_shorts_and_the_market_settles_the_rest(replay):
    # 1 % per 8 h for one hour is 0.125 %: 12.50 of 10,000, 5.00 of 4000.
    found = replay(world([100, 100], [LONG, Trader(1500, [-40])], rate=[(1, 0.01)]))
    event = only(found, names.FUNDING)
    assert (event.tick, event.account, event.market, event.quote, event.price) == (1, -1, 0, -7_500_000, 0.00125)
    assert found.cash == [-8500 * USD - 12_500_000, 5500 * USD + 5 * USD]


def test_funding_is_clamped_by_governance(replay):
    found = replay(world([100, 100], [LONG], rate=[(1, -0.01)], funding_clamp=0.004))
    assert only(found, names.FUNDING).quote == 5 * USD


def test_top_up_lifts_an_account_to_its_target(replay):
    # At 94.5: E = 950, MM = 945, under 1.3 times that. One tick later comes 1.5 * 945 - 950.
    found = replay(
        world(
            [100, 94.5, 94.5],
            [Trader(1500, [100], topup_chance=1.0, wallet=1000)],
            warning=1.3,
            topup_target=1.5,
        )
    )
    topup = only(found, names.TOPUP)
    assert (topup.tick, topup.quote, topup.equity, topup.maintenance) == (2, 467_500_000, 950.0, 945.0)
    assert (found.wallet, found.cash) == ([532_500_000], [-8500 * USD + 467_500_000])
    assert events(found, names.FLAG) == []


def test_top_up_is_at_most_what_the_wallet_holds(replay):
    found = replay(
        world(
            [100, 94.5, 94.5, 94.5, 94.5],
            [Trader(1500, [100], topup_chance=1.0, wallet=300)],
            warning=1.3,
            topup_target=1.5,
        )
    )
    assert [event.quote for event in events(found, names.TOPUP)] == [300 * USD]
    assert found.wallet == [0]


def test_entry_is_scaled_to_what_initial_margin_allows(replay):
    # 100.5 coins at 100 with weight 0.2 need 2010; half of 1500 is 750, so 37.5 % of them: 37 coins.
    # It buys at 100 * 1.01 and pays 0.1 % of 3737, a third of which goes to the pool.
    found = replay(
        world(
            [100, 100],
            [Trader(1500, [100], enters=1)],
            initial_weight=0.2,
            headroom=0.5,
            half_spread=0.01,
            taker_fee=0.001,
            trading_fee_share=1 / 3,
        )
    )
    trade = only(found, names.TRADE)
    assert (trade.tick, trade.size, trade.quote) == (1, 37, -3737 * USD)
    assert (trade.fee, trade.fund) == (3_737_000, 1_245_666)
    assert found.buckets["treasury"] == 3_737_000 - 1_245_666
    assert found.cash == [1500 * USD - 3737 * USD - 3_737_000]


def test_open_interest_raises_the_initial_weight_of_those_who_come_later(replay):
    # 100 coins are open, 10,000: halfway from 5000 to 15,000, so weight 0.1 + 0.9 / 2 = 0.55 for the second.
    # Its 100.5 coins need 5527.5 and it has 1500: 27.3 coins.
    found = replay(world([100, 100], [LONG, Trader(1500, [100], enters=1)], oi_lower=5e3, oi_upper=15e3, headroom=1.0))
    assert [event.size for event in events(found, names.TRADE)] == [100, 27]


def test_exit_closes_every_leg_and_withdraws_the_rest(replay):
    # Mean zero: out after one tick, at 110 less 1 %: 8500 + 10,890 - 0.1 % of that.
    found = replay(world([100, 110], [Trader(1500, [100], hold=0.0)], half_spread=0.01, taker_fee=0.001))
    trade = events(found, names.TRADE)[-1]
    assert (trade.tick, trade.size, trade.quote, trade.fee) == (1, -100, 10890 * USD, 10_890_000)
    assert only(found, names.RETIRE).quote == -(1500 - 10000 + 10890) * USD + 10_890_000
    assert found.inside == [False]


def test_forced_close_pays_square_root_impact(replay):
    # At 94 the account is flagged. Selling 100 coins moves X from 0 to -9400; the mean displacement is two thirds of
    # the last: 0.001 * sqrt(9400) * 2 / 3.
    found = replay(world([100, 94], [LONG], slope=0.001))
    close = only(found, names.CLOSE)
    assert close.price == pytest.approx(94 * (1 - 0.001 * 9400**0.5 * 2 / 3))
    assert found.volume == [-9400.0]


def test_fill_stops_where_the_marginal_price_meets_the_limit(replay):
    # E = 700, MM = 920: abr = 0.2391.., limit 92 * (1 - abr * 1.5 * 0.1) is 3.587 % off. With slope 0.001 that is
    # met after (0.03587 / 0.001)^2 = 1286.6 quote: 13 coins.
    found = replay(world([100, 92], [LONG], liquidation_format=BOOK, slope=0.001))
    assert only(found, names.FILL).size == -13


def test_displaced_volume_decays_and_reaches_the_oracle(replay):
    # After 13 coins X = -1196, halved to -598 by the next tick; the oracle takes half of the displacement.
    found = replay(
        world([100, 92, 92], [LONG], liquidation_format=BOOK, slope=0.001, decay=0.5, own_weight=0.5, portion=0.13)
    )
    assert found.path[2] == [pytest.approx(92 * (1 - 0.5 * 0.001 * 598**0.5))]


def test_oracle_posts_when_the_price_moved_enough_or_the_last_post_is_old(replay):
    path = [100, 100.9, 101.1, 101.5, 101.6, 101.7, 101.8]
    found = replay(world(path, [LONG], deviation=0.01, heartbeat=4))
    assert found.path == [[100], [100], [101.1], [101.1], [101.1], [101.1], [101.8]]


@pytest.mark.parametrize(
    ("limits", "factors"),
    [
        ({}, [1.0, 3.8280, 2.8532]),
        ({"rise": 2.0}, [1.0, 3.0, 2.8532]),
        ({"fall": 0.25}, [1.0, 3.8280, 3.5780]),
        ({"cap": 2.5}, [1.0, 2.5, 2.5]),
    ],
)
def test_weights_follow_volatility_no_faster_than_allowed(replay, limits, factors):
    # A return of 10 % in an hour is a variance of 0.01 * 8760 = 87.6 a year. With a half-life of an hour v goes from
    # 1 to 44.3, then without a return to 22.15: 6.656 and 4.7064 times the reference, goals 1 + 0.5 * 5.656 and
    # 1 + 0.5 * 3.7064.
    path = [100.0] * 240 + [110.0] * 480
    found = replay(world(path, [Trader(1e6, [100])], adaptive=1, gamma=0.5, **limits))
    assert [row[0] for row in found.factor] == pytest.approx(factors, abs=1e-4)


def test_an_account_below_maintenance_at_the_end_is_closed(replay):
    found = replay(world([100, 94], [LONG]))
    close, retire = events(found, names.CLOSE, names.RETIRE)
    assert (close.quote, retire.quote) == (9400 * USD, -900 * USD)
    assert found.size == [[0]]


def test_an_account_above_maintenance_at_the_end_stays(replay):
    found = replay(world([100, 95], [LONG]))
    assert (found.size, found.cash, found.inside) == ([[100]], [-8500 * USD], [True])
