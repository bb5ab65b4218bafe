"""What an oracle makes of its sources, worked by hand on both engines."""

import pytest

from govtool.engine import codes as names
from govtool.engine.terms import BOOK, Posting
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 100 coins bought at 100 with 1500: cash -8500. Weights are 0.1. At 94 E = 900 is under MM = 940.
LONG = Trader(1500, [100])


def posted(replay, path, quote=None, **changed):
    """The price in each tick; a trader without worries looks on."""
    weather = {} if quote is None else {"quote": quote}
    found = replay(world(path, [Trader(1e9, [1])], weather=weather, **changed))
    return pytest.approx([price for (price,) in found.path], rel=1e-12)


def test_margin_follows_the_sources_and_execution_the_market(replay):
    found = replay(world([100] * 3, [LONG], liquidation_format=BOOK, weather={"quote": [100, 94, 94]}))
    flag, fill = only(found, names.FLAG), only(found, names.FILL)
    assert (flag.tick, flag.equity, fill.price) == (1, 900.0, 100.0)
    assert only(found, names.RETIRE).quote == -1500 * USD


@pytest.mark.parametrize(
    ("quote", "path"),
    [
        ([100, 0, 94, 94], [100, 100, 94, 94]),
        ([0, 0, 94, 0], [100, 100, 94, 97]),
        ([0, 0, 0, 0], [100, 100, 100, 97]),
    ],
)
def test_nothing_is_posted_while_sources_are_silent(replay, quote, path):
    # Where the last tick brings no news, the window is settled at the index.
    assert posted(replay, [100, 99, 98, 97], quote) == path


def test_a_heartbeat_waits_for_news(replay):
    given = {"deviation": 0.1, "heartbeat": 2}
    assert posted(replay, [100, 101, 102, 103], **given) == [100, 100, 102, 102]
    assert posted(replay, [100] * 4, [100, 101, 0, 103], **given) == [100, 100, 100, 103]


def test_a_mean_of_ticks_is_posted(replay):
    # (100 + 106) / 2, then the last three.
    assert posted(replay, [100, 106, 112, 106], posting=Posting(mean_ticks=3)) == [100, 103, 106, 108]


def test_a_mean_takes_the_last_word_of_silent_sources(replay):
    rules = Posting(mean_ticks=2)
    assert posted(replay, [100] * 4, [100, 0, 106, 110], posting=rules) == [100, 100, 103, 108]
    # The index stands in before the first word.
    assert posted(replay, [100] * 3, [0, 104, 104], posting=rules) == [100, 102, 104]


def test_a_lag_posts_what_was_said_then(replay):
    assert posted(replay, [100, 101, 102, 103], posting=Posting(oracle_lag=2)) == [100, 100, 100, 101]


def test_silence_is_heard_late_as_well(replay):
    # Nothing was said at tick 1, which would be heard at tick 2.
    assert posted(replay, [100] * 4, [99, 0, 102, 103], posting=Posting(oracle_lag=1)) == [99, 99, 99, 102]


def test_a_lag_is_of_the_mean(replay):
    # Means are 100, 101, 103, 105.
    rules = Posting(mean_ticks=2, oracle_lag=1)
    assert posted(replay, [100, 102, 104, 106], posting=rules) == [100, 100, 101, 103]


@pytest.mark.parametrize(
    ("path", "found"), [([100, 80, 80, 80], [100, 95, 90.25, 85.7375]), ([100, 120, 104, 104], [100, 105, 104, 104])]
)
def test_no_post_jumps_too_far(replay, path, found):
    assert posted(replay, path, posting=Posting(max_jump=0.05)) == found


def test_a_smooth_price_goes_no_faster_than_it_may(replay):
    # 1.5 % in 15 s; then less by the square of 100 / 101.5, how near it is to what it was hours ago.
    rules = Posting(smooth=1, quote_growth=0.001, quote_delay_growth=0.06)
    second = 101.5 + 101.5 * 0.015 * (100 / 101.5) ** 2
    assert posted(replay, [100, 110, 110], posting=rules) == [100, 101.5, second]


def test_a_smooth_price_stands_still_without_news(replay):
    # Then 30 s are over: 3 %.
    rules = Posting(smooth=1, quote_growth=0.001, quote_delay_growth=0.06)
    assert posted(replay, [100] * 3, [100, 0, 110], posting=rules) == [100, 100, 103]


def test_a_stale_market_is_not_sold(replay):
    # 2 of 100 coins a tick. Two ticks after the last word at tick 1 it is stale; at tick 5 there is news.
    found = replay(
        world(
            [100] + [94] * 5,
            [LONG],
            liquidation_format=BOOK,
            portion=0.02,
            posting=Posting(stale_ticks=2),
            weather={"quote": [100, 94, 0, 0, 0, 94]},
        )
    )
    assert [event.tick for event in events(found, names.FILL)] == [1, 2, 5]


@pytest.mark.parametrize(("stale_ticks", "trades"), [(0, 1), (3, 0), (4, 1)])
def test_nobody_enters_a_stale_market(replay, stale_ticks, trades):
    found = replay(
        world(
            [100] * 5,
            [Trader(1500, [100], enters=3)],
            posting=Posting(stale_ticks=stale_ticks),
            weather={"quote": [100, 0, 0, 0, 0]},
        )
    )
    assert only(found, names.ENTER).tick == 3
    assert len(events(found, names.TRADE)) == trades
