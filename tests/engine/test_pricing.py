"""Option prices against a second implementation, written here from the definition, in as many digits as it takes."""

import hashlib
import math
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from govtool.engine.pricing import LOWER, UPPER, delta, greeks, mills_ratio, normal_distribution, premium

Contract = tuple[float, float, float, float, int]
"""Forward, strike, volatility, years to expiry, 1 for a call."""

TOLERANCE = 1e-10
"""Relative, what the protocols that settle on these prices are replayed to."""
WORST_SEEN = 2e-12
"""Relative; the sweeps are held to this, so that a loss of digits shows long before it matters."""
NOTHING = 1e-290
"""What is below this fraction of its scale may be lost: the scale of a premium is the forward."""
EPSILON = 2.0**-52
MINUTE = 60.0 / (365 * 86400)
FIVE_YEARS = 5.0
NAMES = ("premium", "delta", "gamma", "vega", "theta")


def below(x: mp.mpf) -> mp.mpf:
    """Chance that a standard normal number is below x."""
    if abs(x) > 1e4:  # mpmath overflows; e**-5e7 is nothing
        return mp.mpf(int(x > 0))
    return mp.erfc(-x / mp.sqrt(2)) / 2


def density(x: mp.mpf) -> mp.mpf:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi) if abs(x) < 1e4 else mp.mpf(0)


def digits(contract: Contract) -> int:
    """Decimals to compute with: twice what the textbook formula loses, and 45."""
    forward, strike, volatility, tau, _ = contract
    half = volatility * math.sqrt(tau) / 2
    distance = min(abs(math.log(forward / strike)) / half, 1e10)
    return 45 + int(max(0.0, 2 * math.log10((1 + distance) / half)))


def black(forward: mp.mpf, strike: mp.mpf, volatility: mp.mpf, tau: mp.mpf, is_call: int) -> mp.mpf:
    """The textbook formula; right in as many digits as `mp.dps` exceeds what cancels."""
    deviation = volatility * mp.sqrt(tau)
    upper = mp.log(forward / strike) / deviation + deviation / 2
    lower = upper - deviation
    if is_call:
        return forward * below(upper) - strike * below(lower)
    return strike * below(-lower) - forward * below(-upper)


def exactly(contract: Contract) -> tuple[list[mp.mpf], list[mp.mpf]]:
    """Premium, delta, gamma, vega and theta of a contract, and the scale of each."""
    with mp.workdps(digits(contract)):
        forward, strike, volatility, tau = map(mp.mpf, contract[:4])
        is_call = contract[4]
        root = mp.sqrt(tau)
        upper = mp.log(forward / strike) / (volatility * root) + volatility * root / 2
        scales = [forward, mp.mpf(1), 1 / (forward * volatility * root), forward * root, forward * volatility / root]
        answers = [
            black(forward, strike, volatility, tau, is_call),
            below(upper) if is_call else -below(-upper),
            density(upper) / (forward * volatility * root),
            forward * density(upper) * root,
            -forward * density(upper) * volatility / (2 * root),
        ]
        return answers, scales


def computed(contract: Contract) -> list[float]:
    return [premium(*contract), *greeks(*contract)]


def errors(contract: Contract) -> list[float]:
    """Relative error of each number of a contract, counting nothing where both are below NOTHING of the scale."""
    answers, scales = exactly(contract)
    found = []
    with mp.workdps(50):
        for actual, expected, scale in zip(computed(contract), answers, scales, strict=True):
            floor = NOTHING * scale
            lost = abs(expected) < floor and abs(actual - expected) <= floor
            found.append(0.0 if lost else float(abs(actual / expected - 1)))
    return found


def minutes_to_years(generator: np.random.Generator) -> float:
    return float(10 ** generator.uniform(math.log10(MINUTE), math.log10(FIVE_YEARS)))


def anywhere(generator: np.random.Generator) -> Contract:
    moneyness = 10 ** generator.uniform(-3, 3)
    return 100.0, 100.0 * moneyness, generator.uniform(0, 5), minutes_to_years(generator), int(generator.integers(2))


def at_a_distance(generator: np.random.Generator) -> Contract:
    """As many standard deviations out as still count, at any volatility: out to the smallest values."""
    volatility, tau = 10 ** generator.uniform(-6, math.log10(5)), minutes_to_years(generator)
    away = generator.uniform(-37, 37) * volatility * math.sqrt(tau)
    forward = 10 ** generator.uniform(-3, 6)
    strike = forward * math.exp(min(max(away, -6.9), 6.9))
    return forward, strike, volatility, tau, int(generator.integers(2))


def where_the_series_takes_over(generator: np.random.Generator) -> Contract:
    distance = generator.uniform(0, 37) * generator.integers(2)
    deviation = 2 * 10 ** generator.uniform(-4, -2) * (1 + distance)
    tau = minutes_to_years(generator)
    away = min(distance * deviation, 6.9) * generator.choice((-1, 1))
    return 100.0, 100.0 * math.exp(away), float(deviation / math.sqrt(tau)), tau, int(generator.integers(2))


def all_but_settled(generator: np.random.Generator) -> Contract:
    """Next to no volatility, and a strike within a few roundings of the forward."""
    strike = 100.0 * (1.0 + EPSILON * int(generator.integers(-3, 4)))
    return 100.0, strike, 10 ** generator.uniform(-250, -3), minutes_to_years(generator), int(generator.integers(2))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("draw", "number"),
    [(anywhere, 4000), (at_a_distance, 4000), (where_the_series_takes_over, 4000), (all_but_settled, 1000)],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_premium_and_greeks_agree_with_the_definition_all_over_the_domain(
    draw: Callable[[np.random.Generator], Contract], number: int
) -> None:
    generator = np.random.default_rng(20160509)
    contracts = [draw(generator) for _ in range(number)]
    found = np.array([errors(contract) for contract in contracts])
    for name, column in zip(NAMES, found.T, strict=True):
        print(f"{draw.__name__}: {name} off by {column.max():.1e} at {contracts[column.argmax()]}")
    assert found.max() <= WORST_SEEN


@given(
    st.floats(1e-3, 1e6),
    st.floats(math.log(1e-3), math.log(1e3)),
    st.floats(1e-250, 5.0),
    st.floats(MINUTE, FIVE_YEARS),
    st.integers(0, 1),
)
@example(100.0, 0.0, 5.0, FIVE_YEARS, 1)
@example(100.0, math.log(1e3), 5.0, FIVE_YEARS, 1)
@example(100.0, math.log(1e-3), 5.0, FIVE_YEARS, 0)
@example(100.0, 0.05, 1.0, MINUTE, 1)
def test_premium_and_greeks_agree_with_the_definition(
    forward: float, away: float, volatility: float, tau: float, is_call: int
) -> None:
    contract = (forward, forward * math.exp(away), volatility, tau, is_call)
    assert max(errors(contract)) <= TOLERANCE


@pytest.mark.parametrize("contract", [(100.0, 130.0, 0.6, 0.25, 1), (100.0, 80.0, 1.2, 0.02, 0)])
def test_the_definition_is_the_mean_payoff_under_a_lognormal_price(contract: Contract) -> None:
    with mp.workdps(30):
        forward, strike, volatility, tau = map(mp.mpf, contract[:4])
        deviation = volatility * mp.sqrt(tau)
        edge = mp.log(strike / forward) / deviation + deviation / 2

        def weighted(z: mp.mpf) -> mp.mpf:
            return abs(forward * mp.exp(deviation * z - deviation**2 / 2) - strike) * density(z)

        bounds = [edge + k for k in range(20)] if contract[4] else [edge - k for k in range(20, -1, -1)]
        assert abs(mp.quad(weighted, bounds) / exactly(contract)[0][0] - 1) < 1e-20


@pytest.mark.parametrize("contract", [(100.0, 100.0, 0.2, 1.0, 1), (90.0, 120.0, 0.9, 0.1, 0), (3e3, 2e3, 2.5, 0.5, 1)])
def test_greeks_are_the_derivatives_of_the_premium(contract: Contract) -> None:
    *point, is_call = contract
    with mp.workdps(60):
        at = [mp.mpf(x) for x in point]

        def derivative(*orders: int) -> mp.mpf:
            return mp.diff(lambda f, v, tau: black(f, at[1], v, tau, is_call), (at[0], at[2], at[3]), orders)

        expected = [derivative(1, 0, 0), derivative(2, 0, 0), derivative(0, 1, 0), -derivative(0, 0, 1)]
        actual = greeks(*contract)
        assert all(abs(a / e - 1) < TOLERANCE for a, e in zip(actual, expected, strict=True))


def test_values_known_by_hand() -> None:
    # 100 (N(0.1) - N(-0.1)), N(0.1) = 0.539827837277029
    assert premium(100.0, 100.0, 0.2, 1.0, 1) == pytest.approx(7.965567455405804, rel=4e-15)
    assert greeks(100.0, 100.0, 0.2, 1.0, 1) == pytest.approx(
        (0.539827837277029, 0.0198476273738506, 39.6952547477012, -3.96952547477012), rel=1e-14
    )


def test_worked_examples_of_the_textbooks() -> None:
    # Hull, Options, Futures, and Other Derivatives: a put on a futures price of 20 at 9 % interest is 1.12.
    assert math.exp(-0.09 / 3) * premium(20.0, 20.0, 0.25, 1 / 3, 0) == pytest.approx(1.12, abs=5e-3)
    # Haug, The Complete Guide to Option Pricing Formulas: Brent, 19, 28 %, nine months at 10 %, is 1.7011.
    assert math.exp(-0.1 * 0.75) * premium(19.0, 19.0, 0.28, 0.75, 1) == pytest.approx(1.7011, abs=5e-5)


def seeded_contracts(number: int) -> list[Contract]:
    """Contracts drawn by + - * / alone, so that every processor draws the same."""
    generator = np.random.default_rng(7)
    contracts = []
    for u in generator.uniform(size=(number, 5)):
        moneyness = (1.0 + 4.0 * u[0] * u[0]) if u[1] < 0.5 else 1.0 / (1.0 + 9.0 * u[0])
        tau = MINUTE + u[2] * u[2] * u[2] * u[2]
        contracts.append((100.0, 100.0 * moneyness, 5.0 * u[3] * u[3], tau, int(u[4] < 0.5)))
    return contracts


def test_a_call_less_a_put_is_forward_less_strike() -> None:
    for forward, strike, volatility, tau, _ in seeded_contracts(2000):
        call, put = premium(forward, strike, volatility, tau, 1), premium(forward, strike, volatility, tau, 0)
        # One rounding each: of the difference, of the sum with it, and of the subtraction here.
        assert abs(call - put - (forward - strike)) <= 2 * EPSILON * max(call, put, abs(forward - strike))
        slopes = delta(forward, strike, volatility, tau, 1) - delta(forward, strike, volatility, tau, 0)
        assert slopes == pytest.approx(1.0, abs=4 * EPSILON)


def test_delta_alone_is_the_first_of_the_greeks() -> None:
    assert all(delta(*contract) == greeks(*contract)[0] for contract in seeded_contracts(500))


def test_numbers_stay_within_their_bounds() -> None:
    for contract in seeded_contracts(2000):
        forward, strike, is_call = contract[0], contract[1], contract[4]
        sign = 1.0 if is_call else -1.0
        payoff = max(sign * (forward - strike), 0.0)
        assert payoff <= premium(*contract) <= (forward if is_call else strike) * (1.0 + EPSILON)
        slope, gamma, vega, theta = greeks(*contract)
        assert 0.0 <= sign * slope <= 1.0
        assert gamma >= 0.0 and vega >= 0.0 and theta <= 0.0


def rises(values: list[float]) -> bool:
    """Whether no value falls short of the one before by more than rounding, which is relative."""
    return all(later >= earlier * (1.0 - WORST_SEEN) for earlier, later in pairwise(values))


def test_premium_rises_with_volatility_time_and_for_a_call_with_the_forward() -> None:
    volatilities = [0.0, *np.geomspace(1e-6, 5.0, 300)]
    years = [0.0, *np.geomspace(MINUTE, FIVE_YEARS, 300)]
    forwards = np.geomspace(0.1, 1e5, 600)
    for strike in (30.0, 99.0, 100.0, 101.0, 400.0):
        for is_call in (0, 1):
            assert rises([premium(100.0, strike, v, 0.1, is_call) for v in volatilities])
            assert rises([premium(100.0, strike, 0.8, tau, is_call) for tau in years])
            along = [premium(f, strike, 0.8, 0.1, is_call) for f in forwards]
            assert rises(along if is_call else along[::-1])


def test_steps_of_one_rounding_never_lower_a_premium_by_more_than_rounding() -> None:
    """Also across the border between the two forms, at a deviation of 0.002, and where the distance is half of it."""
    for volatility, strike in ((0.002, 100.0), (0.5, 100.0 * math.exp(0.125)), (0.05, 104.0)):
        v = np.nextafter(volatility, 0.0) - 20 * np.spacing(volatility)
        steps = [float(v + k * np.spacing(volatility)) for k in range(40)]
        assert rises([premium(100.0, strike, v, 1.0, 1) for v in steps])


@pytest.mark.parametrize(("volatility", "tau"), [(0.0, 1.0), (0.5, 0.0), (0.0, 0.0), (0.5, -1.0), (1e-300, 1.0)])
def test_without_volatility_or_time_an_option_is_its_payoff(volatility: float, tau: float) -> None:
    for strike, call, put, slope in ((90.0, 10.0, 0.0, 1.0), (100.0, 0.0, 0.0, 0.5), (110.0, 0.0, 10.0, 0.0)):
        assert premium(100.0, strike, volatility, tau, 1) == call
        assert premium(100.0, strike, volatility, tau, 0) == put
        assert greeks(100.0, strike, volatility, tau, 1) == (slope, 0.0, 0.0, 0.0)
        assert greeks(100.0, strike, volatility, tau, 0) == (slope - 1.0, 0.0, 0.0, 0.0)


def test_at_a_strike_of_zero_a_call_is_the_forward_and_at_a_forward_of_zero_a_put_is_the_strike() -> None:
    assert [premium(100.0, 0.0, 0.5, 1.0, is_call) for is_call in (1, 0)] == [100.0, 0.0]
    assert [premium(0.0, 100.0, 0.5, 1.0, is_call) for is_call in (1, 0)] == [0.0, 100.0]
    assert greeks(100.0, 0.0, 0.5, 1.0, 1) == (1.0, 0.0, 0.0, 0.0)
    assert greeks(0.0, 100.0, 0.5, 1.0, 0) == (-1.0, 0.0, 0.0, 0.0)


def test_a_minute_before_expiry_far_from_the_strike_only_the_payoff_is_left() -> None:
    assert premium(100.0, 50.0, 1.0, MINUTE, 1) == 50.0
    assert premium(100.0, 50.0, 1.0, MINUTE, 0) == 0.0
    assert greeks(100.0, 50.0, 1.0, MINUTE, 1) == (1.0, 0.0, 0.0, 0.0)
    # At the money 0.3989 of the deviation: 100 * 0.00137934 * 0.398942
    assert premium(100.0, 100.0, 1.0, MINUTE, 1) == pytest.approx(0.0550277, rel=1e-5)


def test_endless_volatility_leaves_the_forward_and_the_strike() -> None:
    assert premium(100.0, 150.0, 1e30, 1.0, 1) == 100.0
    assert premium(100.0, 150.0, 1e30, 1.0, 0) == 150.0


def test_a_missing_number_gives_a_missing_price() -> None:
    for place in range(3):
        arguments = [100.0, 110.0, 0.5, 1.0]
        arguments[place] = math.nan
        assert math.isnan(premium(*arguments, 1))
        assert math.isnan(delta(*arguments, 1))


@given(st.floats(0.0, 1e6))
def test_mills_ratio_agrees_with_its_definition(z: float) -> None:
    with mp.workdps(40):
        x = mp.mpf(z)
        # Above 100: 1/z - 1/z**3 + 3/z**5 - 15/z**7, the rest below 105/z**8 = 1e-14 of it, and one more term.
        far = (1 - 1 / x**2 + 3 / x**4 - 15 / x**6 + 105 / x**8) / x if z > 100.0 else 0
        assert abs(mills_ratio(z) / (far or below(-x) / density(x)) - 1) < 2e-15


def test_normal_distribution_is_accurate_in_the_lower_tail() -> None:
    with mp.workdps(40):
        worst = max(abs(normal_distribution(x) / below(mp.mpf(x)) - 1) for x in np.linspace(-36.0, 9.0, 1000).tolist())
    assert worst < 2e-13  # x**2 / 2 is rounded before it is an exponent
    assert [normal_distribution(x) for x in (-math.inf, -40.0, 40.0, math.inf)] == [0.0, 0.0, 1.0, 1.0]
    assert normal_distribution(0.0) == pytest.approx(0.5, abs=EPSILON)


def test_coefficients_of_the_mills_ratio_solve_for_its_values_at_chebyshev_points() -> None:
    number = len(UPPER) + len(LOWER) - 1
    with mp.workdps(80):
        nodes = [mp.cos((2 * j + 1) * mp.pi / (2 * number)) for j in range(number)]
        rows, ones = mp.matrix(number), mp.ones(number, 1)
        for i, z in enumerate(4 * (1 + y) / (1 - y) for y in nodes):
            # Nothing overflows: the furthest node is at z = 785.
            ratio = mp.quad(lambda u, z=z: mp.exp(-z * u - u * u / 2), [0, 1 / z, 4 / z, 16 / z, 64 / z, mp.inf])
            for j in range(len(UPPER)):
                rows[i, j] = z**j / ratio
                rows[i, len(UPPER) + j] = -(z ** (j + 1))
        solution = [float(x) for x in mp.lu_solve(rows, ones)]
    assert tuple(solution[len(UPPER) - 1 :: -1]) == UPPER
    assert (*solution[: len(UPPER) - 1 : -1], 1.0) == LOWER


def digest() -> str:
    numbers = [number for contract in seeded_contracts(400) for number in computed(contract)]
    return hashlib.sha256(np.array(numbers).tobytes()).hexdigest()


def digest_elsewhere(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "from tests.engine.test_pricing import digest; print(digest())"],
        env=os.environ | environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.slow
def test_without_the_compiler_the_prices_are_the_same() -> None:
    assert digest_elsewhere(NUMBA_DISABLE_JIT="1") == digest()


@pytest.mark.slow
def test_a_generic_processor_gives_the_same_prices(tmp_path: Path) -> None:
    generic = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "GOVTOOL_CACHE": str(tmp_path)}
    assert digest_elsewhere(**generic) == digest()
