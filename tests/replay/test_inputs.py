"""What a replay was made from, written and read back."""

import dataclasses

import numpy as np
import pytest

from govtool.engine.state import CLEAR, Habits, Passage
from govtool.errors import ParamError
from govtool.history.bars import digest_arrays
from govtool.replay.backtest import Source
from govtool.replay.inputs import INPUTS, PARTS, read_inputs, told, write_inputs
from govtool.scenario.arrays import flat
from govtool.scenario.behaviour import Pace
from govtool.scenario.bundle import Scenario
from tests.replay import tiny


def stormy() -> Scenario:
    """A scenario with something in every group that came with the weather."""
    plain = tiny.scenario([100.0] * 8, [100.0])
    habits = Habits(draws=np.array([3]), draw_every=np.array([40.0]), keep=np.array([2.0]), herd_delay=20.0)
    return dataclasses.replace(
        plain,
        venue=tiny.venue(passage=Passage(bridge_lag=7, bridge_fee=0.01)),
        crowd=plain.crowd._replace(habits=habits),
        weather=CLEAR._replace(chain=np.array([0, 0, 1, 2, 2, 0, 0, 0]), depth=np.full((8, 1), 1.5)),
        sources=np.full((8, 1, 2), 100.0),
        source_names=("one", "two"),
        pace=Pace(0.5, 0.001),
    )


def source(scenario: Scenario) -> Source:
    return Source(scenario, tiny.book(), None, 5, True)


def assert_same(one: Scenario, other: Scenario) -> None:
    for group in PARTS:
        before, after = flat(group, getattr(one, group)), flat(group, getattr(other, group))
        assert before.keys() == after.keys()
        for name, array in before.items():
            assert np.array_equal(array, after[name]) and array.dtype == after[name].dtype, name
    assert np.array_equal(one.sources, other.sources) and one.sources.shape == other.sources.shape
    assert (one.source_names, one.pace, one.digest) == (other.source_names, other.pace, other.digest)


@pytest.mark.parametrize("scenario", [tiny.scenario([100.0] * 8, [100.0]), stormy()], ids=["clear", "stormy"])
def test_groups_within_groups_and_the_weather_come_back_as_they_were(tmp_path, scenario):
    write_inputs(source(scenario), tmp_path)
    assert_same(scenario, read_inputs(tmp_path, told(source(scenario)).digest).scenario)


def test_a_scenario_without_weather_is_read_as_clear(tmp_path):
    made = source(tiny.scenario([100.0] * 8, [100.0]))
    late = ("weather.", "pace.", "sources", "venue.passage.", "crowd.habits.")
    arrays = {name: array for name, array in told(made).arrays.items() if not name.startswith(late)}
    write_inputs(made, tmp_path)
    np.savez_compressed(tmp_path / INPUTS, **arrays)
    assert_same(made.scenario, read_inputs(tmp_path, digest_arrays(arrays)).scenario)


def test_a_field_that_is_not_known_is_refused(tmp_path):
    made = source(tiny.scenario([100.0] * 8, [100.0]))
    arrays = told(made).arrays | {"venue.passage.colour": np.zeros(1)}
    write_inputs(made, tmp_path)
    np.savez_compressed(tmp_path / INPUTS, **arrays)
    with pytest.raises(ParamError, match=r"holds venue\.passage\.colour, which this govtool does not know"):
        read_inputs(tmp_path, digest_arrays(arrays))
