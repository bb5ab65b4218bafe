"""`govtool verify` and `govtool report` on a proposal written by hand."""

import json
import os
import shutil

import pytest

from govtool.proposal.write import write_bundle
from tests.proposal.conftest import bundle_of
from tests.proposal.results import change_result


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home") / "0009-by-hand"
    write_bundle(bundle_of(change_result()), folder)
    return folder


@pytest.fixture
def folder(written, tmp_path):
    return shutil.copytree(written, tmp_path / "0009-by-hand")


def test_an_untouched_proposal_exits_0(cli, folder):
    done = cli("verify", folder, "--quick")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == "verified: files and derived numbers agree; nothing was replayed"


def test_a_flipped_byte_exits_1_and_names_it(cli, folder):
    path = folder / "evidence.json"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    done = cli("verify", folder)
    assert done.exit_code == 1 and done.stdout.startswith("evidence.json: ")
    assert done.stdout.splitlines()[-1].startswith("not verified: ")


def test_a_changed_protocol_value_exits_1_and_names_it(cli, folder):
    path = folder / "protocol.toml"
    path.write_text(path.read_text().replace("initial_margin_ppm = 25000", "initial_margin_ppm = 30000"))
    done = cli("verify", folder)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "protocol.toml: tiers.large-cap.initial_margin_ppm is 30000, and evidence.json says 25000",
        "not verified: 1 difference",
    ]


def test_json_holds_every_failure(cli, folder):
    (folder / "current.toml").unlink()
    done = cli("verify", folder, "--quick", "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 1 and found["verified"] is False and found["depth"] == "quick"
    assert found["failures"] == ["current.toml: cannot be read (No such file or directory)"]


def test_what_cannot_be_checked_exits_2(cli, folder, tmp_path):
    missing = cli("verify", tmp_path / "nowhere")
    assert missing.exit_code == 2 and "name a folder that `govtool propose` wrote" in missing.stderr
    unknown = cli("verify", folder)
    assert unknown.exit_code == 2 and "'crash-a' is not in the catalogue" in unknown.stderr
    both = cli("verify", folder, "--quick", "--full")
    assert both.exit_code == 2 and "exclude each other" in both.stderr


def test_many_differences_are_cut_short(cli, folder):
    path = folder / "protocol.toml"
    path.write_text(path.read_text().replace("_ppm = ", "_ppm = 1"))
    done = cli("verify", folder)
    assert done.exit_code == 1 and len(done.stdout.splitlines()) <= 42


def test_report_writes_a_page(cli, folder, tmp_path):
    done = cli("report", folder)
    assert done.exit_code == 0 and done.stdout.strip() == str(folder / "report.html")
    assert cli("verify", folder, "--quick").exit_code == 0
    assert cli("report", folder, "--out", tmp_path / "page.html").exit_code == 0
    assert sorted(os.listdir(tmp_path)) == ["0009-by-hand", "page.html"]


def test_report_refuses_what_is_no_proposal(cli, tmp_path):
    done = cli("report", tmp_path)
    assert done.exit_code == 2 and "evidence.json" in done.stderr
