"""`govtool warmup`: what it says of each part, and that it removes nothing unless asked. No engine is compiled here."""

import json
from pathlib import Path

import pytest

from govtool.engine.cache import cache_folder
from govtool.engine.compiling import WATCH
from govtool.replay import warmup


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two parts, the first of them cold, and code of other sources beside the present one."""

    def compile_two() -> None:
        WATCH.compiled += 2

    monkeypatch.setattr("numba.config.DISABLE_JIT", 0)
    monkeypatch.setattr(WATCH, "said", WATCH.said)
    monkeypatch.setattr(WATCH, "compiled", WATCH.compiled)
    monkeypatch.setattr(warmup, "PARTS", {"cold part": compile_two, "warm part": lambda: None})
    monkeypatch.setenv("GOVTOOL_CACHE", str(tmp_path))
    (cache_folder() / "loop.py311.1.nbc").write_bytes(b"." * 1_500_000)
    folder = tmp_path / ("0" * 16)
    folder.mkdir()
    (folder / "loop.py311.1.nbc").write_bytes(b"." * 2_500_000)
    return folder


def test_each_part_is_told_with_its_time_then_where_the_code_lies_and_how_large_it_is(cli, old):
    result = cli("warmup")
    assert (result.exit_code, result.stderr) == (0, "")
    cold, warm, place, others = result.stdout.splitlines()
    assert cold.startswith("cold part: compiled 2 kernels in ")
    assert warm.startswith("warm part: already compiled, loaded in ")
    assert place == f"compiled code: {cache_folder()}, 1.5 MB"
    assert others == "of other sources and versions: 1 beside it, 2.5 MB; --prune removes them"
    assert old.is_dir()


def test_prune_removes_the_others_by_name_and_keeps_the_present_one(cli, old):
    assert cli("warmup", "--prune").stdout.splitlines()[-1] == f"removed {old}, 2.5 MB"
    assert not old.exists()
    assert (cache_folder() / "loop.py311.1.nbc").is_file()
    assert cli("warmup", "--prune").stdout.splitlines()[-1].startswith("compiled code: ")


def test_json_has_every_figure(cli, old):
    told = json.loads(cli("warmup", "--json").stdout)
    assert [(one["part"], one["compiled"]) for one in told["parts"]] == [("cold part", 2), ("warm part", 0)]
    assert (told["folder"], told["bytes"]) == (str(cache_folder()), 1_500_000)
    assert told["others"] == [{"folder": str(old), "bytes": 2_500_000, "removed": False}]


def test_without_a_compiler_there_is_nothing_to_warm(cli, old, monkeypatch):
    monkeypatch.setattr("numba.config.DISABLE_JIT", 1)
    result = cli("warmup")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "NUMBA_DISABLE_JIT" in result.stderr
