from itertools import pairwise

import numpy as np
import pytest

from govtool.engine.weights import scaled_initial, volatilities
from tests.engine.worlds import seeded_world

HOUR = 3600.0


def factors(prices: list[float], *, gamma: float, rise: float, fall: float, cap: float = 3.0) -> list[float]:
    """Factors of one market whose hourly prices in the window are `prices`, after a flat day of lead."""
    world = seeded_world(1)
    one = np.ones(1)
    terms = world.terms._replace(
        adaptive=1,
        gamma=gamma * one,
        half_life_s=HOUR * one,
        reference=0.5 * one,
        cap=cap * one,
        rise=rise * one,
        fall=fall * one,
    )
    lead = np.arange(-24, 0) * HOUR
    feed = world.feed._replace(index=np.array(prices)[:, None], lead_s=lead, lead_price=np.full((24, 1), prices[0]))
    return list(volatilities(terms, feed, 1)[0][:, 0])


def test_a_calm_market_keeps_its_base_weight() -> None:
    assert factors([100.0] * 5, gamma=1.0, rise=1.0, fall=1.0) == [1.0] * 5


def test_the_factor_follows_the_formula_when_limits_do_not_bind() -> None:
    # After 23 flat half-lives 0.25 * 0.5**23 is left. The next sample comes two hours later, at +5 %: a quarter of
    # that stays, and three quarters of 0.05**2 come in, annualised over two hours (4380 of them in a year).
    sigma = (0.25 * 0.5**23 * 0.25 + 0.75 * 0.05**2 * 4380) ** 0.5
    got = factors([100.0, 105.0], gamma=0.1, rise=100.0, fall=100.0)
    assert got[1] == pytest.approx(1.0 + 0.1 * (sigma / 0.5 - 1.0), rel=1e-6)


def test_rise_and_fall_per_hour_are_limited() -> None:
    got = factors([100.0, 120.0, 120.0, 120.0, 120.0], gamma=10.0, rise=0.25, fall=0.1)
    # Two hours lie between the last sample of the lead and the first one in the window.
    assert got[:3] == pytest.approx([1.0, 1.5, 1.75])
    long = factors([100.0, 120.0] + [120.0] * 30, gamma=0.2, rise=5.0, fall=0.1)
    falls = [before - after for before, after in pairwise(long[1:])]
    assert max(falls) <= 0.1 + 1e-12 and long[-1] == 1.0


def test_the_cap_binds() -> None:
    assert max(factors([100.0, 150.0, 90.0], gamma=10.0, rise=50.0, fall=50.0, cap=2.5)) == 2.5


def test_switched_off_all_factors_are_one() -> None:
    world = seeded_world(1)
    got, _ = volatilities(world.terms._replace(adaptive=0), world.feed, world.venue.ticks_per_hour)
    assert (got == 1.0).all()


@pytest.mark.parametrize(("interest", "weight"), [(0.0, 0.2), (1e6, 0.2), (1.5e6, 0.6), (2e6, 1.0), (9e6, 1.0)])
def test_initial_weight_rises_with_open_interest(interest: float, weight: float) -> None:
    assert scaled_initial(0.2, 1e6, 2e6, interest) == pytest.approx(weight)


def test_an_upper_cap_of_zero_switches_the_scaling_off() -> None:
    assert scaled_initial(0.2, 0.0, 0.0, 1e12) == 0.2


def test_equal_caps_make_a_step() -> None:
    assert scaled_initial(0.2, 1e6, 1e6, 1e6) == 0.2
    assert scaled_initial(0.2, 1e6, 1e6, 1e6 + 1) == 1.0
