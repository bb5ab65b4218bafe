"""What every test may ask for: the command line in-process, real history, profiles of random examples."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import is_hypothesis_test, settings

SOAK_FACTOR = 20
"""How many times its usual number of random examples a test gets in `make soak`."""

PROFILE = os.environ.get("GOVTOOL_HYPOTHESIS", "ci")

# `ci` draws the same examples on every run; `soak` draws new ones and many more.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("soak", deadline=None, derandomize=False, print_blob=True)
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In a soak, multiply the number of examples, also where a test states its own."""
    if PROFILE != "soak":
        return
    tests = {getattr(item.obj, "__func__", item.obj) for item in items if isinstance(item, pytest.Function)}
    for test in filter(is_hypothesis_test, tests):
        own = test._hypothesis_internal_use_settings
        more = settings(own, max_examples=SOAK_FACTOR * own.max_examples, derandomize=False)
        test._hypothesis_internal_use_settings = more


@pytest.fixture(scope="session")
def real_history() -> list[Path]:
    """Folders of real history that GOVTOOL_HISTORY names; without them the test is skipped.

    With `history` in GOVTOOL_REQUIRE it fails instead, so that no run passes by leaving these tests out.
    """
    named = [Path(part) for part in os.environ.get("GOVTOOL_HISTORY", "").split(os.pathsep) if part]
    found = [folder for folder in named if any(folder.glob("*.parquet"))]
    if found:
        return found
    reason = "no real history: set GOVTOOL_HISTORY to folders of Parquet series"
    if "history" in os.environ.get("GOVTOOL_REQUIRE", "").split(","):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def _real_history_only_where_asked(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hide GOVTOOL_HISTORY from tests that do not name `real_history`: they must pass on a fresh clone."""
    with mock.patch.dict(os.environ):
        if "real_history" not in request.fixturenames:
            os.environ.pop("GOVTOOL_HISTORY", None)
        yield


@pytest.fixture(scope="session")
def cli() -> Callable[..., Any]:
    """Run the command line in this process: `cli("params", "show", "dydx-v4", env={...})`.

    The result has `exit_code`, `stdout`, `stderr` and `output`, as the console script would leave them, save that
    nothing is said of compiling, which hangs on what ran before. A defect (an exception that no command means to
    raise) is raised in the test, with its own traceback.
    """
    from click.testing import CliRunner, Result

    from govtool.cli.main import Defect, main

    compiling = logging.getLogger("govtool.engine.compiling")

    def reveal(defect: Defect, file: object = None) -> None:
        assert defect.__cause__ is not None
        raise defect.__cause__

    def run(*words: str | Path, env: dict[str, str | None] | None = None, typed: str | None = None) -> Result:
        with mock.patch.object(Defect, "show", reveal), mock.patch.object(compiling, "disabled", True):
            arguments = [str(word) for word in words]
            result = CliRunner().invoke(main, arguments, input=typed, env=env, prog_name="govtool")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
