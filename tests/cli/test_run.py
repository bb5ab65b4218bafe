"""`govtool run`: from a study file to a proposal folder in one command."""

import json

import pytest

from tests.study.studies import small_content, write_study


@pytest.fixture
def study(tmp_path):
    return write_study(tmp_path, small_content(search={"trials": 8, "batch": 4, "population": 4, "seed": 3}))


def test_a_study_becomes_a_proposal(cli, study, tmp_path):
    result = cli("run", study, "--workers", "2", "--journal", tmp_path / "j", "--out", tmp_path / "proposals")
    assert result.exit_code == 0
    folder = tmp_path / "proposals" / "0009-small-study"
    assert (folder / "proposal.md").is_file() and (folder / "evidence.json").is_file()
    verdict, place, seconds = result.stdout.splitlines()
    assert verdict.startswith("no change (") and verdict.endswith("The current parameters stay.")
    assert place == f"proposal {folder}"
    assert seconds.startswith("search ") and "together " in seconds


def test_the_same_study_gives_the_same_evidence_on_one_and_two_workers(cli, study, tmp_path):
    told = []
    for count in ("1", "2"):
        out = tmp_path / count
        result = cli("run", study, "--workers", count, "--journal", out / "j", "--out", out, "--json")
        told.append(json.loads(result.stdout))
        told[-1].pop("seconds")
        told[-1]["files"] = {
            path.name: path.read_bytes()
            for path in sorted((out / "0009-small-study").rglob("*"))
            if path.suffix in (".md", ".json", ".toml", ".csv")
        }
        assert told[-1].pop("folder") == str(out / "0009-small-study")
    assert told[0] == told[1]


def test_a_place_that_is_taken_is_refused_before_the_search(cli, study, tmp_path):
    folder = tmp_path / "0009-small-study"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    result = cli("run", study, "--journal", tmp_path / "j", "--out", tmp_path)
    assert result.exit_code == 2 and "notes.txt" in result.stderr
    assert not (tmp_path / "j").exists()
