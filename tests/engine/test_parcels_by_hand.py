"""What is under way from accounts to wallets, worked by hand on both engines."""

from govtool.engine import codes as names
from govtool.engine.state import Passage
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 10 coins bought at 100 with 1100: it needs 100 and may withdraw the rest. It gains 10 with each dollar.
LONG = Trader(1100, [10])
DRAWING = {"draws": [1], "keep": [1.0], "draw_every": [1e-9]}


def landings(replay, path, habits=DRAWING, trader=LONG, **passage):
    found = replay(world(path, [trader], passage=Passage(**passage), habits=habits))
    return [(event.tick, event.kind, event.price) for event in events(found, names.WITHDRAW, names.LAND)]


def test_frequent_withdrawals_still_land(replay):
    # One each tick: 1100 + 100 - 110, and then 9 of the 10 that a dollar brings. That of tick 1 lands at tick 5. That
    # of tick 2 opens the second parcel, which those of 3 and 4 join: 27 at tick 8. Those of 5 to 7 are the first again.
    found = replay(world([100] + [110 + t for t in range(12)], [LONG], passage=Passage(proof_lag=4), habits=DRAWING))
    assert [event.quote for event in events(found, names.WITHDRAW)] == [-1090 * USD] + [-9 * USD] * 11
    landed = [(event.tick, event.price) for event in events(found, names.LAND)]
    assert landed == [(5, 1090.0), (8, 27.0), (11, 27.0)]
    assert found.buckets["transit"] == 5 * 9 * USD


def test_a_channel_carries_only_what_it_brings_sooner(replay):
    # Without a proof to wait for all is there at once, and nobody pays the channel.
    channel = {"channel_capacity": 1e6, "channel_fee": 0.01, "channel_lag": 3}
    assert landings(replay, [100] * 6, **channel) == [(1, names.WITHDRAW, 0.0)]
    assert landings(replay, [100] * 6, **channel, proof_lag=3) == [(1, names.WITHDRAW, 0.0), (4, names.LAND, 1000.0)]
    assert landings(replay, [100] * 6, **channel, proof_lag=4) == [(1, names.WITHDRAW, 10.0), (4, names.LAND, 990.0)]


def test_what_a_channel_carries_does_not_wait_for_a_proof(replay):
    # The draw of 1000 is too much for the channel and lands at tick 101; the 100 of the exit at tick 3 do not wait.
    habits = DRAWING | {"draw_every": [0.0], "leaves": [3]}
    found = replay(
        world([100] * 8, [LONG], passage=Passage(proof_lag=100, channel_capacity=500.0, channel_lag=2), habits=habits)
    )
    assert only(found, names.RETIRE).tick == 3
    assert [(event.tick, event.price) for event in events(found, names.LAND)] == [(5, 100.0)]
    assert found.buckets["transit"] == 1000 * USD


def test_who_left_comes_back_when_all_has_landed(replay):
    # Away at tick 3 with 100, of which the channel brings all at tick 4; the draw of tick 1 is there at tick 7.
    habits = DRAWING | {"draw_every": [0.0], "leaves": [3]}
    passage = Passage(proof_lag=6, channel_capacity=500.0, channel_lag=1)
    found = replay(world([100] * 10, [Trader(1100, [10], idle=1e-9)], passage=passage, habits=habits))
    assert [(event.tick, event.price) for event in events(found, names.LAND)] == [(4, 100.0), (7, 1000.0)]
    assert [event.tick for event in events(found, names.ENTER)][1:] == [7]
