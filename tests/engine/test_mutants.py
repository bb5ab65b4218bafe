"""Faults of skipping do not go unnoticed: each, put into a copy of the engine, leaves other bytes in some ladder.

Every copy runs in a process of its own, interpreted, so that nothing is compiled for it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.mutant import Mutant
from tests.engine.mutants import HARMLESS, MUTANTS

ROOT = Path(__file__).parents[2]
FILES = ("__init__.py", "units.py", "errors.py", "kept.py")
"""What the engine stands on."""

WAIT_S = 120
"""For a copy that takes a second or two: it may never end."""

pytestmark = pytest.mark.slow


def copied(folder: Path, mutant: Mutant | None) -> Path:
    """A copy of the engine with a fault, or with none."""
    (folder / "govtool").mkdir()
    for name in FILES:
        shutil.copy(ROOT / "govtool" / name, folder / "govtool" / name)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "govtool" / "engine", folder / "govtool" / "engine", ignore=ignored)
    if mutant is not None:
        file = folder / "govtool" / "engine" / mutant.file
        source = file.read_text(encoding="utf-8")
        assert source.count(mutant.text) == 1, f"{mutant.file} has {source.count(mutant.text)} times: {mutant.text}"
        file.write_text(source.replace(mutant.text, mutant.instead), encoding="utf-8")
    return folder


def digests(engine: Path, way: str, *names: str) -> list[str]:
    """What a copy of the engine makes of some ladders; nothing if it fails."""
    paths = os.pathsep.join([str(engine), str(ROOT)])
    alone = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": paths, "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-P", "-m", "tests.engine.digests", str(engine), way, *names]
    done = subprocess.run(command, env=alone, cwd=engine, capture_output=True, text=True, timeout=WAIT_S, check=False)
    return done.stdout.split() if done.returncode == 0 else []


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is left of each ladder that a mutant names if everyone is looked at in every tick."""
    names = sorted({mutant.world for mutant in (*MUTANTS, *HARMLESS)})
    engine = copied(tmp_path_factory.mktemp("whole"), None)
    found = digests(engine, "EVERY", *names)
    assert len(found) == len(names)
    assert digests(engine, "SKIP", *names) == found
    return dict(zip(names, found, strict=True))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.fault)
def test_the_fault_is_noticed(mutant, truth, tmp_path):
    assert digests(copied(tmp_path, mutant), "SKIP", mutant.world) != [truth[mutant.world]]


@pytest.mark.parametrize("mutant", HARMLESS, ids=lambda mutant: mutant.fault)
def test_no_result_hangs_on_it(mutant, truth, tmp_path):
    assert digests(copied(tmp_path, mutant), "SKIP", mutant.world) == [truth[mutant.world]]
