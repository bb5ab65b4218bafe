"""The benchmark of starts runs each command it names and prints a row for each."""

import subprocess

import pytest

from benchmarks.startup import COMMANDS, medians, table
from govtool.cli.main import COMMANDS as KNOWN


def test_a_row_for_each_start_beside_the_first() -> None:
    lines = table({"bare": (0.02, 0.01), "help": (0.05, 0.04)})
    assert lines[2:] == ["| bare | 0.020 | 0.010 | 1x |", "| help | 0.050 | 0.040 | 2.5x |"]
    assert {line.count("|") for line in lines} == {5}


def test_a_start_is_timed_and_one_that_fails_is_not_passed_over() -> None:
    found = medians({"bare": ("-c", "pass")}, repeats=2)
    assert list(found) == ["bare"]
    assert 0.0 < found["bare"][1] <= found["bare"][0]
    with pytest.raises(subprocess.CalledProcessError):
        medians({"broken": ("-c", "raise SystemExit(2)")}, repeats=1)


def test_every_command_named_is_one_of_govtools() -> None:
    named = {words[2] for words in COMMANDS.values() if words[:2] == ("-m", "govtool")}
    assert {name for name in named if not name.startswith("--")} <= set(KNOWN)
