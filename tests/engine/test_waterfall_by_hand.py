"""Who bears a loss, worked by hand on both engines."""

import pytest

from govtool.engine import codes as names
from govtool.engine.terms import (
    ADL_LAYER,
    BOOK,
    EXIT_LAYER,
    FUNDING_LAYER,
    INSURANCE_LAYER,
    LAYERS,
    PRO_RATA,
    PROFIT_ORDER,
    VOLUNTARY_LAYER,
    Pool,
    Sharing,
)
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 100 coins bought at 100 with 1500: cash -8500. Weights are 0.1. At 80 it owes 500.
LONG = Trader(1500, [100])


def order(*layers):
    code = 0
    for layer in reversed(layers):
        code = code * (LAYERS + 1) + layer
    return code


def lost(traders=(), path=(100, 80, 80), **changed):
    """The long owes 500 at tick 1 and is resolved at tick 2, when its auction of a tick has found nobody."""
    return world(list(path), [LONG, *traders], **changed)


def test_layers_pay_in_order_and_pass_on_the_rest(replay):
    # 200 of insurance, then 240 of the volunteer's equity of 400 at most, then 60 are left to exits. At the end the
    # volunteer, with 160 the only one who is in, pays them.
    sharing = Sharing(waterfall=order(INSURANCE_LAYER, VOLUNTARY_LAYER, EXIT_LAYER), share_cap=0.6)
    found = replay(lost([Trader(600, [10])], pool=200, opted=[0, 1], sharing=sharing))
    cover, share, defer = (only(found, kind) for kind in (names.COVER, names.SHARE, names.DEFER))
    assert (cover.quote, share.account, share.other, share.quote) == (200 * USD, 0, 1, 240 * USD)
    assert (defer.account, defer.market, defer.quote) == (0, 0, 60 * USD)
    haircut = only(found, names.EXIT_HAIRCUT)
    assert (haircut.account, haircut.quote) == (1, -60 * USD)
    assert found.cash[1] == (600 - 1000 - 240 - 60) * USD
    assert (found.buckets["exits"], found.buckets["bad_debt"]) == (0, 0)
    assert found.gauges["shared"] == pytest.approx(300)


def test_volunteers_share_by_what_each_can_give(replay):
    # At 80 the two have 1000 and 280, of which half may be asked for; a third did not opt in.
    sharing = Sharing(waterfall=order(VOLUNTARY_LAYER), share_cap=0.5)
    traders = [Trader(1200, [10]), Trader(480, [10]), Trader(5000, [10])]
    found = replay(lost(traders, opted=[0, 1, 1, 0], sharing=sharing))
    # Rooms are 500 and 140: 500 * 500 / 640 = 390.625, and 109.375.
    assert [(event.other, event.quote) for event in events(found, names.SHARE)] == [(1, 390_625_000), (2, 109_375_000)]


def test_a_volunteer_gives_no_more_than_its_cap_in_all(replay):
    # Two longs owe 500 each; the volunteer gives 600 of 1200 once and for all.
    sharing = Sharing(waterfall=order(VOLUNTARY_LAYER), share_cap=0.5)
    found = replay(lost([Trader(1400, [10]), LONG], opted=[0, 1, 0], sharing=sharing))
    # After the first 500, half of its 700 are 350, all of which it has given already.
    assert [(event.account, event.quote) for event in events(found, names.SHARE)] == [(0, 500 * USD)]
    assert only(found, names.BAD_DEBT_EVENT).quote == 500 * USD


def test_holders_of_the_market_pay_by_size(replay):
    # 30 short, 20 long, and the outside holds 90 short: 500 over 140 coins.
    sharing = Sharing(waterfall=order(FUNDING_LAYER))
    found = replay(lost([Trader(1500, [-30]), Trader(1500, [20])], sharing=sharing))
    rows = [(event.other, event.market) for event in events(found, names.SOCIALISE)]
    assert rows == [(1, 0), (2, 0), (-1, 0)]
    # Each is rounded up: 107.142858 and 71.428572; the outside pays the rest.
    assert [event.quote for event in events(found, names.SOCIALISE)] == [107_142_858, 71_428_572, 321_428_570]
    assert found.gauges["shared"] == pytest.approx(500)


def test_who_has_room_pays_what_others_cannot(replay):
    # 500 over 180 short and 80 long; the outside holds nothing. The long has 50 left of 1650 and cannot pay its 153.85;
    # the short pays the rest.
    sharing = Sharing(waterfall=order(FUNDING_LAYER))
    found = replay(lost([Trader(5000, [-180]), Trader(1650, [80])], sharing=sharing))
    rows = [(event.other, event.quote) for event in events(found, names.SOCIALISE)]
    assert rows == [(1, 346_153_847), (2, 50 * USD), (1, 103_846_153)]


LENDING = Pool(advance_trigger=1.4, advance_target=5.0, advance_account=300.0, advance_event=300.0, advance_repay=9.0)
"""Lends 300 at once to whoever has between 1 and 1.4 of maintenance: not to the long, which has 1.5."""


def test_volunteers_do_not_give_what_the_pool_lent(replay):
    # 130 over 10 coins short become 430, 630 at 80: half of the 330 that are its own.
    sharing = Sharing(waterfall=order(VOLUNTARY_LAYER), share_cap=0.5)
    found = replay(lost([Trader(130, [-10])], opted=[0, 1], pool=300, insurance=LENDING, sharing=sharing))
    assert only(found, names.ADVANCE).quote == 300 * USD
    assert only(found, names.SHARE).quote == 165 * USD


def test_holders_do_not_pay_with_what_the_pool_lent(replay):
    # 260 over 10 coins short in each of two markets become 560. At 80 and 142 they are 340, of which 40 are its own:
    # less than a tenth of 500. The outside pays the rest.
    sharing = Sharing(waterfall=order(FUNDING_LAYER))
    path = [[100, 100], [80, 142], [80, 142]]
    found = replay(
        world(path, [Trader(1500, [100, 0]), Trader(260, [-10, -10])], pool=300, insurance=LENDING, sharing=sharing)
    )
    rows = [(event.other, event.quote) for event in events(found, names.SOCIALISE)]
    assert rows == [(1, 40 * USD), (-1, 460 * USD)]


def test_withdrawals_pay_for_what_was_left_to_them(replay):
    # 500 are left to exits when one of three leaves with 1000 of a collateral of 3000: it loses a sixth. The two that
    # stay pay the rest by equity at the end.
    sharing = Sharing(waterfall=order(EXIT_LAYER))
    found = replay(
        lost(
            [Trader(1000, []), Trader(1000, []), Trader(1000, [10], enters=2, hold=0.0)],
            path=(100, 80, 80, 80),
            sharing=sharing,
        )
    )
    haircuts = events(found, names.EXIT_HAIRCUT)
    assert [(event.tick, event.account) for event in haircuts] == [(3, 3), (3, 1), (3, 2)]
    assert [event.quote for event in haircuts] == [-166_666_666, -166_666_667, -166_666_667]
    assert (found.buckets["exits"], found.buckets["bad_debt"]) == (0, 0)


def test_what_nobody_is_left_to_pay_is_bad_debt(replay):
    found = replay(lost(sharing=Sharing(waterfall=order(EXIT_LAYER))))
    bad = only(found, names.BAD_DEBT_EVENT)
    assert (bad.account, bad.quote) == (-1, 500 * USD)
    assert (found.buckets["exits"], found.buckets["bad_debt"]) == (0, -500 * USD)


def test_insurance_after_deleveraging_pays_what_that_left(replay):
    # The 40 short and the outside pay 85 a coin: all is closed at the bankruptcy price, and nothing is left to pay.
    sharing = Sharing(waterfall=order(ADL_LAYER, INSURANCE_LAYER))
    found = replay(lost([Trader(1500, [-40])], pool=1000, adl=1, sharing=sharing))
    assert sum(event.quote for event in events(found, names.DELEVERAGE)) == 8500 * USD
    assert events(found, names.COVER) == []


def test_the_book_asks_others_before_it_deleverages(replay):
    # The market bids half: no fill. The volunteer pays 500, so that the short pays the mark alone.
    sharing = Sharing(waterfall=order(INSURANCE_LAYER, VOLUNTARY_LAYER, ADL_LAYER), share_cap=1.0)
    found = replay(
        lost(
            [Trader(1500, [-100]), Trader(5000, [])],
            path=(100, 80),
            liquidation_format=BOOK,
            half_spread=0.5,
            adl=1,
            opted=[0, 0, 1],
            sharing=sharing,
        )
    )
    assert (only(found, names.SHARE).other, only(found, names.SHARE).quote) == (2, 500 * USD)
    row = only(found, names.DELEVERAGE)
    assert (row.quote, row.price) == (8000 * USD, pytest.approx(0))


@pytest.mark.parametrize(("adl", "layers"), [(1, [VOLUNTARY_LAYER]), (0, [VOLUNTARY_LAYER, ADL_LAYER])])
def test_the_book_sells_to_the_market_where_it_may_not_deleverage(replay, adl, layers):
    # The market bids half: no fill. A fifth of 5000 may be asked for: 500 of it are. Closed at 40 the account lacks
    # 4000, and a fifth of 4500 less the 500 given are 400.
    found = replay(
        lost(
            [Trader(1500, [-100]), Trader(5000, [])],
            liquidation_format=BOOK,
            half_spread=0.5,
            adl=adl,
            opted=[0, 0, 1],
            sharing=Sharing(waterfall=order(*layers), share_cap=0.2),
        )
    )
    assert events(found, names.DELEVERAGE) == []
    close = only(found, names.CLOSE)
    assert (close.tick, close.size, close.quote, close.equity) == (1, -100, 4000 * USD, 0.0)
    assert [event.quote for event in events(found, names.SHARE)] == [500 * USD, 400 * USD]
    assert only(found, names.BAD_DEBT_EVENT).quote == 3600 * USD


def test_insurance_outside_the_waterfall_pays_for_no_fill(replay):
    given = {"path": (100, 80), "liquidation_format": BOOK, "pool": 1000}
    assert len(events(replay(lost(**given)), names.FILL)) == 1
    assert events(replay(lost(**given, sharing=Sharing(waterfall=order(ADL_LAYER)))), names.FILL) == []


SHORTS = (Trader(1500, [-60]), Trader(600, [-60]), Trader(9000, [-40]))
"""At 80 they are worth 2700, 1800 and 9800, having gained 20 % on 6000, 6000 and 4000."""


@pytest.mark.parametrize(
    ("how", "closed"),
    [
        # 0.2 * 4800 / 2700, 0.2 * 4800 / 1800 and 0.2 * 3200 / 9800: the second first, then the first.
        (PROFIT_ORDER, [(2, -60), (1, -40)]),
        # 100 over 160: 37.5, then 62 are shared by 60 and 40, and so on, rounded up.
        (PRO_RATA, [(1, -38), (2, -38), (3, -24)]),
    ],
)
def test_who_is_deleveraged_first(replay, how, closed):
    found = replay(lost(SHORTS, adl=1, sharing=Sharing(adl_order=how)))
    assert [(event.other, event.size) for event in events(found, names.DELEVERAGE)] == closed


def test_gauges_say_how_fair_deleveraging_was(replay):
    # 60 coins cost the second 300 of 1800, 40 the first 200 of 2700. Alike, 500 of 14,300 would be lost.
    found = replay(lost(SHORTS, adl=1, sharing=Sharing(adl_order=PROFIT_ORDER)))
    assert found.gauges["adl_worst"] == pytest.approx(300 / 1800)
    assert found.gauges["adl_least"] == pytest.approx(500 / 14_300)


def test_deleveraging_by_profit_visits_no_more_than_allowed(replay):
    found = replay(lost(SHORTS, adl=1, max_counterparties=1, sharing=Sharing(adl_order=PROFIT_ORDER)))
    assert [event.other for event in events(found, names.DELEVERAGE)] == [2]
