"""`govtool compare`."""

import json
from pathlib import Path

import pytest

from govtool.replay.metrics import METRICS

MAY, NOVEMBER = "reconstructed-crash-2021-05-19", "reconstructed-crash-2022-11-08"


def test_cross_and_isolated_stand_side_by_side_with_words_for_each_window(cli):
    done = cli("compare", f"{MAY},{NOVEMBER}", "dydx-v4", "--margin", "cross,isolated")
    assert done.exit_code == 0
    blocks = done.stdout.split("\n\n")
    assert len(blocks) == 2
    for block, event in zip(blocks, (MAY, NOVEMBER), strict=True):
        lines = block.splitlines()
        assert lines[0] == f"{event}/default: reconstructed history, bars of 1m, seed 0"
        head = " ".join(lines[1:-3]).split()
        assert [head.count(word) for word in ("usd", "accounts", "(fraction)", "(ratio)")] == [8, 1, 1, 1]
        assert [line.split()[:3] for line in lines[-3:-1]] == [
            ["dydx-v4", "cross", "position"],
            ["dydx-v4", "isolated", "position"],
        ]
        assert lines[-1].startswith("dydx-v4, position: ")
        for words in ("fewer accounts", "needs more capital", "contagion between markets occurs under"):
            assert words in lines[-1]


def test_json_is_what_out_writes_and_holds_every_metric(cli, tmp_path):
    written = tmp_path / "c.json"
    done = cli("compare", MAY, "dydx-v4", "govtool", "--seed", "3", "--json", "--out", written)
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told == json.loads(written.read_text())
    assert told["format"] == "govtool/comparison@1"
    (window,) = told["windows"]
    assert (window["window"], window["seeds"], window["label"]) == (f"{MAY}/default", [3], "reconstructed")
    assert [row["protocol"] for row in window["rows"]] == ["dydx-v4", "govtool"]
    for row in window["rows"]:
        assert set(row["metrics"]) == set(METRICS)
        assert row["replays"][0]["scenario"] == f"{MAY}/default/3"
        assert sum(row["contagion_by_market"].values()) == pytest.approx(row["metrics"]["contagion_usd"])
    assert window["words"][-1].startswith("Of all rows, ")


def test_a_row_is_what_backtest_says(cli):
    told = json.loads(cli("compare", MAY, "govtool", "--json").stdout)
    alone = json.loads(cli("backtest", MAY, "--protocol", "govtool", "--json").stdout)
    (row,) = told["windows"][0]["rows"]
    assert row["metrics"] == alone["metrics"]
    assert row["replays"] == [alone]


def test_several_seeds_are_averaged(cli):
    done = cli("compare", MAY, "dydx-v4", "--seed", "0", "--seed", "1", "--json")
    (row,) = json.loads(done.stdout)["windows"][0]["rows"]
    each = [outcome["metrics"]["liquidated_usd"] for outcome in row["replays"]]
    assert len(set(each)) == 2
    assert row["metrics"]["liquidated_usd"] == pytest.approx(sum(each) / 2)
    assert "mean of seeds 0, 1" in cli("compare", MAY, "dydx-v4", "--seed", "0", "--seed", "1").stdout


def test_chosen_metrics_are_the_columns_with_their_units(cli):
    done = cli("compare", MAY, "dydx-v4", "--metrics", "adl_accounts,auction_seconds_median")
    head = " ".join(done.stdout.splitlines()[1:5]).split()
    labels = ["protocol", "margin", "method"]
    assert sorted(head) == sorted([*labels, "adl", "accounts", "auction", "seconds", "median", "(s)"])
    assert len(done.stdout.splitlines()) == 6


def test_a_study_stands_for_its_events(cli):
    study = Path(__file__).parents[2] / "proposals" / "studies" / "bundled.toml"
    done = cli("compare", study, "dydx-v4", "--seed", "1", "--json")
    assert done.exit_code == 0
    windows = json.loads(done.stdout)["windows"]
    assert len(windows) > 10
    assert MAY in {window["window"].partition("/")[0] for window in windows}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["reconstructed-crash-2021-05-18", "dydx-v4"], "error: event 'reconstructed-crash-2021-05-18' is not in"),
        ([MAY, "dydx-v5"], "error: dydx-v5 is neither a file nor a preset"),
        ([MAY, "dydx-v4", "--margin", "crossed"], "error: dydx-v4: margin.mode"),
        ([MAY, "dydx-v4", "--method", "scan"], "error: dydx-v4: "),
        ([MAY, "dydx-v4", "--metrics", "liquidated"], "error: 'liquidated' is not a metric"),
        ([MAY, "dydx-v4", "derive-v2-portfolio"], "error: market SOL is not in protocol derive-v2-portfolio"),
        ([MAY, "dydx-v4", "--seed", "-1"], "error: seed = -1 is outside 0 to"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(cli, words, sentence):
    done = cli("compare", *words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith(sentence)
    assert done.stderr.count("error: ") == 1


def test_an_unwritable_file_is_named_and_nothing_is_left(cli, tmp_path):
    (tmp_path / "file").write_text("")
    done = cli("compare", MAY, "dydx-v4", "--out", tmp_path / "file" / "c.json")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_protocol_is_asked_for(cli):
    assert cli("compare", MAY).exit_code == 2


def test_real_crashes_are_compared_at_once(cli, real_history):
    events = "crash-2021-05-19,crash-2022-11-08,crash-2023-06-10"
    told = json.loads(cli("compare", events, "dydx-v4", "--margin", "cross,isolated", "--json").stdout)
    shares = []
    for window in told["windows"]:
        cross, isolated = window["rows"]
        assert window["label"] == "recorded"
        assert cross["metrics"]["liquidated_accounts"] < isolated["metrics"]["liquidated_accounts"]
        assert isolated["metrics"]["contagion_usd"] == 0
        shares.append(cross["metrics"]["contagion_share"])
    # In 2021 and 2022 everything fell; in June 2023 SOL alone, and what fell besides fell for it.
    assert shares[2] == max(shares) > 0
