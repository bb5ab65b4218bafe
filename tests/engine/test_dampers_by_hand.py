"""What slows a cascade or a run, worked by hand on both engines."""

import pytest

from govtool.engine import codes as names
from govtool.engine.terms import BOOK, Dampers, Selling
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 100 coins bought at 100 with 1500: cash -8500. Weights are 0.1.
LONG = Trader(1500, [100])
BUYER = (1, 1e6, 0, 0, 0)


def test_an_account_rests_after_a_fill(replay):
    # At 94 it sells 2 % in a tick, and then rests for the next.
    given = {"liquidation_format": BOOK, "portion": 0.02, "dampers": Dampers(cooldown_s=30.0)}
    found = replay(world([100] + [94] * 5, [LONG], **given))
    assert [event.tick for event in events(found, names.FILL)] == [1, 3, 5]


def test_an_insolvent_account_does_not_rest(replay):
    # 2 % go at 94. At 80 the rest is insolvent, and is sold on.
    given = {"liquidation_format": BOOK, "portion": 0.02, "dampers": Dampers(cooldown_s=600.0)}
    found = replay(world([100, 94, 94, 80], [LONG], pool=1000, **given))
    assert [event.tick for event in events(found, names.FILL)] == [1, 3]


def test_an_account_rests_between_tranches(replay):
    # Half of it opens at tick 1 and is taken at tick 2; it rests until tick 4.
    rest = {"portion": 0.5, "restore": 4.0, "warning": 4.0, "topup_target": 4.0, "dampers": Dampers(cooldown_s=30.0)}
    found = replay(world([100] + [94] * 5, [LONG], keepers=[BUYER], length_s=60.0, **rest))
    assert [event.tick for event in events(found, names.OPEN)] == [1, 4]


def test_a_move_halts_a_market(replay):
    # 5 % down within two ticks at tick 2, and halted for three: 94 is flagged but not sold before tick 5.
    rules = Dampers(breaker_move=0.05, breaker_window_s=30.0, breaker_halt_s=45.0)
    found = replay(world([100, 97, 94, 94, 94, 94], [LONG], liquidation_format=BOOK, dampers=rules))
    halt = only(found, names.HALT)
    assert (halt.tick, halt.account, halt.market, halt.price) == (2, -1, 0, 94.0)
    assert only(found, names.FLAG).tick == 2
    assert only(found, names.FILL).tick == 5
    assert found.gauges["halt_seconds"] == 45.0


@pytest.mark.parametrize(("override", "fills"), [(0.95, 0), (0.96, 1)])
def test_a_halt_does_not_protect_the_worst(replay, override, fills):
    # E / MM = 900 / 940 = 0.957.
    rules = Dampers(breaker_move=0.05, breaker_window_s=15.0, breaker_halt_s=600.0, breaker_override=override)
    found = replay(world([100, 94, 94], [LONG], liquidation_format=BOOK, dampers=rules))
    assert len(events(found, names.FILL)) == fills


def test_volume_halts_a_market_until_it_has_drained(replay):
    # 600 drain a tick. 20 coins are 1880, of which 1280 are left at tick 2; 16 more make it 2784. At tick 3 2184 are
    # above 1800. At tick 4 1584 are left of it.
    rules = Dampers(breaker_volume=1800.0, breaker_window_s=45.0)
    given = {"liquidation_format": BOOK, "portion": 0.2, "restore": 4.0, "warning": 4.0, "topup_target": 4.0}
    found = replay(world([100] + [94] * 4, [LONG], dampers=rules, **given))
    assert [(event.tick, event.size) for event in events(found, names.FILL)] == [(1, -20), (2, -16), (4, -12)]
    assert only(found, names.HALT).tick == 3


def test_a_jump_halts_a_market_once(replay):
    # 6 % at tick 3, within three ticks until tick 5; from 94 to 88 at tick 7 they are 6.4 %.
    rules = Dampers(breaker_move=0.05, breaker_window_s=45.0, breaker_halt_s=15.0)
    found = replay(world([100, 100, 100, 94, 94, 94, 94, 88, 88, 88], [Trader(9000, [100])], dampers=rules))
    assert [event.tick for event in events(found, names.HALT)] == [3, 7]


def test_moves_are_measured_from_the_last_halt(replay):
    # Four per cent from 94 to 90.24 at tick 4, and 5.3 % to 89 at tick 5.
    rules = Dampers(breaker_move=0.05, breaker_window_s=75.0, breaker_halt_s=15.0)
    found = replay(world([100, 100, 100, 100, 100, 94, 90.24, 89, 89], [Trader(9000, [100])], dampers=rules))
    assert [event.tick for event in events(found, names.HALT)] == [5, 7]


def test_volume_that_halted_a_market_is_forgotten(replay):
    # Nothing drains. 20 coins at 94 are 1880, above 1800 at tick 2. Then 16 are 1504, and 12 more make it 2632.
    rules = Dampers(breaker_volume=1800.0, breaker_window_s=1e12)
    given = {"liquidation_format": BOOK, "portion": 0.2, "restore": 4.0, "warning": 4.0, "topup_target": 4.0}
    found = replay(world([100] + [94] * 5, [LONG], dampers=rules, **given))
    assert [(event.tick, event.size) for event in events(found, names.FILL)] == [(1, -20), (3, -16), (4, -12)]
    assert [event.tick for event in events(found, names.HALT)] == [2, 5]


def test_a_halted_auction_stands_still(replay):
    # Opened at tick 1. Two ticks after 100 the market is halted for two, so that at tick 4 the auction is a tick old:
    # 2 % off.
    rules = Dampers(breaker_move=0.05, breaker_window_s=30.0, breaker_halt_s=30.0)
    given = {"length_s": 60.0, "end_discount": 0.08, "keepers": [BUYER]}
    found = replay(world([100, 94, 94, 94, 94], [LONG], dampers=rules, **given))
    assert (only(found, names.OPEN).tick, only(found, names.HALT).tick) == (1, 2)
    take = only(found, names.TAKE)
    assert (take.tick, take.price) == (4, pytest.approx(92.12))


def test_nothing_opens_in_a_halted_market(replay):
    rules = Dampers(breaker_move=0.05, breaker_window_s=15.0, breaker_halt_s=30.0)
    found = replay(world([100, 94, 94, 94], [LONG], length_s=60.0, selling=Selling(tranches=2), dampers=rules))
    assert only(found, names.HALT).tick == 1
    assert [event.tick for event in events(found, names.OPEN)] == [3]


LEAVER = Trader(1000, [10], hold=0.0)
"""Leaves at tick 1 with about 1000."""


def test_withdrawals_wait_behind_a_gate(replay):
    # At 84 the long owes 100 at ticks 1 and 2; it is gone then. The gate is shut until tick 1 + 2, then 2 + 2.
    # The leaver closes at tick 1, before the gate is shut by the margin step of that tick; the second comes at tick 2.
    given = {"length_s": 15.0, "pool": 1000, "dampers": Dampers(gate_s=30.0)}
    found = replay(world([100, 84, 84, 84, 84, 84], [LONG, LEAVER, Trader(1000, [10], enters=1, hold=0.0)], **given))
    held = only(found, names.HELD)
    assert (held.tick, held.account, held.price) == (2, 2, 1000.0)
    assert [(event.tick, event.account) for event in events(found, names.RETIRE)] == [(1, 1), (2, 0), (4, 2)]
    assert (found.flows["held_cash"], found.flows["gate"]) == (1000 * USD, 4)


def test_withdrawals_wait_while_insolvency_exceeds_the_pool(replay):
    # 100 are owed at the end of tick 1: more than 99, and not more than 100.
    traders = [LONG, Trader(1000, [10], enters=1, hold=0.0)]
    given = {"length_s": 30.0, "dampers": Dampers(guard=1)}
    found = replay(world([100, 84, 84, 84, 84], traders, pool=99, **given))
    assert (only(found, names.HELD).tick, only(found, names.HELD).account) == (2, 1)
    found = replay(world([100, 84, 84, 84, 84], traders, pool=100, **given))
    assert events(found, names.HELD) == []


def test_withdrawals_are_throttled_to_a_share_of_collateral_an_hour(replay):
    # Collateral is 3500 after tick 0: a tenth, 350. The first takes 1000 whatever the cap, for the bucket is empty; the
    # second waits until it is empty again: not in this window.
    found = replay(world([100] * 4, [LONG, LEAVER, LEAVER], dampers=Dampers(throttle=0.1)))
    assert [(event.tick, event.account) for event in events(found, names.RETIRE)] == [(1, 1)]
    assert [(event.tick, event.account) for event in events(found, names.HELD)] == [(1, 2)]
    assert (found.inside, found.cash[2]) == ([True, False, True], 1000 * USD)
    # A cap of 2100 holds both.
    found = replay(world([100] * 4, [LONG, LEAVER, LEAVER], dampers=Dampers(throttle=0.6)))
    assert [event.account for event in events(found, names.RETIRE)] == [1, 2]
