"""From a space and places on its axes to attacks that fit the window and the budget."""

import math

import pytest

from govtool.errors import ParamError
from govtool.study.redteam.model import Space
from govtool.study.redteam.moves import (
    MOST_PUSH,
    Field,
    attacks_of,
    choice_of,
    default_space,
    dimensions,
    distributions,
    params_of,
)
from govtool.world.model import World
from govtool.world.read import read_world
from tests.scenario.windows import window

SOURCES = [{"name": "deep", "volume": 0.2}, {"name": "thin", "volume": 0.001}, {"name": "mid", "volume": 0.05}]
PLAIN = {"market": "ETH", "side": "long", "push": 0.05, "start_h": 1.0, "length_s": 60.0, "lead_s": 60.0}
PLAIN |= {"equity": 1e5, "leverage": 5.0, "draw_s": 15.0, "sources": 1.0, "wallets": 2.0, "keeper": True}
PLAIN |= {"patience": 0.0, "outage_h": 0.0, "outage_s": 0.0, "bridge_h": 0.0, "bridge_s": 0.0}


def field(budget: float = 1e6) -> Field:
    world = World.model_validate(read_world("default").model_dump() | {"sources": SOURCES})
    return Field(window(), world, world.sources, budget, {"BTC": 1e8, "ETH": 2e8})


def attacks(**changes: object) -> tuple:
    return attacks_of(PLAIN | changes, field())


def test_a_plain_attack_is_a_position_and_a_push_of_the_thinnest_source():
    position, push = attacks()
    assert (position.market, position.side, position.wallets, position.liquidates) == ("ETH", "long", 2, True)
    assert (position.equity, position.leverage) == (100_000.0, 5.0)
    assert [position.enters_h, position.draws_h, position.leaves_h] == pytest.approx([59 / 60, 1 + 15 / 3_600, 0])
    assert (push.sources, push.by, push.start_h, push.length_s) == (("thin",), 0.05, 1.0, 60.0)


def test_a_push_is_in_favour_of_the_attackers_side():
    assert attacks(side="short")[1].by == -0.05
    assert attacks(side="short", push=-0.05)[1].by == 0.05
    assert attacks(sources=2.0)[1].sources == ("thin", "mid")
    assert len(attacks(push=0.0)) == 1


def test_equity_is_what_the_budget_leaves_in_whole_cents():
    position, push = attacks(equity=math.inf, push=0.02)
    cost = 2 / 3 * 0.02 * 0.001 * 2e8 * (0.02 / 0.04) ** 2 * (1 + 60 * math.log(2) / 300)
    assert 0 <= 1e6 - cost - position.equity < 0.01 and push.by == 0.02


def test_a_push_that_the_budget_cannot_pay_is_cut():
    position, push = attacks(push=0.9, equity=math.inf)
    assert 0 < push.by < 0.9 and round(push.by, 6) == push.by
    assert position.equity == pytest.approx((1 - MOST_PUSH) * 1e6, rel=1e-3)


def test_no_position_is_larger_than_what_is_open():
    [position, _] = attacks(leverage=1_000.0, equity=9e5)
    assert position.equity * position.leverage == pytest.approx(2e8)


def test_what_happens_around_it_is_named_in_full():
    found = attacks(patience=0.02, outage_h=1.0, outage_s=900.0, bridge_h=0.5, bridge_s=60.0)[2:]
    assert [one.kind for one in found] == ["collusion", "sequencer", "bridge"]
    assert found[0].keepers == ("fast", "patient", "small") and found[1].length_s == 900.0 and found[2].start_h == 0.5


@pytest.mark.parametrize("change", [{"start_h": 0.0}, {"lead_s": 7_200.0}, {"start_h": 2.0}, {"draw_s": 7_200.0}])
def test_an_attack_outside_the_window_is_refused(change):
    with pytest.raises(ParamError, match="does not fit into the window"):
        attacks(**change)


def test_only_what_varies_is_an_axis_and_places_lead_to_values():
    space = Space(side=("long",), push=(0.0, 0.1, 0.2), keeper=(False, True))
    values = dimensions(space, ("BTC", "ETH"))
    axes = distributions(values)
    assert list(axes) == ["market", "push", "keeper"]
    assert choice_of(values, {"market": 1, "push": 2, "keeper": 0}) | {"equity": 0} == (
        {name: known[0] for name, known in values.items()} | {"market": "ETH", "push": 0.2, "equity": 0}
    )
    assert params_of(values, {"push": 0.11, "keeper": True}) == {"market": 0, "push": 1, "keeper": 1}
    assert params_of(values, {"market": "SOL"}) == {"market": 0, "push": 1, "keeper": 0}


def test_every_corner_of_the_default_space_is_an_attack():
    ground = field()
    values = dimensions(default_space(ground), ground.window.markets)
    for place in (0, -1):
        choice = {name: known[place] for name, known in values.items()}
        assert attacks_of(choice | {"start_h": 1.0, "draw_s": 0.0}, ground)
    assert set(distributions(values)) <= set(Space.model_fields)


def test_a_protocol_that_hears_nobody_is_not_pushed():
    ground = field()
    deaf = Field(ground.window, ground.world, (), 1e6, ground.open_interest)
    assert default_space(deaf).push == (0.0,) and len(attacks_of(PLAIN, deaf)) == 1
