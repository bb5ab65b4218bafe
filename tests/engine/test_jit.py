import stat
from pathlib import Path

import pytest

from govtool.engine.jit import cache_folder


def test_the_cache_goes_where_the_user_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVTOOL_CACHE", str(tmp_path / "here"))
    assert cache_folder().parent == tmp_path / "here"


def test_a_folder_that_cannot_be_made_falls_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    blocked.chmod(stat.S_IRUSR)
    monkeypatch.setenv("GOVTOOL_CACHE", str(blocked))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert cache_folder().parent == tmp_path / "cache" / "govtool"
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert cache_folder().parent.name.startswith("govtool-")


def test_the_folder_hangs_on_every_engine_source(monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache_folder().name
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + (b"#" if path.name == "fills.py" else b""))
    assert cache_folder().name != before
