import stat
from pathlib import Path

import pytest

from govtool.engine.cache import PACKAGE, ByContent, cache_folder


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


def test_a_copy_of_the_same_sources_finds_what_was_compiled_and_an_edit_does_not(tmp_path, monkeypatch):
    first, second = (tmp_path / name / "engine" / "one.py" for name in "ab")
    for source in (first, second):
        source.parent.mkdir(parents=True)
        source.write_text("x = 1\n")
    found = []
    for source in (first, second):
        monkeypatch.setattr("govtool.engine.cache.PACKAGE", source.parents[1])
        place = ByContent.from_function(cache_folder, str(source))
        found.append((place.get_cache_path(), place.get_source_stamp()))
    assert found[0] == found[1]
    second.write_text("x = 2\n")
    assert place.get_source_stamp() != found[0][1]


def test_code_of_others_is_left_to_numba(tmp_path):
    assert ByContent.from_function(cache_folder, str(tmp_path / "theirs.py")) is None


def test_only_what_runs_before_or_after_the_loop_makes_arrays():
    makers = {path.name for path in (PACKAGE / "engine").glob("*.py") if "@allocating" in path.read_text()}
    # Followers of a finished path, and columns that a replay is given.
    assert makers == {"passive.py", "volatility.py", "weights.py"}
