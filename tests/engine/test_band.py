"""When a posted price is astray, by hand."""

import numpy as np
import pytest

from govtool.engine.band import (
    ASTRAY,
    AT_EASE,
    FAR_ASTRAY,
    FIRST_BAND,
    FIRST_WIDE,
    ROOMY,
    WIDENED,
    leave_bands,
    narrow_bands,
)
from tests.engine.handmade import Trader, world
from tests.engine.staging import Stage, staged

NOISE = 1e-12
"""Of a band: some roundings of a ratio of prices."""


def two_markets() -> Stage:
    return staged(world([[100.0, 10.0]] * 4, [Trader(10, [1])]))


def astray(stage: Stage, *prices: float) -> int:
    stage.state.markets["oracle"] = prices
    return int(leave_bands(stage.state, stage.tape, 1))


def bands(stage: Stage) -> list[float]:
    return stage.state.markets["band"].tolist()


def wides(stage: Stage) -> list[float]:
    return stage.state.markets["wide"].tolist()


@pytest.mark.parametrize("price", [100.0, 100.0 * (1.0 - FIRST_BAND), 100.0 * (1.0 + FIRST_BAND)])
def test_a_price_at_the_edge_of_its_band_is_within(price):
    stage = two_markets()
    assert astray(stage, price, 10.0) == AT_EASE
    assert (bands(stage), wides(stage)) == ([FIRST_BAND] * 2, [FIRST_WIDE] * 2)


@pytest.mark.parametrize(("price", "used"), [(99.9, 1e-3), (100.1, 1e-3), (99.5, 5e-3), (100.5, 5e-3)])
def test_a_price_beyond_its_narrow_band_widens_it_to_thrice_what_it_used(price, used):
    stage = two_markets()
    assert astray(stage, price, 10.0) == ASTRAY
    assert bands(stage) == [pytest.approx(WIDENED * used, rel=NOISE), FIRST_BAND]
    assert wides(stage) == [FIRST_WIDE, FIRST_WIDE]
    assert astray(stage, price, 10.0) == AT_EASE


@pytest.mark.parametrize("price", [99.0, 101.0, 100.0 * (1.0 - FIRST_WIDE), 100.0 * (1.0 + FIRST_WIDE)])
def test_a_narrow_band_is_never_wider_than_the_wide_one(price):
    stage = two_markets()
    assert astray(stage, price, 10.0) == ASTRAY
    assert (bands(stage)[0], wides(stage)[0]) == (FIRST_WIDE, FIRST_WIDE)


@pytest.mark.parametrize(("price", "used"), [(97.0, 0.03), (103.0, 0.03), (50.0, 0.5), (150.0, 0.5)])
def test_a_price_beyond_its_wide_band_widens_both(price, used):
    stage = two_markets()
    assert astray(stage, price, 10.0) == FAR_ASTRAY
    assert bands(stage)[0] == wides(stage)[0] == pytest.approx(WIDENED * used, rel=NOISE)
    assert (bands(stage)[1], wides(stage)[1]) == (FIRST_BAND, FIRST_WIDE)
    assert astray(stage, price, 10.0) == AT_EASE


def test_any_market_can_be_astray_and_the_furthest_counts():
    stage = two_markets()
    assert astray(stage, 100.0, 9.99) == ASTRAY
    assert bands(stage) == [FIRST_BAND, pytest.approx(WIDENED * 1e-3, rel=NOISE)]
    assert astray(stage, 50.0, 9.95) == FAR_ASTRAY


def test_a_band_narrows_to_thrice_what_was_used_of_it_since_it_was_last_asked():
    stage = two_markets()
    for price, band in ((90.0, 0.3), (98.0, 0.06), (98.9, 0.06), (99.1, 0.027), (100.0, FIRST_BAND)):
        astray(stage, price, 10.0)
        astray(stage, 100.0, 10.0)
        narrow_bands(stage.state)
        # All of 0.3 was needed; 0.02 * 6 is below it; 0.011 * 6 is not below 0.06, and 0.009 * 6 is.
        assert bands(stage)[0] == pytest.approx(band, rel=1e-9)
        assert wides(stage)[0] == pytest.approx(max(band, FIRST_WIDE), rel=1e-9)
    assert bands(stage)[1] == FIRST_BAND


def test_the_narrow_band_is_within_the_wide_one_whatever_is_posted():
    draws = np.random.default_rng(1)
    stage = two_markets()
    for _ in range(3000):
        far = draws.choice([0.0, 1e-4, 1e-3, 1e-2, 0.1]) * draws.normal()
        astray(stage, 100.0 * (1.0 + max(far, -0.9)), 10.0)
        if draws.random() < 0.1:
            narrow_bands(stage.state)
        assert bands(stage)[0] <= wides(stage)[0]
        assert bands(stage)[0] >= FIRST_BAND and wides(stage)[0] >= FIRST_WIDE


def test_a_band_narrows_only_where_it_is_much_too_wide():
    assert ROOMY > WIDENED
