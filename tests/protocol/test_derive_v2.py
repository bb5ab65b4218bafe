"""Derive v2: option prices and both managers' margins."""

from dataclasses import replace
from math import exp, log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import norm

import govtool.protocol.derive_v2 as chain
from govtool.protocol.derive_v2.portfolio import naked_shorts, static_discounts, volatility_multipliers
from govtool.protocol.derive_v2.pricing import option_value, payoff, years

STANDARD = chain.STANDARD["derive-srm-test"]
PORTFOLIO = chain.PORTFOLIO["derive-pmrm2-1"]
WEEK_S = 7 * 86_400

prices = st.floats(1.0, 1e6)
strikes = st.floats(1.0, 1e6)
volatilities = st.floats(0.0, 3.0)
taus = st.floats(0.0, 3.0)
amounts = st.floats(-100.0, 100.0).filter(lambda amount: abs(amount) > 1e-6)
options = st.builds(
    chain.Option, strike=st.floats(500.0, 5_000.0), is_call=st.booleans(), amount=amounts, volatility=volatilities
)
books = st.lists(options, max_size=4).map(tuple)
times = st.integers(0, 400 * 86_400)


def close(first, second, scale):
    """Equal to within the rounding of floats of this size."""
    return abs(first - second) <= 1e-9 * scale + 1e-9


@given(prices, strikes, volatilities, taus, st.floats(0.1, 1.0))
def test_call_less_put_is_the_discounted_forward_less_strike(forward, strike, volatility, tau, discount):
    call, put = chain.black76(forward, strike, volatility, tau, discount)
    assert close(call - put, discount * (forward - strike), forward + strike)
    assert 0.0 <= call <= discount * forward * (1 + 1e-12) and 0.0 <= put <= discount * strike * (1 + 1e-12)
    assert call >= discount * (forward - strike) - 1e-9 * (forward + strike)


@given(prices, strikes, st.floats(0.01, 2.9), st.floats(0.001, 2.9), st.floats(0.0, 0.1))
def test_options_are_worth_more_with_volatility_and_time(forward, strike, volatility, tau, more):
    call, put = chain.black76(forward, strike, volatility, tau)
    for later in (
        chain.black76(forward, strike, volatility + more, tau),
        chain.black76(forward, strike, volatility, tau + more),
    ):
        assert later[0] >= call - 1e-9 * forward and later[1] >= put - 1e-9 * strike


@pytest.mark.parametrize("strike", [1.0, 60.0, 99.0, 100.0, 101.0, 250.0, 10_000.0])
@pytest.mark.parametrize(("volatility", "tau"), [(0.2, 1.0), (1.5, 0.01), (0.05, 1e-6), (3.0, 3.0)])
def test_prices_agree_with_another_normal_distribution(strike, volatility, tau):
    deviation = volatility * tau**0.5
    distance = log(100.0 / strike) / deviation + deviation / 2
    call = 100.0 * norm.cdf(distance) - strike * norm.cdf(distance - deviation)
    assert chain.black76(100.0, strike, volatility, tau)[0] == pytest.approx(max(call, 0.0), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize(("volatility", "tau"), [(0.0, 1.0), (1.0, 0.0), (0.0, 0.0)])
def test_without_volatility_or_time_an_option_is_worth_its_payoff(volatility, tau):
    assert chain.black76(120.0, 100.0, volatility, tau, 0.5) == (10.0, 0.0)
    assert chain.black76(80.0, 100.0, volatility, tau, 0.5) == (0.0, 10.0)


def test_a_strike_of_zero_is_the_forward_itself():
    assert chain.black76(120.0, 0.0, 1.0, 1.0) == (120.0, 0.0)
    assert payoff(chain.Option(100.0, False, -2.0, 0.0), 90.0) == -20.0


def holdings(book=(), **held):
    expiries = (chain.Expiry(WEEK_S, 1_500.0, tuple(book)),) if book else ()
    return chain.Holdings(**({"spot": 1_500.0, "perp_price": 1_500.0} | held), expiries=expiries)


@given(books, st.floats(-10, 10), st.floats(0, 10), st.floats(0.0, 1.0), st.floats(0.5, 1.0))
def test_standard_initial_margin_is_never_easier_than_maintenance(book, perp, base, confidence, stable):
    held = holdings(book, perp=perp, base=base, confidence=confidence, stable_price=stable)
    initial, maintenance = chain.standard_margins(STANDARD, held)
    assert initial <= maintenance + 1e-6
    # Doubtful data raises the initial margin only.
    sure = chain.standard_margins(STANDARD, replace(held, confidence=1.0, stable_price=1.0))
    assert sure[1] == maintenance and sure[0] >= initial - 1e-6


@given(st.floats(0.01, 100), st.booleans(), st.floats(1.0, 500.0))
def test_standard_margin_falls_with_an_adverse_price_of_a_perpetual(size, long, move):
    size, move = (size, -move) if long else (-size, move)
    held = holdings(perp=size, cash=1_000.0)
    worse = replace(held, perp_price=1_500.0 + move, perp_pnl=size * move)
    for now, then in zip(chain.standard_margins(STANDARD, held), chain.standard_margins(STANDARD, worse), strict=True):
        assert then < now


puts = st.lists(options.map(lambda option: replace(option, is_call=False)), max_size=4).map(tuple)


@given(puts, options)
def test_a_bought_put_never_raises_the_margin_of_a_book_of_puts(book, option):
    bought = replace(option, is_call=False, amount=abs(option.amount))
    before, after = (chain.standard_margins(STANDARD, holdings(held)) for held in (book, (*book, bought)))
    for now, then in zip(before, after, strict=True):
        assert then >= now - 1e-9 * (1 + abs(now))


@given(books, st.floats(0.1, 10))
def test_standard_margin_is_proportional_to_the_book(book, factor):
    larger = tuple(replace(option, amount=option.amount * factor) for option in book)
    one, many = (chain.standard_margins(STANDARD, holdings(held)) for held in (book, larger))
    for single, scaled in zip(one, many, strict=True):
        assert scaled == pytest.approx(single * factor, rel=1e-9, abs=1e-6)


def test_a_covered_call_needs_its_worst_payoff_only():
    spread = (chain.Option(1_400.0, True, -1.0, 1.0), chain.Option(1_600.0, True, 1.0, 1.0))
    assert chain.standard_margins(STANDARD, holdings(spread)) == (-200.0, -200.0)
    assert chain.standard_margins(STANDARD, holdings(spread[1:])) == (0.0, 0.0)
    # One uncovered call by itself: the better of 15 % of spot plus value, and 1.2 times the forward.
    initial, maintenance = chain.standard_margins(STANDARD, holdings(spread[:1]))
    value = option_value(spread[0], 1_500.0, 1.0, years(WEEK_S))
    assert (initial, maintenance) == (pytest.approx(value - 225.0), pytest.approx(value - 112.5))


def test_low_confidence_and_a_lost_peg_cost_what_the_rules_say():
    # (1 - 0.3) * 0.4 * 1,500 * 2 = 840, and (0.98 - 0.93) * 1.2 * 1,500 * 2 = 180.
    held = holdings(perp=-2.0, confidence=0.3, stable_price=0.93)
    sure = chain.standard_margins(STANDARD, holdings(perp=-2.0))
    assert chain.standard_margins(STANDARD, held) == (pytest.approx(sure[0] - 840.0 - 180.0), sure[1])


def portfolio(book=(), seconds=WEEK_S, **held):
    tau = years(seconds)
    expiry = chain.OptionExpiry(seconds, 3_000.0, 0.1, exp(-0.1 * tau), tuple(book))
    expiries = (expiry,) if book else ()
    return chain.Portfolio(**({"spot": 3_000.0, "perp_price": 3_000.0} | held), expiries=expiries)


@given(books, times, st.floats(-10, 10), st.floats(0.0, 1.0), st.floats(0.5, 1.0))
def test_portfolio_margin_is_below_value_and_doubt_raises_the_initial_one_only(book, seconds, perp, confidence, stable):
    held = portfolio(book, seconds, perp=perp, confidence=confidence, stable_price=stable)
    initial, maintenance = chain.portfolio_margins(PORTFOLIO, held)
    sure = chain.portfolio_margins(PORTFOLIO, replace(held, confidence=1.0, stable_price=1.0))
    slack = 1e-9 * (1 + abs(initial))
    assert initial <= maintenance + slack
    assert sure[1] == maintenance and sure[0] >= initial - slack


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(0, 1e5))
def test_perpetuals_scan_linearly(perp, profit, cash):
    held = portfolio(perp=perp, perp_value=profit, cash=cash)
    initial, maintenance = chain.portfolio_margins(PORTFOLIO, held)
    notional = 3_000.0 * abs(perp)
    assert initial == pytest.approx(cash + profit - notional * (0.18 + 0.015 + 0.005), abs=1e-6)
    assert maintenance == pytest.approx(cash + profit - notional * (0.8 * 0.18 + 0.015), abs=1e-6)


@given(books, times, st.floats(0.1, 50))
def test_more_scenarios_and_a_larger_factor_never_ease_margin(book, seconds, extra):
    held = portfolio(book, seconds)
    now = chain.portfolio_margins(PORTFOLIO, held)
    stricter = replace(
        PORTFOLIO, scenarios=(*PORTFOLIO.scenarios, chain.Scenario(1.0 + extra, chain.Volatility.UP, 0.5))
    )
    for strict, before in zip(chain.portfolio_margins(stricter, held), now, strict=True):
        assert strict <= before
    assert chain.portfolio_margins(replace(PORTFOLIO, initial_factor=1.5), held)[0] <= now[0]


@given(books, times)
def test_a_portfolio_loses_no_more_than_its_parts_do(book, seconds):
    assume(book)
    for scenario in PORTFOLIO.scenarios:
        if scenario.volatility in (chain.Volatility.LINEAR, chain.Volatility.ABSOLUTE):
            continue
        whole = chain.scenario_profit(PORTFOLIO, portfolio(book, seconds), scenario)
        parts = sum(chain.scenario_profit(PORTFOLIO, portfolio((option,), seconds), scenario) for option in book)
        # Negative values count more than positive ones: netting them first can only help.
        assert whole >= parts - 1e-6 * (1 + abs(parts))


@given(times, times)
def test_volatility_is_shocked_less_the_longer_it_lasts_within_each_power(seconds, later):
    month = 30 * 86_400
    up, down = volatility_multipliers(PORTFOLIO, seconds)
    assert up >= 1.0 >= down >= 0.0
    if (seconds <= month) == (seconds + later <= month):
        longer = volatility_multipliers(PORTFOLIO, seconds + later)
        assert longer[0] <= up and longer[1] >= down


def test_volatility_at_thirty_days_is_shocked_by_its_ranges():
    assert volatility_multipliers(PORTFOLIO, 30 * 86_400) == (1.5, 0.725)
    assert volatility_multipliers(PORTFOLIO, 0) == volatility_multipliers(PORTFOLIO, 86_400)


@given(st.integers(1, 3 * 365 * 86_400), st.floats(0.0, 1.0))
def test_static_discounts_bracket_one_and_undo_no_more_than_the_discount(seconds, rate):
    discount = exp(-rate * years(seconds))
    expiry = chain.OptionExpiry(seconds, 3_000.0, rate, discount, ())
    long, short = static_discounts(PORTFOLIO, expiry)
    assert 0.0 < long < 1.0 <= short <= 1.0 / discount


def test_options_at_one_strike_offset_each_other_when_shorts_are_counted():
    def held(*legs):
        book = tuple(chain.Option(strike, is_call, amount, 0.5) for strike, is_call, amount in legs)
        return naked_shorts(chain.OptionExpiry(WEEK_S, 3_000.0, 0.0, 1.0, book))

    assert held((3_000.0, True, -2.0), (3_000.0, False, 0.5)) == 1.5
    assert held((3_000.0, True, -2.0), (3_000.0, False, -0.5)) == 2.5
    assert held((3_000.0, True, -2.0), (3_100.0, True, 2.0)) == 2.0
    assert held((3_000.0, True, 2.0)) == 0.0


def collateral(amount, price, stable, haircuts, confidence, cancels_risk):
    return chain.Collateral(amount * price / stable, *haircuts, cancels_risk, confidence)


def test_collateral_below_the_peg_and_in_doubt_as_in_the_contracts_own_test():
    # derivexyz/v2-core: PMRM_2/portfolio_cases/test_6_collateral_general_multi_collat_with_oracle_cont.json
    held = [
        (2.5, 10_000.0, (0.03, 0.01), 0.2, True),
        (16.0, 2_000.0, (0.015, 0.005), 0.12, True),
        (2.3, 75_000.0, (0.25, 0.05), 0.4, False),
        (12.0, 120_000.0, (0.35, 0.1), 0.253, False),
        (23_510.0, 1.1470506863329273, (0.12, 0.03), 1.0, False),
        (10_000.0, 1.9, (0.2, 0.05), 0.01, False),
        (4.0, 500.0, (0.05, 0.01), 0.2, True),
    ]
    assets = tuple(collateral(amount, price, 0.1, *rest) for amount, price, *rest in held)
    account = chain.Portfolio(2_000.0, cash=-3_000.0, collaterals=assets, stable_price=0.1, confidence=0.12)
    initial, maintenance = chain.portfolio_margins(PORTFOLIO, account)
    assert initial == pytest.approx(-5_359_102.148490705, rel=1e-12)
    assert maintenance == pytest.approx(11_531_801.022394048, rel=1e-12)


def test_collateral_that_cancels_risk_as_in_the_contracts_own_test():
    # derivexyz/v2-core: PMRM_2/portfolio_cases/test_16_risk_cancelling_general_covered_call.json
    stable = 1.00019088635
    held = [
        (0.4, 95_569.65243595604, (0.03, 0.015), 1.0, True),
        (2.0, 95_663.50604855, (0.02, 0.01), 1.0, True),
        (0.8, 95_621.88912023272, (0.04, 0.015), 1.0, True),
        (100_000.0, 0.99984231175, (0.02, 0.03), 1.0, False),
        (5.0, 2_681.6029850999994, (0.15, 0.05), 1.0, False),
    ]
    expiries = [
        (3_214_052, 96_248.76561417685, 0.21, 0.9788248561009755, (120_000.0, True, -2.0, 0.5654200442695773)),
        (18_938_852, 100_374.61000117072, 0.29, 0.8401635979647669, (100_000.0, False, -3.2, 0.5543377511787965)),
        (11_076_452, 98_198.07812501276, 0.27, 0.9095251425997705, (105_000.0, False, -12.2, 0.5435708270461805)),
    ]
    account = chain.Portfolio(
        95_663.50604855,
        cash=-320_000.0,
        expiries=tuple(chain.OptionExpiry(*terms, (chain.Option(*option),)) for *terms, option in expiries),
        collaterals=tuple(collateral(amount, price, stable, *rest) for amount, price, *rest in held),
        stable_price=stable,
    )
    initial, maintenance = chain.portfolio_margins(PORTFOLIO, account)
    assert initial == pytest.approx(-470_835.93122017954, rel=1e-12)
    assert maintenance == pytest.approx(-398_180.9181436086, rel=1e-12)
