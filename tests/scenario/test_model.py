"""What a name or a scenario file stands for."""

import pytest

from govtool.errors import DataError, FileError, ParamError
from govtool.scenario.model import crashes_at_hand, read_scenario

EVENT = "reconstructed-crash-2021-05-19"


def written(folder, text):
    path = folder / "scenario.toml"
    path.write_text(text)
    return str(path)


def test_an_event_stands_for_itself_in_the_default_world_with_seed_0():
    chosen = read_scenario(EVENT)
    assert (chosen.event.name, chosen.world.name, chosen.seed) == (EVENT, "default", 0)


def test_a_file_names_event_world_and_seed(tmp_path):
    path = written(tmp_path, f'format = "govtool/scenario@1"\nevent = "{EVENT}"\nworld = "default"\nseed = 3\n')
    assert read_scenario(path).seed == 3
    assert read_scenario(path, seed=4).seed == 4


def test_a_world_file_is_looked_for_beside_the_scenario(tmp_path):
    path = written(tmp_path, f'format = "govtool/scenario@1"\nevent = "{EVENT}"\nworld = "thin.toml"\n')
    with pytest.raises(FileError, match=r"thin\.toml: No such file"):
        read_scenario(path)


def test_an_unknown_event_names_the_nearest():
    with pytest.raises(DataError, match="event 'reconstructed-crash-2021-05-20' is not in the catalogue"):
        read_scenario("reconstructed-crash-2021-05-20")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('event = "x"', "format = None is not 'govtool/scenario@1'"),
        ('format = "govtool/scenario@9"\nevent = "x"', "format = 'govtool/scenario@9' is not"),
        ('format = "govtool/scenario@1"\nseed = 1', "event is missing; add it"),
        (
            'format = "govtool/scenario@1"\nevent = "x"\nsed = 1',
            "sed is an unknown field; remove it or correct its name",
        ),
        ('format = "govtool/scenario@1"\nevent = "x"\nseed = -1', "seed = -1: input should be greater than"),
        ("format = ", "is not valid TOML"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path, text, sentence):
    path = written(tmp_path, text)
    with pytest.raises(ParamError) as refused:
        read_scenario(path)
    assert str(refused.value).startswith(f"{path}: ") and sentence in str(refused.value)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(ParamError, match=f"seed = {seed} is outside"):
        read_scenario(EVENT, seed=seed)


def test_crashes_at_hand_are_those_that_ship_where_there_is_no_other_history():
    names = [event.name for event in crashes_at_hand()]
    assert EVENT in names
    assert all(name.startswith("reconstructed-crash-") for name in names)


def test_crashes_of_markets_that_a_protocol_lacks_are_left_out():
    names = [event.name for event in crashes_at_hand(["BTC", "ETH", "SOL"])]
    assert EVENT in names and "reconstructed-crash-2025-10-10" not in names
    assert {event.name for event in crashes_at_hand()} > set(names)
