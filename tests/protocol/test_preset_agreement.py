"""The compiled margins of every preset against its chain's own arithmetic, over random portfolios.

`python -m govtool.protocol.agreement` prints the largest differences of the same sweeps.
"""

import math
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
    Margins,
    described,
    differences,
    drawn,
    engine_margins,
    margins,
    portfolio,
    preset_case,
    staged,
    sweep,
)
from govtool.protocol.agreement.draw import below, log_uniform
from govtool.protocol.agreement.drift_v2 import account, spot_market
from govtool.protocol.agreement.portfolio import first_asset, float_noise, markets_of
from govtool.protocol.drift_v2 import Tier, account_margin, size_premium_weight
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
            scan=_varied_scan(case, rng),
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


def _varied_options(case, rng):
    low = ppm(rng, 0.01, 0.15)
    return case.terms.options._replace(
        max_spot=low + ppm(rng, 0.0, 0.1),
        min_spot=low,
        maintenance_call=ppm(rng, 0.0, 0.1),
        maintenance_put=ppm(rng, 0.0, 0.1),
        maintenance_put_value=ppm(rng, 0.0, 1.0),
        unpaired_initial=ppm(rng, 1.0, 3.0),
        unpaired_maintenance=ppm(rng, 1.0, 3.0),
        put_offset=ppm(rng, 1.0, 2.0),
    )


def _varied_scan(case, rng):
    return case.terms.scan._replace(
        scan_initial=ppm(rng, 0.5, 2.0),
        scan_maintenance=ppm(rng, 0.5, 2.0),
        vol_up=ppm(rng, 0.0, 2.0),
        vol_down=ppm(rng, 0.0, 1.0),
        short_power=ppm(rng, 0.0, 1.0),
        long_power=ppm(rng, 0.0, 1.0),
        least_up=ppm(rng, 0.0, 1.0),
        linear_cap=ppm(rng, 0.0, 3.0),
        linear_slope=ppm(rng, -0.2, 0.2),
        absolute_cap=ppm(rng, 0.0, 3.0),
        turn_vol_slope=ppm(rng, -0.1, 0.1),
        long_share=ppm(rng, 0.5, 1.5),
        short_share=ppm(rng, 0.5, 1.5),
        short_rate=ppm(rng, 0.0, 2.0),
        basis_up=ppm(rng, 1.0, 1.3),
        basis_down=ppm(rng, 0.7, 1.0),
        perp_initial=ppm(rng, 0.0, 0.1),
        option_maintenance=ppm(rng, 0.0, 0.1),
    )


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


def _grown(array, step):
    return np.concatenate([array[:1] + step, array[1:]])


# One on-chain unit of one number that a tier hangs on: 1e-4 on Drift, one part per million elsewhere.
ALTERED = {
    ("dydx-v4", "initial"): lambda terms: terms._replace(initial_weight=_grown(terms.initial_weight, 1e-6)),
    # The chain has a share of the initial weight: one part per million of that.
    ("dydx-v4", "maintenance"): lambda terms: terms._replace(
        maintenance_weight=_grown(terms.maintenance_weight, 1e-6 * terms.initial_weight[0])
    ),
    ("drift-v2", "initial"): lambda terms: terms._replace(initial_weight=_grown(terms.initial_weight, 1e-4)),
    # Two units: the mean of the tiers is rounded down.
    ("drift-v2", "fill"): lambda terms: terms._replace(initial_weight=_grown(terms.initial_weight, 2e-4)),
    ("drift-v2", "maintenance"): lambda terms: terms._replace(
        maintenance_weight=_grown(terms.maintenance_weight, 1e-4)
    ),
    ("drift-v2", "stop"): lambda terms: terms._replace(margin=terms.margin._replace(stop_add=0.0201)),
    ("synthetix-v3", "initial"): lambda terms: terms._replace(initial_weight=_grown(terms.initial_weight, 1e-6)),
    ("synthetix-v3", "maintenance"): lambda terms: terms._replace(
        maintenance_weight=_grown(terms.maintenance_weight, 1e-6)
    ),
    ("derive-v2", "initial"): lambda terms: terms._replace(
        options=terms.options._replace(unpaired_initial=terms.options.unpaired_initial + 1e-6)
    ),
    ("derive-v2", "maintenance"): lambda terms: terms._replace(
        options=terms.options._replace(maintenance_put_value=terms.options.maintenance_put_value + 1e-6)
    ),
    ("derive-v2", "stop"): lambda terms: terms._replace(restore=terms.restore + 1e-6),
    ("derive-v2-portfolio", "initial"): lambda terms: terms._replace(
        scan=terms.scan._replace(scan_initial=terms.scan.scan_initial + 1e-6)
    ),
    ("derive-v2-portfolio", "maintenance"): lambda terms: terms._replace(
        scan=terms.scan._replace(vol_up=terms.scan.vol_up + 1e-6)
    ),
    ("derive-v2-portfolio", "stop"): lambda terms: terms._replace(restore=terms.restore + 1e-6),
    ("mango-v4", "initial"): lambda terms: terms._replace(initial_weight=_grown(terms.initial_weight, 1e-6)),
    ("mango-v4", "maintenance"): lambda terms: terms._replace(
        margin=terms.margin._replace(asset_maintenance=_grown(terms.margin.asset_maintenance, 1e-6))
    ),
    ("mango-v4", "stop"): lambda terms: terms._replace(
        margin=terms.margin._replace(liability_initial=_grown(terms.margin.liability_initial, 1e-6))
    ),
}


@pytest.mark.parametrize(("system", "tier"), ALTERED)
def test_a_number_off_by_one_unit_is_noticed(system, tier):
    def other(case, holding):
        return EXACT[system](case._replace(terms=ALTERED[system, tier](case.terms)), holding)

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


def test_a_portfolio_is_the_same_wherever_it_is_drawn():
    case = preset("derive-v2")
    first, again = (portfolio(case, 7, 3) for _ in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    assert not np.array_equal(first.size, portfolio(case, 7, 4).size)
    assert not np.array_equal(first.size, portfolio(case, 8, 3).size)


def _alone(case, **changed):
    """A portfolio of nothing in a calm world, but for what is changed."""
    holding = portfolio(case, SEED, 0)
    calm = holding._replace(
        cash=0,
        size=np.zeros_like(holding.size),
        interest=np.zeros_like(holding.interest),
        confidence=np.ones_like(holding.confidence),
        peg=1.0,
    )
    return calm._replace(**changed)


def _sizes(case, **coins):
    """Quantums of each instrument from coins by row."""
    lots = staged(case).state.lots
    size = np.zeros(lots.shape[0], dtype=np.int64)
    for row, amount in coins.items():
        j = int(row.removeprefix("j"))
        size[j] = round(amount / lots["unit"][j])
    return size


def test_a_long_of_one_coin_by_hand():
    # dYdX v4's BTC: 2 % of 50,000 initial, three fifths of it maintenance.
    case = preset("dydx-v4")
    price = np.where(np.arange(markets_of(case)) == 0, 50_000.0, 1.0)
    holding = _alone(case, cash=-49_000_000_000, size=_sizes(case, j0=1), price=price)
    exact, engine = margins(staged(case), case, holding)
    assert exact.margins == Margins(initial=0, maintenance=400_000_000)
    assert engine.initial == pytest.approx(0.0, abs=1e-3)
    assert engine.maintenance == pytest.approx(400e6, abs=1e-3)


def test_a_naked_call_by_hand():
    # Derive v2: a call far from the money and near its end is worth nothing: 13 % and 9 % of 50,000 by itself; the
    # buffer is 15 % of that.
    case = preset("derive-v2")
    first = markets_of(case)
    count = case.listing.option_market.shape[0]
    price = np.where(np.arange(markets_of(case)) == 0, 50_000.0, 1.0)
    holding = _alone(
        case,
        cash=10_000_000_000,
        size=_sizes(case, **{f"j{first}": -1}),
        price=price,
        strike=np.full(count, 500_000.0),
        call=np.ones(count, dtype=np.int64),
        expiry=np.full(count, 86_400),
        volatility=np.full(count, 0.5),
    )
    expected = Margins(3_500e6, None, 5_500e6, 5_500e6 - 0.15 * 4_500e6)
    exact, engine = margins(staged(case), case, holding)
    for tier in ("initial", "maintenance", "stop"):
        assert getattr(exact.margins, tier) == pytest.approx(getattr(expected, tier), abs=1e-3)
        assert getattr(engine, tier) == pytest.approx(getattr(expected, tier), abs=1e-3)


@cache
def _many(system):
    case = preset(system)
    return case, [portfolio(case, SEED, n) for n in range(400)]


@pytest.mark.parametrize("system", SYSTEMS)
def test_portfolios_are_long_and_short_tiny_and_huge_and_in_several_markets(system):
    case, holdings = _many(system)
    values, held = [], []
    for holding in holdings:
        perps = holding.size[: markets_of(case)]
        values += [float(v) for v in perps * case.terms.unit * holding.price if v]
        held.append(np.count_nonzero(holding.size))
    assert min(map(abs, values)) < 1.0 and max(map(abs, values)) > 1e7
    assert min(values) < 0 < max(values)
    assert max(held) >= 3
    stage = staged(case)
    found = [engine_margins(stage, case, holding).maintenance for holding in holdings]
    assert min(found) < 0 < max(found)


def test_open_interest_is_below_between_and_above_its_caps():
    case, holdings = _many("dydx-v4")
    m = int(np.argmax(case.terms.oi_lower > 0))
    lower, upper = case.terms.oi_lower[m], case.terms.oi_upper[m]
    interest = [holding.interest[m] * case.terms.unit[m] * holding.price[m] for holding in holdings]
    assert sum(x < lower for x in interest) > 50
    assert sum(lower < x < upper for x in interest) > 50
    assert sum(x > upper for x in interest) > 50


def test_drifts_curves_bend_pools_scale_and_prices_part():
    case, holdings = _many("drift-v2")
    kinks, pools, borrowed, apart = set(), set(), 0, 0
    for holding in holdings:
        held = account(case, holding)
        for position in held.positions:
            market, size = position.market, abs(position.base)
            kinks.add(size_premium_weight(size, market.imf, market.initial_ratio) > market.initial_ratio)
        pools.add(
            spot_market(case, holding, 0).deposits * spot_market(case, holding, 0).price.oracle
            > spot_market(case, holding, 0).scale_start * 10**9
        )
        borrowed += any(tokens.amount < 0 for tokens in held.tokens)
        apart += account_margin(held, Tier.INITIAL, strict=True) != account_margin(held, Tier.INITIAL)
    assert kinks == pools == {True, False}
    assert borrowed > 100 and apart > 100


def test_options_are_near_and_far_hedged_and_naked_doubted_and_off_their_peg():
    case, holdings = _many("derive-v2")
    first, last = markets_of(case), first_asset(case)
    seconds = np.concatenate([holding.expiry for holding in holdings])
    assert seconds.min() < 1_800 and seconds.max() > 300 * 86_400 and (seconds == 30 * 86_400).any()
    assert sum(bool((holding.confidence < 0.55).any()) for holding in holdings) > 50
    assert sum(holding.peg < 0.99 for holding in holdings) > 50
    nets = [int(holding.size[first:last].sum()) for holding in holdings]
    assert min(nets) < 0 < max(nets)
    inside = np.concatenate([holding.strike / holding.price[case.listing.option_market] for holding in holdings])
    assert inside.min() < 0.8 and inside.max() > 1.25


def test_what_a_float_leaves_open_is_far_below_a_quantum_for_a_million():
    case = preset("dydx-v4")
    noise = float_noise(case, _alone(case, cash=10**12))
    assert noise == pytest.approx(32 * 2.0**-53 * 1e12)
    assert noise < 0.01 and math.isfinite(noise)


def test_a_unit_that_is_no_power_of_ten_is_refused():
    case = preset("dydx-v4")
    odd = case._replace(terms=case.terms._replace(unit=case.terms.unit * 3.0))
    with pytest.raises(ValueError, match="not a power of ten"):
        EXACT["dydx-v4"](odd, portfolio(case, SEED, 1))
