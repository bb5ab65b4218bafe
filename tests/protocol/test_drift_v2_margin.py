"""Margin of a Drift account in integers, against cases worked by hand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import govtool.protocol.drift_v2 as chain
from govtool.protocol.drift_v2 import Account, Margin, PerpMarket, Position, Price, SpotMarket, Tier, Tokens
from govtool.protocol.drift_v2.units import BASE, QUOTE

SOL = SpotMarket(9, Price(100 * QUOTE, 90 * QUOTE), 8_000, 9_000, 12_000, 11_000)
PERP = PerpMarket(price=100 * QUOTE, initial_ratio=1_000, maintenance_ratio=501)


def usd(amount):
    return round(amount * QUOTE)


def test_settlement_tokens_count_in_full_and_are_required_if_borrowed():
    assert chain.account_margin(Account(usd(5)), Tier.INITIAL) == Margin(usd(5), 0)
    assert chain.account_margin(Account(-usd(5)), Tier.INITIAL) == Margin(0, usd(5))
    # Held at the lower of 0.99 and 1.01, owed at the higher; half a unit counts down, or up.
    price = Price(usd(1.01), usd(0.99))
    assert chain.account_margin(Account(50, settlement_price=price), Tier.INITIAL, strict=True) == Margin(49, 0)
    assert chain.account_margin(Account(-50, settlement_price=price), Tier.INITIAL, strict=True) == Margin(0, 51)


@pytest.mark.parametrize(
    ("tier", "strict", "amount", "expected"),
    [
        (Tier.INITIAL, False, 10, Margin(usd(800), 0)),
        (Tier.INITIAL, True, 10, Margin(usd(720), 0)),
        (Tier.FILL, False, 10, Margin(usd(850), 0)),
        (Tier.MAINTENANCE, False, 10, Margin(usd(900), 0)),
        (Tier.INITIAL, True, -10, Margin(0, usd(1_200))),
        (Tier.FILL, False, -10, Margin(0, usd(1_150))),
        (Tier.MAINTENANCE, False, -10, Margin(0, usd(1_100))),
    ],
)
def test_tokens_count_by_the_weight_of_the_tier_and_a_strict_price(tier, strict, amount, expected):
    assert chain.tokens_margin(Tokens(SOL, amount * BASE), tier, strict) == expected


def test_a_full_pool_shrinks_the_initial_and_half_of_it_the_fill_weight():
    # 30,000 SOL at 100 are 3 million, scaled from 2 million on: 8,000 * 2 / 3 = 5,333, and (5,333 + 9,000) / 2 = 7,166.
    full = replace(SOL, scale_start=usd(2e6), deposits=30_000 * BASE)
    weights = [chain.tokens_margin(Tokens(full, BASE), tier).collateral for tier in Tier]
    assert weights == [usd(53.33), usd(71.66), usd(90)]


def test_size_moves_weights_of_tokens_of_any_decimals():
    # 100 coins at a factor of 0.1: 1.1 / (1 + 0.1 * 10) = 0.55 held, 0.8 * 1.2 + 0.1 * 10 = 1.96 borrowed.
    for decimals in (6, 9, 11):
        large = replace(SOL, decimals=decimals, imf=10**5)
        assert chain.tokens_margin(Tokens(large, 100 * 10**decimals), Tier.INITIAL) == Margin(usd(5_500), 0)
        assert chain.tokens_margin(Tokens(large, -100 * 10**decimals), Tier.INITIAL) == Margin(0, usd(19_600))


def test_a_perpetual_requires_its_ratio_and_counts_its_profit():
    # 10 coins at 100 are 1,000: 10 %, the floor of the mean of 10 % and 5.01 %, 5.01 %.
    bought_here = Position(PERP, 10 * BASE, -usd(1_000))
    required = [chain.account_margin(Account(0, positions=[bought_here]), tier) for tier in Tier]
    assert required == [Margin(0, usd(100)), Margin(0, usd(75)), Margin(0, usd(50.1))]
    sold = Position(PERP, -10 * BASE, usd(900))
    assert chain.account_margin(Account(usd(500), positions=[sold]), Tier.MAINTENANCE).free == usd(500 - 100 - 50.1)


def test_profit_counts_less_while_new_risk_is_taken_and_loss_always():
    discounted = replace(PERP, initial_profit_weight=8_000, maintenance_profit_weight=9_000)
    for entry, counted in ((usd(50), (40, 40, 45)), (usd(-50), (-50, -50, -50)), (usd(1_000), (100, 800, 900))):
        position = Position(discounted, BASE, entry - usd(100))
        found = [chain.account_margin(Account(0, positions=[position]), tier).collateral for tier in Tier]
        assert found == [usd(value) for value in counted]
    # A profit of 100 at a factor of 0.1: 1.1 / (1 + 0.1 * 10) = 0.55.
    curved = replace(PERP, profit_imf=10**5)
    position = Position(curved, BASE, 0)
    assert chain.account_margin(Account(0, positions=[position]), Tier.FILL).collateral == usd(55)
    assert chain.account_margin(Account(0, positions=[position]), Tier.MAINTENANCE).collateral == usd(100)


def test_perpetuals_are_strict_about_the_settlement_token_only():
    price = Price(usd(1.01), usd(0.99))
    losing = Account(0, positions=[Position(PERP, BASE, -usd(200))], settlement_price=price)
    # 100 lost and 100 of notional, both at 1.01.
    assert chain.account_margin(losing, Tier.INITIAL, strict=True) == Margin(-usd(101), usd(10.1))
    gaining = Account(0, positions=[Position(PERP, BASE, -usd(50))], settlement_price=price)
    assert chain.account_margin(gaining, Tier.INITIAL, strict=True) == Margin(usd(49.5), usd(10.1))


def test_the_buffer_is_a_share_of_liabilities_and_of_unsettled_loss():
    # 2 % of 1,000 of notional, of 200 lost, of 500 borrowed SOL and of 300 borrowed USDC.
    account = Account(-usd(300), [Tokens(SOL, -5 * BASE)], [Position(PERP, 10 * BASE, -usd(1_200))])
    plain = chain.account_margin(account, Tier.MAINTENANCE)
    buffered = chain.account_margin(account, Tier.MAINTENANCE, buffer=200)
    assert plain == Margin(-usd(200), usd(300 + 550 + 50.1))
    assert buffered == Margin(-usd(200 + 4), plain.requirement + usd(20 + 10 + 6))
    # What is held has no buffer.
    assert chain.account_margin(Account(usd(9), [Tokens(SOL, BASE)]), Tier.MAINTENANCE, buffer=200).free == usd(9 + 90)


amounts = st.integers(-(10**15), 10**15)


@given(amounts, amounts, amounts, st.integers(1, 10**11), st.integers(1, 10**11), st.booleans())
def test_tiers_are_in_order_and_a_strict_check_asks_for_more(cash, tokens, base, price, mean, strict):
    market = replace(SOL, price=Price(price, mean), imf=3_000, scale_start=usd(2e5), deposits=10**13)
    position = Position(replace(PERP, imf=200), base, -(base * price // BASE))
    account = Account(cash, [Tokens(market, tokens)], [position])
    initial, fill, maintenance = (chain.account_margin(account, tier, strict).free for tier in Tier)
    assert initial <= fill <= maintenance
    assert all(
        chain.account_margin(account, tier, True).free <= chain.account_margin(account, tier).free for tier in Tier
    )
    assert chain.account_margin(account, Tier.MAINTENANCE, strict, 200).free <= maintenance
