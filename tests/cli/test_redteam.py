"""`govtool redteam`: what it prints, writes and refuses, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.study.studies import small_content, write_study

ROOT = Path(__file__).parents[2]
PLANTED = ROOT / "proposals" / "redteam"
WEAK, HARDENED = PLANTED / "weak.toml", PLANTED / "hardened.toml"


@pytest.fixture
def runs(tmp_path):
    """Environment that keeps journals in the test's own folder."""
    return {"GOVTOOL_RUNS": str(tmp_path / "runs")}


def test_an_attack_that_pays_is_printed_written_and_ends_with_1(cli, runs, tmp_path):
    folder = tmp_path / "found"
    result = cli("redteam", WEAK, "--trials", "30", "--out", folder, env=runs)
    assert result.exit_code == 1
    assert "30 trials, 0 refused" in result.stdout and "[[attacks]]" in result.stdout
    assert "cheapest that closes it: " in result.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["attack.toml", "report.json", "report.md"]
    told = json.loads((folder / "report.json").read_text())
    assert told["format"] == "govtool/redteam-report@1" and told["current"]["effect"]["profit"] > 0
    assert "| Cheapest change that closes it |" in (folder / "report.md").read_text()


def test_what_was_written_can_be_replayed_and_comes_to_the_same(cli, runs, tmp_path):
    found = json.loads(cli("redteam", WEAK, "--trials", "30", "--out", tmp_path / "f", "--json", env=runs).stdout)
    again = json.loads(cli("redteam", WEAK, "--attack", tmp_path / "f" / "attack.toml", "--json", env=runs).stdout)
    assert again["current"]["attacks"] == found["current"]["attacks"]
    assert again["current"]["effect"] == found["current"]["effect"]
    assert again["current"]["defences"] == found["current"]["defences"]
    other = cli("redteam", HARDENED, "--attack", tmp_path / "f" / "attack.toml", env=runs)
    assert other.exit_code == 0 and "nothing found: no profit above zero" in other.stdout


def test_workers_and_a_second_start_change_nothing(cli, runs, tmp_path):
    one, two, again = (
        cli(
            "redteam", WEAK, "--trials", "20", "--workers", count, "--json", env={"GOVTOOL_RUNS": str(tmp_path / place)}
        )
        for count, place in (("1", "a"), ("2", "b"), ("2", "a"))
    )
    assert one.exit_code == 1 and one.stdout == two.stdout == again.stdout


def test_where_nothing_pays_it_ends_with_0(cli, runs):
    result = cli("redteam", HARDENED, "--trials", "10", env=runs)
    assert result.exit_code == 0 and "nothing found" in result.stdout and "[[attacks]]" not in result.stdout


def test_a_goal_and_a_protocol_may_be_named(cli, runs):
    result = cli(
        "redteam",
        HARDENED,
        "--protocol",
        PLANTED / "weak-protocol.toml",
        "--goal",
        "damage",
        "--trials",
        "20",
        "--json",
        env=runs,
    )
    told = json.loads(result.stdout)
    assert (told["goal"], told["current"]["protocol"]) == ("damage", "weak")
    assert told["current"]["effect"]["damage"] > 0 and result.exit_code == 1


def test_a_study_is_attacked_on_its_worst_training_event(cli, runs, tmp_path):
    study = write_study(tmp_path, small_content())
    told = json.loads(cli("redteam", study, "--trials", "4", "--budget", "1000000", "--json", env=runs).stdout)
    assert told["event"] == "reconstructed-crash-2021-05-19" and told["current"]["trials"] == 4
    assert told["seeds"] == [1] and told["budget"] == 1e6 and told["current"]["protocol"] == "dydx-v4"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('format = "govtool/world@1"', ["govtool/world@1", "govtool/redteam@1", "govtool/study@1"]),
        ('format = "govtool/redteam@1"\nname = "a"', ["is missing"]),
        ("format = ", ["not valid TOML"]),
    ],
)
def test_bad_input_is_one_sentence_and_ends_with_2(cli, tmp_path, text, words):
    (tmp_path / "x.toml").write_text(text)
    result = cli("redteam", tmp_path / "x.toml")
    assert result.exit_code == 2 and result.stdout == "" and result.stderr.count("\n") == 1
    assert [word for word in ["x.toml", *words] if word not in result.stderr] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('format = "govtool/attack@1"', "no table [[attacks]]"),
        ('format = "govtool/attack@1"\n[[attacks]]\nkind = "bribe"', "bribe"),
        ('format = "govtool/attack@1"\ncolour = 1', "colour is an unknown field"),
    ],
)
def test_a_bad_attack_is_named(cli, tmp_path, text, words):
    (tmp_path / "a.toml").write_text(text)
    result = cli("redteam", WEAK, "--attack", tmp_path / "a.toml")
    assert result.exit_code == 2 and words in result.stderr and "a.toml" in result.stderr


def test_a_folder_that_holds_anything_else_is_refused_before_the_search(cli, tmp_path):
    (tmp_path / "keep.txt").write_text("mine")
    result = cli("redteam", WEAK, "--out", tmp_path)
    assert result.exit_code == 2 and "keep.txt" in result.stderr and "attacks 10" not in result.stderr


@pytest.mark.slow
def test_a_killed_search_goes_on_and_ctrl_c_stops_at_the_batch(cli, tmp_path):
    command = [sys.executable, "-m", "govtool", "redteam", str(WEAK), "--workers", "1", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GOVTOOL_RUNS": str(tmp_path / "runs")}

    def until_trials(sent, most):
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            journals = list((tmp_path / "runs").glob("*.journal"))
            if journals and journals[0].read_bytes().count(b'"params"') >= most:
                break
            time.sleep(0.02)
        process.send_signal(sent)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    code, out, _ = until_trials(signal.SIGKILL, 20)
    assert code == -signal.SIGKILL and out == b""
    code, out, err = until_trials(signal.SIGINT, 60)
    assert code == 130 and out == b"" and b"the same command goes on" in err
    whole = cli("redteam", WEAK, "--json", env={"GOVTOOL_RUNS": str(tmp_path / "other")})
    last = cli("redteam", WEAK, "--json", env={"GOVTOOL_RUNS": str(tmp_path / "runs")})
    assert last.stdout == whole.stdout
