"""Compiled code across runs: loaded while it is right, compiled anew after any edit, and said when it takes long.

The engine itself takes minutes to compile; a package of two small kernels around the same decorator takes a second.
"""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

from govtool.engine.cache import PACKAGE, cache_folder, forget, other_folders, stored_bytes
from govtool.engine.compiling import LOOP, SENTENCE, Watch

LEAF = """
from govtool.engine.jit import kernel
SHARE = 0.5

@kernel
def part(x):
    return SHARE * x
"""

ROOT = """
from govtool.engine.jit import kernel
from govtool.engine.leaf import part
from govtool.units import PPM

@kernel
def replay(x):
    return part(x) + PPM
"""

SCRIPT = """
from concurrent.futures import ThreadPoolExecutor
from govtool.engine.compiling import WATCH
from govtool.engine.loop import replay
with ThreadPoolExecutor(4) as pool:
    found = set(pool.map(replay, [8.0] * 8))
print(*found, WATCH.compiled)
"""


class Ran(NamedTuple):
    """What the small engine answered, how many kernels it compiled for that, and what it said."""

    answer: float
    compiled: int
    said: str


Run = Callable[..., Ran]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A package with the decorator of the real one, a kernel, and one that calls it."""
    folder = tmp_path / "govtool"
    (folder / "engine").mkdir(parents=True)
    for name in ("__init__.py", "units.py"):
        shutil.copy(PACKAGE / name, folder / name)
    for name in ("__init__.py", "jit.py", "cache.py", "compiling.py", "pointer.py", "state.py", "terms.py"):
        shutil.copy(PACKAGE / "engine" / name, folder / "engine" / name)
    (folder / "engine" / "leaf.py").write_text(LEAF)
    (folder / "engine" / "loop.py").write_text(ROOT)
    return folder


@pytest.fixture
def run(small: Path, tmp_path: Path) -> Run:
    """Call the small engine in a process of its own, from four threads at once."""

    def once(**environment: str) -> Ran:
        names = {"PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1", "NUMBA_DISABLE_JIT": "0"}
        names["GOVTOOL_CACHE"] = str(tmp_path / "cache")
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, **names, **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        answer, compiled = done.stdout.split()
        return Ran(float(answer), int(compiled), done.stderr)

    return once


@pytest.mark.slow
def test_a_cold_run_says_once_that_it_compiles_and_a_warm_one_loads_in_silence(run: Run) -> None:
    assert run() == (1_000_004.0, 2, f"{SENTENCE}\n")
    assert run() == (1_000_004.0, 0, "")


@pytest.mark.slow
def test_without_the_compiler_nothing_is_said_and_nothing_is_kept(run: Run, tmp_path: Path) -> None:
    assert run(NUMBA_DISABLE_JIT="1") == (1_000_004.0, 0, "")
    assert stored_bytes(tmp_path / "cache") == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "before", "after", "answer"),
    [
        ("engine/leaf.py", "SHARE * x", "SHARE * x * x", 1_000_032.0),
        ("engine/leaf.py", "SHARE = 0.5", "SHARE = 0.25", 1_000_002.0),
        ("units.py", "PPM = 1_000_000", "PPM = 1_000", 1_004.0),
    ],
    ids=["a kernel that another calls", "a constant of the engine", "a unit"],
)
def test_an_edit_of_what_a_kernel_draws_on_changes_the_next_answer(
    run: Run, small: Path, place: str, before: str, after: str, answer: float
) -> None:
    run()
    text = (small / place).read_text()
    assert before in text
    (small / place).write_text(text.replace(before, after))
    assert run()[:2] == (answer, 2)
    (small / place).write_text(text)
    assert run() == (1_000_004.0, 0, "")


@pytest.mark.slow
def test_another_processor_gets_code_of_its_own_from_the_same_folder(run: Run, tmp_path: Path) -> None:
    plainest = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    assert run().compiled == 2
    assert run(**plainest) == (1_000_004.0, 2, f"{SENTENCE}\n")
    assert run(**plainest).compiled == 0
    assert run().compiled == 0
    assert len(list((tmp_path / "cache").iterdir())) == 1


@pytest.mark.parametrize(
    ("module", "kept", "says"),
    [
        ("govtool.engine.loop", False, True),
        ("govtool.engine.loop", True, True),
        ("govtool.scenario.population", False, True),
        ("govtool.scenario.population", True, False),
        ("govtool.engine.draw", False, False),
    ],
)
def test_it_is_said_when_the_loop_is_compiled_or_is_about_to_be(
    module: str, kept: bool, says: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop has two forms: one may be kept and the other cold. What forms a crowd compiles before either."""
    monkeypatch.setenv("GOVTOOL_CACHE", str(tmp_path))
    if kept:
        (cache_folder() / "engine").mkdir()
        (cache_folder() / "engine" / "loop._replay-1.py311.nbi").touch()
    watch = Watch()
    watch.on_start(SimpleNamespace(data={"dispatcher": SimpleNamespace(py_func=SimpleNamespace(__module__=module))}))
    assert (watch.said, watch.compiled) == (says, 1)


def test_another_numba_or_numpy_has_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVTOOL_CACHE", str(tmp_path))
    before = cache_folder()
    with monkeypatch.context() as other:
        other.setattr("numba.__version__", "0.0.1")
        assert cache_folder() != before
    monkeypatch.setattr(np, "__version__", "0.0.1")
    assert cache_folder() != before


def drawn_on(path: Path) -> Iterator[tuple[str, str]]:
    """Kernel and module, for each module of govtool that a kernel of a file takes something from, at any remove."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    origin = {
        alias.asname or alias.name: str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    defined: dict[str, ast.stmt] = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", node)]
        defined |= {name: node for target in targets if (name := getattr(target, "id", getattr(target, "name", "")))}
    for node in tree.body:
        marks = {getattr(mark, "id", "") for mark in getattr(node, "decorator_list", ())}
        ahead, seen = [node] if marks & {"kernel", "inlined", "allocating"} else [], set()
        while ahead:
            names = {one.id for one in ast.walk(ahead.pop()) if isinstance(one, ast.Name)} - seen
            seen |= names
            ahead += [defined[name] for name in names if name in defined]
            yield from ((node.name, origin[name]) for name in names if origin.get(name, "").startswith("govtool"))


def test_kernels_outside_the_engine_draw_on_the_engine_and_units_and_their_own_file_alone() -> None:
    """Their compiled code hangs on these files and no others: see `ByContent`."""
    found = {
        (str(path.relative_to(PACKAGE)), *pair) for path in PACKAGE.rglob("*.py") for pair in sorted(drawn_on(path))
    }
    assert ("replay/contagion.py", "_accounts_before", "govtool.units") in found
    strangers = {one for one in found if not (one[2] == "govtool.units" or one[2].startswith("govtool.engine."))}
    assert strangers == set()


def test_the_loop_is_where_the_sentence_waits_for_it() -> None:
    source = PACKAGE.parent.joinpath(*LOOP.split(".")).with_suffix(".py").read_text(encoding="utf-8")
    assert "@kernel\ndef _replay(" in source


def test_only_folders_of_compiled_code_beside_the_present_one_are_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOVTOOL_CACHE", str(tmp_path))
    old, foreign, named = (tmp_path / name for name in ("0" * 16, "1" * 16, "results"))
    for folder, file in ((old, "f.py311.1.nbc"), (foreign, "letter.txt"), (named, "f.py311.1.nbc")):
        (folder / "engine").mkdir(parents=True)
        (folder / "engine" / file).write_bytes(b"12345")
    assert other_folders() == [old]
    assert stored_bytes(old) == 5
    forget(old)
    assert sorted(tmp_path.iterdir()) == sorted([cache_folder(), foreign, named])
