"""What traders do of their own accord, worked by hand on both engines."""

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.codes import DOWN, FORCED, UP
from govtool.engine.terms import BOOK, NOTHING, Dampers, Margin
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 100 coins bought at 100 with 1500: cash -8500. Weights are 0.1; health is 1.5.
LONG = Trader(1500, [100])


def minded(path, habits, traders=(LONG,), **changed):
    return world(list(path), list(traders), habits=habits, **changed)


def ticks(found, *kinds):
    return [event.tick for event in events(found, *kinds)]


@pytest.mark.parametrize(("leaves", "tick"), [(4, 4), (2, 3), (0, 3)])
def test_who_came_in_leaves_when_it_planned_to(replay, leaves, tick):
    # If that is past already, or not planned, a tick later.
    trader = Trader(1500, [100], enters=2, hold=0.0)
    assert ticks(replay(minded([100] * 6, {"leaves": [leaves]}, [trader])), names.RETIRE) == [tick]


@pytest.mark.parametrize(
    ("chance", "nudge", "topups"), [(1.0, 1.6, [1]), (0.0, 1.6, []), (1.0, 1.5, []), (1.0, 0.0, [])]
)
def test_a_nudge_comes_before_a_warning(replay, chance, nudge, topups):
    # Under a health of 1.6 it sends 500, and aims at 2.
    trader = Trader(1500, [100], wallet=800)
    habits = {"nudge": nudge, "nudge_chance": [chance]}
    found = replay(minded([100] * 4, habits, [trader], topup_target=2.0))
    assert ticks(found, names.TOPUP) == topups
    assert found.wallet == [(300 if topups else 800) * USD]


def test_a_nudge_is_made_once_until_it_is_lifted(replay):
    # 100 bring it to 1.6, still under 1.7, as is 1700 / 1010 at 101. At 103 it is 1900 / 1030 and the nudge is over.
    trader = Trader(1500, [100], wallet=800)
    habits = {"nudge": 1.7, "nudge_chance": [1.0]}
    found = replay(minded([100, 100, 101, 103, 100, 100, 100], habits, [trader], topup_target=1.6))
    assert [(event.tick, event.quote) for event in events(found, names.TOPUP)] == [(1, 100 * USD)]
    # At tick 4 there is another, and nothing is missing.
    found = replay(minded([100, 100, 101, 103, 99, 99, 99], habits, [trader], topup_target=1.6))
    assert [event.tick for event in events(found, names.TOPUP)] == [1, 5]


def test_a_cut_follows_a_warning(replay):
    # 30.5 % of 100 coins are 30, at 100 less a percent, with a fee of 0.1 %.
    habits = {"cut_chance": [1.0], "cut_share": [0.305]}
    found = replay(minded([100] * 3, habits, warning=1.6, half_spread=0.01, taker_fee=0.001, topup_target=1.6))
    cut, trade = only(found, names.CUT_EVENT), events(found, names.TRADE)[-1]
    assert (cut.tick, cut.equity, cut.maintenance) == (1, 1500.0, 1000.0)
    assert (trade.tick, trade.size, trade.quote, trade.fee) == (1, -30, 2970 * USD, 2_970_000)
    assert found.gauges["cut_notional"] == 3000.0


@pytest.mark.parametrize(("chance", "warning"), [(0.0, 1.6), (1.0, 1.5)])
def test_there_is_no_cut_without_a_warning_or_a_will(replay, chance, warning):
    habits = {"cut_chance": [chance], "cut_share": [0.5]}
    found = replay(minded([100] * 3, habits, warning=warning, topup_target=1.6))
    assert events(found, names.CUT_EVENT) == []


def test_who_is_below_maintenance_does_not_cut(replay):
    # At 94 it is sold 2 % in a tick; at tick 3 it is well again, and cuts half of 98.
    habits = {"cut_chance": [1.0], "cut_share": [0.5]}
    given = {"liquidation_format": BOOK, "portion": 0.02, "warning": 1.6, "topup_target": 1.6}
    found = replay(minded([100, 94, 94, 110, 110], habits, dampers=Dampers(cooldown_s=60.0), **given))
    assert ticks(found, names.FILL, names.CUT_EVENT) == [1, 4]
    assert events(found, names.TRADE)[-1].size == -49


@pytest.mark.parametrize(("state", "tick"), [(DOWN, 3), (FORCED, 1)])
def test_a_cut_is_made_late_or_by_force(replay, state, tick):
    habits = {"cut_chance": [1.0], "cut_share": [0.5]}
    chain = {"chain": [UP, state, state, UP]}
    found = replay(minded([100] * 4, habits, warning=1.6, topup_target=1.6, weather=chain))
    assert ticks(found, names.CUT_EVENT) == [tick]


def test_a_cut_leaves_assets_alone(replay):
    # Half of it comes in kind: 750 coins at 1.
    habits = {"cut_chance": [1.0], "cut_share": [0.5]}
    listing = NOTHING._replace(asset_market=np.array([-1]))
    margin = {name: np.ones(1) for name in ("asset_initial", "asset_maintenance", "liability_initial")}
    rules = Margin(liability_maintenance=np.ones(1), **margin)
    trader = Trader(1500, [100], deposit=[0.5])
    found = replay(minded([100] * 3, habits, [trader], warning=1.6, topup_target=1.6, listing=listing, margin=rules))
    assert [(event.tick, event.market, event.size) for event in events(found, names.TRADE)] == [
        (0, 0, 100),
        (1, 0, -50),
    ]
    assert found.size == [[50, 750]]


def test_a_stop_loss_sells_at_the_market(replay):
    # 90 % of 1500 are 1350: above it at 99, below it at 98. A spread of a percent costs 98.
    found = replay(minded([100, 99, 98, 98], {"stop_loss": [0.9]}, half_spread=0.01))
    stop = only(found, names.STOP_EVENT)
    assert (stop.tick, stop.price, stop.equity, stop.maintenance) == (2, 1350.0, 1300.0, 980.0)
    assert only(found, names.RETIRE).quote == -1202 * USD


def test_a_take_profit_rests_on_the_book(replay):
    # 120 % of 1500 are 1800, exactly at 103. Neither spread nor fee.
    found = replay(minded([100, 102, 103, 104], {"take_profit": [1.2]}, half_spread=0.01, taker_fee=0.001))
    limit = only(found, names.LIMIT_EVENT)
    assert (limit.tick, limit.price, limit.equity) == (2, 1800.0, 1800.0)
    assert only(found, names.RETIRE).quote == -1800 * USD
    assert events(found, names.TRADE)[-1].fee == 0


def test_a_topup_raises_what_was_put_in(replay):
    # 500 arrive at tick 1: 120 % of 2000 are 2400, at 104.
    habits = {"take_profit": [1.2], "nudge": 1.6, "nudge_chance": [1.0]}
    trader = Trader(1500, [100], wallet=500)
    found = replay(minded([100, 100, 103, 104], habits, [trader], topup_target=2.0))
    assert only(found, names.LIMIT_EVENT).tick == 3


def test_a_withdrawal_lowers_what_was_put_in(replay):
    # 500 go at tick 1: 120 % of 1000 are 1200, at 102.
    habits = {"take_profit": [1.2], "draws": [1], "keep": [1.0]}
    found = replay(minded([100, 100, 101, 102], habits))
    assert (only(found, names.WITHDRAW).tick, only(found, names.LIMIT_EVENT).tick) == (1, 3)


def test_a_stop_loss_does_not_work_where_nobody_would_pay(replay):
    # A spread of a fifth of 9800 is more than 1300.
    assert events(replay(minded([100, 98, 98], {"stop_loss": [0.9]}, half_spread=0.2)), names.STOP_EVENT) == []


def test_a_stop_loss_comes_too_late_below_maintenance(replay):
    assert events(replay(minded([100, 94, 94], {"stop_loss": [0.9]})), names.STOP_EVENT) == []


@pytest.mark.parametrize(("herd", "leaves"), [(1.0, [2]), (0.0, [])])
def test_a_panic_drives_those_out_who_follow(replay, herd, leaves):
    habits = {"herd": [herd], "herd_delay": 0.0}
    found = replay(minded([100] * 4, habits, weather={"panic": [0, 1, 0, 0]}))
    assert (only(found, names.PANIC).tick, only(found, names.PANIC).account) == (1, -1)
    assert ticks(found, names.RETIRE) == leaves


def test_a_panic_strikes_while_the_chain_is_down(replay):
    weather = {"panic": [0, 1, 0, 0, 0], "chain": [UP, DOWN, DOWN, UP, UP]}
    found = replay(minded([100] * 5, {"herd": [1.0], "herd_delay": 0.0}, weather=weather))
    assert (ticks(found, names.PANIC), ticks(found, names.RETIRE)) == ([1], [3])


def test_a_panic_does_not_keep_anyone_longer(replay):
    # It leaves at tick 1 anyway.
    trader = Trader(1500, [100], hold=0.0)
    found = replay(minded([100] * 4, {"herd": [1.0], "herd_delay": 9.0}, [trader], weather={"panic": [1, 0, 0, 0]}))
    assert ticks(found, names.RETIRE) == [1]


@pytest.mark.parametrize(("keep", "quote"), [(1.0, [-500]), (1.2, [-300]), (1.5, [])])
def test_a_draw_takes_out_what_is_not_needed(replay, keep, quote):
    # 1500 less a multiple of 1000.
    found = replay(minded([100] * 4, {"draws": [2], "keep": [keep]}))
    assert [event.quote for event in events(found, names.WITHDRAW)] == [one * USD for one in quote]
    assert found.cash == [(-8500 + sum(quote)) * USD]
    assert all(event.equity == 1500.0 and event.maintenance == 1000.0 for event in events(found, names.WITHDRAW))


@pytest.mark.parametrize(("every", "drawn"), [(0.0, [1]), (1e-9, [1, 2, 3])])
def test_draws_come_again(replay, every, drawn):
    # Each coin's rise of 1 brings 100 and asks for 10 more.
    found = replay(minded([100, 101, 102, 103], {"draws": [1], "draw_every": [every], "keep": [1.0]}))
    assert ticks(found, names.WITHDRAW) == drawn


def test_who_is_out_loses_its_draw(replay):
    late = Trader(1500, [100], enters=3)
    assert ticks(replay(minded([100] * 6, {"draws": [2], "keep": [1.0]}, [late])), names.WITHDRAW) == []
    again = {"draws": [2], "draw_every": [1e-9], "keep": [1.0]}
    assert ticks(replay(minded([100] * 6, again, [late])), names.WITHDRAW) == [4]


@pytest.mark.parametrize(("state", "tick"), [(DOWN, 4), (FORCED, 2)])
def test_a_draw_waits_for_the_chain(replay, state, tick):
    weather = {"chain": [UP, UP, state, state, UP]}
    found = replay(minded([100] * 5, {"draws": [2], "keep": [1.0]}, weather=weather))
    assert ticks(found, names.WITHDRAW) == [tick]


def test_a_throttle_holds_a_draw(replay):
    # A hundredth of 3000 may go in an hour: the first passes an empty bucket, the second waits, and no row says so.
    habits = {"draws": [2, 2], "keep": [1.0, 1.0]}
    found = replay(minded([100] * 8, habits, [LONG, LONG], dampers=Dampers(throttle=0.01)))
    assert [(event.tick, event.account) for event in events(found, names.WITHDRAW)] == [(2, 0)]
    assert events(found, names.HELD) == []


@pytest.mark.parametrize(("target", "size"), [(0.0, 100), (0.02, 50), (0.04, 100)])
def test_traders_take_less_of_what_is_volatile(replay, target, size):
    # 4 % a day are twice what they aim at; half a quantum more than 100 is wished for.
    traders = [LONG, Trader(1500, [100], enters=1)]
    found = replay(minded([100] * 3, {"vol_target": target}, traders, sigma=0.04))
    assert [event.size for event in events(found, names.TRADE)] == [size, size]
