"""`govtool conformance`: counts, names and exit codes."""

import json
from pathlib import Path

VECTORS = Path(__file__).parents[1] / "vectors" / "dydx_v4_vectors.json"
UNKNOWN = {"id": "d1", "system": "drift-v2", "function": "gmx.adl", "inputs": {}, "expected": 1}
WRONG = {
    "id": "w1",
    "function": "min_price_change",
    "inputs": {"price": 123_000, "min_price_change_ppm": 1_000},
    "expected": 124,
}


def test_the_chains_vectors_pass(cli):
    result = cli("conformance", VECTORS)
    assert result.exit_code == 0
    assert result.stdout == "205 passed, 0 failed\n"


def test_a_failure_is_named_and_ends_with_code_one(cli, tmp_path):
    (tmp_path / "v.json").write_text(json.dumps([WRONG, WRONG | {"id": "w2", "expected": "123"}]))
    result = cli("conformance", tmp_path / "v.json")
    assert result.exit_code == 1
    assert result.stdout == "w1 (min_price_change): expected 124, got 123\n1 passed, 1 failed\n"


def test_unknown_functions_are_counted_by_name(cli, tmp_path):
    (tmp_path / "v.json").write_text(json.dumps({"vectors": [UNKNOWN, UNKNOWN]}))
    result = cli("conformance", tmp_path / "v.json")
    assert result.exit_code == 1
    assert result.stdout == "gmx.adl: unknown function, 2 failed\n0 passed, 2 failed\n"


def test_the_result_as_json(cli, tmp_path):
    (tmp_path / "v.json").write_text(json.dumps([WRONG, UNKNOWN]))
    result = cli("conformance", tmp_path / "v.json", "--json")
    assert result.exit_code == 1
    printed = json.loads(result.stdout)
    assert (printed["passed"], printed["failed"]) == (0, 2)
    assert printed["unknown_functions"] == {"gmx.adl": 1}
    assert printed["failures"][0] == {
        "id": "w1",
        "function": "min_price_change",
        "system": "dydx-v4",
        "reason": "expected 124, got 123",
    }


def test_a_file_that_is_no_vectors_ends_with_code_two(cli, tmp_path):
    (tmp_path / "v.json").write_text("{}")
    for path, sentence in ((tmp_path / "v.json", "has no list of vectors"), (tmp_path / "x", "cannot be read")):
        result = cli("conformance", path)
        assert result.exit_code == 2 and result.stdout == ""
        assert sentence in result.stderr and result.stderr.count("\n") == 1


def test_help_gives_an_example(cli):
    assert "Examples: govtool conformance" in cli("conformance", "--help").stdout


def test_a_sweep_prints_the_largest_difference_of_every_preset_and_tier(cli):
    result = cli("conformance", "--portfolios", 20)
    assert result.exit_code == 0
    for system in ("dydx-v4", "drift-v2", "synthetix-v3", "derive-v2", "derive-v2-portfolio", "mango-v4"):
        assert f"{system}: 20 portfolios of seed 1" in result.stdout
    assert result.stdout.count("largest difference") == 17
    printed = json.loads(cli("conformance", "--portfolios", 5, "--seed", 3, "--json").stdout)
    assert [one["portfolios"] for one in printed] == [5] * 6
    assert all(tier["nearest"] <= 1.0 for one in printed for tier in one["tiers"].values())


def test_either_vectors_or_a_sweep_must_be_asked_for(cli):
    for words in ((), (VECTORS, "--portfolios", 5)):
        result = cli("conformance", *words)
        assert result.exit_code == 2 and "VECTORS, or --portfolios N" in result.stderr
