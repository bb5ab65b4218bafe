"""The compiled engine and the plain reference leave the same replay, event for event."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings

from govtool.engine.codes import EVENT_NAMES
from govtool.engine.visits import BRUTE, EVERY, SKIP
from tests.engine.engines import compiled, compiled_result, differences, reference, written
from tests.engine.source import Seeded
from tests.engine.strategies import worlds
from tests.engine.worlds import World, build, seeded_world

WORLDS = 1500
WAYS = {"skipping": SKIP, "asking all for their margin": BRUTE}

# In how many of the seeded worlds each kind of event must occur, so that their agreement says something.
RARE = {"PHASE": 75, "WON": 120, "SLASH": 120, "SHARE": 60, "SOCIALISE": 100, "DEFER": 115, "HAIRCUT": 115}
RARE |= {"FRONTRUN": 75, "BOUNCE": 40}
OFTEN = dict.fromkeys(EVENT_NAMES, 150) | {"ENDED": 100} | RARE


def disagreement(world: World) -> list[str]:
    """What differs between the engines, or between the ways to find the accounts that a tick concerns."""
    visiting = written(compiled_result(world, visit=EVERY))
    found = [
        f"{name} changes the result"
        for name, way in WAYS.items()
        if written(compiled_result(world, visit=way)) != visiting
    ]
    return found + differences(reference(world), compiled(world))


@pytest.mark.slow
def test_engines_agree_on_fifteen_hundred_seeded_worlds():
    found = {seed: sentences for seed in range(WORLDS) if (sentences := disagreement(seeded_world(seed)))}
    assert found == {}


@pytest.mark.slow
def test_every_kind_of_event_occurs_often_in_the_seeded_worlds():
    occurs: Counter[str] = Counter()
    for seed in range(WORLDS):
        kinds = compiled_result(seeded_world(seed)).trace.whole[:, 1]
        occurs.update(EVENT_NAMES[kind] for kind in np.unique(kinds))
    assert {name: occurs[name] for name, least in OFTEN.items() if occurs[name] < least} == {}


@pytest.mark.slow
@settings(max_examples=300)
@given(worlds())
def test_engines_agree_on_any_small_world(world):
    assert disagreement(world) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_engines_agree_on_a_long_and_crowded_world(seed):
    world = build(Seeded(10**6 + seed), ticks=(300, 900), accounts=(20, 40))
    assert disagreement(world) == []


def test_a_second_run_leaves_the_same_bits():
    world = seeded_world(5)
    assert written(compiled_result(world)) == written(compiled_result(world))


def test_another_seed_of_the_draws_leaves_another_replay():
    world = seeded_world(5)
    other = World(**{**vars(world), "seed": world.seed + 1})
    assert written(compiled_result(world)) != written(compiled_result(other))
