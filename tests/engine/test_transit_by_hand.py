"""Money under way between accounts and wallets, worked by hand on both engines."""

import pytest

from govtool.engine import codes as names
from govtool.engine.codes import DOWN, FORCED, UP
from govtool.engine.state import Passage
from govtool.engine.terms import BOOK
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 100 coins bought at 100 with 1500: cash -8500. At 98 E = 1300 is under 1.4 times MM = 980: a top-up is due
# a tick later, of the 660 that are missing to twice MM, or of what the wallet has.
SAVING = Trader(1500, [100], topup_chance=1.0, wallet=500)
LEAVING = Trader(1500, [100], hold=0.0)
FALL = [100, 98, 98, 98, 98, 98, 98]


def topped_up(passage, path=None, traders=(SAVING,), **changed):
    return world(path or FALL, list(traders), warning=1.4, topup_target=2.0, passage=passage, **changed)


def rows(found, *kinds):
    return [(event.tick, event.kind) for event in events(found, *kinds)]


def test_a_topup_over_a_bridge_takes_its_time(replay):
    found = replay(topped_up(Passage(bridge_lag=2)))
    assert rows(found, names.SEND, names.TOPUP) == [(2, names.SEND), (4, names.TOPUP)]
    assert (only(found, names.SEND).price, only(found, names.TOPUP).quote) == (500.0, 500 * USD)
    assert (found.cash, found.wallet, found.buckets["transit"]) == ([-8000 * USD], [0], 0)
    assert found.buckets["wallets"] == -2000 * USD
    # 500 for two ticks of 15 s.
    assert found.gauges["transit_seconds"] == 15_000.0


@pytest.mark.parametrize(("lag", "tick"), [(0, 2), (3, 5)])
def test_a_bridge_takes_its_fee(replay, lag, tick):
    found = replay(topped_up(Passage(bridge_lag=lag, bridge_fee=0.01)))
    topup = only(found, names.TOPUP)
    assert (topup.tick, topup.quote, topup.fee) == (tick, 500 * USD, 5 * USD)
    assert (found.cash, found.buckets["carriers"]) == ([-8005 * USD], 5 * USD)
    assert found.flows["topups"] == 500 * USD


def test_nothing_sets_out_while_a_bridge_is_shut(replay):
    found = replay(topped_up(Passage(bridge_lag=1), weather={"bridge": [1, 1, 0, 0, 1, 0, 1]}))
    assert rows(found, names.SEND, names.TOPUP) == [(4, names.SEND), (5, names.TOPUP)]


def test_a_bridge_carries_no_more_than_its_capacity(replay):
    # 500 and 500 are above 998. In a tick 998 / 240 of it come back.
    found = replay(topped_up(Passage(bridge_capacity=998.0), traders=[SAVING, SAVING]))
    assert [(event.tick, event.account) for event in events(found, names.TOPUP)] == [(2, 0), (3, 1)]


def test_a_large_topup_may_pass_an_empty_bridge(replay):
    found = replay(topped_up(Passage(bridge_capacity=100.0), traders=[SAVING, SAVING]))
    assert [(event.tick, event.account) for event in events(found, names.TOPUP)] == [(2, 0)]


@pytest.mark.parametrize(("batch_ticks", "lag", "tick"), [(4, 0, 4), (2, 0, 2), (3, 2, 6), (1, 2, 4)])
def test_a_topup_comes_in_with_a_batch(replay, batch_ticks, lag, tick):
    found = replay(topped_up(Passage(batch_ticks=batch_ticks, bridge_lag=lag)))
    assert only(found, names.TOPUP).tick == tick
    assert len(events(found, names.SEND)) == (tick > 2)


def test_a_topup_that_comes_too_late_bounces(replay):
    # Sold at 94 at tick 3, it leaves with 900.
    path = [100, 98, 98, 94, 94, 94, 94]
    found = replay(topped_up(Passage(bridge_lag=3, bridge_fee=0.5), path, liquidation_format=BOOK))
    assert rows(found, names.SEND, names.RETIRE, names.BOUNCE) == [
        (2, names.SEND),
        (3, names.RETIRE),
        (5, names.BOUNCE),
    ]
    assert only(found, names.BOUNCE).price == 500.0
    assert (found.wallet, found.buckets["wallets"], found.buckets["carriers"]) == ([500 * USD], -600 * USD, 0)


def test_nobody_thinks_of_a_topup_while_one_is_under_way(replay):
    # 660 of 1000 set out at tick 2. At 120 the warning is lifted; at tick 4 there is another. 1960 is twice MM.
    trader = Trader(1500, [100], topup_chance=1.0, wallet=1000)
    path = [100, 98, 98, 120, 98, 98, 98, 98, 98, 98]
    found = replay(topped_up(Passage(bridge_lag=5), path, [trader]))
    assert rows(found, names.SEND, names.TOPUP) == [(2, names.SEND), (7, names.TOPUP)]
    assert found.wallet == [340 * USD]


def left(passage, ticks=10, trader=LEAVING, **changed):
    """The account leaves at tick 1 with 1500."""
    return world([100] * ticks, [trader], passage=passage, **changed)


@pytest.mark.parametrize(
    ("passage", "tick"),
    [
        (Passage(proof_lag=3), 4),
        (Passage(proof_lag=3, dispute_lag=2, dispute_chance=1.0), 6),
        (Passage(proof_lag=3, dispute_lag=2, dispute_chance=0.0), 4),
        (Passage(dispute_lag=2, dispute_chance=1.0), 3),
        # The batch of tick 5.
        (Passage(proof_lag=1, batch_ticks=5), 6),
        (Passage(batch_ticks=5), 5),
    ],
)
def test_a_withdrawal_waits_for_its_batch_its_proof_and_its_dispute(replay, passage, tick):
    found = replay(left(passage))
    assert (only(found, names.RETIRE).tick, only(found, names.RETIRE).quote) == (1, -1500 * USD)
    assert (only(found, names.LAND).tick, only(found, names.LAND).price) == (tick, 1500.0)
    assert (found.buckets["transit"], found.buckets["wallets"]) == (0, 0)
    assert found.gauges["transit_seconds"] == 1500.0 * 15 * (tick - 1)


def test_a_withdrawal_that_waits_for_nothing_is_there_at_once(replay):
    found = replay(left(Passage(channel_fee=0.5, channel_lag=3, dispute_chance=1.0, bridge_lag=9)))
    assert (events(found, names.LAND), found.buckets["wallets"]) == ([], 0)


def test_a_channel_is_faster_for_a_fee(replay):
    found = replay(left(Passage(proof_lag=5, channel_capacity=2000.0, channel_fee=0.01, channel_lag=1)))
    retire, land = only(found, names.RETIRE), only(found, names.LAND)
    assert (retire.quote, retire.fee, retire.price) == (-1500 * USD, 0, 15.0)
    assert (land.tick, land.price) == (2, 1485.0)
    assert (found.buckets["carriers"], found.buckets["wallets"]) == (15 * USD, -15 * USD)


@pytest.mark.parametrize(("capacity", "tick"), [(1499.0, 6), (1500.0, 2)])
def test_a_channel_pays_no_more_than_it_has(replay, capacity, tick):
    passage = Passage(proof_lag=5, channel_capacity=capacity, channel_fee=0.01, channel_lag=1)
    found = replay(left(passage, tick + 1))
    assert only(found, names.LAND).tick == tick
    assert (only(found, names.RETIRE).price > 0) == (capacity == 1500.0)


@pytest.mark.parametrize(("refill_s", "second"), [(3600.0, 6), (15.0, 3)])
def test_a_channel_fills_up_again(replay, refill_s, second):
    # The other one leaves a tick later, when 2000 / 240 have come back, or all.
    passage = Passage(proof_lag=4, channel_capacity=2000.0, channel_refill_s=refill_s, channel_lag=1)
    traders = [LEAVING, Trader(1500, [100], enters=1, hold=0.0)]
    found = replay(world([100] * 8, traders, passage=passage))
    assert [(event.tick, event.account) for event in events(found, names.LAND)] == [(2, 0), (second, 1)]


def test_who_has_left_comes_back_when_its_cash_has_landed(replay):
    # It would be back a tick later.
    trader = Trader(1500, [100], hold=0.0, idle=1e-9)
    found = replay(left(Passage(proof_lag=3), 6, trader))
    assert rows(found, names.ENTER, names.LAND) == [(0, names.ENTER), (4, names.LAND), (4, names.ENTER)]
    assert len(events(replay(left(Passage(), 4, trader)), names.ENTER)) == 2


def test_two_withdrawals_land_each_at_its_time(replay):
    # 500 above initial margin set out at tick 1. At 101 it is 1100 less 1010 at tick 2.
    trader = Trader(1500, [100])
    habits = {"draws": [1], "draw_every": [1e-9], "keep": [1.0]}
    found = replay(world([100, 100, *[101] * 6], [trader], passage=Passage(proof_lag=3), habits=habits))
    assert [event.quote for event in events(found, names.WITHDRAW)] == [-500 * USD, -90 * USD]
    assert [(event.tick, event.price) for event in events(found, names.LAND)] == [(4, 500.0), (5, 90.0)]


def test_what_is_under_way_at_the_end_stays_there(replay):
    found = replay(left(Passage(proof_lag=100), 4))
    assert (found.buckets["transit"], found.buckets["wallets"]) == (1500 * USD, -1500 * USD)
    assert found.gauges["transit_seconds"] == 1500.0 * 45


@pytest.mark.parametrize(("state", "tick"), [(DOWN, 5), (FORCED, 4)])
def test_nothing_lands_while_the_chain_is_down(replay, state, tick):
    chain = [UP] * 4 + [state] + [UP] * 5
    assert only(replay(left(Passage(proof_lag=3), weather={"chain": chain})), names.LAND).tick == tick
