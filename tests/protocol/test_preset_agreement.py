"""The compiled margins of every preset against its chain's own arithmetic, over random portfolios.

`python -m govtool.protocol.agreement` prints the largest differences of the same sweeps.
"""

from fractions import Fraction
from functools import cache
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtool.engine.terms import ROOT
from govtool.protocol.agreement import (
    EXACT,
    SYSTEMS,
    described,
    differences,
    drawn,
    margins,
    portfolio,
    preset_case,
    staged,
    sweep,
)
from govtool.protocol.agreement.draw import below, log_uniform
from govtool.protocol.agreement.portfolio import markets_of
from govtool.units import PPM

PORTFOLIOS = 10_000
DRAWS = 400
SEED = 1

preset = cache(preset_case)

HAS = {
    "dydx-v4": ("initial", "maintenance"),
    "drift-v2": ("initial", "fill", "maintenance", "stop"),
    "synthetix-v3": ("initial", "maintenance"),
    "derive-v2": ("initial", "maintenance", "stop"),
    "derive-v2-portfolio": ("initial", "maintenance", "stop"),
    "mango-v4": ("initial", "maintenance", "stop"),
}

PAIRS = [(system, tier) for system, tiers in HAS.items() for tier in tiers]


@cache
def swept(system):
    agreement = sweep(system, PORTFOLIOS, SEED)
    print("\n".join(described(agreement)))
    return agreement


@pytest.mark.slow
@pytest.mark.parametrize(("system", "tier"), PAIRS)
def test_ten_thousand_portfolios_agree_within_the_chains_roundings(system, tier):
    found = swept(system).tiers
    assert tuple(found) == HAS[system]
    assert found[tier].compared == PORTFOLIOS or (system, tier) == ("drift-v2", "stop")
    assert found[tier].compared > PORTFOLIOS // 3
    assert found[tier].nearest <= 1.0, "\n".join(described(swept(system)))


def ppm(rng, low, high):
    return round(low * PPM + (high - low) * PPM * rng.random()) / PPM


def varied(case, rng):
    """A case with other weights, curves and rules on its chain's grid."""
    terms, margin = case.terms, case.terms.margin
    rooted = margin.curve == ROOT
    whole = 10_000 if rooted else PPM
    initial, maintenance = [], []
    for _ in range(markets_of(case)):
        one = max(1, round(log_uniform(rng, 0.005, 1.0) * whole))
        share = 1 + below(rng, whole)
        initial.append(one / whole)
        maintenance.append(max(1, one * share // whole) / whole if rooted else float(Fraction(one * share, whole**2)))
    first = np.array(initial)
    slopes = np.array([ppm(rng, 0.0, 0.005) for _ in initial])
    if not rooted:
        slopes = np.where(case.depth > 0, slopes * 1_000 / np.maximum(case.depth, 1), 0.0)
    second = np.array(maintenance)
    return case._replace(
        terms=terms._replace(
            initial_weight=first,
            maintenance_weight=second,
            margin=_varied_assets(case, rng, whole)._replace(
                curve_initial=slopes,
                curve_maintenance=slopes * (second / first),
                base_margin=np.array([ppm(rng, 0.0, 50.0) for _ in initial]) * (margin.base_margin > 0),
                doubt_factor=ppm(rng, 0.0, 2.0) * (margin.doubt_factor > 0),
                peg_factor=ppm(rng, 0.0, 5.0) * (margin.peg_factor > 0),
            ),
            options=_varied_options(case, rng),
            scan=case.terms.scan._replace(**_within(SCAN_RANGES, rng)),
        )
    )


def _varied_assets(case, rng, whole):
    margin, assets = case.terms.margin, case.listing.asset_market.shape[0]
    held = np.array([below(rng, whole) + 1 for _ in range(assets)]) / whole
    owed = np.array([below(rng, whole) + 1 for _ in range(assets)]) / whole
    # A collateral of Synthetix weighs the same in both tiers.
    lower = held if margin.curve == 1 else np.round(held * whole * rng.random()) / whole
    lends = margin.liability_initial > 1.0
    return margin._replace(
        asset_initial=lower,
        asset_maintenance=held,
        asset_worst=np.round(lower * whole * 0.9) / whole,
        liability_maintenance=np.where(lends, 1.0 + owed, 1.0),
        liability_initial=np.where(lends, 1.0 + owed + (below(rng, whole) + 1) / whole, 1.0),
    )


OPTION_RANGES = {
    "max_spot": (0.0, 0.1),
    "maintenance_call": (0.0, 0.1),
    "maintenance_put": (0.0, 0.1),
    "maintenance_put_value": (0.0, 1.0),
    "unpaired_initial": (1.0, 3.0),
    "unpaired_maintenance": (1.0, 3.0),
    "put_offset": (1.0, 2.0),
}
"""Of `max_spot`, what it is beyond `min_spot`."""

SCAN_RANGES = {
    "scan_initial": (0.5, 2.0),
    "scan_maintenance": (0.5, 2.0),
    "vol_up": (0.0, 2.0),
    "vol_down": (0.0, 1.0),
    "short_power": (0.0, 1.0),
    "long_power": (0.0, 1.0),
    "least_up": (0.0, 1.0),
    "linear_cap": (0.0, 3.0),
    "linear_slope": (-0.2, 0.2),
    "absolute_cap": (0.0, 3.0),
    "turn_vol_slope": (-0.1, 0.1),
    "long_share": (0.5, 1.5),
    "short_share": (0.5, 1.5),
    "short_rate": (0.0, 2.0),
    "basis_up": (1.0, 1.3),
    "basis_down": (0.7, 1.0),
    "perp_initial": (0.0, 0.1),
    "option_maintenance": (0.0, 0.1),
}


def _within(ranges, rng):
    return {name: ppm(rng, low, high) for name, (low, high) in ranges.items()}


def _varied_options(case, rng):
    low = ppm(rng, 0.01, 0.15)
    options = case.terms.options._replace(min_spot=low, **_within(OPTION_RANGES, rng))
    return options._replace(max_spot=low + options.max_spot)


def disagreements(case, holding):
    """Tiers in which a portfolio is beyond its allowance."""
    found = differences(*margins(staged(case), case, holding))
    return {tier: pair for tier, pair in found.items() if pair[0] > pair[1]}


@pytest.mark.parametrize("system", SYSTEMS)
@given(rng=st.randoms(use_true_random=False))
def test_random_portfolios_agree_under_the_preset(system, rng):
    case = preset(system)
    assert disagreements(case, drawn(case, rng)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS)
@given(rng=st.randoms(use_true_random=False))
def test_random_portfolios_agree_under_random_weights(system, rng):
    case = varied(preset(system), rng)
    assert disagreements(case, drawn(case, rng)) == {}


@cache
def worst_of_draws(system):
    """Largest difference over its allowance, by tier, where each portfolio has weights of its own."""
    worst = {}
    for n in range(DRAWS):
        rng = Random(f"{SEED}:{n}")
        case = varied(preset(system), rng)
        for tier, (difference, allowed) in differences(*margins(staged(case), case, drawn(case, rng))).items():
            worst[tier] = max(worst.get(tier, 0.0), difference / allowed if difference else 0.0)
    return worst


@pytest.mark.slow
@pytest.mark.parametrize(("system", "tier"), PAIRS)
def test_portfolios_agree_under_hundreds_of_draws_of_weights(system, tier):
    assert worst_of_draws(system)[tier] <= 1.0


# One on-chain unit of one number that a tier hangs on: 1e-4 on Drift, one part per million elsewhere. Of Drift's fill
# two units: the mean of the tiers is rounded down.
ALTERED = {
    ("dydx-v4", "initial"): ("initial_weight", 1e-6),
    ("dydx-v4", "maintenance"): ("maintenance_weight", 1e-6),
    ("drift-v2", "initial"): ("initial_weight", 1e-4),
    ("drift-v2", "fill"): ("initial_weight", 2e-4),
    ("drift-v2", "maintenance"): ("maintenance_weight", 1e-4),
    ("drift-v2", "stop"): ("margin.stop_add", 1e-4),
    ("synthetix-v3", "initial"): ("initial_weight", 1e-6),
    ("synthetix-v3", "maintenance"): ("maintenance_weight", 1e-6),
    ("derive-v2", "initial"): ("options.unpaired_initial", 1e-6),
    ("derive-v2", "maintenance"): ("options.maintenance_put_value", 1e-6),
    ("derive-v2", "stop"): ("restore", 1e-6),
    ("derive-v2-portfolio", "initial"): ("scan.scan_initial", 1e-6),
    ("derive-v2-portfolio", "maintenance"): ("scan.vol_up", 1e-6),
    ("derive-v2-portfolio", "stop"): ("restore", 1e-6),
    ("mango-v4", "initial"): ("initial_weight", 1e-6),
    ("mango-v4", "maintenance"): ("margin.asset_maintenance", 1e-6),
    ("mango-v4", "stop"): ("margin.liability_initial", 1e-6),
}


def grown(terms, path, step):
    """Terms with a number that is larger by a step, or with the first of several."""
    group, _, name = path.rpartition(".")
    held = getattr(terms, group) if group else terms
    value = getattr(held, name)
    more = np.concatenate([value[:1] + step, value[1:]]) if isinstance(value, np.ndarray) else value + step
    changed = held._replace(**{name: more})
    return terms._replace(**{group: changed}) if group else changed


@pytest.mark.parametrize(("system", "tier"), ALTERED)
def test_a_number_off_by_one_unit_is_noticed(system, tier):
    path, step = ALTERED[system, tier]

    def other(case, holding):
        # Of maintenance dYdX has a share of the initial weight: a part per million of that.
        unit = step * case.terms.initial_weight[0] if (system, tier) == ("dydx-v4", "maintenance") else step
        return EXACT[system](case._replace(terms=grown(case.terms, path, unit)), holding)

    assert sweep(system, 200, SEED, exact=other).tiers[tier].nearest > 1.0


def test_an_agreement_says_which_portfolio_is_worst():
    # Another chain, with 100 quantums more in every maintenance margin.
    def other(case, holding):
        found = EXACT["synthetix-v3"](case, holding)
        return found._replace(margins=found.margins._replace(maintenance=found.margins.maintenance + 100))

    agreement = sweep("synthetix-v3", 50, SEED, exact=other)
    worst = agreement.tiers["maintenance"]
    assert not agreement.holds and worst.compared == 50 and worst.nearest > 1.0
    case = preset("synthetix-v3")
    difference, allowed = differences(*margins(staged(case), case, portfolio(case, SEED, worst.portfolio), other))[
        "maintenance"
    ]
    assert (difference / allowed, allowed) == (worst.nearest, worst.allowed)
    assert sweep("synthetix-v3", 50, SEED).holds and sweep("synthetix-v3", 0, SEED).holds


def test_a_unit_that_is_no_power_of_ten_is_refused():
    case = preset("dydx-v4")
    odd = case._replace(terms=case.terms._replace(unit=case.terms.unit * 3.0))
    with pytest.raises(ValueError, match="not a power of ten"):
        EXACT["dydx-v4"](odd, portfolio(case, SEED, 1))
