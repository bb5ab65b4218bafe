"""A red team's file: what it may say, and the one sentence for whatever is wrong with it."""

import pytest

from govtool.errors import ParamError
from govtool.study.redteam.model import FORMAT, parse_redteam, read_redteam

PLAIN = {"format": FORMAT, "name": "a", "protocol": "dydx-v4", "event": "e", "budget": 5, "trials": 3}


def space(**told: object) -> object:
    return parse_redteam(PLAIN | {"space": told}).space


def test_values_are_a_number_a_list_or_a_range():
    assert space(push=0.1).push == (0.1,)
    assert space(push=[0.1, 0.3]).push == (0.1, 0.3)
    assert space(push={"low": -0.1, "high": 0.3, "step": 0.1}).push == (-0.1, 0.0, 0.1, 0.2, 0.3)
    assert space(equity=[5]).equity == (5.0,) and space().equity is None


def test_a_file_survives_its_own_dump():
    plan = parse_redteam(PLAIN | {"space": {"push": {"low": 0, "high": 0.3, "step": 0.1}}})
    assert parse_redteam(plan.model_dump()) == plan


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"space": {"push": {"low": 0, "high": 0.35, "step": 0.1}}}, ["space.push", "0.35", "whole number of steps"]),
        ({"space": {"push": {"low": 1, "high": 0, "step": 0.1}}}, ["space.push", "whole number of steps"]),
        ({"space": {"push": {"low": 0, "high": 1, "step": 0}}}, ["space.push", "step = 0"]),
        ({"space": {"push": {"low": 0}}}, ["space.push", "low = , high = , step ="]),
        ({"space": {"push": []}}, ["space.push"]),
        ({"space": {"push": True}}, ["space.push"]),
        ({"space": {"side": ["up"]}}, ["space.side.0", "'up'"]),
        ({"space": {"colour": 1}}, ["space.colour", "unknown"]),
        ({"goal": "fame"}, ["goal", "'fame'"]),
        ({"trials": 0}, ["trials", "0"]),
        ({"budget": 0}, ["budget", "0"]),
        ({"defences": [{"name": "x", "changes": {}}]}, ["defences.0.changes"]),
        ({"format": "govtool/redteam@9"}, ["format"]),
    ],
)
def test_what_is_wrong_is_named(change, words):
    with pytest.raises(ParamError) as refused:
        parse_redteam(PLAIN | change)
    sentence = str(refused.value)
    assert "\n" not in sentence and [word for word in words if word not in sentence] == []


def test_paths_are_seen_from_the_file(tmp_path):
    (tmp_path / "a.toml").write_text(
        'format = "govtool/redteam@1"\nname = "a"\nprotocol = "p.toml"\nevent = "e"\nbudget = 1\ntrials = 1\n'
    )
    plan = read_redteam(tmp_path / "a.toml")
    assert plan.beside("p.toml") == str(tmp_path / "p.toml") and plan.beside("dydx-v4") == "dydx-v4"
