"""Attackers join behind everybody else, and nobody else notices."""

import numpy as np
import pytest

from govtool.engine.codes import COLLUDE, HONEST
from govtool.engine.state import Habits, Keepers
from govtool.errors import ParamError
from govtool.scenario.attackers import FAR, Joined, tick_of, with_attackers
from govtool.scenario.population import form_crowd
from govtool.world.model import World
from govtool.world.pack import pack_keepers
from govtool.world.read import read_world

TARGETS = np.array([100e6, 70e6])
MARKETS = ("BTC", "ETH")
OPEN_INTEREST = 170e6
POSITION = {
    "kind": "position",
    "market": "ETH",
    "side": "short",
    "equity": 1_000.000001,
    "leverage": 8.0,
    "enters_h": 1.0,
    "draws_h": 2.0,
    "leaves_h": 0.0,
    "wallets": 3,
    "liquidates": True,
}


def world_with(*attacks: dict, **told: object) -> World:
    return World.model_validate(read_world("default").model_dump() | {"attacks": list(attacks)} | told)


def joined(*attacks: dict, **told: object) -> Joined:
    world = world_with(*attacks, **told)
    crowd = form_crowd(world, 7, TARGETS, 15)
    return with_attackers(world, crowd, pack_keepers(world, OPEN_INTEREST), MARKETS, OPEN_INTEREST)


def test_without_attackers_crowd_and_bench_are_as_they_were():
    world = world_with({"kind": "sequencer", "start_h": 1.0, "length_s": 60.0})
    crowd, keepers = form_crowd(world, 7, TARGETS, 15), pack_keepers(world, OPEN_INTEREST)
    found = with_attackers(world, crowd, keepers, MARKETS, OPEN_INTEREST)
    assert found.crowd is crowd and found.keepers is keepers and (found.accounts, found.takers) == (0, 0)


def test_everybody_else_is_the_same_to_the_bit():
    plain, found = joined(), joined(POSITION)
    for before, after in ((plain.crowd, found.crowd), (plain.keepers, found.keepers)):
        for name in set(before._fields) - {"owner", "habits"}:
            held, longer = getattr(before, name), getattr(after, name)
            if np.ndim(held) and np.size(held):
                assert np.array_equal(held, longer[: len(held)]) and longer.dtype == held.dtype, name
            elif not np.ndim(held):
                assert held == longer, name
    # Who had no owner named is its own.
    assert found.crowd.owner[:1_000].tolist() == list(range(1_000))
    assert {name: set(getattr(found.crowd.habits, name)[:1_000].tolist()) for name in ("leaves", "draws", "keep")} == {
        "leaves": {0},
        "draws": {0},
        "keep": {0.0},
    }


def test_an_attacker_is_a_few_wallets_of_one_owner():
    crowd = joined(POSITION).crowd
    assert crowd.equity[1_000:].tolist() == [333_333_333, 333_333_333, 333_333_335]
    assert crowd.owner[1_000:].tolist() == [1_000] * 3
    assert crowd.share[1_000:].tolist() == [[0.0, -1.0]] * 3
    assert crowd.leverage[1_000:].tolist() == [8.0] * 3
    assert crowd.enters[1_000:].tolist() == [240] * 3
    assert crowd.habits.draws[1_000:].tolist() == [480] * 3 and crowd.habits.keep[1_000:].tolist() == [1.0] * 3
    assert crowd.habits.leaves[1_000:].tolist() == [FAR] * 3
    for name in ("topup_chance", "wallet", "idle", "opted"):
        assert not getattr(crowd, name)[1_000:].any(), name
    assert crowd.deposit.shape == (1_003, 0)


def test_attacks_are_of_one_attacker_and_come_in_order():
    other = POSITION | {"market": "BTC", "side": "long", "wallets": 1, "enters_h": 0.0, "leaves_h": 3.0}
    found = joined(POSITION, other)
    assert (found.accounts, found.takers) == (4, 1)
    assert set(found.crowd.owner[1_000:].tolist()) == {1_000}
    assert found.crowd.share[1_003].tolist() == [1.0, 0.0]
    assert found.crowd.enters[1_003] == 0 and found.crowd.habits.leaves[1_003] == 720


def test_its_keeper_is_last_fastest_and_rich():
    keepers = joined(POSITION).keepers
    assert keepers.latency.tolist() == [1, 2, 3, 1]
    assert keepers.capital[3] == keepers.refill[3] == OPEN_INTEREST
    assert keepers.keeper_owner.tolist() == [-1, -1, -1, 1_000]
    assert keepers.conduct[3] == HONEST
    assert [getattr(keepers, name)[3] for name in ("edge", "least", "patience", "risk", "cost")] == [0.0] * 5
    assert joined(POSITION | {"liquidates": False}).takers == 0


def test_its_keeper_is_one_of_those_who_collude():
    pact = {"kind": "collusion", "keepers": ["fast"], "patience": 0.02}
    keepers = joined(POSITION, pact).keepers
    assert keepers.conduct[3] == COLLUDE and keepers.patience[3] == 0.02


def test_a_bench_without_keepers_or_with_less_said_of_them_takes_one_more():
    alone = joined(POSITION, keepers=[]).keepers
    assert alone.latency.tolist() == [1] and alone.keeper_owner.tolist() == [1_000]
    world = world_with(POSITION)
    bare = Keepers(np.array([2]), *(np.array([1.0]) for _ in range(4)))
    found = with_attackers(world, form_crowd(world, 7, TARGETS, 15), bare, MARKETS, OPEN_INTEREST).keepers
    assert found.keeper_owner.tolist() == [-1, 1_000] and found.latency.tolist() == [2, 2]
    assert found.conduct.tolist() == [HONEST, HONEST] and found.conduct.dtype == np.int64


def test_habits_that_others_have_are_none_of_an_attackers():
    world = world_with(POSITION)
    crowd = form_crowd(world, 7, TARGETS, 15)
    habits = Habits(stop_loss=np.full(1_000, 0.5), draws=np.arange(1_000), draw_every=np.ones(1_000), nudge=1.5)
    found = with_attackers(
        world, crowd._replace(habits=habits), pack_keepers(world, OPEN_INTEREST), MARKETS, OPEN_INTEREST
    ).crowd.habits
    assert found.stop_loss[:1_000].tolist() == [0.5] * 1_000 and not found.stop_loss[1_000:].any()
    assert found.draws[:1_000].tolist() == list(range(1_000)) and not found.draw_every[1_000:].any()
    assert found.nudge == 1.5 and found.herd.size == 0


def test_a_snapshot_is_joined_in_the_first_tick_and_not_before():
    world = world_with(POSITION | {"enters_h": 0.0})
    crowd = form_crowd(world, 7, TARGETS, 15)
    crowd = crowd._replace(opening=np.ones((1_000, 2)))
    found = with_attackers(world, crowd, pack_keepers(world, OPEN_INTEREST), MARKETS, OPEN_INTEREST).crowd
    assert found.enters[1_000:].tolist() == [1] * 3 and found.opening[1_000:].tolist() == [[0.0, 0.0]] * 3


def test_a_market_that_is_not_replayed_is_named():
    with pytest.raises(ParamError, match="'SOL' of a position is not replayed, only BTC, ETH"):
        joined(POSITION | {"market": "SOL"})


@pytest.mark.parametrize(("hours", "tick"), [(0.0, 0), (0.5, 120), (0.00416, 0), (1 / 240, 1), (1.0, 240)])
def test_a_time_is_the_tick_in_which_it_falls(hours, tick):
    assert tick_of(hours, 15) == tick
