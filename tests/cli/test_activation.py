"""`govtool activation`."""

import json
from pathlib import Path

import pytest

from govtool.protocol.fields import replaced
from govtool.protocol.read import preset, write_protocol

EVENT = "reconstructed-crash-2021-05-19"


@pytest.fixture
def proposed(tmp_path) -> Path:
    """dydx-v4 with five times the weights of BTC and ETH, 10 % and 6 %."""
    path = tmp_path / "strict.toml"
    write_protocol(replaced(preset("dydx-v4"), {"tiers.large-cap.initial_margin_ppm": 100_000}), path)
    return path


def test_the_table_has_a_row_per_plan_and_market_and_a_sentence_per_ramp(cli, proposed):
    done = cli("activation", EVENT, "dydx-v4", proposed, "--ramp", "0,86400", "--hours", "6")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"{EVENT}/default/0: reconstructed history, bars of 1m, ")
    assert lines[1].count("at the start") == lines[1].count("in 6 h") == 2
    assert [line.split()[0] for line in lines[3:15:4]] == ["dydx-v4", str(proposed), str(proposed)]
    assert [line.split()[0] for line in lines[4:7]] == ["BTC", "ETH", "SOL"]
    assert lines[15].startswith(f"{proposed} at once: ") and " are liquidatable at the start" in lines[15]
    assert lines[16].startswith(f"{proposed} over 24 h: nobody is liquidatable at the start")


def test_json_is_what_out_writes(cli, proposed, tmp_path):
    written = tmp_path / "a.json"
    done = cli("activation", EVENT, "dydx-v4", proposed, "--seed", "2", "--json", "--out", written)
    told = json.loads(done.stdout)
    assert told == json.loads(written.read_text())
    assert told["format"] == "govtool/activation@1"
    (one,) = told["activations"]
    assert (one["scenario"], one["current"], one["proposed"]) == (f"{EVENT}/default/2", "dydx-v4", str(proposed))
    assert one["hours"] == 12  # the window's length
    assert [plan["ramp_s"] for plan in one["plans"]] == [None, 0, 86_400]
    at_once = one["plans"][1]
    assert at_once["first_beyond"]["accounts"] > 0
    assert at_once["first_beyond"]["markets"]["SOL"]["accounts"] >= 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["reconstructed-crash-2021-05-18", "dydx-v4", "govtool"], "error: event 'reconstructed-crash-2021-05-18'"),
        ([EVENT, "dydx-v4", "dydx-v5"], "error: dydx-v5 is neither a file nor a preset"),
        ([EVENT, "dydx-v4", "govtool", "--ramp", "0,soon"], "error: --ramp '0,soon': 'soon' is not a whole number"),
        ([EVENT, "dydx-v4", "govtool", "--ramp", "-5"], "error: govtool: margin.ramp_s = -5 is outside"),
        ([EVENT, "dydx-v4", "govtool", "--hours", "0"], "error: hours = 0 is not a number above 0"),
        ([EVENT, "dydx-v4", "mango-v4"], "error: market BTC is counted in quantums of 1e-10 by dydx-v4"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(cli, words, sentence):
    done = cli("activation", *words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1
