"""`govtool regress`: exit codes, the table of what moved, and that only --update writes."""

import json
from pathlib import Path

import pytest

FROZEN = Path(__file__).parents[1] / "baselines"
CALM = "bundled-calm-2024-06-22-dydx-v4.json"


@pytest.fixture
def folder(tmp_path):
    """A folder with one baseline, that of a calm window."""
    (tmp_path / CALM).write_bytes((FROZEN / CALM).read_bytes())
    return tmp_path


def rewrite(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_the_frozen_baselines_hold(cli):
    result = cli("regress", "--baselines", FROZEN)
    assert result.exit_code == 0, result.stdout
    assert result.stdout.count("as frozen") == 6
    # Without real history its window is skipped, and named.
    assert result.stdout.count("skipped: series binance-") == 2


def test_the_real_window_holds(cli, real_history):
    result = cli("regress", "--baselines", FROZEN)
    assert result.exit_code == 0, result.stdout
    assert result.stdout.count("as frozen") == 8


def test_a_number_that_moved_is_told_with_how_much(cli, folder):
    def lower(content):
        content["metrics"]["fee_revenue_usd"]["value"] -= 100.0

    rewrite(folder / CALM, lower)
    before = (folder / CALM).read_bytes()
    result = cli("regress", "--baselines", folder)
    assert result.exit_code == 1
    [line] = [line for line in result.stdout.splitlines() if " fee_revenue_usd " in line]
    assert " 100 " in line and line.endswith("moved")
    assert (folder / CALM).read_bytes() == before


def test_a_frozen_number_that_is_no_more_fails(cli, folder):
    def add(content):
        content["metrics"]["cascade_factor"] = {"value": 1.0, "tolerance": "rel", "amount": 9.0}

    rewrite(folder / CALM, add)
    result = cli("regress", "--baselines", folder, "--json")
    assert result.exit_code == 1
    [baseline] = json.loads(result.stdout)["baselines"]
    assert [(move["metric"], move["why"]) for move in baseline["moves"]] == [("cascade_factor", "is not a number")]


def test_update_freezes_what_moved_and_then_it_holds(cli, folder):
    original = (folder / CALM).read_bytes()
    rewrite(folder / CALM, lambda content: content["metrics"].pop("fee_revenue_usd"))
    assert cli("regress", "--baselines", folder).exit_code == 1
    updated = cli("regress", "--baselines", folder, "--update")
    assert updated.exit_code == 0 and "updated" in updated.stdout
    assert cli("regress", "--baselines", folder).exit_code == 0
    assert json.loads((folder / CALM).read_bytes()) == json.loads(original)


def test_update_leaves_what_holds_as_it_is(cli, folder):
    before = (folder / CALM).stat().st_mtime_ns
    assert cli("regress", "--baselines", folder, "--update").exit_code == 0
    assert (folder / CALM).stat().st_mtime_ns == before


def test_a_folder_without_baselines_exits_2(cli, tmp_path):
    result = cli("regress", "--baselines", tmp_path)
    assert result.exit_code == 2
    assert "holds no baseline" in result.stderr and result.stdout == ""


def test_an_unknown_event_exits_2_and_names_it(cli, folder):
    rewrite(folder / CALM, lambda content: content.update(event="crash-of-1929"))
    result = cli("regress", "--baselines", folder)
    assert result.exit_code == 2 and "crash-of-1929" in result.stderr
