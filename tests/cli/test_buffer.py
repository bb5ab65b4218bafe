"""`govtool buffer`."""

import json

import pytest

EVENT = "reconstructed-crash-2021-05-19"


def test_the_table_says_what_was_needed_when_and_after_which_move(cli):
    done = cli("buffer", EVENT, "--position", "BTC=1", "--position", "ETH=-10")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[2].startswith(EVENT)
    assert "2021-05-19 " in lines[2] and " BTC " in lines[2] and " ETH " in lines[2]
    assert lines[3].startswith("dydx-v4, cross, position: to survive the event takes a buffer of ")


def test_protocols_and_modes_stand_side_by_side(cli):
    told = cli(
        *("buffer", EVENT, "--position", "BTC=1", "--position", "ETH=10", "--margin", "cross,isolated"),
        *("--side-by-side", "govtool", "--json"),
    )
    rows = json.loads(told.stdout)["buffers"]
    assert [(row["variant"]["name"], row["variant"]["margin"], row["market"]) for row in rows] == [
        (name, *rest)
        for name in ("dydx-v4", "govtool")
        for rest in (("cross", "all"), ("isolated", "all"), ("isolated", "BTC"), ("isolated", "ETH"))
    ]


def test_json_is_what_out_writes(cli, tmp_path):
    written = tmp_path / "b.json"
    done = cli("buffer", EVENT, "--position", "BTC=-0.5", "--json", "--out", written)
    told = json.loads(done.stdout)
    assert told == json.loads(written.read_text())
    assert (told["format"], told["position"]) == ("govtool/buffer@1", {"BTC": -0.5})
    (row,) = told["buffers"]
    assert row["equity"] == pytest.approx(row["maintenance"] + row["buffer"])


def test_without_an_event_all_at_hand_are_asked_and_those_that_lack_a_market_are_named(cli):
    done = cli("buffer", "--position", "XRP=-1000", "--json")
    told = json.loads(done.stdout)
    assert [row["event"] for row in told["buffers"]] == [
        "reconstructed-crash-2020-03-12",
        "reconstructed-crash-2025-10-10",
    ]
    assert told["skipped"][EVENT] == "no market XRP"
    shown = cli("buffer", "--position", "XRP=-1000").stdout
    assert f"\nskipped {EVENT}: no market XRP\n" in shown


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([EVENT, "--position", "XRP=1"], f"error: event '{EVENT}' has no market 'XRP', only BTC, ETH, SOL"),
        (["nothing", "--position", "BTC=1"], "error: event 'nothing' is not in the catalogue"),
        (["--position", "BTCC=1"], "error: no event at hand has all of BTCC"),
        ([EVENT, "--position", "BTC"], "error: --position 'BTC' is not MARKET=COINS"),
        ([EVENT, "--position", "BTC=0"], "error: --position 'BTC=0' is not MARKET=COINS"),
        ([EVENT, "--position", "BTC=nan"], "error: --position 'BTC=nan' is not MARKET=COINS"),
        ([EVENT, "--position", "BTC=1/0"], "error: --position 'BTC=1/0' is not MARKET=COINS"),
        ([EVENT, "--position", "BTC=1", "--position", "BTC=2"], "error: --position 'BTC=2' names BTC again"),
        ([EVENT, "--position", "BTC=0.00001"], "error: position BTC=1e-05 is not a multiple of 0.0001"),
        ([EVENT, "--position", "SOL=1", "--protocol", "derive-v2-portfolio"], "error: market SOL is not in protocol"),
        ([EVENT, "--position", "BTC=1", "--seed", "-1"], "error: seed = -1 is outside 0 to"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(cli, words, sentence):
    done = cli("buffer", *words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


def test_a_position_is_asked_for(cli):
    assert cli("buffer", EVENT).exit_code == 2


def test_real_minutes_know_the_hour(cli, real_history):
    told = json.loads(cli("buffer", "crash-2021-05-19", "--position", "BTC=1", "--json").stdout)
    (row,) = told["buffers"]
    assert row["label"] == "recorded"
    # Binance spot fell to 30,000 at 13:09 UTC, from 43,290 in the evening before.
    assert row["moves"]["BTC"] == pytest.approx(-0.307, abs=0.001)
    assert row["leverage"] < 1 / 0.3
