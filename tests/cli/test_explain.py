"""`govtool explain`."""

import csv
import json

import pytest

from govtool.replay.backtest import replay
from govtool.replay.store import write_outcome
from tests.replay import tiny

EVENT = "reconstructed-crash-2021-05-19"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A long of 10,000 on 1,000 liquidated at 91, and the short that it met."""
    folder = tmp_path_factory.mktemp("small") / "outcome"
    scenario = tiny.scenario([100.0] * 4 + [91.0] * 4, [91.0], sides=(1.0, -1.0))
    write_outcome(replay(scenario, tiny.book(), detail=True), folder)
    return folder


@pytest.fixture(scope="module")
def large(cli, tmp_path_factory):
    folder = tmp_path_factory.mktemp("large") / "outcome"
    assert cli("backtest", EVENT, "--out", folder, "--json").exit_code == 0
    return folder


def test_the_overview_says_whom_to_ask_about(cli, large):
    done = cli("explain", large)
    assert done.exit_code == 0
    first = done.stdout.splitlines()[0]
    assert first == (
        f"{EVENT}/default/0 under dydx-v4 (cross margin, position, book): reconstructed history, bars of 1m"
    )
    assert "first account below maintenance" in done.stdout and "first deleveraging" in done.stdout
    last = done.stdout.splitlines()[-1]
    account = last.split("--account ")[1].split("`")[0]
    assert last == f"`govtool explain {large} --account {account}` tells the story of the first of them."
    assert cli("explain", large, "--account", account).exit_code == 0


def test_a_story_has_state_rule_numbers_and_what_would_have_changed_it(cli, small):
    done = cli("explain", small, "--account", "0")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[3:13] == [
        "#4        00:01:15  FLAG  E 100 fell below MM 109.2: liquidatable; 9.2 more collateral would have kept it",
        "  state    cash -9,000.00, E 100, MM 109.2, stop 109.2",
        "           BTC +100 at 91: value 9,100.00, weight 0.012, asks for 109.2",
        "  rule     docs/rules.md, section 3 and 7.5: An account worth less than its maintenance margin may be"
        " liquidated.",
        "           E < MM; E = cash + Σ size × mark; MM = Σ |size| × mark × w, w = min(1, initial margin × fraction ×"
        " factor)",
        "  numbers  E = cash + Σ size × mark = -9,000.00 + 100 × 91 = 100, as logged",
        "           MM = Σ |size| × mark × w = 9,100.00 × 0.012 = 109.2, as logged",
        "           w(BTC) = initial margin × maintenance fraction × factor = 0.02 × 0.6 × 1 (tier large-cap, factor of"
        " this hour's volatility) = 0.012, as logged",
        "           health = E / MM = 100 / 109.2 = 0.915751",
        "  change   tiers.large-cap.maintenance_fraction_ppm = 600000 -> 549450: at that or less E >= MM in this tick:"
        " not flagged",
    ]
    assert "defect" not in done.stdout


def test_an_event_is_told_in_full_whatever_its_kind(cli, small):
    done = cli("explain", small, "--event", "0")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[1] == "#0        00:00:15  ENTER  comes in with 1,000.00 of cash"
    assert lines[2].startswith("  rule     docs/rules.md, section 6: ")


def test_long_runs_of_one_kind_are_counted(cli, large):
    account = json.loads(cli("explain", large, "--json").stdout)["accounts"][0]["account"]
    told = cli("explain", large, "--account", account).stdout
    whole = json.loads(cli("explain", large, "--account", account, "--json").stdout)["events"]
    fills = [one for one in whole if one["kind"] == "FILL"]
    assert " more of FILL until #" in told
    assert told.count("  FILL  ") < len(fills)


def test_json_has_every_number_of_every_event(cli, small):
    told = json.loads(cli("explain", small, "--account", "0", "--json").stdout)
    assert told["format"] == "govtool/explanation@1" and told["account"] == 0
    assert [one["kind"] for one in told["events"]] == ["ENTER", "TRADE", "FLAG", "FILL", "RETIRE"]
    flag = told["events"][2]
    assert flag["state"]["cash"] == -9_000.0 and flag["state"]["holdings"][0]["mark"] == 91.0
    steps = {step["name"]: step for step in flag["steps"]}
    assert steps["E"]["value"] == steps["E"]["logged"] == 100.0
    assert all(step["agrees"] for one in told["events"] for step in one["steps"])
    lever = flag["levers"][0]
    assert (lever["path"], lever["would"]) == ("tiers.large-cap.maintenance_fraction_ppm", 549_450)
    assert flag["rule"]["section"] == "3 and 7.5"


def test_nothing_closed_is_said(cli, tmp_path):
    write_outcome(replay(tiny.scenario([100.0] * 8, [100.0]), tiny.book(), detail=True), tmp_path / "o")
    done = cli("explain", tmp_path / "o")
    assert done.stdout.splitlines()[1:] == ["nothing was closed by force"]


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_chart_comes_with_its_data(cli, large, tmp_path, kind):
    done = cli("explain", large, "--chart", tmp_path / f"cascade.{kind}")
    assert done.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["cascade.csv", f"cascade.{kind}"])
    begin = (tmp_path / f"cascade.{kind}").read_bytes()[:100]
    assert begin.startswith(b"\x89PNG" if kind == "png" else b"<?xml")
    rows = list(csv.DictReader((tmp_path / "cascade.csv").open()))
    assert list(rows[0]) == [
        *("time_utc", "second", "price", "liquidated_usd", "deleveraged_usd"),
        *("pool_usd", "shared_usd", "adl_usd", "bad_debt_usd", "down", "panics"),
    ]
    assert rows[0]["time_utc"].startswith("2021-05-1")
    assert float(rows[-1]["adl_usd"]) > 0


def test_the_same_outcome_gives_the_same_chart(cli, small, tmp_path):
    for name in ("a", "b"):
        assert cli("explain", small, "--chart", tmp_path / f"{name}.png").exit_code == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_nothing_else_than_the_folder_is_needed(cli, large, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("govtool.history.events.find_event", None)
    monkeypatch.setattr("govtool.world.read.read_world", None)
    assert cli("explain", large, "--event", "1200").exit_code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--account", "2"], "account 2 is not there: the scenario has accounts 0 to 1; give one of those"),
        (["--account", "-1"], "account -1 is not there: the scenario has accounts 0 to 1; give one of those"),
        (["--event", "99"], "event 99 is not in the log, which has rows 0 to "),
        (["--event", "-1"], "event -1 is not in the log, which has rows 0 to "),
    ],
)
def test_what_is_not_there_is_one_sentence_and_exit_code_2(cli, small, words, sentence):
    done = cli("explain", small, *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {sentence}") and done.stderr.count("\n") == 1


def test_a_folder_that_is_no_outcome_is_refused(cli, tmp_path):
    for folder in (tmp_path, tmp_path / "nothing"):
        done = cli("explain", folder)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == (
            f"error: {folder / 'totals.json'}: No such file or directory; name an outcome folder, or write the outcome"
            " again\n"
        )


def test_an_older_outcome_is_to_be_written_again(cli, small, tmp_path):
    totals = json.loads((small / "totals.json").read_text())
    del totals["inputs_digest"]
    (tmp_path / "totals.json").write_text(json.dumps(totals))
    done = cli("explain", tmp_path, "--account", "0")
    assert done.exit_code == 2
    assert done.stderr == (
        f"error: {tmp_path} was written without the inputs of its replay; write the outcome again with"
        " `govtool backtest --out`\n"
    )


def test_a_chart_that_cannot_be_written_is_named(cli, small, tmp_path):
    done = cli("explain", small, "--chart", tmp_path / "no" / "c.png")
    assert done.exit_code == 2 and done.stderr.count("\n") == 1
    assert "c.png: cannot be written" in done.stderr


@pytest.mark.parametrize("words", [["--account", "0", "--event", "1"], ["--chart", "c.jpg"], ["--account", "x"]])
def test_bad_usage_is_exit_code_2(cli, small, words):
    assert cli("explain", small, *words).exit_code == 2
