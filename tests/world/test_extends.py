"""Worlds that state only what differs from another."""

from pathlib import Path

import pytest

from govtool.errors import FileError, ParamError
from govtool.world.read import origins_of, read_world, shipped_worlds, stated_in

HEAD = 'format = "govtool/world@1"\n'


def written(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEAD + text)
    return path


def test_a_world_that_changes_nothing_is_the_one_that_it_extends(tmp_path):
    assert read_world(written(tmp_path, 'extends = "default"\n')) == read_world("default")


def test_tables_merge_field_by_field_and_the_rest_takes_their_place(tmp_path):
    plain = read_world("default")
    path = written(
        tmp_path,
        """extends = "default"
        name = "mine"
        stakers = [{share = 0.5, nerve = 0.1}]
        keepers = []
        [chain]
        gas = 0.5
        [population.kinds.retail]
        markets = [1.0, 0.0, 0.0]
        """,
    )
    made = read_world(path)
    assert made.name == "mine"
    assert made.chain == plain.chain.model_copy(update={"gas": 0.5})
    assert made.keepers == () and len(made.stakers) == 1
    assert made.population.kinds["retail"].markets == (1.0, 0.0, 0.0)
    assert made.population.kinds["retail"].leverage == plain.population.kinds["retail"].leverage
    assert made.population.kinds["gambler"] == plain.population.kinds["gambler"]


def test_a_kind_of_trader_may_be_added(tmp_path):
    kinds = read_world("stress").population.kinds
    assert kinds["careful"].stop_loss == 0.5
    assert sum(kind.share for kind in kinds.values()) == pytest.approx(1)
    assert "careful" not in read_world("default").population.kinds


@pytest.mark.parametrize("name", ["adversarial", "collateral", "instruments"])
def test_extended_worlds_equal_their_spelled_out_form(name):
    """As these worlds stood in full, before one could extend another."""
    assert read_world(name) == read_world(Path(__file__).parent / "spelled_out" / f"{name}.toml")


def test_a_file_extends_a_file_beside_it_and_so_on(tmp_path):
    base = written(tmp_path, 'extends = "default"\nname = "base"\n[chain]\ngas = 1.0\n', "base.toml")
    top = written(tmp_path, 'extends = "../base.toml"\n[chain]\nlag_blocks = 7\n', "above/top.toml")
    chain = read_world(base).chain
    assert read_world(top).chain == chain.model_copy(update={"lag_blocks": 7})
    assert read_world(top).name == "base"


def test_a_snapshot_lies_beside_the_file_that_names_it(tmp_path):
    written(tmp_path, 'extends = "default"\n[population]\nsnapshot = "accounts.csv"\n', "base.toml")
    top = written(tmp_path, 'extends = "../base.toml"\n', "above/top.toml")
    assert Path(read_world(top).population.snapshot).resolve() == (tmp_path / "accounts.csv").resolve()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            'extends = "dfault"\n',
            "extends = 'dfault' is neither a file beside it nor a shipped world: adversarial, app",
        ),
        ("extends = 3\n", "extends = 3 is no text; name a shipped world or a file beside this one"),
        ('extends = "mine.toml"\n', "extends itself, by way of "),
        ('extends = "default"\n[chain]\nblok_s = 1.0\n', "chain.blok_s is an unknown field; remove it or correct"),
        ('extends = "default"\n[chain]\nblock_s = 0.0\n', "chain.block_s = 0.0: input should be greater than or"),
        ('extends = "default"\nchain = 3\n', "chain = 3: input should be"),
        ('extends = "default"\norigins = 3\n', "origins = 3 is no table; give the source of each field in quotes"),
        ('extends = "default"\n[origins]\nchain.gas = "x"\n', "origins.'chain' = {'gas': 'x'} is no sentence; quote"),
        (
            'extends = "default"\n[origins]\n"chain.blok_s" = "x"\n',
            "origins speaks of 'chain.blok_s', which the world does not state; correct its name",
        ),
        ("chain = 3\n", "is missing; add it"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path, text, sentence):
    path = written(tmp_path, text)
    with pytest.raises(ParamError) as refused:
        read_world(path)
    assert str(refused.value).startswith(f"{path}: ") and sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_circle_of_two_is_refused(tmp_path):
    one = written(tmp_path, 'extends = "other.toml"\n', "one.toml")
    written(tmp_path, 'extends = "one.toml"\n', "other.toml")
    with pytest.raises(ParamError, match=r"extends itself, by way of .*one\.toml and .*other\.toml; one of them must"):
        read_world(one)


def test_the_format_of_every_file_is_checked(tmp_path):
    (tmp_path / "base.toml").write_text('extends = "default"\n')
    with pytest.raises(ParamError, match=r"base\.toml: format = None is not 'govtool/world@1'"):
        read_world(written(tmp_path, 'extends = "base.toml"\n'))
    (tmp_path / "base.toml").write_text(f'{HEAD}extends = "default"\n')
    (tmp_path / "mine.toml").write_text('extends = "base.toml"\n')
    with pytest.raises(ParamError, match=r"mine\.toml: format = None is not 'govtool/world@1'"):
        read_world(tmp_path / "mine.toml")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileError, match=r"nowhere\.toml: No such file"):
        stated_in(tmp_path / "nowhere.toml")


def test_origins_are_those_of_the_base_and_ones_own(tmp_path):
    path = written(tmp_path, 'extends = "optimistic-rollup"\n[origins]\n"chain.gas" = "mine"\n')
    found = origins_of(path)
    assert found["chain.gas"] == "mine"
    assert found["chain.proof_s"] == origins_of("optimistic-rollup")["chain.proof_s"]
    assert origins_of("default") == {}


def test_what_a_file_states_leaves_out_what_it_extends():
    assert "population.kinds.retail.opts_in" in stated_in("adversarial")
    assert "population.kinds.retail.share" not in stated_in("adversarial")
    assert not {"format", "name", "extends", "origins"} & {name.split(".")[0] for name in stated_in("stress")}
    assert len(shipped_worlds()) == 9
