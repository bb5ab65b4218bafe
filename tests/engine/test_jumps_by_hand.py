"""What the oracle makes of its sources, and what is not done at a price that may be wrong, worked by hand."""

import pytest

from govtool.engine import codes as names
from govtool.engine.terms import Posting
from tests.engine.handmade import USD, Trader, events, only, world

# A long of 50 coins bought at 100 with 1500: cash -3500. Weights are 0.1.
LONG = Trader(1500, [50])


def posted(replay, path, **given):
    return [row[0] for row in replay(world(path, [LONG], **given)).path]


def test_a_jump_shorter_than_the_deviation_is_posted(replay):
    # 10 % is far enough from 100 for a threshold of 5 %, and comes in steps of 2 %, until 103 is within 5 % of 99.96.
    path = [100, 110, 110, 110, 103, 103]
    steps = [100, 102, 102 * 1.02, 102 * 1.02 * 1.02, 102 * 1.02 * 1.02, 102 * 1.02 * 1.02]
    assert posted(replay, path, deviation=0.05, posting=Posting(max_jump=0.02)) == pytest.approx(steps, rel=1e-12)


def test_a_late_mean_is_over_the_ticks_before_it(replay):
    # Three ticks in the mean, two late: tick 3 posts (100 + 92) / 2 of tick 1, tick 4 (100 + 92 + 96) / 3, tick 5
    # (92 + 96 + 100) / 3. Of tick 4 there is no news at tick 6, and 100 stands for it in the mean that tick 7 posts.
    quote = [100, 92, 96, 100, 0, 104, 88, 88]
    found = posted(replay, [100] * 8, posting=Posting(mean_ticks=3, oracle_lag=2), weather={"quote": quote})
    means = [100, 100, 100, 96, 96, 96, 96, (100 + 100 + 104) / 3]
    assert found == pytest.approx(means, rel=1e-12)


def test_nothing_is_drawn_against_a_stale_price(replay):
    # At 100 it needs 500 and may take 1000. Sources are silent from tick 1 to 3: stale at 2 and 3, and 90 at 4.
    habits = {"draws": [2], "keep": [1.0]}
    weather = {"quote": [100, 0, 0, 0, 90]}
    given = {"weather": weather, "habits": habits}
    found = replay(world([100, 90, 90, 90, 90], [LONG], posting=Posting(stale_ticks=2), **given))
    draw = only(found, names.WITHDRAW)
    assert (draw.tick, draw.quote) == (4, -(1000 - 450) * USD)
    assert [event.tick for event in events(replay(world([100] * 5, [LONG], **given)), names.WITHDRAW)] == [2]
