"""`govtool incidents`: the table is the functions' numbers, with labels and sources; the page holds what it prints."""

import json
from pathlib import Path

import pytest

from govtool.regression.incidents import read_incidents
from govtool.regression.recreate import recreate

PAGE = Path(__file__).parents[2] / "docs" / "incidents.md"


def test_the_table_is_what_the_functions_found(cli):
    done = cli("incidents", "yfi-2023", "--seeds", "2")
    assert done.exit_code == 0
    found = recreate(read_incidents(), ["yfi-2023"], seeds=[0, 1])[0]
    lines = done.stdout.splitlines()
    assert lines[0].startswith("yfi-2023: YFI squeeze") and lines[0].endswith("reconstructed, 2 seeds")
    assert lines[1].split()[:3] == ["incident", "figure", "unit"]
    for line, row in zip(lines[2:], found.rows, strict=False):
        assert line.startswith("yfi-2023  " + row.what) and line.endswith(f"reconstructed  {row.source}")
        if row.unit == "usd":
            assert f"  {row.published:,.0f}  " in line and f"  {row.mean:,.0f}  " in line
        assert (f"  {row.ratio:.2f}  " if row.published else "  -  ") in line
    sources = lines[2 + len(found.rows) + 2 :]
    assert sources == list(dict.fromkeys(f"{row.source}: {row.citation}" for row in found.rows))


def test_json_and_file_say_the_same(cli, tmp_path):
    done = cli("incidents", "chain-halt-2025", "--seeds", "1", "--json", "--out", tmp_path / "found.json")
    content = json.loads(done.stdout)
    assert content["format"] == "govtool/recreated@1"
    assert content["incidents"][0]["label"] == "reconstructed"
    assert content["incidents"][0]["rows"][3]["ratio"] is None
    assert json.loads((tmp_path / "found.json").read_text()) == content


def test_windows_are_listed_without_a_replay(cli):
    done = cli("incidents", "--windows")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("window ") and lines[-1] == f"0 of {len(lines) - 2} windows are at hand"
    assert all(" absent " in line for line in lines[1:-1])
    listed = json.loads(cli("incidents", "--windows", "--json").stdout)["windows"]
    assert len(listed) == len(lines) - 2 and listed[0]["fall"] is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["yfi-2022"], "did you mean yfi-2023"),
        (["--seeds", "0"], "--seeds"),
        (["yfi-2023", "--windows"], "--windows replays nothing"),
    ],
)
def test_bad_usage_is_refused(cli, words, sentence):
    done = cli("incidents", *words)
    assert done.exit_code == 2 and sentence in done.stderr


def test_the_page_holds_what_the_command_prints(cli):
    printed = cli("incidents").stdout.splitlines()
    page = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in printed if line] == [line for line in page if line in set(printed) and line]
