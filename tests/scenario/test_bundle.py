"""The frozen scenario."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from govtool.errors import DataError, ParamError
from govtool.scenario.arrays import flat
from govtool.scenario.behaviour import Pace
from govtool.scenario.bundle import LARGEST_SEED, Scenario, assemble
from govtool.world.model import World
from govtool.world.read import read_world
from tests.scenario.windows import window

WORLD = read_world("default")


def scenario(seed: int = 0, world: World = WORLD, **changes: object) -> Scenario:
    return assemble(window(**changes), "crash", world, seed)


def slower(**groups: dict[str, object]) -> World:
    data = WORLD.model_dump()
    for name, fields in groups.items():
        data[name] |= fields
    return World.model_validate(data)


def test_shapes_follow_bars_and_ticks():
    made = scenario()
    assert made.feed.index.shape == (480, 2)
    assert made.tail.shape == (240, 2)
    assert made.feed.slope.shape == (2, 2)
    assert made.feed.low.shape == (8, 2)
    assert made.days == 120 / 1_440
    assert made.name == "made-up/default/0"


def test_index_and_tail_are_one_path():
    made = scenario()
    assert made.feed.index[3].tolist() == window().close[0].tolist()
    assert made.tail[-1].tolist() == window().close[-1].tolist()


def test_blocks_bound_the_index():
    feed = scenario().feed
    for block in range(8):
        part = feed.index[60 * block : 60 * (block + 1)]
        assert feed.low[block].tolist() == part.min(axis=0).tolist()
        assert feed.high[block].tolist() == part.max(axis=0).tolist()


def test_the_venue_is_of_its_own_size_and_markets_share_it_by_volume():
    made = scenario()
    # 200 M a day over markets of 100 M and 200 M, and 0.875 of that as open interest.
    assert made.open_interest == pytest.approx([175e6 / 3, 350e6 / 3])
    assert made.daily_volume == 200e6
    assert made.feed.slope[0] == pytest.approx([0.04 / np.sqrt(200e6 / 3), 0.04 / np.sqrt(400e6 / 3)])


def test_depth_follows_the_day():
    doubled = np.array([[1e8, 2e8], [4e8, 8e8]])
    made = scenario(bars=26 * 60, day_volume=doubled)
    assert made.feed.slope[23] == pytest.approx(made.feed.slope[0])
    assert made.feed.slope[24] == pytest.approx(made.feed.slope[0] / 2)  # four times the volume


def test_a_window_that_ends_within_an_hour_has_a_last_hour():
    assert scenario(bars=90).feed.slope.shape == (2, 2)
    assert scenario(bars=90).feed.low.shape == (6, 2)


def test_funding_is_quoted_per_eight_hours_at_the_tick_that_ends_there():
    start = window().start_ms
    times = np.array([start + 3_600_000, start + 7_200_000])
    feed = scenario(funding_ms=times, funding_rate=np.full((2, 2), 1e-5)).feed
    assert feed.funding_tick.tolist() == [239, 479]
    assert feed.funding_share == 1 / 8
    assert feed.funding_rate[0] == pytest.approx([8e-5, 8e-5])


def test_a_single_settlement_is_of_eight_hours():
    times = np.array([window().start_ms + 20_000])
    feed = scenario(funding_ms=times, funding_rate=np.full((1, 2), 1e-4)).feed
    assert feed.funding_tick.tolist() == [1]
    assert feed.funding_share == 1.0


def test_a_scenario_is_a_pure_function_of_its_inputs():
    first, second = scenario(), scenario()
    assert first.digest == second.digest
    assert np.array_equal(first.feed.index, second.feed.index)
    assert np.array_equal(first.crowd.equity, second.crowd.equity)


def test_its_digest_hangs_on_seed_world_window_and_kind():
    digests = {
        scenario().digest,
        scenario(seed=1).digest,
        scenario(world=slower(habits={"headroom": 0.9})).digest,
        scenario(world=slower(liquidity={"own_weight": 0.0})).digest,
        scenario(digest="sha256:other").digest,
        scenario(event="other").digest,
        assemble(window(), "calm", WORLD, 0).digest,
    }
    assert len(digests) == 7


@pytest.mark.slow
def test_a_new_process_builds_the_same_scenario():
    script = (
        "from tests.scenario.windows import window\n"
        "from govtool.scenario.bundle import assemble\n"
        "from govtool.world.read import read_world\n"
        "print(assemble(window(), 'crash', read_world('default'), 0).digest)"
    )
    root = Path(__file__).parents[2]
    environment = os.environ | {
        "PYTHONPATH": str(root),
        "PYTHONHASHSEED": "7",
        "NPY_DISABLE_CPU_FEATURES": "AVX2 AVX512F AVX512_SKX FMA3 X86_V3 X86_V4",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == scenario().digest


def test_arrays_have_one_layout_so_that_kernels_compile_once():
    made = scenario()
    for part in (made.feed, made.crowd, made.venue, made.keepers):
        for name, value in flat("", part).items():
            if value.ndim:
                assert value.flags.c_contiguous and value.flags.writeable, name
                assert value.dtype in (np.float64, np.int64), name


def test_a_tick_that_does_not_divide_the_bar_is_refused():
    world = WORLD.model_copy(update={"step_s": 40})
    with pytest.raises(ParamError, match="step_s = 40 does not divide a bar of 60 s"):
        scenario(world=world)


@pytest.mark.parametrize("seed", [-1, LARGEST_SEED + 1])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(ParamError, match=f"seed = {seed} is outside 0 to"):
        scenario(seed=seed)


def test_a_market_without_volume_is_refused():
    with pytest.raises(DataError, match="event 'made-up': market ETH has no volume in the 30 days before it"):
        scenario(day_volume=np.array([[1e8, 0.0], [1e8, 0.0]]))


def test_scenarios_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario().seed = 1


def test_keepers_see_the_volatility_of_the_day():
    daily = np.array([[0.04, 0.05], [0.08, 0.02]])
    feed = scenario(bars=26 * 60, day_sigma=daily).feed
    assert feed.sigma.shape == feed.slope.shape
    assert feed.sigma[23].tolist() == [0.04, 0.05] and feed.sigma[24].tolist() == [0.08, 0.02]


def test_an_owner_of_accounts_is_the_same_number_for_keeper_and_crowd():
    data = WORLD.model_dump()
    keepers = [keeper | {"owns": 0.05 if keeper["name"] == "patient" else 0.0} for keeper in data["keepers"]]
    made = scenario(world=World.model_validate(data | {"keepers": keepers}))
    [owner] = set(made.keepers.keeper_owner.tolist()) - {-1}
    # The patient one is the last in order of latency.
    assert made.keepers.keeper_owner.tolist() == [-1, -1, owner]
    held = np.flatnonzero(made.crowd.owner == owner)
    assert 25 < held.size < 80 and held[0] == owner
    others = np.delete(np.arange(1_000), held)
    assert made.crowd.owner[others].tolist() == others.tolist()


def changed(**groups: object) -> World:
    return World.model_validate(WORLD.model_dump() | groups)


STORM = {
    "sources": [{"name": "one", "volume": 0.1, "noise": 0.001}, {"name": "two", "volume": 0.1, "lag_s": 60.0}],
    "attacks": [
        {"kind": "sequencer", "start_h": 0.5, "length_s": 60.0},
        {"kind": "push", "market": "BTC", "sources": ["two"], "by": -0.2, "start_h": 1.0, "length_s": 60.0},
    ],
}


def test_a_world_without_weather_holds_no_columns():
    made = scenario()
    assert [column.size for column in made.weather] == [0] * 7
    assert made.sources.size == 0 and made.source_names == () and made.pace == Pace()


def test_weather_and_sources_are_of_the_window_and_what_is_made_of_them_is_left_open():
    made = scenario(world=changed(**STORM))
    assert np.flatnonzero(made.weather.chain).tolist() == [120, 121, 122, 123]
    assert made.weather.quote.size == 0
    assert made.sources.shape == (480, 2, 2) and made.source_names == ("one", "two")
    assert made.sources[240, 0, 1] == pytest.approx(0.8 * made.feed.index[236, 0])


def test_digests_hang_on_weather_and_sources():
    world = changed(**STORM)
    assert scenario(world=world).digest == scenario(world=world).digest
    later = STORM | {"attacks": [STORM["attacks"][0] | {"start_h": 0.75}, STORM["attacks"][1]]}
    fewer = STORM | {"attacks": STORM["attacks"][:1]}
    digests = {scenario(world=one).digest for one in (WORLD, world, changed(**later), changed(**fewer))}
    assert len(digests) == 4


def test_the_pace_of_traders_is_the_worlds_and_a_slow_chain_slows_them_at_once():
    habits = {"fee_elasticity": 0.5, "latency_elasticity": 1.0, "reference_block_s": 0.555}
    plain, made = scenario(), scenario(world=slower(habits=habits))
    assert made.pace == Pace(0.5, 0.0005)
    assert made.crowd.hold == pytest.approx(2 * plain.crowd.hold)
    assert np.array_equal(made.crowd.idle, plain.crowd.idle)
