"""Groups as arrays by dotted name."""

import numpy as np
import pytest

from govtool.engine.state import CLEAR, Passage, Venue, Weather
from govtool.scenario.arrays import flat, grouped
from tests.replay import tiny

VENUE = tiny.venue(passage=Passage(bridge_lag=7, bridge_fee=0.01))


def test_a_field_of_a_group_in_a_group_has_a_dotted_name():
    arrays = flat("venue", VENUE)
    assert arrays["venue.passage.bridge_lag"] == 7 and arrays["venue.step_s"] == 15.0
    assert "venue.passage" not in arrays


def test_a_group_comes_back_as_it_was():
    found = grouped("venue", Venue, flat("venue", VENUE))
    assert found.passage == VENUE.passage and type(found.passage.bridge_lag) is int
    assert found._replace(half_spread=0, own_weight=0) == VENUE._replace(half_spread=0, own_weight=0)
    assert found.half_spread.tolist() == VENUE.half_spread.tolist()


def test_what_has_no_array_has_its_default():
    assert grouped("weather", Weather, {}) == CLEAR


@pytest.mark.parametrize("name", ["venue.colour", "venue.passage", "venue.passage.colour", "venue.step_s.colour"])
def test_a_name_that_is_no_field_is_told(name):
    with pytest.raises(KeyError, match=name):
        grouped("venue", Venue, flat("venue", VENUE) | {name: np.zeros(1)})
