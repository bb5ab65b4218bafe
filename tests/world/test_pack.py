"""Worlds as the engine's arrays."""

import pytest

from govtool.engine.codes import COLLUDE, HONEST, LATE, NO_SHOW, SELF
from govtool.world.model import World
from govtool.world.pack import pack_keepers, pack_venue
from govtool.world.read import read_world


def changed(**groups: dict[str, object]) -> World:
    """The default world with fields of some groups, or of its own, replaced."""
    data = read_world("default").model_dump()
    for name, fields in groups.items():
        data[name] = data[name] | fields if isinstance(data[name], dict) else fields
    return World.model_validate(data)


def test_blocks_per_tick_are_the_nearest_whole_number():
    assert pack_venue(changed(chain={"block_s": 1.11}), ("BTC",)).blocks == 14  # 15 / 1.11 = 13.5
    assert pack_venue(changed(chain={"block_s": 60.0}), ("BTC",)).blocks == 1


def test_half_a_displacement_is_gone_after_the_half_life():
    venue = pack_venue(changed(liquidity={"half_life_s": 60.0}), ("BTC",))
    assert venue.decay**4 == pytest.approx(0.5, rel=1e-12)


def test_a_market_may_have_its_own_spread():
    venue = pack_venue(changed(liquidity={"half_spreads": {"SOL": 0.002}}), ("BTC", "SOL"))
    assert venue.half_spread.tolist() == [0.0005, 0.002]


@pytest.mark.parametrize(("step_s", "per_hour", "per_block"), [(15, 240, 60), (60, 60, 15), (3_600, 1, 1), (40, 90, 2)])
def test_skipping_blocks_divide_the_hour(step_s, per_hour, per_block):
    venue = pack_venue(changed(step_s=step_s), ("BTC",))
    assert (venue.ticks_per_hour, venue.block_ticks) == (per_hour, per_block)
    assert per_hour % per_block == 0


def test_keepers_stand_in_the_order_of_latency_and_scale_with_the_venue():
    keepers = pack_keepers(read_world("default"), 1e8)
    assert keepers.latency.tolist() == [1, 2, 3]
    assert keepers.capital.tolist() == [1e6, 3e5, 3e6]
    assert keepers.refill.tolist() == pytest.approx([1e6 / 60, 3e5 / 40, 3e6 / 120])


def test_a_latency_shorter_than_a_tick_is_one_tick():
    quick = [{"name": "k", "latency_s": 0.5, "capital": 0.1, "recycle_s": 60.0, "edge": 0.0, "least": 0.0}]
    assert pack_keepers(changed(keepers=quick), 1e8).latency.tolist() == [1]


def test_a_world_may_have_no_keepers():
    assert pack_keepers(changed(keepers=[]), 1e8).latency.size == 0


def keeper(**told: object) -> dict[str, object]:
    plain = {"name": "k", "latency_s": 15.0, "capital": 0.1, "recycle_s": 60.0, "edge": 0.0, "least": 0.0}
    return plain | told


def test_plain_keepers_are_honest_hasty_and_nobodys():
    keepers = pack_keepers(read_world("default"), 1e8)
    for traits in (keepers.patience, keepers.risk, keepers.cost):
        assert traits.tolist() == [0.0, 0.0, 0.0]
    assert keepers.conduct.tolist() == [HONEST] * 3 and keepers.keeper_owner.tolist() == [-1] * 3
    assert pack_venue(read_world("default"), ("BTC",)).gas == 0.0


def test_strategies_of_keepers_stand_in_the_order_of_latency_too():
    network = [
        keeper(latency_s=60.0, patience=0.01, risk=0.5, cost=2.0, conduct="collude"),
        keeper(latency_s=15.0, conduct="no-show"),
        keeper(latency_s=45.0, conduct="self", owns=0.1),
        keeper(latency_s=30.0, conduct="late"),
    ]
    keepers = pack_keepers(changed(keepers=network), 1e8, (-1, -1, 17, -1))
    assert keepers.conduct.tolist() == [NO_SHOW, LATE, SELF, COLLUDE]
    assert keepers.patience.tolist() == [0.0, 0.0, 0.0, 0.01] and keepers.risk.tolist() == [0.0, 0.0, 0.0, 0.5]
    assert keepers.cost.tolist() == [0.0, 0.0, 0.0, 2.0]
    assert keepers.keeper_owner.tolist() == [-1, -1, 17, -1]


def test_gas_is_the_chains():
    assert pack_venue(changed(chain={"gas": 0.4}), ("BTC",)).gas == 0.4
