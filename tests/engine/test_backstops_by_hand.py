"""Keepers who buy what nobody else wants, worked by hand on both engines."""

import pytest

from govtool.engine import codes as names
from govtool.engine.codes import BACKSTOP, HONEST
from govtool.engine.terms import BATCH, BOOK, DUTCH, FIRST_COME, Bidding, Selling
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 100 coins bought at 100 with 1500: cash -8500. Weights are 0.1.
LONG = Trader(1500, [100])
BOTH = (names.TAKE, names.UNFILLED)


def keeper(edge, capital=1e6):
    return (1, capital, 0, edge, 0)


def on_the_book(edges, path=(100, 94), capital=1e6, **changed):
    """At 94 E = 900 and MM = 940: the limit is 94 * (1 - (1 - 900 / 940) * 1.5 * 0.1) = 93.4, and the market bids 2 %
    less than 94."""
    given = {"liquidation_format": BOOK, "half_spread": 0.02, "conduct": [BACKSTOP] * len(edges)}
    return world(list(path), [LONG], keepers=[keeper(edge, capital) for edge in edges], **(given | changed))


def test_a_backstop_buys_within_the_limit(replay):
    # Half a percent below 94, 93.53; it gets 94 for each of 100 coins.
    found = replay(on_the_book([0.005], gas=2.0, cost=[1.0], slope=0.001))
    fill = only(found, names.FILL)
    assert (fill.tick, fill.other, fill.size, fill.quote) == (1, 0, -100, 9353 * USD)
    assert fill.price == pytest.approx(93.53)
    assert (found.keeper_cash, found.buckets["gas"]) == ([44 * USD], 3 * USD)
    assert found.buckets["market"] == (10_000 - 9400) * USD
    assert (found.volume, found.gauges["backstopped"]) == ([0.0], 9400.0)


@pytest.mark.parametrize(("edge", "fills"), [(0.0063, 1), (0.0065, 0)])
def test_a_backstop_asks_for_no_more_than_the_limit_gives(replay, edge, fills):
    assert len(events(replay(on_the_book([edge])), names.FILL)) == fills


def test_the_first_backstop_within_the_limit_buys(replay):
    assert only(replay(on_the_book([0.01, 0.004, 0.001])), names.FILL).other == 1


def test_a_backstop_buys_what_it_has_capital_for(replay):
    assert only(replay(on_the_book([0.005], capital=4700.0)), names.FILL).size == -50
    assert events(replay(on_the_book([0.005], capital=90.0)), names.FILL) == []


def test_a_backstop_is_asked_only_if_the_market_takes_nothing(replay):
    # A spread of half a percent leaves the market within the limit.
    found = replay(on_the_book([0.0], half_spread=0.005))
    assert (only(found, names.FILL).other, found.keeper_cash) == (-1, [0])


def test_other_keepers_do_not_buy_on_the_book(replay):
    assert events(replay(on_the_book([0.0], conduct=[HONEST])), names.FILL) == []


@pytest.mark.parametrize(("pool", "fund"), [(0, None), (329, None), (330, -330 * USD)])
def test_a_fill_by_a_backstop_needs_insurance_like_any_other(replay, pool, fund):
    # At 86 E = 100 and MM = 860: the limit is 74.6. 5 % below 86 are 81.7, and cost the account 430.
    found = replay(on_the_book([0.05], (100, 86), half_spread=0.2, pool=pool))
    if fund is None:
        assert (events(found, names.FILL), found.keeper_cash) == ([], [0])
    else:
        assert (only(found, names.FILL).fund, found.keeper_cash) == (fund, [430 * USD])


def at_the_end(keepers, conduct, path=(100, 94, 94, 94, 94), **changed):
    """Offered 4 % below 94, at 90.24, until a tick is over."""
    given = {"liquidation_format": FIRST_COME, "end_discount": 0.04, "keepers": keepers, "conduct": conduct}
    return world(list(path), [LONG], **(given | changed))


def test_a_backstop_takes_what_would_end_unfilled(replay):
    # 94 - 90.24 for each of 100 coins.
    found = replay(at_the_end([keeper(0.03)], [BACKSTOP], slope=0.001))
    take = only(found, names.TAKE)
    assert (take.tick, take.other, take.size, take.price) == (2, 0, -100, pytest.approx(90.24))
    assert (found.keeper_cash, events(found, names.UNFILLED)) == ([376 * USD], [])
    assert (found.volume, found.gauges["backstopped"]) == ([0.0], 9400.0)


@pytest.mark.parametrize("liquidation_format", [DUTCH, FIRST_COME, BATCH])
def test_a_backstop_waits_for_the_end(replay, liquidation_format):
    # A minute, from 4 % to 4 %.
    given = {"liquidation_format": liquidation_format, "length_s": 60.0, "start_discount": 0.04}
    found = replay(at_the_end([keeper(0.0)], [BACKSTOP], [100, *[94] * 6], **given))
    assert only(found, names.TAKE).tick == 5


def test_a_backstop_waits_for_the_slow_end(replay):
    # 15 s of a slow phase follow, to 6 %.
    selling = Selling(slow_s=15.0, floor_discount=0.06)
    found = replay(at_the_end([keeper(0.0)], [BACKSTOP], liquidation_format=DUTCH, selling=selling))
    take = only(found, names.TAKE)
    assert (take.tick, take.price) == (3, pytest.approx(94 * 0.94))


def test_a_backstop_asks_for_its_edge(replay):
    # 5 % are more than 4 %.
    found = replay(at_the_end([keeper(0.05)], [BACKSTOP]))
    assert events(found, names.TAKE) == []
    assert events(found, names.UNFILLED)[0].tick == 2


def test_backstops_take_what_keepers_left_in_order(replay):
    # 40 coins are 3760, 35 are 3290.
    keepers = [keeper(0.0), keeper(0.0, 3760.0), keeper(0.03, 3290.0)]
    found = replay(at_the_end(keepers, [BACKSTOP, HONEST, BACKSTOP], path=(100, 94, 94)))
    assert [(event.other, event.size) for event in events(found, names.TAKE)] == [(1, -40), (0, -60)]
    keepers = [keeper(0.0, 3290.0), keeper(0.0, 3760.0), keeper(0.03)]
    found = replay(at_the_end(keepers, [BACKSTOP, HONEST, BACKSTOP], path=(100, 94, 94)))
    assert [(event.other, event.size) for event in events(found, names.TAKE)] == [(1, -40), (0, -35), (2, -25)]


def test_what_backstops_leave_ends_unfilled(replay):
    # 50 coins are 4700, all of its capital.
    found = replay(at_the_end([keeper(0.0, 4700.0)], [BACKSTOP], path=(100, 94, 94)))
    assert [(event.kind, event.size) for event in events(found, *BOTH)] == [(names.TAKE, -50), (names.UNFILLED, 50)]


@pytest.mark.parametrize(("gas", "cash"), [(300.0, [76]), (377.0, [0])])
def test_a_backstop_takes_nothing_that_does_not_pay(replay, gas, cash):
    found = replay(at_the_end([keeper(0.0)], [BACKSTOP], path=(100, 94, 94), gas=gas))
    assert found.keeper_cash == [one * USD for one in cash]


def test_a_reward_counts_for_a_backstop(replay):
    rules = Bidding(reward_flat=100.0, reward_cap=100.0)
    found = replay(at_the_end([keeper(0.0)], [BACKSTOP], path=(100, 94, 94), gas=400.0, bidding=rules))
    assert (only(found, names.TAKE).fee, found.keeper_cash) == (100 * USD, [76 * USD])


def test_a_backstop_takes_an_insolvent_account_before_it_is_resolved(replay):
    # 4 % below 80, 76.8: it leaves a debt of 820.
    found = replay(at_the_end([keeper(0.03)], [BACKSTOP], path=(100, 80, 80)))
    assert only(found, names.TAKE).quote == 7680 * USD
    assert only(found, names.BAD_DEBT_EVENT).quote == 820 * USD
    assert events(found, names.UNFILLED, names.CLOSE) == []


def test_a_backstop_pays_no_priority_and_meets_no_searcher(replay):
    given = {"ordering": 1, "priority_share": 0.5, "frontrun": 1000.0, "slope": 0.001, "path": (100, 94, 94)}
    found = replay(at_the_end([keeper(0.03)], [BACKSTOP], **given))
    assert (found.keeper_cash, found.buckets["searchers"]) == ([376 * USD], 0)
