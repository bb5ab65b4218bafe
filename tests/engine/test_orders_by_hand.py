"""Orders that rest with the venue, worked by hand on both engines."""

import pytest

from govtool.engine import codes as names
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 50 coins bought at 100 with 1500: cash -3500. Weights are 0.1.
LONG = Trader(1500, [50])


def test_orders_of_a_snapshot_are_multiples_of_what_its_accounts_are_worth(replay):
    # Cash of -3500 and 6500 beside 50 coins at 100: both are worth 1500. At 84 the long is worth 700, the short 2300.
    traders = [Trader(-3500, [50]), Trader(6500, [-50])]
    habits = {"stop_loss": [0.5, 0.5], "take_profit": [0.0, 1.5]}
    found = replay(world([100, 84, 84], traders, opening=[[50], [-50]], habits=habits))
    stop, limit = only(found, names.STOP_EVENT), only(found, names.LIMIT_EVENT)
    assert (stop.tick, stop.account, stop.price, stop.equity) == (1, 0, 750.0, 700.0)
    assert (limit.tick, limit.account, limit.price, limit.equity) == (1, 1, 2250.0, 2300.0)


def test_a_withdrawal_leaves_orders_where_they_are(replay):
    # At 120 it is worth 2500 and keeps three times 600: 700 of 2500 leave, and 420 of the 1500 that it brought.
    # Twice the 1080 left is 2160, above 1800; 0.9 of it is 972, and at 103 it is worth 950.
    habits = {"draws": [1], "keep": [3.0], "take_profit": [2.0], "stop_loss": [0.9]}
    found = replay(world([100, 120, 120, 103], [LONG], habits=habits))
    assert only(found, names.WITHDRAW).quote == -700 * USD
    assert not events(found, names.LIMIT_EVENT)
    stop = only(found, names.STOP_EVENT)
    assert (stop.tick, stop.price, stop.equity) == (3, 972.0, 950.0)


def test_a_limit_order_does_not_fill_below_its_level(replay):
    # Sources are pushed to 150, where it is worth 4000 and wants 3000; the market pays 100, and 140 at tick 2.
    habits = {"take_profit": [2.0]}
    found = replay(world([100, 100, 140], [LONG], weather={"quote": [100, 150, 150]}, habits=habits))
    limit = only(found, names.LIMIT_EVENT)
    assert (limit.tick, limit.price, limit.equity) == (2, 3000.0, 4000.0)
    assert only(found, names.RETIRE).quote == -3500 * USD


@pytest.mark.parametrize(("wide", "size", "cash"), [(1.0, 0, 715 * USD), (4.0, 100, -8500 * USD)])
def test_nobody_reduces_at_the_cost_of_others(replay, wide, size, cash):
    # At 97 it is worth 1200 and warned. Half a spread of 5 % takes 485 of that when it closes all, and 20 % takes 1940.
    habits = {"cut_chance": [1.0], "cut_share": [1.0]}
    given = {"half_spread": 0.05, "warning": 1.5, "topup_target": 1.5, "weather": {"wide": [1.0, 1.0, wide, wide]}}
    found = replay(world([100, 97, 97, 97], [Trader(1500, [100])], habits=habits, **given))
    assert only(found, names.CUT_EVENT).tick == 2
    assert (found.size, found.cash) == ([[size]], [cash])
