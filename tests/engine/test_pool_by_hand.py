"""The insurance pool worked by hand on both engines: its own parts, caps, hours, stakers, advances."""

import pytest

from govtool.engine import codes as names
from govtool.engine.terms import BOOK, VOLUNTARY_LAYER, Pool, Sharing
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 100 coins bought at 100 with 1500: cash -8500. Weights are 0.1.
LONG = Trader(1500, [100])
HOUR = 4
"""Ticks an hour in the worlds of hourly payments."""


def hourly(path, traders, **changed):
    given = {"ticks_per_hour": HOUR, "block_ticks": HOUR, "step_s": 900.0, "length_s": 900.0}
    return world(path, traders, **(given | changed))


def test_a_pool_pays_at_most_so_much_a_day(replay):
    # Two longs owe 500 each at 80; the day allows 700.
    found = replay(world([100, 80, 80], [LONG, LONG], pool=5000, insurance=Pool(day_insurance=700 * USD)))
    assert [(event.account, event.quote) for event in events(found, names.COVER)] == [(0, 500 * USD), (1, 200 * USD)]
    assert only(found, names.BAD_DEBT_EVENT).quote == 300 * USD
    assert found.flows["paid_today"] == 700 * USD


@pytest.mark.parametrize(("second", "covers"), [(1, [(2, 500), (2, 100)]), (3, [(2, 500), (4, 500)])])
def test_a_day_begins_anew(replay, second, covers):
    # Ticks of twelve hours, and a day allows 600. At ticks 2 and 4 a day begins and losses of a tick before are
    # covered.
    found = replay(
        world(
            [[100, 100], *([80, 100 if t < second else 80] for t in range(1, 5))],
            [Trader(1500, [100, 0]), Trader(1500, [0, 100])],
            pool=5000,
            step_s=43_200.0,
            length_s=43_200.0,
            ticks_per_hour=1,
            block_ticks=1,
            insurance=Pool(day_insurance=600 * USD),
        )
    )
    assert [(event.tick, event.quote) for event in events(found, names.COVER)] == [(t, n * USD) for t, n in covers]


def test_a_markets_own_pool_pays_for_it_alone(replay):
    # 1000, 40 % of it for the first market and 50 % for the second: the first pays 400 of its own and 100 shared.
    # A loss of 500 in the second has its own 500.
    path = [[100, 100], [80, 100], [80, 100], [80, 80], [80, 80]]
    own, second = Pool(pool_share=[0.4, 0.5]), Trader(1500, [0, 100])
    found = replay(world(path, [Trader(1500, [100, 0]), second], pool=1000, insurance=own))
    assert [event.quote for event in events(found, names.COVER)] == [500 * USD, 500 * USD]
    assert found.flows["market_pools"] == 0
    # 600 lost in the first: the second's 500 are not for it.
    found = replay(world(path, [Trader(1400, [100, 0]), second], pool=1000, insurance=own))
    assert [event.quote for event in events(found, names.COVER)] == [500 * USD, 500 * USD]
    assert only(found, names.BAD_DEBT_EVENT).quote == 100 * USD


def test_a_fee_goes_to_the_pool_of_its_market(replay):
    # 1 % of 10,000 is paid at entry, half of it to insurance.
    found = replay(
        world(
            [100, 100],
            [Trader(1500, [100], enters=1)],
            taker_fee=0.01,
            trading_fee_share=0.5,
            insurance=Pool(pool_share=[0.5]),
        )
    )
    assert (found.flows["market_pools"], found.buckets["insurance"]) == (50 * USD, 50 * USD)


def test_treasury_fills_the_pool_and_gets_what_is_too_much(replay):
    # 30 come at tick 4; of 130, 20 are above the target.
    rules = Pool(treasury_per_hour=30 * USD, pool_target=110 * USD)
    found = replay(hourly([100] * 6, [LONG], pool=100, insurance=rules))
    transfer, overflow = only(found, names.TRANSFER), only(found, names.POOL_OVERFLOW)
    assert (transfer.tick, transfer.account, transfer.fund) == (HOUR, -1, 30 * USD)
    assert (overflow.tick, overflow.account, overflow.fund) == (HOUR, -1, -20 * USD)
    assert (found.buckets["insurance"], found.buckets["treasury"]) == (110 * USD, -10 * USD)


def test_no_more_than_what_is_shared_overflows(replay):
    rules = Pool(pool_target=10 * USD, pool_share=[0.95])
    assert only(replay(hourly([100] * 6, [LONG], pool=100, insurance=rules)), names.POOL_OVERFLOW).fund == -5 * USD


def test_a_premium_is_paid_to_those_who_stand_in(replay):
    # 1 % of 10,000 is paid by the one who comes; a quarter of it, 25, waits for the hour. Of equities of 1500, 500 and
    # 1400 the first two have opted in: 18.75 and 6.25.
    found = replay(
        hourly(
            [100] * 6,
            [LONG, Trader(500, [10]), Trader(1500, [100], enters=1)],
            opted=[1, 1, 0],
            taker_fee=0.01,
            sharing=Sharing(premium_share=0.25, share_cap=0.5),
        )
    )
    premium = only(found, names.PREMIUM)
    assert (premium.tick, premium.account, premium.quote) == (HOUR, -1, 25 * USD)
    assert found.cash[:2] == [-8500 * USD + 18_750_000, -500 * USD + 6_250_000]
    assert (found.buckets["sharing"], found.buckets["treasury"]) == (0, 75 * USD)


def test_a_premium_is_for_what_may_still_be_asked(replay):
    # The first stands in with 500 of 2000 at tick 2: half of 1500 less that are 250. The second came with 1000 at tick
    # 3: 500. A quarter of the third's fee of 100 is 25, shared one to two.
    found = replay(
        hourly(
            [100, *[80] * 5],
            [LONG, Trader(2200, [10]), Trader(1000, [], enters=3), Trader(1500, [100], enters=3)],
            opted=[0, 1, 1, 0],
            taker_fee=0.01,
            sharing=Sharing(waterfall=VOLUNTARY_LAYER, premium_share=0.25, share_cap=0.5),
        )
    )
    assert only(found, names.SHARE).quote == 500 * USD
    assert only(found, names.PREMIUM).quote == 25 * USD
    assert found.cash[1:3] == [(2200 - 1000 - 500) * USD + 8_333_334, 1000 * USD + 16_666_666]


def test_a_premium_that_nobody_earned_stays(replay):
    found = replay(
        hourly(
            [100] * 6,
            [Trader(1500, [100], enters=1)],
            taker_fee=0.01,
            sharing=Sharing(premium_share=0.25, share_cap=0.5),
        )
    )
    assert (events(found, names.PREMIUM), found.buckets["sharing"]) == ([], 25 * USD)


def test_stakers_get_their_part_of_fees(replay):
    # 100 of fees, half to insurance, a fifth of which is for all units; half of those are staked, the protocol has the
    # others.
    found = replay(
        world(
            [100, 100],
            [Trader(1500, [100], enters=1)],
            taker_fee=0.01,
            trading_fee_share=0.5,
            stake=[0.5],
            nerve=[1.0],
            insurance=Pool(stake_yield=0.2),
        )
    )
    entry = events(found, names.TRADE)[-1]
    assert (entry.fee, entry.fund) == (100 * USD, 45 * USD)
    assert (found.buckets["stakers"], found.buckets["treasury"]) == (5 * USD, 50 * USD)


def test_who_asked_to_leave_gets_no_part_of_fees(replay):
    # At tick 2 half of the pool is gone, and the second asks to leave in an hour. Of 50 at tick 3 a fifth is for all
    # units, a quarter of which is the first's.
    found = replay(
        world(
            [100, 80, 80, 80],
            [LONG, Trader(1500, [80], enters=3)],
            pool=1000,
            taker_fee=0.01,
            trading_fee_share=0.5,
            stake=[0.25, 0.5],
            nerve=[1.0, 0.1],
            insurance=Pool(stake_yield=0.2, stake_cooldown_s=3600.0),
        )
    )
    entry = events(found, names.TRADE)[-1]
    assert (entry.tick, entry.fee, entry.fund) == (3, 80 * USD, 38 * USD)
    assert found.buckets["stakers"] == 2 * USD


def test_what_is_lent_frightens_nobody_but_what_is_lost_does(replay):
    # 100 of 150 are lent at 94.50. At 84 they are lost: 50 is below half of 150, and half of it leaves at once.
    rules = Pool(advance_trigger=1.1, advance_target=1.2, advance_account=100.0, advance_event=1000.0)
    given = {"pool": 150, "stake": [0.5], "nerve": [0.5], "liquidation_format": BOOK, "insurance": rules}
    found = replay(world([100, 94.5, 84], [LONG], **given))
    assert (only(found, names.ADVANCE).tick, found.flows["pool_out"]) == (1, 100 * USD)
    assert (only(found, names.UNSTAKE).tick, only(found, names.UNSTAKE).fund) == (2, -25 * USD)


def test_what_overflows_frightens_nobody(replay):
    given = {"pool": 100, "stake": [0.5], "nerve": [0.3], "insurance": Pool(pool_target=50 * USD)}
    found = replay(hourly([100] * 6, [LONG], **given))
    assert only(found, names.POOL_OVERFLOW).fund == -50 * USD
    assert events(found, names.UNSTAKE) == []


@pytest.mark.parametrize(("nerve", "leave"), [(0.6, [(4, 0), (7, 1)]), (0.7, [(4, 0)])])
def test_a_staker_who_leaves_frightens_only_as_far_as_losses_did(replay, nerve, leave):
    # Of 1000 the first half is lost at tick 2, and the first staker takes half of the rest at tick 4: 250 are left, a
    # third of 1000 - 250. The second, who feared for no more than 0.6, asks at tick 5.
    given = {"pool": 1000, "stake": [0.5, 0.25], "insurance": Pool(stake_cooldown_s=30.0)}
    found = replay(world([100] + [80] * 7, [LONG], nerve=[0.1, nerve], **given))
    assert [(event.tick, event.other) for event in events(found, names.UNSTAKE)] == leave


def test_a_staker_waits_for_what_is_not_shared(replay):
    # Of 1000 each market has 400. The first loses 500 at tick 2, its own and 100 more. 250 are noted, but just 100 are
    # shared: with two fifths of its half it leaves. At tick 4 come 200, and the other 150 go: no part of the gain.
    found = replay(
        hourly(
            [[100, 100], *[[80, 100]] * 5],
            [Trader(1500, [100, 0])],
            pool=1000,
            stake=[0.5],
            nerve=[0.1],
            insurance=Pool(pool_share=[0.4, 0.4], treasury_per_hour=200 * USD),
        )
    )
    assert only(found, names.COVER).quote == 500 * USD
    rows = [(event.tick, event.fund) for event in events(found, names.UNSTAKE)]
    assert rows == [(2, -100 * USD), (HOUR, -150 * USD)]
    assert (found.buckets["insurance"], found.flows["market_pools"]) == (450 * USD, 400 * USD)


def test_a_staker_leaves_after_its_time_with_what_is_left_of_what_it_noted(replay):
    # At tick 2 the pool pays 500 of 1000: both ask, 125 and 250 noted, which they get at tick 4.
    path = [100, 80, 80, 80, 80]
    given = {"pool": 1000, "stake": [0.25, 0.5], "nerve": [0.1, 0.2], "insurance": Pool(stake_cooldown_s=30.0)}
    found = replay(world(path, [LONG], **given))
    assert [(event.tick, event.other, event.fund) for event in events(found, names.UNSTAKE)] == [
        (4, 0, -125 * USD),
        (4, 1, -250 * USD),
    ]
    assert (found.buckets["stakers"], found.buckets["insurance"]) == (375 * USD, 125 * USD)
    # With a nerve of 0.5 a pool of just half does not frighten the second.
    found = replay(world(path, [LONG], **(given | {"nerve": [0.1, 0.5]})))
    assert [event.other for event in events(found, names.UNSTAKE)] == [0]


def test_a_staker_bears_losses_while_it_waits_to_leave(replay):
    # 500 of 1000 go at tick 2, when it notes 250; 400 more at tick 4. Half of 100 are left for it at tick 5.
    found = replay(
        world(
            [[100, 100], [80, 100], [80, 100], [80, 80], [80, 80], [80, 80]],
            [Trader(1500, [100, 0]), Trader(1600, [0, 100])],
            pool=1000,
            stake=[0.5],
            nerve=[0.1],
            insurance=Pool(stake_cooldown_s=45.0),
        )
    )
    event = only(found, names.UNSTAKE)
    assert (event.tick, event.fund) == (5, -50 * USD)


def test_an_advance_lifts_margin_and_is_paid_back(replay):
    # At 94.5: E = 950, MM = 945, under 1.1 of it. Up to 1.2 * 945 = 1134 the pool lends 184; 2 % more are owed: 187.68.
    # At 97: E = 1384, less what is owed 1196.32, above 1.2 * 970 = 1164.
    rules = Pool(
        advance_trigger=1.1,
        advance_target=1.2,
        advance_account=1000.0,
        advance_event=1000.0,
        advance_fee=0.02,
        advance_repay=1.2,
    )
    found = replay(world([100, 94.5, 95, 97], [LONG], pool=1000, insurance=rules))
    advance, repay = only(found, names.ADVANCE), only(found, names.REPAY)
    assert (advance.tick, advance.quote, advance.fund, advance.equity) == (1, 184 * USD, -184 * USD, 950.0)
    assert (repay.tick, repay.quote, repay.fund, repay.equity) == (3, -187_680_000, 187_680_000, 1384.0)
    assert found.cash == [-8500 * USD - 3_680_000]
    flows = [found.flows[name] for name in ("advanced", "repaid", "advance_fees", "advances_out", "pool_out")]
    assert flows == [184 * USD, 184 * USD, 3_680_000, 0, 0]
    assert found.flows["pool_in"] == 3_680_000


@pytest.mark.parametrize(
    ("limits", "amount"),
    [
        ({"advance_account": 100.0}, 100),
        ({"advance_event": 150.0}, 150),
        ({"pool_share": [0.9]}, 100),
        ({"day_insurance": 70 * USD}, 70),
    ],
)
def test_an_advance_is_limited(replay, limits, amount):
    rules = {"advance_trigger": 1.1, "advance_target": 1.2, "advance_account": 1000.0, "advance_event": 1000.0}
    found = replay(world([100, 94.5], [LONG], pool=1000, insurance=Pool(**(rules | limits))))
    assert only(found, names.ADVANCE).quote == amount * USD


def test_an_advance_that_is_lost_was_paid_for_good(replay):
    # 100 lent at 94.5. At 84 the long owes nothing more: E = 0, sold at 84 it has nothing to repay.
    rules = Pool(advance_trigger=1.1, advance_target=1.2, advance_account=100.0, advance_event=1000.0, advance_fee=0.02)
    found = replay(world([100, 94.5, 84], [LONG], pool=1000, insurance=rules))
    assert events(found, names.REPAY) == []
    assert (found.flows["advances_out"], found.flows["pool_out"]) == (0, 100 * USD)
    # At 84.50 it has 50: of the amount, half is lost.
    found = replay(world([100, 94.5, 84.5], [LONG], pool=1000, insurance=rules))
    assert only(found, names.REPAY).quote == -50 * USD
    assert (found.flows["repaid"], found.flows["advance_fees"], found.flows["pool_out"]) == (50 * USD, 0, 50 * USD)


def test_what_is_owed_at_the_end_is_paid_as_far_as_equity_goes(replay):
    rules = Pool(
        advance_trigger=1.1, advance_target=1.2, advance_account=1000.0, advance_event=1000.0, advance_fee=0.02
    )
    found = replay(world([100, 94.5], [LONG], pool=1000, insurance=rules._replace(advance_repay=9.0)))
    assert only(found, names.REPAY).quote == -187_680_000
    assert found.cash == [-8500 * USD - 3_680_000]
