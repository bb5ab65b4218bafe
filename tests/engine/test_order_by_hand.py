"""Who acts first, who sees it, and what that is worth, worked by hand on both engines."""

import pytest

from govtool.engine import codes as names
from govtool.engine.terms import (
    BATCH,
    BOOK,
    FIRST_COME,
    FIRST_COME_ORDER,
    PRIORITY_ORDER,
    PRIVATE_ORDER,
)
from tests.engine.handmade import USD, Trader, events, only, world
from tests.reference.numbers import ORDER, draw

# A long of 100 coins bought at 100 with 1500: cash -8500. At 94 it is offered 4 % below at tick 2, at 90.24.
LONG = Trader(1500, [100])
EAGER, MODEST = (1, 1e6, 0, 0.02, 0), (1, 1e6, 0, 0.0, 0)


def contest(ordering, **changed):
    given = {"liquidation_format": FIRST_COME, "end_discount": 0.04, "keepers": [EAGER, MODEST], "ordering": ordering}
    return world([100, 94, 94, 94], [LONG], **(given | changed))


@pytest.mark.parametrize(("ordering", "first"), [(FIRST_COME_ORDER, 0), (PRIORITY_ORDER, 1)])
def test_the_lowest_edge_goes_first_if_it_may_bid_for_its_place(replay, ordering, first):
    assert only(replay(contest(ordering)), names.TAKE).other == first


def test_among_equals_the_first_goes_first(replay):
    assert only(replay(contest(PRIORITY_ORDER, keepers=[MODEST, MODEST])), names.TAKE).other == 0


def test_patience_counts_as_edge(replay):
    # 0 and 3 % of patience against 2 %.
    given = {"keepers": [MODEST, EAGER], "patience": [0.03, 0.0]}
    assert only(replay(contest(PRIORITY_ORDER, **given)), names.TAKE).other == 1


def test_nobody_knows_a_private_order(replay):
    winners = set()
    for seed in range(1, 9):
        drawn = min(range(2), key=lambda k, seed=seed: draw(seed, ORDER, k, 2))
        assert only(replay(contest(PRIVATE_ORDER, seed=seed)), names.TAKE).other == drawn
        winners.add(drawn)
    assert winners == {0, 1}


@pytest.mark.parametrize(("ordering", "paid"), [(PRIORITY_ORDER, 185), (FIRST_COME_ORDER, 0), (PRIVATE_ORDER, 0)])
def test_a_place_costs_a_share_of_the_gain(replay, ordering, paid):
    # 376 less gas of 6; half of it for the place.
    found = replay(contest(ordering, keepers=[MODEST], gas=6.0, priority_share=0.5))
    assert found.keeper_cash == [(370 - paid) * USD]
    assert found.buckets["gas"] == (6 + paid) * USD


def test_those_who_come_second_take_the_rest(replay):
    # 40 coins are 3760.
    found = replay(contest(PRIORITY_ORDER, keepers=[EAGER, (1, 3760.0, 0, 0.0, 0)]))
    assert [(event.other, event.size) for event in events(found, names.TAKE)] == [(1, -40), (0, -60)]


# At 81 a long bought at 100 with 2500 is worth 600; its coins are 8100. A searcher sells 2304 first, for 48^2 + 90^2 =
# 102^2. At a slope of s it sells at -2/3 * 48 s in the mean and buys back between 102 and 90, at
# -2/3 * (102^3 - 90^3) / 2304 s = -96.125 s: it gains (96.125 - 32) s * 2304 = 147,744 s, 73.872 for s = 0.0005.
RICH = Trader(2500, [100])


def ahead(**changed):
    """All is offered at tick 2 at 75.33, 7 % below. Without a searcher it is unloaded at 78.57, for 324."""
    given = {"liquidation_format": FIRST_COME, "end_discount": 0.07, "slope": 0.0005, "keepers": [MODEST]}
    return world([100, 81, 81, 81], [RICH], **(given | {"frontrun": 2304.0} | changed))


def test_a_searcher_earns_what_the_keeper_loses(replay):
    found = replay(ahead())
    take, ran = events(found, names.TAKE, names.FRONTRUN)
    assert (take.kind, take.size, ran.kind) == (names.TAKE, -100, names.FRONTRUN)
    assert (ran.account, ran.market, ran.other, ran.price) == (0, 0, 0, pytest.approx(73.872))
    assert found.buckets["searchers"] == 73_872_000
    assert found.keeper_cash == [324 * USD - 73_872_000]
    assert found.volume == [pytest.approx(-8100)]


def test_a_searcher_runs_ahead_of_buying_as_well(replay):
    # A short of 100 at 121 must buy 12,100: 96^2 + 110^2 = 146^2. At 0.0002 the searcher gains 2/3 * ((146^3 - 110^3) /
    # 9216 - 96) * 9216 * 0.0002 = 119.52. It is offered 3 % above, and would be bought at 121 * 1.014667.
    given = {"slope": 0.0002, "end_discount": 0.03, "frontrun": 9216.0}
    plain = world([100, 121, 121], [Trader(2500, [-100])], liquidation_format=FIRST_COME, keepers=[MODEST], **given)
    found = replay(plain)
    assert only(found, names.FRONTRUN).price == pytest.approx(119.52)
    bought = 12_100 * (1 + 2 / 3 * 0.0002 * 110)
    assert found.keeper_cash[0] == pytest.approx((12_463 - bought - 119.52) * USD, abs=2)


def test_nobody_sees_a_private_order(replay):
    found = replay(ahead(ordering=PRIVATE_ORDER))
    assert (events(found, names.FRONTRUN), found.keeper_cash) == ([], [324 * USD])


def test_a_searcher_stays_away_where_the_spread_eats_its_gain(replay):
    # Twice 1.7 % of 2304 are 78.3. The keeper unloads at 81 * (1 - 0.03 - 0.017).
    found = replay(ahead(half_spread=0.017))
    assert events(found, names.FRONTRUN) == []
    assert found.keeper_cash == [186_300_000]


def test_a_keeper_expects_a_searcher(replay):
    # Room for 19,600 less 15,000: 56 coins.
    assert only(replay(ahead(frontrun=15_000.0)), names.TAKE).size == -56


def test_a_keeper_stays_away_if_a_searcher_leaves_too_little(replay):
    # 324 would pay for gas of 300, but 250.128 do not.
    assert len(events(replay(ahead(gas=300.0, frontrun=0.0)), names.TAKE)) == 1
    assert events(replay(ahead(gas=300.0)), names.TAKE) == []


def test_a_batch_is_run_ahead_of_once(replay):
    # Two lots of 50; the price is the last one of 10,404 of quote: 81 * (1 - 0.0005 * 102) = 76.869. They are unloaded
    # at 77.83128.
    halves = [(1, 4050.0, 0, 0.0, 0)] * 2
    found = replay(ahead(liquidation_format=BATCH, length_s=15.0, keepers=halves))
    assert [event.price for event in events(found, names.TAKE)] == pytest.approx([76.869] * 2)
    assert only(found, names.FRONTRUN).price == pytest.approx(73.872)
    assert found.keeper_cash == pytest.approx([48.114 * USD] * 2, abs=2)


def test_the_book_has_no_searchers(replay):
    found = replay(ahead(liquidation_format=BOOK))
    assert len(events(found, names.FILL)) > 0 and events(found, names.FRONTRUN) == []
