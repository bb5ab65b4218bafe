"""`govtool params`: what it shows, what it refuses, and its exit codes."""

import json

import pytest

from govtool.protocol.digest import digest
from govtool.protocol.fields import fields, replaced
from govtool.protocol.read import preset, read_protocol, write_protocol

DYDX = preset("dydx-v4")
MARGIN = "tiers.large-cap.initial_margin_ppm"


@pytest.fixture
def candidate(tmp_path):
    path = tmp_path / "candidate.toml"
    write_protocol(replaced(DYDX, {MARGIN: 25_000, "adaptive.enabled": True}), path)
    return path


def test_show_prints_a_line_for_each_parameter(cli):
    result = cli("params", "show", "dydx-v4")
    assert result.exit_code == 0
    heading, columns, *lines = result.stdout.splitlines()
    assert heading.startswith("dydx-v4: github.com/dydxprotocol/v4-chain") and "(2026-03-05)" in heading
    assert columns.split()[:3] == ["field", "value", "unit"]
    assert len(lines) == len(fields(DYDX))
    [line] = [line for line in lines if line.startswith(MARGIN)]
    assert line.split()[1:4] == ["20_000", "ppm", "MsgSetLiquidityTier"]


def test_show_as_json_carries_the_declaration_and_the_digest(cli):
    shown = json.loads(cli("params", "show", "govtool", "--json").stdout)
    assert shown["format"] == "govtool/protocol@1" and shown["digest"] == digest(preset("govtool"))
    rows = {row["path"]: row for row in shown["fields"]}
    assert rows["auction.length_s"]["value"] == 120
    assert {"unit", "low", "high", "grid", "meaning", "on_chain", "setter"} <= set(rows["auction.length_s"])


def test_show_writes_a_file_that_reads_back(cli, tmp_path):
    assert cli("params", "show", "govtool", "--out", tmp_path / "p.toml").exit_code == 0
    assert read_protocol(tmp_path / "p.toml") == preset("govtool")


def test_check_says_what_is_valid(cli, candidate):
    result = cli("params", "check", candidate)
    assert result.exit_code == 0
    assert result.stdout == f"{candidate} is a valid protocol: {len(fields(DYDX))} parameters, 7 tiers, 19 markets\n"
    assert json.loads(cli("params", "check", candidate, "--json").stdout)["valid"] is True


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("restore_ppm", "restor_ppm", "unknown field liquidation.restor_ppm; did you mean restore_ppm?"),
        ("max_liquidation_fee_ppm = 15000", "max_liquidation_fee_ppm = 0", "is outside 1 to 1000000 ppm"),
        ("protocol@1", "protocol@9", "is not a version that this govtool reads"),
        ("[insurance]", "[insurance", "is not valid TOML"),
    ],
)
@pytest.mark.parametrize("words", [("check",), ("show",), ("diff", "dydx-v4")])
def test_a_bad_file_ends_with_one_sentence_and_code_two(cli, candidate, words, old, new, sentence):
    candidate.write_text(candidate.read_text().replace(old, new, 1))
    result = cli("params", *words, candidate)
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr.startswith(f"error: {candidate}") and sentence in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_not_there_ends_with_code_two(cli, tmp_path):
    result = cli("params", "check", tmp_path / "none.toml")
    assert result.exit_code == 2
    assert "none.toml is neither a file nor a preset; presets are dydx-v4, drift-v2, " in result.stderr


def test_a_folder_that_cannot_be_written_ends_with_code_two(cli, tmp_path):
    result = cli("params", "show", "govtool", "--out", tmp_path / "no" / "p.toml")
    assert result.exit_code == 2 and "cannot be written" in result.stderr and result.stdout == ""


def test_diff_shows_unit_both_values_change_and_setter(cli, candidate):
    result = cli("params", "diff", "dydx-v4", candidate)
    assert result.exit_code == 0
    heading, *lines = result.stdout.splitlines()
    assert heading.split() == ["field", "unit", "dydx-v4", str(candidate), "change", "on-chain", "setter"]
    assert [line.split() for line in lines] == [
        [MARGIN, "ppm", "20_000", "25_000", "+25", "%", "MsgSetLiquidityTier"],
        ["adaptive.enabled", "bool", "false", "true", "changed", "none"],
    ]


def test_diff_as_json_and_of_equal_protocols(cli, candidate):
    found = json.loads(cli("params", "diff", "dydx-v4", candidate, "--json").stdout)
    assert [row["path"] for row in found["differences"]] == [MARGIN, "adaptive.enabled"]
    assert found["a"]["digest"] == digest(DYDX) != found["b"]["digest"]
    assert cli("params", "diff", "govtool", "govtool").stdout == "govtool and govtool have the same parameters\n"


def test_diff_marks_what_only_one_of_them_has(cli):
    lines = cli("params", "diff", "dydx-v4", "govtool").stdout.splitlines()
    [line] = [line for line in lines if line.startswith("auction.length_s")]
    assert line.split() == ["auction.length_s", "s", "–", "120", "added", "none"]


@pytest.mark.parametrize("words", [(), ("show",), ("check",), ("diff",)])
def test_help_gives_an_example(cli, words):
    result = cli("params", *words, "--help")
    assert result.exit_code == 0 and "Example: govtool params" in result.stdout
