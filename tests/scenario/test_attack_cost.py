"""What an attack costs, worked by hand."""

import math

import pytest

from govtool.errors import ParamError
from govtool.scenario.attack_cost import attack_cost, push_cost, source_volume
from govtool.world.model import World
from govtool.world.read import read_world
from tests.scenario.windows import window

SOURCES = [{"name": "thin", "volume": 0.01}, {"name": "deep", "volume": 0.2}]
PUSH = {"kind": "push", "market": "ETH", "sources": ("thin",), "by": 0.1, "start_h": 1.0, "length_s": 300.0}
POSITION = {
    "kind": "position",
    "market": "ETH",
    "side": "long",
    "equity": 5_000.0,
    "leverage": 8.0,
    "enters_h": 0.5,
}


def world_with(*attacks: dict) -> World:
    return World.model_validate(read_world("default").model_dump() | {"attacks": list(attacks), "sources": SOURCES})


def test_a_push_is_paid_two_thirds_of_itself_on_what_must_be_bought():
    # Q = 1 M * (0.1 / 0.05)^2 = 4 M, at 2/3 of 10 % above fair.
    assert push_cost(0.1, 0.0, 1e6, 0.05, 1.0, 300.0) == pytest.approx(800_000 / 3, rel=1e-12)
    # One half-life later ln 2 of it has decayed and was bought anew.
    assert push_cost(0.1, 300.0, 1e6, 0.05, 1.0, 300.0) == pytest.approx(800_000 / 3 * (1 + math.log(2)), rel=1e-12)


def test_twice_as_far_costs_eight_times_as_much_and_down_costs_what_up_does():
    once = push_cost(0.05, 60.0, 1e6, 0.05, 1.0, 300.0)
    assert push_cost(0.1, 60.0, 1e6, 0.05, 1.0, 300.0) == pytest.approx(8 * once, rel=1e-12)
    assert push_cost(-0.05, 60.0, 1e6, 0.05, 1.0, 300.0) == once


@pytest.mark.parametrize(("by", "sigma", "impact"), [(0.0, 0.05, 1.0), (0.1, 0.0, 1.0), (0.1, 0.05, 0.0)])
def test_nothing_is_paid_for_no_push_or_where_nothing_resists(by, sigma, impact):
    assert push_cost(by, 60.0, 1e6, sigma, impact, 300.0) == 0.0


def test_sources_have_their_share_of_historys_volume():
    world = world_with()
    # ETH trades 200 M a day in the made-up window, whatever the venue's own volume is.
    assert source_volume(world.sources[0], window(), "ETH", 1.0) == pytest.approx(2e6)


def test_an_attack_is_its_pushes_its_equity_and_what_nobody_can_buy():
    silence = {"kind": "silence", "sources": ("deep",), "start_h": 1.0, "length_s": 60.0}
    down = {"kind": "sequencer", "start_h": 1.0, "length_s": 60.0}
    attacks = world_with(PUSH, POSITION, silence, down, down | {"start_h": 1.5}).attacks
    found = attack_cost(world_with(), window(), attacks)
    # sigma 4 %, impact 1, half-life 300 s: Q = 2 M * 2.5^2 = 12.5 M.
    assert found.push_usd == pytest.approx(12.5e6 * 0.2 / 3 * (1 + math.log(2)), rel=1e-12)
    assert found.equity_usd == 5_000.0
    assert found.total_usd == found.push_usd + 5_000.0
    assert found.coincidences == ("silence", "sequencer")


def test_two_sources_cost_both():
    one, other, both = (
        attack_cost(world_with(), window(), world_with(PUSH | {"sources": names}).attacks).push_usd
        for names in (("thin",), ("deep",), ("thin", "deep"))
    )
    assert both == pytest.approx(one + other, rel=1e-12) and other == pytest.approx(20 * one, rel=1e-12)


def test_no_attack_costs_nothing():
    found = attack_cost(world_with(), window(), ())
    assert (found.push_usd, found.equity_usd, found.coincidences) == (0.0, 0.0, ())


@pytest.mark.parametrize(
    ("change", "words"),
    [({"sources": ("moon",)}, "'moon', and the world default has thin, deep"), ({"market": "SOL"}, "'SOL', which is")],
)
def test_what_is_not_there_is_named(change, words):
    with pytest.raises(ParamError, match=words):
        attack_cost(world_with(), window(), world_with(PUSH | change).attacks)
