"""The compiled engine and the plain reference leave the same replay, event for event."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings

from govtool.engine.codes import EVENT_NAMES
from tests.engine.engines import compiled, compiled_result, differences, reference
from tests.engine.source import Seeded
from tests.engine.strategies import worlds
from tests.engine.worlds import World, build, seeded_world

WORLDS = 3000

# In how many of the seeded worlds each kind of event must occur, so that their agreement says something.
RARE = {"PHASE": 150, "WON": 250, "SLASH": 250, "SHARE": 120, "SOCIALISE": 200, "DEFER": 230, "HAIRCUT": 230}
RARE |= {"FRONTRUN": 150, "BOUNCE": 80}
OFTEN = dict.fromkeys(EVENT_NAMES, 300) | {"ENDED": 200} | RARE


def disagreement(world: World) -> list[str]:
    """What differs between the engines, or between skipping and visiting everyone."""
    skipping = compiled_result(world)
    visiting = compiled_result(world, skip=False)
    found = [] if written(skipping) == written(visiting) else ["skipping changes the result"]
    return found + differences(reference(world), compiled(world))


def written(result) -> list[bytes]:
    """Everything that a replay reports, to the last bit."""
    arrays = [*result.trace, result.books.cash, result.books.size, result.books.tills, result.books.gauges]
    return [np.ascontiguousarray(array).tobytes() for array in arrays]


@pytest.mark.slow
def test_engines_agree_on_three_thousand_seeded_worlds():
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
