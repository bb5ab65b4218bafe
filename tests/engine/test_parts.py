"""The event log in parts is the event log, however small the buffers."""

from typing import Any

import numpy as np
import pytest

from govtool.engine import loop
from govtool.engine.codes import DONE
from tests.engine.engines import written
from tests.engine.ladders import LADDERS
from tests.engine.source import Seeded
from tests.engine.worlds import World, build

NAMES = ("prices", "outage", "sunk", "losses", "mixed")


def replayed(world: World, **given: Any) -> Any:
    parts = (world.terms, world.venue, world.keepers, world.feed, world.crowd, world.seed, world.opening_pool)
    beside = {"listing": world.listing, "formation": world.formation, "weather": world.weather}
    result = loop.run(*parts, **beside, **given)
    assert result.status == DONE
    return result


class Heard:
    """Sinks, and what the last of them was given."""

    def __init__(self) -> None:
        self.whole: list[Any] = []
        self.real: list[Any] = []

    def __call__(self) -> Any:
        self.whole, self.real = [], []
        return self.take

    def take(self, whole: Any, real: Any) -> None:
        self.whole.append(whole)
        self.real.append(real)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("events", "snapshots"), [(1, 1), (200, 8), (1 << 16, 1), (64, 1 << 10)])
def test_pauses_show_in_nothing(name, events, snapshots):
    world = LADDERS[name]()
    assert written(replayed(world, events=events, snapshots=snapshots)) == written(replayed(world))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("events", [1, 200, 1 << 16])
def test_a_sink_is_given_the_rows_of_the_trace_in_order(name, events):
    world, heard = LADDERS[name](), Heard()
    whole, sunk = replayed(world), replayed(world, events=events, sink=heard)
    assert np.array_equal(np.concatenate(heard.whole), whole.trace.whole)
    assert np.array_equal(np.concatenate(heard.real), whole.trace.real)
    assert len(sunk.trace.whole) == len(sunk.trace.real) == 0
    # Nothing else hangs on where the rows go: the books still tell how many there were.
    assert written(sunk)[2:] == written(whole)[2:]


def test_parts_are_the_sinks_to_keep():
    world, heard = LADDERS["prices"](), Heard()
    replayed(world, events=200, sink=heard)
    assert len(heard.whole) > 2
    for n, part in enumerate(heard.whole):
        assert part.base is None
        assert (part[:, 0] <= (heard.whole[n + 1][0, 0] if n + 1 < len(heard.whole) else 10**9)).all()


@pytest.mark.slow
def test_pauses_show_in_no_random_world():
    for seed in range(73_000, 73_030):
        world = build(Seeded(seed))
        assert written(replayed(world, events=40, snapshots=2)) == written(replayed(world))
