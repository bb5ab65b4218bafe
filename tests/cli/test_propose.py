"""`govtool propose` on a small study of bundled history."""

import json

import pytest

from tests.study.studies import small_content, write_study

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory, cli):
    """Folder of a small study with a finished search of four trials."""
    folder = tmp_path_factory.mktemp("propose")
    search = {"trials": 4, "batch": 2, "population": 4, "seed": 3}
    write_study(folder, small_content(name="small-propose", search=search))
    done = cli("optimize", folder / "study.toml", "--journal", folder / "journal")
    assert done.exit_code == 0, done.stderr
    return folder


def propose(cli, home, out, *words):
    return cli("propose", home / "study.toml", "--journal", home / "journal", "--out", out, *words)


def test_a_finished_search_becomes_a_proposal_without_searching(cli, home, tmp_path):
    done = propose(cli, home, tmp_path)
    assert done.exit_code == 0, done.stderr
    folder = tmp_path / "0009-small-study"
    assert done.stdout.splitlines()[-1] == f"proposal {folder}"
    assert json.loads((folder / "evidence.json").read_text())["format"] == "govtool/evidence@1"
    assert cli("verify", folder, "--workers", "2").exit_code == 0


def test_fewer_trials_can_be_asked_for_and_more_are_refused(cli, home, tmp_path):
    made = propose(cli, home, tmp_path, "--trials", "2", "--json")
    assert json.loads(made.stdout)["folder"] == str(tmp_path / "0009-small-study")
    evidence = json.loads((tmp_path / "0009-small-study" / "evidence.json").read_text())
    assert len(evidence["trials"]) == 2
    done = propose(cli, home, tmp_path, "--trials", "5")
    assert done.exit_code == 2 and "holds 4 of 5 trials; finish the search with `govtool optimize`" in done.stderr


def test_a_search_that_was_not_made_is_refused(cli, home, tmp_path):
    done = cli("propose", home / "study.toml", "--journal", tmp_path / "none", "--out", tmp_path)
    assert done.exit_code == 2 and "there is no journal" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_folder_is_refused_before_the_work(cli, home, tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = propose(cli, home, tmp_path / "file")
    assert done.exit_code == 2 and len(done.stderr.strip().splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
