"""Tests that ask for `replay` or `replays` run once on each engine."""

from functools import cache

import pytest

from tests.engine.engines import Engine, Told, compiled, reference
from tests.engine.worlds import seeded_world

BULK = {reference: range(50_200, 50_330), compiled: range(50_000, 50_400)}
"""Seeds of the worlds that properties of replays are tested on: the reference is slow."""


@pytest.fixture(params=[reference, compiled], ids=["reference", "compiled"])
def replay(request: pytest.FixtureRequest) -> Engine:
    """An engine."""
    engine: Engine = request.param
    return engine


@cache
def _bulk(engine: Engine) -> Told:
    return [(world, engine(world)) for world in map(seeded_world, BULK[engine])]


@pytest.fixture(scope="session", params=[reference, compiled], ids=["reference", "compiled"])
def again(request: pytest.FixtureRequest) -> Engine:
    """The engine that makes `replays`, for others beside them."""
    engine: Engine = request.param
    return engine


@pytest.fixture(scope="session")
def replays(again: Engine) -> Told:
    """Many random worlds and what an engine makes of them; nobody may change them."""
    return _bulk(again)


@pytest.fixture(scope="session")
def some(replays: Told) -> Told:
    """The first of them: for tests that replay them again or reckon what accounts are worth at every event."""
    return replays[: max(40, len(replays) // 10)]
