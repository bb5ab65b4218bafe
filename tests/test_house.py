"""The shape of the code: who may import whom, how long a file is, what an install brings, what help costs."""

import ast
import importlib.metadata
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "govtool").rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

# A room is a folder of govtool/, or one of its single files. Imports go to a lower floor or stay in the room.
FLOORS = {
    "": 0,  # govtool/__init__.py: version and model number
    "units": 1,
    "errors": 1,
    "kept": 1,
    "files": 1.5,  # stands on errors
    "engine": 2,
    "history": 3,
    "world": 3,
    "protocol": 3,
    "scenario": 4,
    "replay": 5,
    "study": 6,
    "regression": 6,
    "proposal": 7,
    "cli": 8,
    "__main__": 9,
}

# Packages that one room alone may import.
OWNERS = {"optuna": "study", "click": "cli", "rich": "cli", "jinja2": "proposal", "matplotlib": "proposal"}

ENGINE_MAY_IMPORT = {"numpy", "numba", "govtool", "math", "typing", "collections"}
# The decorator finds a folder for compiled code and says when it compiles; nothing else in the engine touches files.
COMPILER = ("jit.py", "cache.py", "compiling.py", "pointer.py")
COMPILER_MAY_IMPORT = ENGINE_MAY_IMPORT | sys.stdlib_module_names | {"llvmlite"}

HEAVY = {"numpy", "numba", "pandas", "optuna", "scipy", "pyarrow", "pydantic", "matplotlib", "jinja2", "rich"}

PIN = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.]*")


def module_parts(path: Path) -> tuple[str, ...]:
    """Dotted name of a source file, as parts, without `__init__`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def room(parts: tuple[str, ...]) -> str:
    return parts[1] if len(parts) > 1 else ""


def imports(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line and dotted name, as parts, of everything that a file imports, wherever in the file it does so."""
    package = path.parent.relative_to(ROOT).parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, tuple(alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            base += tuple(node.module.split(".")) if node.module else ()
            # `from govtool import units` names the room only in what it takes.
            for alias in node.names:
                yield node.lineno, (*base, alias.name) if base == ("govtool",) else base


def target(parts: tuple[str, ...]) -> str:
    """Room that an import of govtool reaches; names defined in govtool/__init__.py are floor 0."""
    return room(parts) if room(parts) in FLOORS else ""


def trespasses(path: Path) -> list[str]:
    """What a source file imports and may not, one sentence each."""
    here, found = room(module_parts(path)), []
    for line, parts in imports(path):
        package = parts[0]
        where = f"{path.relative_to(ROOT)}:{line} imports {'.'.join(parts)}"
        if package == "govtool":
            there = target(parts)
            if there != here and FLOORS[there] >= FLOORS[here]:
                found.append(f"{where}: {there} (floor {FLOORS[there]}) is not below {here}")
        elif OWNERS.get(package, here) != here:
            found.append(f"{where}: only {OWNERS[package]} may")
        if here == "engine":
            allowed = COMPILER_MAY_IMPORT if path.name in COMPILER else ENGINE_MAY_IMPORT
            if package not in allowed:
                found.append(f"{where}: not in the engine")
    return found


def test_every_room_has_a_floor():
    assert {room(module_parts(path)) for path in SOURCES} <= set(FLOORS)


def test_imports_go_down_only_and_packages_stay_in_their_rooms():
    assert [sentence for path in SOURCES for sentence in trespasses(path)] == []


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("govtool/engine/x.py", "from govtool.replay import backtest"),
        ("govtool/engine/x.py", "import pandas"),
        ("govtool/engine/x.py", "import os"),
        ("govtool/history/x.py", "import govtool.protocol.read"),
        ("govtool/history/x.py", "from govtool import world"),
        ("govtool/history/x.py", "from ..world import model"),
        ("govtool/study/x.py", "def f():\n    import click"),
        ("govtool/regression/x.py", "from govtool.study.model import Study"),
        ("govtool/replay/x.py", "from optuna import Study"),
    ],
)
def test_a_trespass_is_noticed(tmp_path, monkeypatch, place, line):
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).write_text(line)
    assert len(trespasses(tmp_path / place)) == 1


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("govtool/engine/x.py", "import numpy as np\nfrom govtool.units import PPM"),
        ("govtool/engine/jit.py", "import hashlib"),
        ("govtool/protocol/x.py", "from govtool.engine.state import Terms\nfrom govtool import MODEL"),
        ("govtool/study/x.py", "import optuna\nfrom .model import Study\nfrom ..replay import backtest"),
        ("govtool/cli/x.py", "import click\nfrom govtool.study import run"),
    ],
)
def test_what_is_allowed_is_no_trespass(tmp_path, monkeypatch, place, line):
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).write_text(line)
    assert trespasses(tmp_path / place) == []


def test_every_file_can_be_read_in_one_sitting():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_every_module_is_named_after_what_it_holds():
    vague = {"util", "utils", "helper", "helpers", "common", "misc"}
    assert [str(path) for path in SOURCES if vague & set(module_parts(path))] == []


def all_helps() -> list[list[str]]:
    """Words that ask for help or the version: of govtool, of each command and of each command in a group."""
    from govtool.cli.main import COMMANDS, main

    found = [["--help"], ["--version"]]
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        found += [[name, *inner, "--help"] for inner in ([], *([one] for one in getattr(command, "commands", ())))]
    return found


def modules_after(script: str, *words: str) -> set[str]:
    """What a fresh interpreter has imported after a script."""
    told = "\nimport sys\nprint(*sys.modules, sep='\\n', file=sys.stderr)"
    shown = subprocess.run(
        [sys.executable, "-c", script + told, *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(shown.stderr.split())


def test_help_of_every_command_imports_nothing_heavy():
    """One process answers them all; then nothing below the command line has been imported, nor any large package."""
    script = (
        "import json, sys\nfrom govtool.cli.main import main\n"
        "for words in json.loads(sys.argv[1]): main(words, standalone_mode=False)"
    )
    imported = modules_after(script, json.dumps(all_helps()))
    assert {"govtool.cli.backtest", "govtool.cli.warmup"} <= imported
    assert imported & HEAVY == set()
    ours = (tuple(name.split(".")) for name in imported if name.startswith("govtool"))
    assert {room(parts) for parts in ours} == {"", "cli", "errors"}


def test_the_package_alone_imports_nothing_at_all():
    imported = modules_after("import govtool")
    assert imported & HEAVY == set()
    assert {name for name in imported if name.startswith("govtool")} == {"govtool"}


def constraints() -> dict[str, str]:
    """Name to exact version, from the lines of constraints.txt that are no comments."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_constraints_are_names_with_exact_versions_in_order():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [line for line in pins if not PIN.fullmatch(line)] == []
    assert pins == sorted(set(pins))


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt", "Makefile", ".ci/run"])
def test_no_index_or_address_is_written_down(name):
    text = (ROOT / name).read_text().lower()
    assert re.findall(r"://|index-url|find-links|trusted-host| @ ", text) == []


def test_every_direct_requirement_admits_its_pin():
    pinned = constraints()
    wanted = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), str(requirement)


def test_everything_that_an_install_brings_is_pinned():
    """Walk what the installed packages require in turn, here and now, from govtool's own list."""
    pinned = constraints()
    ahead = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    seen: set[str] = set()
    while ahead:
        requirement = Requirement(ahead.pop())
        name = canonicalize_name(requirement.name)
        if name in seen or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        ahead += importlib.metadata.requires(name) or []
    assert seen - set(pinned) == set()
    assert len(seen) > 30


def test_this_python_is_one_that_the_project_admits():
    version = ".".join(map(str, sys.version_info[:3]))
    assert SpecifierSet(PROJECT["requires-python"]).contains(version)


def test_the_console_script_is_the_root_command():
    module, name = PROJECT["scripts"]["govtool"].split(":")
    assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file()
    assert (module, name) == ("govtool.cli.main", "main")


def test_types_and_licence_are_shipped():
    assert (ROOT / "govtool" / "py.typed").is_file()
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
    assert PROJECT["license"] == "MIT"


def test_the_checks_of_a_change_are_one_executable_file():
    assert (ROOT / ".ci" / "run").stat().st_mode & stat.S_IXUSR
    text = (ROOT / ".ci" / "run").read_text()
    for step in ("make lint", "make test", "make regress", "make verify"):
        assert step in text


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_without_a_target_lists_the_targets_and_does_nothing():
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in ("run", "test", "lint", "bench", "regress", "proposals", "history", "soak", "clean"):
        assert re.search(rf"^  {name} ", shown, re.MULTILINE), name
