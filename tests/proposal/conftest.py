"""Proposals that several tests look at: written by hand, and one made by a small study on bundled history."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from govtool.proposal.bundle import Bundle, compose
from govtool.proposal.context import facts
from govtool.proposal.write import write_bundle, write_proposal
from govtool.study.model import read_study
from govtool.study.result import Result
from govtool.study.run import study_result
from govtool.world.read import read_world
from tests.proposal.results import a_path, change_result, empty_result, refused_result, some_events
from tests.study.studies import small_content, write_study

OUTCOMES = {"change": change_result, "refused": refused_result, "empty": empty_result}


def bundle_of(result: Result) -> Bundle:
    """The bundle of a result written by hand, with a path where it has a candidate."""
    label = result.labels[0]
    path = None
    if result.rows:
        path = a_path() if any(row.set == "test" for row in result.rows) else a_path("crash-b", "train")
    return compose(facts(result, world=read_world("default"), events=some_events(label), path=path))


@pytest.fixture(scope="session")
def bundles() -> dict[tuple[str, str], Bundle]:
    """Bundles by outcome and label of history."""
    return {
        (outcome, label): bundle_of(make(label))
        for outcome, make in OUTCOMES.items()
        for label in ("recorded", "reconstructed")
    }


@pytest.fixture(scope="session")
def change(bundles) -> Bundle:
    """A change, from recorded history: the one with payloads to submit."""
    return bundles["change", "recorded"]


@pytest.fixture(scope="session")
def written(change, tmp_path_factory) -> Path:
    """The folder of the change. Not to be touched: `copied` gives a copy."""
    folder = tmp_path_factory.mktemp("home") / "proposals" / "0009-by-hand"
    write_bundle(change, folder)
    return folder


@pytest.fixture
def copied(written, tmp_path) -> Path:
    """A copy of the change's folder to tamper with."""
    return Path(shutil.copytree(written, tmp_path / "copy"))


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Callable[[], Path]:
    """Folder with a small study on bundled history, its journal and its proposal in `proposals`; made when asked."""
    made: list[Path] = []

    def make() -> Path:
        if not made:
            folder = tmp_path_factory.mktemp("small")
            study = read_study(write_study(folder, small_content(name="small-proposal")))
            result = study_result(study, workers=2, journal=folder / "small.journal")
            write_proposal(result, folder / "proposals" / "0009-small-study")
            made.append(folder)
        return made[0]

    return make
