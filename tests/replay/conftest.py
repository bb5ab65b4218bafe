"""A reconstructed crash, and its replays with all that an explanation is made from."""

import pytest

from govtool.history.events import find_event
from govtool.protocol.read import preset
from govtool.replay.explain.case import Case
from govtool.scenario.bundle import Scenario, build
from govtool.world.read import read_world
from tests.replay.cases import case_of

EVENT = "reconstructed-crash-2021-05-19"


@pytest.fixture(scope="session")
def window() -> Scenario:
    return build(find_event(EVENT), read_world("default"), 0)


@pytest.fixture(scope="session", params=["dydx-v4", "govtool"])
def large(request: pytest.FixtureRequest, window: Scenario) -> Case:
    return case_of(window, preset(request.param))
