"""Files read whole and written whole or not at all."""

import os
from pathlib import Path

import pytest

from govtool.errors import FileError, ParamError
from govtool.files import read_json, read_text, read_toml, swap_folder, write_whole

FORMAT = "govtool/thing@1"


def test_a_file_of_the_stated_format_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('format = "govtool/thing@1"\nx = 1\n')
    (tmp_path / "a.json").write_text('{"format": "govtool/thing@1", "x": 1}')
    assert read_toml(tmp_path / "a.toml", FORMAT) == read_json(tmp_path / "a.json", FORMAT)


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.toml", b"format = [", "is not valid TOML"),
        ("a.toml", b'format = "govtool/thing@2"', "'govtool/thing@2' is not 'govtool/thing@1'"),
        ("a.toml", b"\xff\xfe", "is not UTF-8"),
        ("a.json", b"{", "is not valid JSON"),
        ("a.json", b"[1]", "format = None"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_the_remedy(tmp_path: Path, name: str, content: bytes, fault: str) -> None:
    (tmp_path / name).write_bytes(content)
    read = read_toml if name.endswith("toml") else read_json
    with pytest.raises(ParamError) as refused:
        read(tmp_path / name, FORMAT, "name another")
    assert fault in str(refused.value) and name in str(refused.value) and "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"none\.toml: No such file or directory; name another"):
        read_text(tmp_path / "none.toml", "name another")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fails(waiting: Path) -> None:
        waiting.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(FileError, match="No space left"):
        write_whole(target, fails)
    assert target.read_text() == "old" and os.listdir(tmp_path) == ["a.txt"]
    write_whole(target, lambda waiting: waiting.write_text("new"))
    assert target.read_text() == "new" and os.listdir(tmp_path) == ["a.txt"]


def test_a_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    swap_folder(tmp_path / "new", tmp_path / "old")
    assert os.listdir(tmp_path) == ["old"] and os.listdir(tmp_path / "old") == ["new"]
