"""The same event log on another kind of processor, in another process, and without a compiler."""

import hashlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.engines import compiled_result
from tests.engine.worlds import seeded_world

WORLDS = 40


def digest(file: Path) -> str:
    """Digest of the event logs of the worlds in a file.

    The worlds are stored, not built anew: NumPy's exp and log, which build them, are not the same everywhere.
    """
    total = hashlib.sha256()
    for world in pickle.loads(file.read_bytes()):
        result = compiled_result(world)
        total.update(result.trace.whole.tobytes())
        total.update(result.trace.real.tobytes())
    return total.hexdigest()


def digest_elsewhere(file: Path, **environment: str) -> str:
    code = "import pathlib, sys; from tests.engine.test_portability import digest; "
    code += "print(digest(pathlib.Path(sys.argv[1])))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)],
        env=os.environ | environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("worlds") / "worlds.pickle"
    file.write_bytes(pickle.dumps([seeded_world(seed) for seed in range(WORLDS)]))
    return file


@pytest.mark.slow
def test_a_generic_processor_gives_the_same_event_logs(worlds: Path, tmp_path: Path) -> None:
    other = digest_elsewhere(
        worlds,
        NUMBA_CPU_NAME="generic",
        NUMBA_CPU_FEATURES="",
        NPY_DISABLE_CPU_FEATURES="AVX2 AVX512F AVX512_SKX FMA3 X86_V3 X86_V4",
        GOVTOOL_CACHE=str(tmp_path),
    )
    assert other == digest(worlds)


@pytest.mark.slow
def test_without_the_compiler_the_event_logs_are_the_same(worlds: Path) -> None:
    assert digest_elsewhere(worlds, NUMBA_DISABLE_JIT="1") == digest(worlds)
