"""Worlds from files: what is read, and what is refused in one sentence."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from govtool.errors import FileError, ParamError
from govtool.world.read import read_world, shipped_worlds

DEFAULT = (files("govtool.world") / "worlds" / "default.toml").read_text()


def written(folder: Path, before: str, after: str) -> Path:
    """The default world with one place changed."""
    assert DEFAULT.count(before) == 1, before
    path = folder / "world.toml"
    path.write_text(DEFAULT.replace(before, after))
    return path


def test_the_default_world_is_shipped():
    assert shipped_worlds() == ("collateral", "default", "instruments")
    assert read_world("default").name == "default"


def test_a_world_file_reads_as_the_shipped_one_that_it_copies(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(DEFAULT)
    assert read_world(path) == read_world("default")


def test_a_world_without_the_optional_table_reads(tmp_path):
    assert read_world(written(tmp_path, "[liquidity.half_spreads]\n", "")) == read_world("default")


def test_every_field_of_the_default_world_is_in_its_file():
    def names(table: object) -> set[str]:
        if isinstance(table, dict):
            return set(table).union(*(names(value) for value in table.values()))
        return set().union(*(names(value) for value in table)) if isinstance(table, list) else set()

    model = read_world("default").model_dump(mode="json", exclude_none=True)
    assert names(model) == names(tomllib.loads(DEFAULT))


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("step_s = 15", "step_s = 7", "step_s = 7 does not divide an hour; choose a divisor, such as 15"),
        ("step_s = 15", "step_s = 0", "step_s = 0: input should be greater than or equal to 1"),
        ("step_s = 15", 'step_s = "15"', "step_s = '15': input should be a valid integer"),
        ("accounts = 1000", "acounts = 1000", "population.acounts is an unknown field; remove it or correct its name"),
        ("accounts = 1000\n", "", "population.accounts is missing; add it"),
        ("impact = 1.0", "impact = nan", "liquidity.impact = nan: input should be a finite number"),
        ("impact = 1.0", "impact = -1.0", "liquidity.impact = -1.0: input should be greater than or equal to 0"),
        ("own_weight = 0.25", "own_weight = 1.25", "liquidity.own_weight = 1.25: input should be less than or"),
        ("topup_target = 3.0", "topup_target = 1.5", "habits: topup_target = 1.5 is below warning = 2.0"),
        ("share = 0.62", "share = 0.72", "population: the shares of all kinds sum to 1.1, and they must sum to 1"),
        (
            "markets = [0.7, 0.2, 0.1]",
            "markets = [0.7, 0.2, 0.2]",
            "population.kinds.retail: markets = [0.7, 0.2, 0.2] must be three chances that sum to 1",
        ),
        ("latency_s = 45.0", "latency_s = 0.0", "keepers.1.latency_s = 0.0: input should be greater than 0"),
        (
            'format = "govtool/world@1"',
            'format = "govtool/world@2"',
            "format = 'govtool/world@2' is not 'govtool/world@1'; add or mend it",
        ),
        ("step_s = 15", "step_s = ", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_value(tmp_path, before, after, sentence):
    path = written(tmp_path, before, after)
    with pytest.raises(ParamError) as refused:
        read_world(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_unknown_name_lists_the_shipped_worlds():
    with pytest.raises(
        ParamError, match=r"world 'dfault' is neither a file nor a shipped world; shipped are: collateral, d"
    ):
        read_world("dfault")


def test_a_missing_file_is_named():
    with pytest.raises(FileError, match=r"nowhere\.toml: No such file"):
        read_world("nowhere.toml")


def test_a_file_that_is_no_text_is_named(tmp_path):
    path = tmp_path / "world.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ParamError, match="is not UTF-8 text"):
        read_world(path)
