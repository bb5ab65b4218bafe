"""Tables, JSON and progress."""

import json
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

from govtool.cli.output import emit_json, money, progress, table, write_json


def printed(action) -> str:
    """What a call prints to stdout."""

    @click.command()
    def run() -> None:
        action()

    result = CliRunner().invoke(run, [], catch_exceptions=False)
    return result.stdout


def test_a_table_is_aligned_with_numbers_to_the_right():
    text = printed(lambda: table([["BTC", 1.5, None], ["a longer one", 20, "x"]], ("name", "size", "note")))
    assert text.splitlines() == [
        "name          size  note",
        "BTC            1.5",
        "a longer one    20  x",
    ]


def test_headers_may_have_lines_and_texts_stand_right_where_asked():
    text = printed(
        lambda: table(
            [["BTC", money(1_234.5)], ["ETH", money(float("nan"))]], ("in", "size\nusd"), right=("size\nusd",)
        )
    )
    assert text.splitlines() == [
        "      size",
        "in     usd",
        "BTC  1,234",
        "ETH      -",
    ]


def test_an_empty_table_prints_nothing():
    assert printed(lambda: table([], ("name",))) == ""


def test_nan_in_a_table_is_a_dash():
    assert printed(lambda: table([[float("nan")]], ("v",))).split() == ["v", "-"]


@dataclass(frozen=True)
class Point:
    """Something to print."""

    path: Path
    values: tuple[float, ...]


def test_json_writes_dataclasses_arrays_and_paths_and_has_no_nan():
    point = Point(Path("a"), (1.0, float("nan")))
    text = printed(lambda: emit_json({"p": point, "a": np.array([1, 2]), "n": np.float64("inf"), 3: np.int64(4)}))
    assert json.loads(text) == {"p": {"path": "a", "values": [1.0, None]}, "a": [1, 2], "n": None, "3": 4}


def test_a_file_holds_what_is_printed(tmp_path):
    written = tmp_path / "a.json"
    write_json({"v": float("nan")}, written)
    assert written.read_text() == printed(lambda: emit_json({"v": float("nan")}))


@pytest.mark.parametrize(("total", "lines"), [(3, 3), (20, 20), (1_000, 20)])
def test_progress_elsewhere_than_on_a_terminal_is_plain_lines(capsys, total, lines):
    with progress(total, "job") as advance:
        for step in range(total):
            advance(f"step {step}")
    said = capsys.readouterr().err.splitlines()
    assert len(said) == lines
    assert said[-1] == f"job {total}/{total} step {total - 1}"


def test_progress_on_a_terminal_is_a_bar(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress(2, "job") as advance:
        advance("one")
        advance(steps=1)
    assert "job 2/2" not in capsys.readouterr().err
