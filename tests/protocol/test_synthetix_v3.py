"""Synthetix v3 in wads: margin by depth, windows that are never overrun, rewards between floor and cap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import govtool.protocol.synthetix_v3 as chain
from govtool.protocol.fixed import WAD, wad_product

ratios = st.integers(0, 3 * WAD)
amounts = st.integers(0, 10**26)
markets = st.builds(
    chain.Market,
    skew_scale=st.integers(10**18, 10**26),
    initial_ratio=ratios,
    minimum_initial_ratio=ratios,
    maintenance_scalar=st.integers(0, WAD),
    minimum_position_margin=amounts,
)


@given(markets, st.integers(1, 10**24), st.integers(0, 10**24), amounts)
def test_margin_grows_with_size_and_maintenance_is_the_lower_tier(market, size, more, price):
    initial, maintenance = chain.required_margins(chain.Position(market, size, price))
    assert chain.required_margins(chain.Position(market, -size, price)) == (initial, maintenance)
    assert market.minimum_position_margin <= maintenance <= initial
    larger = chain.required_margins(chain.Position(market, size + more, price))
    assert larger[0] >= initial and larger[1] >= maintenance
    assert chain.required_margins(chain.Position(market, size, price + more))[0] >= initial


@given(markets, st.integers(1, 10**23), amounts)
def test_one_large_position_needs_at_least_the_margin_of_its_halves(market, half, price):
    # but for the market's minimum, which each position needs by itself, and a rounding of each product
    whole, _ = chain.required_margins(chain.Position(market, 2 * half, price))
    part, _ = chain.required_margins(chain.Position(market, half, price))
    minimum = market.minimum_position_margin
    assert whole - minimum >= 2 * (part - minimum) - 2


def test_no_position_needs_no_margin_and_no_depth_means_the_minimum_ratio():
    market = chain.Market(0, 2 * WAD, WAD // 100, WAD // 2, 500 * WAD)
    assert chain.required_margins(chain.Position(market, 0, WAD)) == (0, 0)
    assert chain.required_margins(chain.Position(market, 10 * WAD, 100 * WAD)) == (510 * WAD, 505 * WAD)
    assert chain.account_margins([]) == (0, 0)


def test_collateral_is_discounted_by_its_share_of_depth_between_bounds():
    assert chain.collateral_discount(10 * WAD, 1_000 * WAD, 2 * WAD, WAD // 100, WAD // 10) == WAD // 50
    assert chain.collateral_discount(0, 1_000 * WAD, 2 * WAD, WAD // 100, WAD // 10) == WAD // 100
    assert chain.collateral_discount(900 * WAD, 1_000 * WAD, 2 * WAD, WAD // 100, WAD // 10) == WAD // 10
    assert chain.collateral_discount(900 * WAD, 0, 2 * WAD, WAD // 100, WAD // 10) == WAD // 100


def test_what_an_account_has_is_discounted_collateral_and_profit():
    # 10 at 100 in a depth of 1,000, scaled by 2: 2 % off 1,000; 2 coins lost 10 each, 1 sold at 60 gained 20.
    wrapped = chain.Collateral(10 * WAD, 100 * WAD, 1_000 * WAD, 2 * WAD, WAD // 100, WAD // 10)
    assert chain.collateral_value(wrapped) == 980 * WAD
    market = chain.Market(0, 2 * WAD, WAD // 100, WAD // 2, 500 * WAD)
    held = [
        (chain.Position(market, 2 * WAD, 40 * WAD), 50 * WAD),
        (chain.Position(market, -WAD, 40 * WAD), 60 * WAD),
    ]
    assert chain.available_margin(-30 * WAD, [wrapped], held) == (980 - 30 - 20 + 20) * WAD
    assert chain.available_margin(0, [], []) == 0


def test_a_fill_is_priced_half_way_between_the_skews():
    # Skew of 1 % before and 3 % after an order of 20 in a depth of 1,000: 2 % above the oracle's 100.
    assert chain.skew_fill_price(10 * WAD, 20 * WAD, 100 * WAD, 1_000 * WAD) == 102 * WAD
    assert chain.skew_fill_price(10 * WAD, -20 * WAD, 100 * WAD, 1_000 * WAD) == 100 * WAD
    assert chain.skew_fill_price(10 * WAD, -20 * WAD, 100 * WAD, 0) == 100 * WAD


@st.composite
def sequences(draw):
    limiter = chain.Limiter(
        draw(st.integers(1, 1_000)), draw(st.integers(1, 30)), 1_000, draw(st.sampled_from([0, 6 * WAD // 100]))
    )
    sizes = draw(st.dictionaries(st.sampled_from("abc"), st.integers(-3_000, 3_000), min_size=1))
    times = sorted(draw(st.lists(st.integers(0, 100), max_size=20)))
    account, skew = st.sampled_from(sorted(sizes)), st.integers(-200, 200)
    return limiter, sizes, [chain.Attempt(time, draw(account), draw(skew)) for time in times]


@given(sequences())
def test_a_window_is_never_overrun_and_positions_only_shrink(drawn):
    limiter, sizes, attempts = drawn
    left, history = dict(sizes), []
    for attempt, size in zip(attempts, chain.liquidation_sequence(limiter, sizes, attempts), strict=True):
        before = left[attempt.account]
        assert abs(size) <= abs(before) and size * before >= 0
        taken = abs(before - size)
        if taken and limiter.max_pd == 0:
            assert chain.used_capacity(limiter, history, attempt.time) + taken <= limiter.capacity
        assert taken <= limiter.capacity
        history.append(chain.Liquidated(attempt.time, taken))
        left[attempt.account] = size


@given(sequences())
def test_one_block_never_takes_more_than_its_window_has_left_and_one_more(drawn):
    limiter, sizes, attempts = drawn
    left, taken = dict(sizes), {}
    for attempt, size in zip(attempts, chain.liquidation_sequence(limiter, sizes, attempts), strict=True):
        taken[attempt.time] = taken.get(attempt.time, 0) + abs(left[attempt.account] - size)
        left[attempt.account] = size
    assert all(amount <= limiter.capacity for amount in taken.values())


def test_what_is_as_old_as_the_window_has_left_it():
    limiter = chain.Limiter(100, 10, 1_000)
    history = [chain.Liquidated(5, 60), chain.Liquidated(10, 40)]
    assert chain.used_capacity(limiter, history, 14) == 100
    assert chain.used_capacity(limiter, history, 15) == 40
    assert chain.used_capacity(limiter, history, 20) == 0
    assert chain.liquidatable_amount(limiter, history, 14, 0, 70) == 0
    assert chain.liquidatable_amount(limiter, history, 15, 0, 70) == 60


def test_a_market_without_a_capacity_has_no_limit():
    assert chain.liquidatable_amount(chain.Limiter(0, 10, 0), [], 0, 0, 10**30) == 10**30


@pytest.mark.parametrize(("skew", "amount"), [(59, 100), (60, 0), (-59, 100), (-60, 0)])
def test_one_more_window_needs_a_skew_strictly_below_the_limit(skew, amount):
    limiter = chain.Limiter(100, 10, 1_000, 6 * WAD // 100)
    history = [chain.Liquidated(5, 100)]
    assert chain.liquidatable_amount(limiter, history, 6, skew, 500) == amount
    assert chain.liquidatable_amount(limiter, history, 5, skew, 500) == 0


@pytest.mark.parametrize(("size", "windows"), [(0, 0), (1, 1), (100, 1), (-101, 2)])
def test_a_part_of_a_window_is_one(size, windows):
    assert chain.windows_needed(size, 100) == windows


@given(amounts, amounts, amounts, ratios, amounts, st.integers(0, WAD), amounts)
def test_a_reward_is_between_its_floor_and_its_cap(flag, cost, minimum, profit, maximum, scaling, margin):
    reward = chain.keeper_reward(flag, cost, minimum, profit, maximum, scaling, margin)
    cap = min(wad_product(margin, scaling), maximum) if margin else maximum
    assert reward <= cap
    assert reward == cap or reward >= cost + max(minimum, flag)
    assert chain.keeper_reward(flag, cost + 1, minimum, profit, maximum, scaling, margin) >= reward


def test_a_flagged_account_without_margin_has_the_maximum_as_cap():
    assert chain.keeper_reward(5 * WAD, 0, WAD, 0, 3 * WAD, WAD // 200, 0) == 3 * WAD
    assert chain.keeper_reward(5 * WAD, 0, WAD, 0, 3 * WAD, WAD // 200, 200 * WAD) == WAD
