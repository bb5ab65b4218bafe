"""A chain that stops, and what waits for it, worked by hand on both engines."""

import pytest

from govtool.engine import codes as names
from govtool.engine.codes import DOWN, FORCED, LATE, UP
from govtool.engine.terms import BOOK, FIRST_COME, Bidding, Dampers
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 100 coins bought at 100 with 1500: cash -8500. Weights are 0.1. At 94 E = 900 is under MM = 940.
LONG = Trader(1500, [100])
LEAVING = Trader(1500, [100], hold=0.0)
BUYER = (1, 1e6, 0, 0, 0)


def outage(chain, path=None, traders=(LONG,), **changed):
    given = {"liquidation_format": BOOK, "weather": {"chain": chain}}
    return world(path or [100] + [94] * (len(chain) - 1), list(traders), **(given | changed))


@pytest.mark.parametrize(
    ("chain", "down", "back"),
    [
        ([UP, DOWN, FORCED, DOWN, UP], [1], [(4, 45.0)]),
        ([DOWN, DOWN, UP], [0], [(2, 30.0)]),
        ([FORCED, UP, DOWN], [0, 2], [(1, 15.0)]),
        ([UP, UP, UP], [], []),
    ],
)
def test_an_outage_is_told_when_it_begins_and_when_it_is_over(replay, chain, down, back):
    found = replay(outage(chain, [100] * len(chain)))
    assert [(event.tick, event.account) for event in events(found, names.OUTAGE)] == [(tick, -1) for tick in down]
    assert [(event.tick, event.price) for event in events(found, names.RESUME)] == back


def test_nothing_is_posted_flagged_or_sold_meanwhile(replay):
    found = replay(outage([UP, DOWN, FORCED, UP]))
    assert found.path == [[100.0], [100.0], [100.0], [94.0]]
    assert [only(found, kind).tick for kind in (names.FLAG, names.FILL)] == [3, 3]
    assert found.gauges["under_seconds"] == 15.0


def test_funding_is_due_all_the_same(replay):
    # 10,000 at 8 % per 8 h for one hour of them.
    found = replay(outage([UP, DOWN, UP], [100] * 3, rate=[(1, 0.08)]))
    funding = only(found, names.FUNDING)
    assert (funding.tick, funding.quote) == (1, -100 * USD)


@pytest.mark.parametrize(("grace_s", "tick"), [(0.0, 2), (15.0, 3), (30.0, 4), (31.0, 5)])
def test_grace_follows_an_outage(replay, grace_s, tick):
    found = replay(outage([UP, DOWN, UP, UP, UP, UP], dampers=Dampers(grace_s=grace_s)))
    assert only(found, names.FLAG).tick == 2
    assert only(found, names.FILL).tick == tick


@pytest.mark.parametrize(("override", "tick"), [(0.95, 4), (0.96, 2)])
def test_grace_does_not_protect_the_worst(replay, override, tick):
    # E / MM = 900 / 940 = 0.957.
    rules = Dampers(grace_s=30.0, grace_override=override)
    assert only(replay(outage([UP, DOWN, UP, UP, UP], dampers=rules)), names.FILL).tick == tick


def test_there_is_no_grace_without_an_outage(replay):
    assert only(replay(outage([UP] * 3, dampers=Dampers(grace_s=3600.0))), names.FILL).tick == 1


@pytest.mark.parametrize(("grace_s", "tick", "discount"), [(0.0, 3, 0.04), (30.0, 5, 0.02)])
def test_a_clock_runs_through_an_outage_unless_grace_follows(replay, grace_s, tick, discount):
    # Of a minute from 0 to 8 %: open at tick 1, down at tick 2. At tick 3 30 s are over; at tick 5, where neither
    # outage nor grace count, 15 s.
    given = {"liquidation_format": 1, "length_s": 60.0, "end_discount": 0.08, "keepers": [BUYER]}
    chain = [UP, UP, DOWN, UP, UP, UP, UP]
    take = only(replay(outage(chain, dampers=Dampers(grace_s=grace_s), **given)), names.TAKE)
    assert (take.tick, take.price) == (tick, pytest.approx(94 * (1 - discount)))


def test_a_winner_pays_when_the_chain_is_back(replay):
    # Won at tick 2 for 2 %, due at tick 4.
    rules = Bidding(bond_share=0.1, settle_s=30.0, late_penalty=0.2)
    given = {"liquidation_format": 1, "length_s": 60.0, "end_discount": 0.08, "keepers": [BUYER], "bidding": rules}
    found = replay(outage([UP, UP, UP, UP, DOWN, UP], conduct=[LATE], **given))
    take = only(found, names.TAKE)
    assert (only(found, names.WON).tick, take.tick, take.price) == (2, 5, pytest.approx(92.12))


@pytest.mark.parametrize(("state", "leaves"), [(DOWN, 3), (FORCED, 1)])
def test_users_force_their_way_out_and_not_in(replay, state, leaves):
    found = replay(outage([UP, state, state, UP], [100] * 4, [LEAVING, Trader(1500, [100], enters=1)]))
    assert only(found, names.RETIRE).tick == leaves
    assert [(event.tick, event.account) for event in events(found, names.ENTER)] == [(0, 0), (3, 1)]


@pytest.mark.parametrize(("state", "tick"), [(DOWN, 3), (FORCED, 2)])
def test_a_topup_comes_in_by_force(replay, state, tick):
    # At 98 health is 1300 / 980, below 1.4: 500 are due at tick 2.
    trader = Trader(1500, [100], topup_chance=1.0, wallet=500)
    found = replay(outage([UP, UP, state, UP], [100, 98, 98, 98], [trader], warning=1.4, topup_target=2.0))
    topup = only(found, names.TOPUP)
    assert (topup.tick, topup.quote) == (tick, 500 * USD)


@pytest.mark.parametrize(("gate_outage_s", "leaves"), [(0.0, 3), (30.0, 5), (31.0, 3)])
def test_a_long_outage_shuts_the_gate(replay, gate_outage_s, leaves):
    # Two ticks of it; the gate is shut for two more.
    rules = Dampers(gate_s=30.0, gate_outage_s=gate_outage_s)
    found = replay(outage([UP, DOWN, DOWN, UP, UP, UP], [100] * 6, [LEAVING], dampers=rules))
    assert only(found, names.RETIRE).tick == leaves
    assert len(events(found, names.HELD)) == (leaves == 5)


def test_nobody_takes_anything_out_while_the_chain_is_down(replay):
    # Nobody buys; when the window ends it is closed at 94, and its 900 stay.
    found = replay(outage([UP, UP, DOWN], liquidation_format=FIRST_COME, length_s=600.0))
    assert only(found, names.CLOSE).tick == 2
    assert only(found, names.HELD).price == 900.0
    assert (events(found, names.RETIRE), found.cash) == ([], [900 * USD])
