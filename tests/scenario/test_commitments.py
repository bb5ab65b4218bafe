"""What binds accounts beyond their own trading."""

import numpy as np
import pytest

from govtool.engine.draw import draw
from govtool.scenario.arrays import flat
from govtool.scenario.commitments import OPTED, OWNER, opted, owned, stakes
from govtool.scenario.population import form_crowd
from govtool.world.model import World
from govtool.world.read import read_world

TARGETS = np.array([100e6, 70e6])


def changed(opts_in: float = 0.0, owns: tuple[float, ...] = (0.0, 0.0, 0.0), **told: object) -> World:
    data = read_world("default").model_dump()
    for kind in data["population"]["kinds"].values():
        kind["opts_in"] = opts_in
    for keeper, share in zip(data["keepers"], owns, strict=True):
        keeper["owns"] = share
    return World.model_validate(data | told)


def test_opting_in_is_drawn_account_by_account_from_a_stream_of_its_own():
    world = changed(opts_in=0.3)
    made = form_crowd(world, 7, TARGETS, 15)
    assert made.opted.tolist() == [int(draw(7, OPTED, i, 0) < 0.3) for i in range(1_000)]
    assert made.opted.mean() == pytest.approx(0.3, abs=0.05)
    plain = form_crowd(changed(), 7, TARGETS, 15)
    assert plain.opted.tolist() == [0] * 1_000
    before, after = flat("crowd", plain), flat("crowd", made)
    for name in set(after) - {"crowd.opted"}:
        assert np.array_equal(after[name], before[name]), name


@pytest.mark.parametrize(("chance", "all_of_them"), [(0.0, 0), (1.0, 1)])
def test_nobody_and_everybody_may_opt_in(chance, all_of_them):
    assert set(opted(3, np.full(50, chance)).tolist()) == {all_of_them}
    assert opted(3, np.zeros(0)).size == 0


def test_each_kind_has_its_own_chance_of_opting_in():
    data = read_world("default").model_dump()
    data["population"]["kinds"]["professional"]["opts_in"] = 1.0
    made = form_crowd(World.model_validate(data), 0, TARGETS, 15)
    assert made.opted.mean() == pytest.approx(0.12, abs=0.03)


def test_stakers_are_as_listed():
    world = changed(stakers=[{"share": 0.5, "nerve": 0.1}, {"share": 0.25, "nerve": 0.0}])
    assert [part.tolist() for part in stakes(world)] == [[0.5, 0.25], [0.1, 0.0]]
    assert [part.size for part in stakes(changed())] == [0, 0]
    made = form_crowd(world, 0, TARGETS, 15)
    assert made.stake.tolist() == [0.5, 0.25] and made.nerve.tolist() == [0.1, 0.0]


def test_where_no_keeper_owns_accounts_everyone_is_its_own():
    world = changed()
    made = form_crowd(world, 0, TARGETS, 15)
    same, owners = owned(world, 0, made)
    assert same is made and owners == (-1, -1, -1)


def test_owners_have_the_number_of_their_first_account():
    world = changed(owns=(0.25, 0.0, 0.5))
    made, owners = owned(world, 5, form_crowd(world, 5, TARGETS, 15))
    u = np.array([draw(5, OWNER, i, 0) for i in range(1_000)])
    first, last = np.flatnonzero(u < 0.25), np.flatnonzero((u >= 0.25) & (u < 0.75))
    assert owners == (first[0], -1, last[0])
    assert set(made.owner[first].tolist()) == {first[0]} and set(made.owner[last].tolist()) == {last[0]}
    free = np.flatnonzero(u >= 0.75)
    assert made.owner[free].tolist() == free.tolist()


def test_an_owner_whom_chance_gives_nothing_owns_nothing():
    data = read_world("default").model_dump()
    data["population"]["accounts"] = 1
    data["keepers"][0]["owns"] = 1e-9
    world = World.model_validate(data)
    made, owners = owned(world, 0, form_crowd(world, 0, TARGETS, 15))
    assert owners == (-1, -1, -1) and made.owner.size == 0


def test_all_accounts_may_have_one_owner():
    world = changed(owns=(1.0, 0.0, 0.0))
    made, owners = owned(world, 0, form_crowd(world, 0, TARGETS, 15))
    assert owners == (0, -1, -1) and set(made.owner.tolist()) == {0}


def test_a_world_without_keepers_has_no_owners():
    data = read_world("default").model_dump()
    world = World.model_validate(data | {"keepers": []})
    made = form_crowd(world, 0, TARGETS, 15)
    assert owned(world, 0, made) == (made, ())
