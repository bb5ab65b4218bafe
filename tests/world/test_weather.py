"""Everything that a world does per tick."""

import numpy as np
import pytest

from govtool.engine.state import CLEAR, Weather
from govtool.errors import ParamError
from govtool.world.model import World
from govtool.world.pack import pack_venue
from govtool.world.read import read_world, shipped_worlds
from govtool.world.weather import pack_weather
from tests.world.changes import changed, feed

MARKETS = ("BTC", "ETH")
CRASH = np.column_stack([np.linspace(100.0, 50.0, 480), np.linspace(10.0, 8.0, 480)])

STORM = changed(
    chain={"outages": [{"start_h": 0.5, "length_s": 600.0}], "forced_s": 300.0},
    bridge={"load": {"move": 0.01}},
    liquidity={"shrink": 0.5, "makers": {"move": 0.01, "depth": 0.5, "spread": 3.0}},
    habits={"panic_move": 0.01},
    attacks=[{"kind": "spoof", "start_h": 0.0, "length_s": 60.0, "shown": 9.0}],
)


def packed(world: World, seed: int = 0) -> Weather:
    return pack_weather(world, seed, MARKETS, pack_venue(world, MARKETS), feed(CRASH))


@pytest.mark.parametrize("name", ["default", "adversarial", "collateral", "instruments"])
def test_worlds_without_weather_are_clear_in_any_market(name):
    assert name in shipped_worlds()
    for found, none in zip(packed(read_world(name)), CLEAR, strict=True):
        assert found.size == 0 and found.shape == none.shape and found.dtype == none.dtype


def test_in_a_storm_every_column_but_the_quote_is_told():
    found = packed(STORM)
    assert found.quote.size == 0
    for name in ("chain", "panic", "bridge"):
        column = getattr(found, name)
        assert column.shape == (480,) and column.dtype == np.int64, name
    for name in ("depth", "wide", "spoof"):
        column = getattr(found, name)
        assert column.shape == (480, 2) and column.dtype == np.float64, name
        assert column.flags.c_contiguous and column.flags.writeable, name


def test_the_same_world_and_seed_have_the_same_weather():
    for one, other in zip(packed(STORM, 3), packed(STORM, 3), strict=True):
        assert one.tobytes() == other.tobytes()


def test_depth_and_spread_never_gain_and_a_spoof_never_hides_any():
    found = packed(STORM)
    assert found.depth.min() >= 1.0 and found.wide.min() >= 1.0 and found.spoof.max() <= 1.0


def test_a_market_that_is_not_there_is_refused():
    spoof = {"kind": "spoof", "market": "DOGE", "start_h": 0.0, "length_s": 60.0, "shown": 9.0}
    with pytest.raises(ParamError, match="market 'DOGE' of the spoof attack is none of this window's"):
        packed(changed(attacks=[spoof]))
