"""Tests that ask for `replay` run once on each engine."""

from collections.abc import Callable

import pytest

from tests.engine.engines import compiled, reference
from tests.engine.worlds import World
from tests.reference.loop import Replay


@pytest.fixture(params=[reference, compiled], ids=["reference", "compiled"])
def replay(request: pytest.FixtureRequest) -> Callable[[World], Replay]:
    """An engine."""
    engine: Callable[[World], Replay] = request.param
    return engine
