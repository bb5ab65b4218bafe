"""What the world adds, named at the values that change nothing, leaves the same replay as leaving it out."""

from typing import Any

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.state import CLEAR, Habits, Passage, Weather
from govtool.engine.terms import PRIVATE_ORDER, Dampers, Posting
from tests.engine.engines import Engine, compiled
from tests.engine.handmade import events
from tests.engine.telling import changed
from tests.engine.worlds import World, seeded_world

pytestmark = pytest.mark.slow


def calm(seed: int) -> World:
    """A random world with nothing of it."""
    world = seeded_world(seed)
    dampers = {name: getattr(Dampers(), name) for name in ("gate_outage_s", "grace_s", "grace_override")}
    return changed(
        world,
        terms={"posting": Posting(), "dampers": dampers},
        venue={"ordering": 0, "priority_share": 0.0, "frontrun": 0.0, "passage": Passage()},
        crowd={"habits": Habits()},
        weather=CLEAR,
    )


def columns(world: World) -> dict[str, Any]:
    """Up, sources that say the index, markets and spreads as they are, nobody loses a nerve, and an open bridge."""
    shape = world.feed.index.shape
    ones = np.ones(shape)
    still, running = np.zeros(shape[0], dtype=np.int64), np.ones(shape[0], dtype=np.int64)
    return {"weather": Weather(still, world.feed.index.copy(), ones, ones.copy(), ones.copy(), still.copy(), running)}


def nobody(world: World) -> dict[str, Any]:
    """Zeros for every account, and what only others would read."""
    count = len(world.crowd.equity)
    kinds = {"leaves": np.int64, "draws": np.int64}
    rows = {name: np.zeros(count, dtype=kinds.get(name, np.float64)) for name in Habits._fields[:10]}
    return {"crowd": {"habits": Habits(**rows, nudge=3.0, herd_delay=7.0)}}


def short_ways(world: World) -> dict[str, Any]:
    """No time and no fee, and what is read where there is some."""
    passage = Passage(batch_ticks=0, dispute_chance=1.0, channel_refill_s=15.0, channel_fee=0.5, channel_lag=5)
    return {"venue": {"passage": passage, "priority_share": 0.7}}


def wide_ways(world: World) -> dict[str, Any]:
    """A bridge that nothing fills."""
    return {"venue": {"passage": Passage(bridge_capacity=1e15)}}


def plain_posts(world: World) -> dict[str, Any]:
    """A mean of one tick, and jumps, silence and outages as long as one likes."""
    posting = Posting(stale_ticks=10**9, max_jump=1e9, quote_growth=0.1, quote_delay_growth=0.2)
    return {"terms": {"posting": posting, "dampers": {"gate_outage_s": 15.0, "grace_s": 600.0, "grace_override": 0.5}}}


def seeds(again: Engine, first: int) -> range:
    return range(first, first + (60 if again is compiled else 25))


@pytest.mark.parametrize(
    "named", [columns, nobody, short_ways, wide_ways, plain_posts], ids=lambda named: named.__name__
)
def test_what_changes_nothing_leaves_the_same_replay(again: Engine, named: Any) -> None:
    liquidated = 0
    for seed in seeds(again, 300_000):
        world = calm(seed)
        one, other = again(world), again(changed(world, **named(world)))
        assert one == other
        liquidated += bool(events(one, names.FILL, names.TAKE, names.CLOSE))
    assert liquidated > 3


def test_a_column_alone_and_all_together_leave_the_same_replay(again: Engine) -> None:
    for seed in seeds(again, 301_000):
        world = calm(seed)
        plain, sky = again(world), columns(world)["weather"]
        for name in Weather._fields:
            assert again(changed(world, weather=CLEAR._replace(**{name: getattr(sky, name)}))) == plain


def test_nobody_runs_ahead_of_a_private_order(again: Engine) -> None:
    for seed in seeds(again, 303_000):
        private = changed(calm(seed), venue={"ordering": PRIVATE_ORDER})
        assert again(private) == again(changed(private, venue={"frontrun": 1e5, "priority_share": 1.0}))


def test_none_of_it_happens_where_nothing_is_named(again: Engine) -> None:
    unkind = range(names.FRONTRUN, names.PANIC + 1)
    for seed in seeds(again, 302_000):
        found = again(calm(seed))
        assert events(found, *unkind) == []
        assert [found.buckets[name] for name in ("transit", "carriers", "searchers")] == [0, 0, 0]


def test_what_is_unkind_shows(again: Engine) -> None:
    """The worlds above would be others otherwise."""
    differ = sum(again(seeded_world(seed)) != again(calm(seed)) for seed in seeds(again, 300_000))
    assert differ > len(seeds(again, 300_000)) / 3
