"""`govtool optimize` and `govtool pareto`: what they print, keep and refuse, and how Ctrl-C ends them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.study.studies import SPACE, small_content, write_study

ROOT = Path(__file__).parents[2]


@pytest.fixture
def study(tmp_path):
    """The small study, with journals beside it."""
    return write_study(tmp_path, small_content())


@pytest.fixture
def runs(tmp_path):
    """Environment that keeps journals in the test's own folder."""
    return {"GOVTOOL_RUNS": str(tmp_path / "runs")}


def test_a_search_prints_the_front_with_current_and_what_each_changes(cli, study, runs):
    result = cli("optimize", study, "--workers", "1", env=runs)
    assert result.exit_code == 0
    heading, current, *_ = result.stdout.splitlines()
    assert heading.split() == ["trial", "tail_loss", "trader_cost", "capital_efficiency", "limits", "changes"]
    assert current.startswith("0 (current)") and current.endswith("kept")
    assert "12 trials, " in result.stdout and "journal " in result.stdout
    assert "search 12/12" in result.stderr


def test_json_holds_every_trial_and_is_the_same_on_any_number_of_workers(cli, study, tmp_path):
    one, two = (
        json.loads(cli("optimize", study, "--workers", count, "--journal", tmp_path / count, "--json").stdout)
        for count in ("1", "2")
    )
    assert one["finished"] and len(one["trials"]) == 12 and set(one["front"]) <= set(range(12))
    assert one.pop("journal") != two.pop("journal")
    assert one == two


def test_a_search_goes_on_and_pareto_shows_what_is_there(cli, study, runs):
    first = cli("optimize", study, "--trials", "5", env=runs)
    assert first.exit_code == 0 and "5 trials, " in first.stdout
    shown = cli("pareto", study, env=runs)
    assert shown.exit_code == 0 and shown.stdout.splitlines() == first.stdout.splitlines()[:-1]
    cli("optimize", study, env=runs)
    again = json.loads(cli("optimize", study, "--json", env=runs).stdout)
    assert len(again["trials"]) == 12
    assert json.loads(cli("pareto", study, "--json", env=runs).stdout) == again


def test_pareto_without_a_search_says_what_to_run(cli, study, runs, tmp_path):
    result = cli("pareto", study, env=runs)
    assert result.exit_code == 2 and "run `govtool optimize` first" in result.stderr
    assert not (tmp_path / "runs").exists()


def test_timeout_stops_at_a_batch(cli, study, runs):
    result = cli("optimize", study, "--timeout", "0", "--json", env=runs)
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert not found["finished"] and len(found["trials"]) % 4 == 0 and len(found["trials"]) < 12


def test_a_journal_of_another_study_is_refused(cli, tmp_path):
    journal = tmp_path / "x.journal"
    first = write_study(tmp_path, small_content())
    assert cli("optimize", first, "--trials", "2", "--journal", journal).exit_code == 0
    other = write_study(tmp_path, small_content(seeds=[2]))
    result = cli("optimize", other, "--trials", "2", "--journal", journal)
    assert result.exit_code == 2
    assert f"error: {journal}: this journal is of another study" in result.stderr.splitlines()[-1]


def test_histories_prints_the_table_to_paste(cli, tmp_path, runs):
    study = write_study(tmp_path, small_content(), histories=False)
    refused = cli("optimize", study, env=runs)
    assert refused.exit_code == 2 and "govtool optimize STUDY --histories" in refused.stderr
    table = cli("optimize", study, "--histories", env=runs).stdout
    # An empty table stands in the file; the printed one takes its place.
    study.write_text(study.read_text().replace("[histories]\n", table, 1))
    assert cli("optimize", study, "--trials", "1", env=runs).exit_code == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"space": [SPACE[0] | {"high": 2_000_000}]}, ["tiers.large-cap.initial_margin_ppm", "1000000"]),
        ({"space": [SPACE[0] | {"field": "tiers.large-cap.colour"}]}, ["tiers.large-cap.colour"]),
        ({"markets": ["BTC", "XRP"]}, ["XRP", "reconstructed-"]),
        ({"colour": "red"}, ["colour", "unknown"]),
    ],
)
def test_a_study_that_cannot_be_done_exits_2_with_one_sentence(cli, tmp_path, runs, change, words):
    study = write_study(tmp_path, small_content() | change, histories=False)
    result = cli("optimize", study, env=runs)
    assert result.exit_code == 2 and result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert [word for word in words if word not in result.stderr] == []
    assert not (tmp_path / "runs").exists()


def test_a_study_that_is_not_there_exits_2(cli, tmp_path):
    result = cli("optimize", tmp_path / "none.toml")
    assert result.exit_code == 2 and "none.toml" in result.stderr


def test_an_unwritable_folder_of_journals_exits_2(cli, study):
    # Not even root may make a folder there.
    result = cli("optimize", study, env={"GOVTOOL_RUNS": "/proc/govtool/runs"})
    assert result.exit_code == 2 and "journal cannot be read or written" in result.stderr


def test_a_journal_that_is_a_folder_exits_2(cli, study, tmp_path):
    result = cli("optimize", study, "--journal", tmp_path)
    assert result.exit_code == 2 and "journal cannot be read or written" in result.stderr


def test_ctrl_c_stops_at_the_batch_and_keeps_what_is_done(study, tmp_path):
    journal = tmp_path / "x.journal"
    command = [sys.executable, "-m", "govtool", "optimize", str(study), "--trials", "4000", "--json"]
    process = subprocess.Popen(
        [*command, "--journal", str(journal), "--workers", "2"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and (not journal.exists() or journal.stat().st_size < 4_000):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, stderr
    assert "stopping after this batch" in stderr
    found = json.loads(stdout)
    assert not found["finished"] and found["trials"] and len(found["trials"]) % 4 == 0
