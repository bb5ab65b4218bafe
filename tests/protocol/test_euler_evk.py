"""Euler's liquidation: the discount follows health, and neither side gets more than is there."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from govtool.protocol.euler_evk import Liquidation, Loan, health, max_liquidation
from govtool.protocol.fixed import WAD, wad_product, wad_quotient

FIFTH = WAD // 5
amounts = st.integers(0, 10**24)
prices = st.integers(1, 10**22)
loans = st.builds(
    Loan,
    collateral=amounts,
    collateral_price=prices,
    debt=st.integers(10**12, 10**24),
    debt_price=st.integers(10**12, 10**22),
    liquidation_ltv=st.integers(WAD // 10, WAD),
)


def loan(collateral, price, debt=5):
    return Loan(collateral * WAD, price, debt * WAD, WAD, 9 * WAD // 10)


def test_part_of_the_collateral_pays_all_of_the_debt_near_the_limit():
    # Worth 6 for a debt of 5.4 + a bit: health 0.9 * 6 / 5.5 = 0.9818..., so 5.5 buys 5.6018... of the 6.
    near = Loan(6 * WAD, WAD, 55 * WAD // 10, WAD, 9 * WAD // 10)
    result = max_liquidation(near, FIFTH)
    assert health(near) == result.discount_factor == 981818181818181818
    assert result.repay == near.debt
    assert result.yields == wad_quotient(near.debt, result.discount_factor) == 5601851851851851852


def test_the_discount_stops_at_its_maximum():
    assert max_liquidation(loan(10, WAD // 4), FIFTH) == Liquidation(2 * WAD, 10 * WAD, 4 * FIFTH)


def test_a_healthy_account_and_one_without_debt_yield_nothing():
    assert max_liquidation(loan(10, WAD), FIFTH) == Liquidation(0, 0, WAD)
    assert max_liquidation(Loan(WAD, WAD, 0, WAD, WAD), FIFTH) == Liquidation(0, 0, WAD)
    exactly = Loan(10 * WAD, WAD, 9 * WAD, WAD, 9 * WAD // 10)
    assert health(exactly) == WAD and max_liquidation(exactly, FIFTH).repay == 0


@given(loans, st.integers(0, WAD // 2))
def test_nobody_repays_more_than_the_debt_or_seizes_more_than_the_collateral(drawn, max_discount):
    result = max_liquidation(drawn, max_discount)
    assert 0 <= result.repay <= drawn.debt and 0 <= result.yields <= drawn.collateral
    assert WAD - max_discount <= result.discount_factor <= WAD


@given(loans, st.integers(0, WAD // 2))
def test_the_liquidator_pays_about_the_discounted_value_and_never_more(drawn, max_discount):
    result = max_liquidation(drawn, max_discount)
    paid = Fraction(result.repay * drawn.debt_price, WAD)
    got = Fraction(result.yields * drawn.collateral_price, WAD)
    price = Fraction(result.discount_factor, WAD)
    if result.repay < drawn.debt:
        assert paid <= got * price + 1
    # Each of the divisions rounds by less than one unit of an amount, a value or the factor.
    slack = 2 + Fraction(2 * drawn.collateral_price, WAD) + Fraction(drawn.debt_price, WAD)
    if result.yields:
        assert abs(paid - got * price) <= slack + drawn.debt * drawn.debt_price // WAD**2


@given(loans, st.integers(0, WAD // 2), st.integers(1, 10**22))
def test_health_falls_and_the_discount_deepens_with_an_adverse_price(drawn, max_discount, drop):
    worse = Loan(
        drawn.collateral,
        max(drawn.collateral_price - drop, 0),
        drawn.debt,
        drawn.debt_price,
        drawn.liquidation_ltv,
    )
    assert health(worse) <= health(drawn)
    assert max_liquidation(worse, max_discount).discount_factor <= max_liquidation(drawn, max_discount).discount_factor
    assert wad_product(worse.collateral, worse.collateral_price) <= wad_product(
        drawn.collateral, drawn.collateral_price
    )
