"""What an outage may not hide, and what it may not take away, worked by hand on both engines."""

from govtool.engine import codes as names
from govtool.engine.codes import DOWN, FORCED, HONEST, NO_SHOW, UP
from govtool.engine.terms import BOOK, Bidding, Dampers, Posting
from tests.engine.handmade import Trader, events, only, world

# A long of 100 coins bought at 100 with 1500: cash -8500. Weights are 0.1.
LONG = Trader(1500, [100])
BUYER = (1, 1e6, 0, 0, 0)


def test_an_outage_at_the_end_hides_no_loss(replay):
    # The chain posts 100 and no more; the index ends at 80, where 100 coins are worth 8000, 500 short of what is owed.
    found = replay(world([100, 100, 90, 80], [LONG], weather={"chain": [UP, DOWN, DOWN, DOWN]}))
    close, debt = only(found, names.CLOSE), only(found, names.BAD_DEBT_EVENT)
    assert (close.quote, close.price, close.equity) == (8000 * 10**6, 80.0, -500.0)
    assert debt.quote == 500 * 10**6
    assert found.path == [[100.0], [100.0], [100.0], [80.0]]


def test_silent_sources_at_the_end_hide_no_loss(replay):
    found = replay(world([100, 100, 90, 80], [LONG], weather={"quote": [100, 100, 0, 0]}))
    assert only(found, names.BAD_DEBT_EVENT).quote == 500 * 10**6


def test_a_price_that_was_heard_in_the_last_tick_stands(replay):
    # The sources say 96 where the index is 80: nobody is below maintenance by what was posted.
    found = replay(world([100, 80], [LONG], weather={"quote": [100, 96]}))
    assert not events(found, names.CLOSE)
    assert found.oracle == [96.0]


def test_an_outage_does_not_stop_the_time_below_maintenance(replay):
    # Below maintenance from tick 1 on, where nobody may sell it yet; the last tick is up again.
    weather = {"chain": [UP, UP, DOWN, FORCED, UP]}
    found = replay(world([100, 94, 94, 94, 94], [LONG], liquidation_format=BOOK, lag_blocks=9, weather=weather))
    assert only(found, names.FLAG).tick == 1
    assert found.gauges["under_seconds"] == 4 * 15.0


# A tranche opens at tick 1 and asks a hundredth less each tick. The chain is down at ticks 2 and 3.
FALLING = {"length_s": 60.0, "end_discount": 0.04, "weather": {"chain": [UP, UP, DOWN, DOWN, UP, UP, UP, UP]}}
PATH = [100, 94, 94, 94, 94, 94, 94, 94]


def test_the_clock_of_an_auction_stands_from_the_outage_to_the_end_of_grace(replay):
    # Back at tick 4, and nobody at or above 0.9 of maintenance is sold before tick 6: one tick old as at tick 2.
    rules = Dampers(grace_s=30.0, grace_override=0.9)
    found = replay(world(PATH, [LONG], keepers=[BUYER], dampers=rules, **FALLING))
    take = only(found, names.TAKE)
    assert (take.tick, take.price) == (6, 94 * (1 - 0.01))


def test_without_grace_the_clock_of_an_auction_goes_on(replay):
    # Three ticks old when it can be taken.
    take = only(replay(world(PATH, [LONG], keepers=[BUYER], **FALLING)), names.TAKE)
    assert (take.tick, take.price) == (4, 94 * (1 - 0.04 * 0.75))


def test_what_a_no_show_leaves_waits_for_a_halt_to_end(replay):
    # Won at tick 2 and not paid at tick 3, where sources have been silent for two ticks: the honest one waits till 5.
    given = {
        "keepers": [(1, 1e6, 0, 0, 0), (2, 1e6, 0, 0, 0)],
        "conduct": [NO_SHOW, HONEST],
        "length_s": 600.0,
        "bidding": Bidding(settle_s=15.0, no_show_penalty=1.0, bond_share=0.01, exclusion_s=600.0),
        "posting": Posting(stale_ticks=2),
    }
    found = replay(world([100, 94, 94, 94, 94, 94], [LONG], weather={"quote": [100, 94, 0, 0, 0, 94]}, **given))
    assert [event.tick for event in events(found, names.WON, names.SLASH)] == [2, 3]
    assert only(found, names.TAKE).tick == 5
