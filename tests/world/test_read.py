"""Worlds from files: what is read, and what is refused in one sentence."""

from importlib.resources import files
from pathlib import Path

import pytest

from govtool.errors import FileError, ParamError
from govtool.world.chain import Bridge
from govtool.world.read import read_world, shipped_worlds, stated_in

DEFAULT = (files("govtool.world") / "worlds" / "default.toml").read_text()


EXTENDED = {
    "adversarial": "default",
    "app-chain": "default",
    "collateral": "default",
    "instruments": "collateral",
    "optimistic-rollup": "default",
    "oracles": "default",
    "stress": "optimistic-rollup",
    "zk-rollup": "default",
}
"""Each shipped world but one, and what it extends."""


def written(folder: Path, before: str, after: str) -> Path:
    """The default world with one place changed."""
    assert DEFAULT.count(before) == 1, before
    path = folder / "world.toml"
    path.write_text(DEFAULT.replace(before, after))
    return path


def test_the_default_world_is_shipped():
    assert set(shipped_worlds()) == {"default", *EXTENDED}
    assert read_world("default").name == "default"


def test_the_adversarial_world_has_every_strategy_and_the_venue_of_the_default():
    made, plain = read_world("adversarial"), read_world("default")
    assert {keeper.conduct for keeper in made.keepers} == {"honest", "no-show", "late", "self", "collude"}
    assert made.stakers and made.chain.gas > 0 and any(keeper.patience for keeper in made.keepers)
    assert any(kind.opts_in for kind in made.population.kinds.values())
    # A ring holds only while nobody else may act on a stranger's account: it must be faster than all others.
    others = [one.latency_s for one in made.keepers if one.conduct not in ("collude", "self")]
    assert max(one.latency_s for one in made.keepers if one.conduct == "collude") + 2 * made.step_s <= min(others)
    rest = {"name", "keepers", "stakers", "population", "chain"}
    assert made.model_dump(exclude=rest) == plain.model_dump(exclude=rest)
    assert made.chain.model_copy(update={"gas": 0.0}) == plain.chain
    for name, kind in made.population.kinds.items():
        assert kind.model_copy(update={"opts_in": 0.0}) == plain.population.kinds[name]


def test_a_world_file_reads_as_the_shipped_one_that_it_copies(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(DEFAULT)
    assert read_world(path) == read_world("default")


def test_a_world_without_the_optional_table_reads(tmp_path):
    assert read_world(written(tmp_path, "[liquidity.half_spreads]\n", "")) == read_world("default")


def test_the_default_world_has_no_weather():
    world = read_world("default")
    assert world.bridge == Bridge() and world.sources == () and world.attacks == ()
    stated = set(stated_in("default"))
    left_out = {
        f"{group}.{name}": info.default
        for group in ("chain", "liquidity", "habits")
        for name, info in type(getattr(world, group)).model_fields.items()
        if f"{group}.{name}" not in stated
    }
    switches = ("chain.batch_s", "chain.proof_s", "liquidity.shrink", "habits.nudge", "habits.panic_move")
    assert all(left_out[name] == 0 for name in switches)
    assert world.liquidity.makers.move == world.chain.random.per_day == world.chain.load.move == 0


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
        (
            "stakers = []",
            "stakers = [{share = 0.6, nerve = 0.1}, {share = 0.5, nerve = 0.2}]",
            "share of all stakers sums to 1.1; together at most 1",
        ),
        ("stakers = []", "stakers = [{share = 0.0, nerve = 0.1}]", "stakers.0.share = 0.0: input should be greater"),
        ("gas = 0.0", "gas = -1.0", "chain.gas = -1.0: input should be greater than or equal to 0"),
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
        ParamError, match=r"world 'dfault' is neither a file nor a shipped world; shipped are: adversarial, a"
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


KEEPERS = DEFAULT.split("[[keepers]]")[1]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('"honest"', '"kind"', "keepers.0.conduct = 'kind': input should be 'honest', 'no-show', 'late'"),
        ('"honest"', '"self"', 'keepers.0: conduct = "self" with owns = 0 has no accounts to take from'),
        ("owns = 0.0", "owns = 1.5", "keepers.0.owns = 1.5: input should be less than or equal to 1"),
        ("patience = 0.0", "patience = -0.1", "keepers.0.patience = -0.1: input should be greater than or equal to 0"),
    ],
)
def test_what_is_wrong_with_a_keeper_is_named(tmp_path, before, after, sentence):
    path = tmp_path / "world.toml"
    path.write_text(DEFAULT.replace(KEEPERS, KEEPERS.replace(before, after), 1))
    with pytest.raises(ParamError) as refused:
        read_world(path)
    assert sentence in str(refused.value)


def test_keepers_own_no_account_twice(tmp_path):
    path = tmp_path / "world.toml"
    path.write_text(DEFAULT.replace("owns = 0.0", "owns = 0.4"))
    with pytest.raises(ParamError, match=r"owns of all keepers sums to 1\.2; together at most 1"):
        read_world(path)
