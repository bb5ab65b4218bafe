"""`govtool backtest`."""

import json
from pathlib import Path

import pytest

from govtool.replay.metrics import METRICS
from tests.study.studies import EVENTS, small_content, write_study

EVENT = "reconstructed-crash-2021-05-19"


def test_the_table_names_history_and_resolution_and_every_metric(cli):
    done = cli("backtest", EVENT)
    assert done.exit_code == 0
    first = done.stdout.splitlines()[0]
    assert first == f"{EVENT}/default/0 under dydx-v4: reconstructed history, bars of 1m"
    assert all(f"\n{name} " in done.stdout for name in METRICS)


def test_json_is_what_out_writes(cli, tmp_path):
    done = cli("backtest", EVENT, "--json", "--out", tmp_path / "o", "--seed", "2")
    assert done.exit_code == 0
    printed = json.loads(done.stdout)
    assert printed == json.loads((tmp_path / "o" / "totals.json").read_text())
    assert printed["scenario"] == f"{EVENT}/default/2"
    assert printed["metrics"]["ledger_residual_quantums"] == 0


@pytest.mark.slow
def test_out_has_a_folder_for_each_scenario_of_a_study(cli, tmp_path):
    events = {role: named[:1] for role, named in EVENTS.items()}
    study = write_study(tmp_path, small_content(events=events), histories=False)
    done = cli("backtest", study, "--json", "--out", tmp_path / "all")
    printed = {one["scenario"].replace("/", "-"): one for one in json.loads(done.stdout)}
    folders = list((tmp_path / "all").iterdir())
    assert len(folders) == 3
    assert {folder.name: json.loads((folder / "totals.json").read_text()) for folder in folders} == printed


def test_a_scenario_file_says_event_and_seed(cli, tmp_path):
    path = tmp_path / "scenario.toml"
    path.write_text(f'format = "govtool/scenario@1"\nevent = "{EVENT}"\nseed = 5\n')
    done = cli("backtest", path, "--metrics", "liquidated_usd")
    assert done.stdout.startswith(f"{EVENT}/default/5 under dydx-v4")
    assert [line.split()[0] for line in done.stdout.splitlines()[2:]] == ["metric", "liquidated_usd"]


def test_cascade_replays_once_more(cli):
    done = cli("backtest", EVENT, "--cascade", "--json")
    assert json.loads(done.stdout)["metrics"]["cascade_factor"] > 0.5


def test_vary_prints_a_row_per_value(cli):
    done = cli("backtest", EVENT, "--protocol", "govtool", "--vary", "auction.length_s=45,120,600")
    assert done.exit_code == 0
    rows = [line.split() for line in done.stdout.splitlines()[3:]]
    assert [row[0] for row in rows] == ["45", "120", "600"]
    assert len({tuple(row[1:]) for row in rows}) == 3


def test_vary_as_json_has_the_value_and_all_metrics(cli):
    done = cli("backtest", EVENT, "--protocol", "govtool", "--vary", "auction.length_s=45,120", "--json")
    rows = json.loads(done.stdout)
    assert [(row["field"], row["value"]) for row in rows] == [("auction.length_s", 45), ("auction.length_s", 120)]
    assert set(rows[0]["metrics"]) == set(METRICS)


def test_the_world_table_sets_each_quantity_beside_its_figures(cli):
    done = cli("backtest", EVENT, "--world-table", "--seed", "0")
    assert done.exit_code == 0
    assert "insurance pool / open interest" in done.stdout
    assert "Hyperliquid" in done.stdout and "dydx.forum/t/drc-seed-insurance-fund/1750" in done.stdout
    assert f"\n{EVENT} " in done.stdout


def test_the_world_table_without_a_scenario_takes_every_crash_at_hand(cli):
    found = json.loads(cli("backtest", "--world-table", "--seed", "1", "--json").stdout)
    assert f"{EVENT}/default/1" in found["replays"]
    assert len(found["replays"]) >= 8
    assert {figure["quantity"] for figure in found["figures"]} <= set(found["mean"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["reconstructed-crash-2021-05-18"], "error: event 'reconstructed-crash-2021-05-18' is not in the catalogue"),
        ([EVENT, "--protocol", "dydx-v5"], "error: dydx-v5 is neither a file nor a preset"),
        ([EVENT, "--world", "thin"], "error: world 'thin' is neither a file nor a shipped world"),
        ([EVENT, "--seed", "-1"], "error: seed = -1 is outside 0 to"),
        ([EVENT, "--metrics", "liquidated"], "error: 'liquidated' is not a metric; did you mean liquidated_usd?"),
        ([EVENT, "--vary", "auction.length_s=1"], "error: dydx-v4 has no parameter auction.length_s"),
        (["nothing.toml"], "error: nothing.toml: No such file or directory; check the path"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(cli, words, sentence):
    done = cli("backtest", *words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [[], [EVENT, "--world-table", "--vary", "auction.length_s=1"]])
def test_bad_usage_is_exit_code_2(cli, words):
    assert cli("backtest", *words).exit_code == 2


def test_a_bad_field_of_a_world_is_named(cli, tmp_path):
    from importlib.resources import files

    text = (files("govtool.world") / "worlds" / "default.toml").read_text()
    path = tmp_path / "thin.toml"
    path.write_text(text.replace("impact = 1.0", "impact = -1.0"))
    done = cli("backtest", EVENT, "--world", path)
    assert done.exit_code == 2
    assert done.stderr == f"error: {path}: liquidity.impact = -1.0: input should be greater than or equal to 0\n"


def test_a_market_that_the_protocol_lacks_is_named(cli, tmp_path):
    written = tmp_path / "small.toml"
    assert cli("params", "show", "dydx-v4", "--out", written).exit_code == 0
    tables = written.read_text().split("\n[")
    kept = [table for table in tables if not table.startswith("markets.SOL]")]
    written.write_text("\n[".join(kept))
    done = cli("backtest", EVENT, "--protocol", written)
    assert done.exit_code == 2
    assert "market SOL is not in protocol dydx-v4" in done.stderr and done.stderr.count("\n") == 1


def test_an_unwritable_folder_is_named_and_nothing_is_left(cli, tmp_path):
    (tmp_path / "file").write_text("")
    done = cli("backtest", EVENT, "--out", tmp_path / "file" / "outcome")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr and done.stderr.count("\n") == 1
    assert [path.name for path in Path(tmp_path).iterdir()] == ["file"]


def test_a_study_file_stands_for_all_its_events_and_seeds(cli):
    study = Path(__file__).parents[2] / "proposals" / "studies" / "bundled.toml"
    done = cli("backtest", study, "--seed", "1", "--json")
    assert done.exit_code == 0
    found = [outcome["scenario"] for outcome in json.loads(done.stdout)]
    assert f"{EVENT}/default/1" in found
    assert len(set(found)) == len(found) > 10


def test_the_report_says_what_the_world_did(cli, tmp_path):
    from importlib.resources import files

    text = (files("govtool.world") / "worlds" / "default.toml").read_text(encoding="utf-8")
    attack = '[[attacks]]\nkind = "sequencer"\nstart_h = 9.5\nlength_s = 2400.0\n'
    path = tmp_path / "attacked.toml"
    path.write_text(text.replace("[habits]", "[habits]\npanic_move = 0.1") + attack, encoding="utf-8")
    done = cli("backtest", EVENT, "--world", path, "--metrics", "down_seconds,panics,withdrawn_usd")
    told = done.stdout.splitlines()[2]
    assert told.startswith("in this world: the chain was down for 2,400 s; traders panicked ")
    assert told.endswith("; attacks: sequencer")
    found = json.loads(cli("backtest", EVENT, "--world", path, "--json").stdout)
    assert found["attacks"] == ["sequencer"] and found["metrics"]["down_seconds"] == 2_400


def test_a_quiet_world_is_not_spoken_of(cli):
    done = cli("backtest", EVENT, "--metrics", "down_seconds")
    assert [line.split()[0] for line in done.stdout.splitlines()[2:]] == ["metric", "down_seconds"]
