"""However a replay finds the accounts that a tick concerns, it leaves the same bytes."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govtool.engine.codes import DOWN, EVENT_NAMES, FORCED
from govtool.engine.terms import SCAN
from govtool.engine.visits import BRUTE, EVERY, SKIP
from tests.engine.engines import compiled_result, written
from tests.engine.fine import fine_world, in_blocks
from tests.engine.ladders import LADDERS
from tests.engine.staging import staged
from tests.engine.worlds import World

WORLDS = range(70_000, 70_300)


def agrees(world: World) -> bool:
    """Whether all ways leave what visiting everyone in every tick does."""
    visited = written(compiled_result(world, visit=EVERY))
    return all(written(compiled_result(world, visit=way)) == visited for way in (SKIP, BRUTE))


@pytest.mark.parametrize("name", LADDERS)
def test_whoever_falls_falls_in_the_same_tick(name):
    assert agrees(LADDERS[name]())


@pytest.mark.slow
def test_random_worlds_of_several_levels_leave_the_same_bytes_whoever_is_looked_at():
    assert [seed for seed in WORLDS if not agrees(fine_world(seed))] == []


@pytest.mark.slow
@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_any_world_of_several_levels_leaves_the_same_bytes(seed):
    assert agrees(fine_world(seed, ticks=(300, 500)))


@pytest.mark.slow
def test_no_result_hangs_on_the_size_of_blocks():
    for seed in WORLDS[:40]:
        world = fine_world(seed)
        whole = in_blocks(world, world.venue.ticks_per_hour)
        assert written(compiled_result(world)) == written(compiled_result(whole))


def traits(world: World) -> set[str]:
    """What of all that bounds must know occurs in a world."""
    terms, chain, listing = world.terms, world.weather.chain, world.listing
    posting = terms.posting
    found = {
        "adaptive": terms.adaptive == 1,
        "ramp": terms.margin.ramp_s > 0.0 and world.formation is not None,
        "scan": terms.margin.method == SCAN,
        "scan of options": terms.margin.method == SCAN and listing.option_market.size > 0,
        "options": listing.option_market.size > 0,
        "expiry": bool((listing.option_expiry < len(world.feed.index)).any()),
        "assets": listing.asset_market.size > 0,
        "down": bool((chain == DOWN).any()),
        "forced": bool((chain == FORCED).any()),
        "lag": posting.oracle_lag > 0,
        "mean": posting.mean_ticks > 1,
        "smooth": posting.smooth == 1,
        "stale": posting.stale_ticks > 0,
        "feedback": bool((world.venue.own_weight > 0.0).any() and (world.feed.slope > 0.0).any()),
        "nudge": world.crowd.habits.nudge > 0.0,
        "days": len(world.feed.index) * world.venue.step_s > 2 * 86400,
    }
    return {name for name, is_so in found.items() if is_so}


@pytest.mark.slow
def test_the_random_worlds_have_all_that_bounds_must_know():
    occurs: Counter[str] = Counter()
    for seed in WORLDS:
        world = fine_world(seed)
        occurs.update(traits(world))
        kinds = compiled_result(world).trace.whole[:, 1]
        occurs.update(EVENT_NAMES[kind] for kind in np.unique(kinds))
        assert len(staged(world).tape.levels) > 3
    wanted = {"adaptive": 100, "ramp": 20, "scan": 30, "scan of options": 15, "options": 60, "expiry": 40, "assets": 60}
    wanted |= {"down": 60, "forced": 60, "lag": 30, "mean": 30, "smooth": 15, "stale": 30, "feedback": 100}
    wanted |= {"nudge": 50, "days": 20}
    events = ("FLAG", "RECOVER", "ADVANCE", "REPAY", "STOP", "LIMIT", "TOPUP", "CUT", "DELEVERAGE", "SHARE", "PREMIUM")
    wanted |= dict.fromkeys((*events, "INTEREST", "EXPIRE", "HELD", "PANIC"), 3)
    assert {name: occurs[name] for name, least in wanted.items() if occurs[name] < least} == {}
