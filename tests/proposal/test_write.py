"""The folder is written whole or not at all, and nobody else's files are lost."""

import os
import shutil
import stat

import pytest

from govtool.errors import FileError
from govtool.proposal.write import check_place, proposal_folder, write_bundle
from tests.proposal.results import a_study


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_holds_the_bundle_and_the_images(change, written):
    found = contents(written)
    assert {place: found[place] for place in change.files} == change.files
    assert {place.rpartition(".")[2] for place in set(found) - set(change.files)} == {"png", "svg"}
    assert sorted(os.listdir(written.parent)) == [written.name]


def test_a_folder_can_be_read_by_others(written):
    assert stat.S_IMODE(written.stat().st_mode) == 0o755


def test_a_proposal_is_replaced_whole(bundles, copied):
    (copied / "report.html").write_text("of the old one")
    write_bundle(bundles["empty", "recorded"], copied)
    found = contents(copied)
    assert "payload/cosmos-v1.json" not in found and "report.html" not in found and "charts/pareto.png" in found
    assert os.listdir(copied.parent) == [copied.name]


def test_files_of_others_are_not_swept_away(change, copied):
    (copied / "notes.txt").write_text("mine")
    before = contents(copied)
    with pytest.raises(FileError, match=r"holds notes\.txt, which govtool did not write; move it away"):
        write_bundle(change, copied)
    assert contents(copied) == before


@pytest.mark.parametrize("place", ["folder", "folder/below"])
def test_a_file_in_the_way_is_one_sentence(change, tmp_path, place):
    (tmp_path / "folder").write_text("in the way")
    with pytest.raises(FileError, match="folder"):
        write_bundle(change, tmp_path / place)
    assert os.listdir(tmp_path) == ["folder"]


def test_a_full_disk_leaves_the_old_proposal(bundles, copied, monkeypatch):
    before = contents(copied)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(FileError, match=r"cannot be written \(No space left on device\)"):
        write_bundle(bundles["empty", "recorded"], copied)
    assert contents(copied) == before and os.listdir(copied.parent) == [copied.name]


def test_a_failure_between_the_two_moves_puts_the_old_one_back(bundles, copied, monkeypatch):
    before, moves = contents(copied), []
    rename = os.rename

    def second_fails(source, target):
        moves.append(target)
        if len(moves) == 2:
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(os, "rename", second_fails)
    with pytest.raises(FileError, match="Input/output error"):
        write_bundle(bundles["empty", "recorded"], copied)
    assert contents(copied) == before and os.listdir(copied.parent) == [copied.name]


@pytest.mark.parametrize("home", ["/proc/govtool", "a-file"], ids=["read-only", "under-a-file"])
def test_an_unwritable_folder_is_one_sentence(change, tmp_path, home):
    # Not even root may make a folder in either place.
    (tmp_path / "a-file").write_text("mine")
    with pytest.raises(FileError, match="cannot be written"):
        write_bundle(change, tmp_path / home / "proposal")
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]


def test_a_study_knows_its_place(tmp_path):
    assert proposal_folder(a_study()).as_posix() == "proposals/0009-by-hand"
    assert proposal_folder(a_study(), tmp_path) == tmp_path / "0009-by-hand"


def test_a_place_is_checked_before_the_work(tmp_path, written):
    check_place(tmp_path / "new")
    check_place(written)
    shutil.copytree(written, tmp_path / "copy")
    (tmp_path / "copy" / "charts" / "Notes.md").write_text("mine")
    with pytest.raises(FileError, match=r"charts/Notes\.md"):
        check_place(tmp_path / "copy")
