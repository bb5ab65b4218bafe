"""Portfolios that margins are compared on: some by hand, and of what kinds the random ones are."""

import math
from functools import cache

import numpy as np
import pytest

from govtool.protocol.agreement import (
    SYSTEMS,
    Margins,
    engine_margins,
    margins,
    portfolio,
    preset_case,
    staged,
)
from govtool.protocol.agreement.drift_v2 import account, spot_market
from govtool.protocol.agreement.portfolio import first_asset, float_noise, markets_of
from govtool.protocol.drift_v2 import Tier, account_margin, size_premium_weight

SEED = 1

preset = cache(preset_case)


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
