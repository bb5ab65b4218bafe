"""Mango v4: health never rises with an adverse price, the stable price is slow, insurance goes before shared loss."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import govtool.protocol.mango_v4 as chain
from govtool.protocol.mango_v4.binary import ONE, nearest, product, quotient, value

numbers = st.integers(-(10**9), 10**9).map(lambda whole: whole * ONE // 1_000)
prices = st.integers(1, 10**9).map(lambda whole: whole * ONE // 1_000)
shares = st.integers(0, 1_000).map(lambda whole: whole * ONE // 1_000)
scalings = st.none() | st.builds(chain.Scaling, start=st.floats(1.0, 1e9), value=st.floats(0.0, 1e9))


@st.composite
def tokens(draw):
    return chain.Token(
        draw(numbers),
        draw(prices),
        draw(prices),
        draw(shares),
        ONE + draw(shares),
        draw(scalings),
        draw(scalings),
    )


perps = st.builds(
    chain.Perp,
    base_lots=st.integers(-(10**6), 10**6),
    quote=numbers,
    lot_price=prices,
    lot_stable_price=prices,
    asset_weight=shares,
    liability_weight=shares.map(lambda share: ONE + share),
    overall_asset_weight=shares,
)


def test_binary_numbers_round_as_the_program_does():
    assert nearest(0.5) == ONE // 2 and nearest(Fraction(1, 3)) == round(Fraction(ONE, 3))
    assert product(-1, 1) == -1 and product(1, 1) == 0
    assert quotient(-1, 3 * ONE) == 0 and quotient(ONE, 3 * ONE) == ONE // 3
    assert value(3 * ONE // 2) == Fraction(3, 2)


@given(tokens(), st.integers(0, 10**12), st.sampled_from(chain.Health))
def test_health_never_rises_with_an_adverse_price_of_a_token(token, move, health):
    price = max(token.price - move, 1) if token.balance >= 0 else token.price + move
    moved = replace(token, price=price)
    assert chain.token_health(moved, moved.balance, health) <= chain.token_health(token, token.balance, health)


@given(perps, st.integers(0, 10**12), st.sampled_from(chain.Health))
def test_health_never_rises_with_an_adverse_price_of_a_perpetual(perp, move, health):
    price = max(perp.lot_price - move, 1) if perp.base_lots >= 0 else perp.lot_price + move
    assert chain.perp_value(replace(perp, lot_price=price), health) <= chain.perp_value(perp, health)


@given(tokens(), st.lists(perps, max_size=3))
def test_a_liquidation_ends_between_the_other_healths(token, held):
    # Weights of the maintenance tier lie between the initial ones and one.
    milder = replace(
        token,
        maintenance_asset_weight=(token.asset_weight + ONE) // 2,
        maintenance_liability_weight=(token.liability_weight + ONE) // 2,
    )
    initial, end, maintenance = (chain.token_health(milder, milder.balance, health) for health in chain.Health)
    assert initial <= end <= maintenance
    for perp in held:
        assert chain.perp_value(perp, chain.Health.INITIAL) <= chain.perp_value(perp, chain.Health.LIQUIDATION_END)


@given(tokens(), tokens())
def test_health_of_several_tokens_is_their_sum(first, second):
    alone = [chain.init_health([token]) for token in (first, second)]
    assert chain.init_health([first, second]) == sum(alone)


@given(shares, st.floats(1.0, 1e9), st.floats(0.0, 1e9), st.floats(0.0, 1e9))
def test_a_fuller_pool_never_weighs_more_as_an_asset_or_less_as_a_liability(weight, start, held, more):
    now, later = chain.Scaling(start, held), chain.Scaling(start, held + more)
    assert chain.scaled_asset_weight(weight, later) <= chain.scaled_asset_weight(weight, now) <= weight
    assert chain.scaled_liability_weight(weight, later) >= chain.scaled_liability_weight(weight, now) >= weight


def test_healths_of_an_account_by_hand():
    # 10 tokens at 100 (stable 80, weights 0.8 and 0.9, the pool twice its start) and 500 of cash; 2 lots at 50 (stable
    # 40, weights 0.9 and 0.95) that cost 100, and 1 lot sold for 60 at 50 (stable 70, weights 1.1 and 1.05).
    def share(tenths):
        return nearest(Fraction(tenths, 100))

    cash = chain.Token(500 * ONE, ONE, ONE, ONE, ONE)
    token = chain.Token(
        10 * ONE, 100 * ONE, 80 * ONE, share(80), 2 * ONE, chain.Scaling(1.0, 2.0), None, share(90), 2 * ONE
    )
    long = chain.Perp(2, -100 * ONE, 50 * ONE, 40 * ONE, share(90), ONE, ONE, share(95), ONE)
    short = chain.Perp(-1, 60 * ONE, 50 * ONE, 70 * ONE, ONE, share(110), ONE, ONE, share(105))
    found = [value(chain.account_health([cash, token], [long, short], 0, health)) for health in chain.Health]
    # 500 + 10 * 0.4 * 80 + (72 - 100) + (60 - 77); 500 + 800 + (90 - 100) + (60 - 55); 500 + 900 + (95 - 100) + 7.5
    assert [float(health) for health in found] == pytest.approx([775, 1_295, 1_402.5], abs=1e-9)


def test_a_perpetuals_gain_counts_by_the_overall_weight_of_each_health():
    gain = chain.Perp(1, 0, 100 * ONE, 100 * ONE, ONE, ONE, ONE // 2, ONE, ONE, ONE // 4)
    assert [value(chain.perp_value(gain, health)) for health in chain.Health] == [50, 50, 25]
    assert value(chain.perp_value(replace(gain, quote=-101 * ONE))) == -1


def test_a_pool_scales_from_strictly_above_its_start():
    assert chain.scaled_asset_weight(ONE, chain.Scaling(100.0, 100.0)) == ONE
    assert chain.scaled_asset_weight(ONE, chain.Scaling(100.0, 200.0)) == ONE // 2
    assert chain.scaled_asset_weight(ONE, chain.Scaling(0.0, 1.0)) == 0
    assert chain.scaled_liability_weight(ONE, chain.Scaling(100.0, 200.0)) == 2 * ONE
    with pytest.raises(ZeroDivisionError, match="start of 0"):
        chain.scaled_liability_weight(ONE, chain.Scaling(0.0, 1.0))


def test_the_settle_token_takes_the_perpetuals_value():
    # 2 lots at 50, weight 0.8, less 100: -20; with 30 in hand, 10 at weight 0.5 and price 2.
    perp = chain.Perp(2, -100 * ONE, 50 * ONE, 50 * ONE, nearest(Fraction(8, 10)), 2 * ONE, ONE)
    other = chain.Token(0, ONE, ONE, ONE, ONE)
    settle = chain.Token(30 * ONE, 2 * ONE, 2 * ONE, ONE // 2, 2 * ONE)
    assert value(chain.init_health([other, settle], perp, settle=1)) == pytest.approx(10, abs=1e-9)
    assert value(chain.init_health([other, settle], perp, settle=0)) == pytest.approx(30 - 20, abs=1e-9)


@given(st.floats(0.01, 1e6), st.lists(st.tuples(st.integers(0, 20_000), st.floats(0.0, 1e6)), max_size=60))
def test_the_stable_price_moves_no_faster_than_its_limit(start, steps):
    model, now = chain.starting(start), 0
    for step, oracle in steps:
        now += step
        after, waited = chain.updated(model, now, oracle), now - model.updated_at
        change = abs(after.price / model.price - 1.0)
        assert change <= model.stable_growth_limit * min(waited, 600) + 1e-12
        assert min(model.price, oracle) <= after.price <= max(model.price, oracle)
        assert after.price > 0.0 and len(after.delay_prices) == 24
        assert waited >= 10 or after is model
        model = after


@given(st.floats(0.01, 1e6), st.floats(0.0, 1e6), st.integers(1, 200))
def test_delay_prices_move_no_more_than_their_limit_an_hour(start, oracle, hours):
    model = chain.followed(chain.starting(start), 0, hours, 3_600, lambda now: oracle)
    ordered = [model.delay_prices[(model.interval_index + k) % 24] for k in range(24)]
    for earlier, later in pairwise(ordered):
        assert abs(later / earlier - 1.0) <= model.delay_growth_limit + 1e-12


def test_a_constant_oracle_leaves_the_stable_price_where_it_is():
    model = chain.followed(chain.starting(5.0), 0, 100, 600, lambda now: 5.0)
    assert model.price == 5.0 and model.delay_prices == (5.0,) * 24


def test_skipped_intervals_get_the_next_delay_price_and_a_day_fills_all():
    model = chain.updated(chain.starting(1.0), 3 * 3_600, 1.0)
    assert (model.interval_index, model.summed_s) == (3, 0)
    # 600 of 10,800 s counted at price 1: the average is far below, so the delay price falls by its limit.
    assert model.delay_prices == (*[1.0 - model.delay_growth_limit] * 3, *[1.0] * 21)
    model = chain.updated(model, 29 * 3_600, 1.0)
    assert len(set(model.delay_prices)) == 1


@given(st.lists(st.tuples(st.integers(0, 150), st.integers(-1_000, 1_000)), max_size=20), st.integers(1, 100))
def test_net_borrows_are_the_sum_within_the_running_window(moves, window_s):
    state, now, running = chain.NetBorrows(), 0, []
    for step, amount in moves:
        now += step
        if now >= state.window_start + window_s:
            running = []
        running.append(amount)
        state = chain.borrowed(state, window_s, now, amount * ONE)
        assert state.amount == sum(running)
        assert state.window_start % window_s == 0 and state.window_start <= now < state.window_start + window_s


def test_a_borrow_counts_in_whole_units_rounded_up_at_the_higher_price():
    state = chain.borrowed(chain.NetBorrows(), 100, 0, ONE + 1)
    assert state.amount == 2
    assert not chain.borrow_blocked(state, 10, 5 * ONE, ONE)
    assert chain.borrow_blocked(state, 10, ONE, 5 * ONE + 1)
    assert not chain.borrow_blocked(state, -1, 10**6 * ONE, ONE)
    assert not chain.borrow_blocked(chain.NetBorrows(0, -5), 0, ONE, ONE)


@given(
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    prices,
    prices,
    st.integers(0, ONE // 10),
)
def test_loss_is_shared_only_once_the_vault_is_empty(loss, wanted, vault, settle, insurance, fee):
    result = chain.perp_bankruptcy(loss * ONE, wanted * ONE, vault, settle, insurance, fee)
    assert 0 <= result.insurance_paid <= vault
    assert 0 <= result.covered <= min(loss, wanted) * ONE
    assert result.socialised == 0 or result.insurance_paid == vault
    assert result.socialised in (0, loss * ONE - result.covered)


def test_a_fee_stretches_insurance_less_far():
    # With 10 % fee, 33 tokens at price 1 cover 30; of a loss of 50, 20 are spread.
    paid = chain.perp_bankruptcy(50 * ONE, 50 * ONE, 33, ONE, ONE, nearest(Fraction(1, 10)))
    assert paid.insurance_paid == 33
    assert value(paid.covered) == pytest.approx(30, abs=1e-9)
    assert value(paid.socialised) == pytest.approx(20, abs=1e-9)
    # A liquidator who wants 10 only leaves the vault with tokens: nothing is spread yet.
    part = chain.perp_bankruptcy(50 * ONE, 10 * ONE, 33, ONE, ONE, 0)
    assert (part.insurance_paid, part.covered, part.socialised) == (10, 10 * ONE, 0)
