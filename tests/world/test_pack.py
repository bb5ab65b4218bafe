"""Worlds as the engine's arrays."""

import pytest

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
