"""dYdX v4 in integers: no floats anywhere, cases by hand, and what must hold for every account."""

import ast
import inspect
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import govtool.protocol.dydx_v4 as chain
from govtool.protocol.dydx_v4 import Account, Book, ChainRefusal, Perpetual, Position, Risk
from govtool.protocol.dydx_v4.integer import ceiled, median, scaled, truncated

FOLDER = Path(chain.__file__).parent
SOURCES = sorted(FOLDER.glob("*.py"))
# BTC as of the mainnet genesis: 1e-10 BTC a quantum, price times 1e-5; Large-Cap margin of 2 % and 1.2 %.
BTC = Perpetual(-10, 50_000 * 10**5, -5, 20_000, 600_000)


def long_btc(usdc: int, quantums: int = 10**9) -> Account:
    return Account(usdc, (Position(0, quantums),))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_arithmetic_holds_no_float(path):
    for node in ast.walk(ast.parse(path.read_text())):
        where = f"{path.name}:{getattr(node, 'lineno', 0)}"
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float | complex)), where
        assert not (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)), where
        assert not (isinstance(node, ast.Name) and node.id in ("float", "math", "round", "Decimal")), where
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", "") or ""}
            assert not names & {"math", "numpy", "decimal", "statistics"}, where


@pytest.mark.parametrize("name", [name for name in chain.__all__ if inspect.isfunction(getattr(chain, name))])
def test_every_formula_cites_its_source(name):
    function = getattr(chain, name)
    text = (inspect.getdoc(function) or "") + (inspect.getdoc(inspect.getmodule(function)) or "")
    assert ".go" in text or name == "notional"


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**4))
def test_the_three_roundings_bracket_the_ratio(value, divisor):
    exact = Fraction(value, divisor)
    assert ceiled(value, divisor) - 1 < exact <= ceiled(value, divisor)
    assert abs(truncated(value, divisor)) <= abs(exact) < abs(truncated(value, divisor)) + 1
    assert scaled(value, -2) == truncated(value, 100) and scaled(value, 2) == value * 100


@pytest.mark.parametrize(
    ("values", "middle"), [([3], 3), ([1, 2], 2), ([-1, -2], -2), ([-1, 1], 0), ([5, -7, 0], 0), ([2, 4], 3)]
)
def test_a_median_of_two_is_rounded_away_from_zero(values, middle):
    assert median(values) == middle


def test_a_fill_can_be_worse_than_bankruptcy_while_the_account_is_solvent():
    # 0.1 BTC at 50,000 with collateral of half the maintenance margin of 60 USDC: the limit is 49,550 a coin,
    # bankruptcy 49,700, so the fund pays 15 USDC on 0.1 BTC.
    account = long_btc(-5_000_000_000 + 30_000_000)
    perps = {0: BTC}
    assert chain.account_risk(account, perps) == Risk(30_000_000, 100_000_000, 60_000_000)
    price = chain.fillable_price(account, perps, 0, -(10**9), 1_000_000, 1_500_000)
    assert price * 10**9 == 4_955_000_000
    assert chain.bankruptcy_price(account, perps, 0, -(10**9)) == 4_970_000_000
    subticks = chain.fillable_price_to_subticks(price, True, -9, 100_000)
    assert chain.fill_value(10**9, subticks, -9) == 4_955_000_000
    assert chain.insurance_fund_delta(account, perps, 0, False, 10**9, subticks, -9, 15_000) == -15_000_000


def test_a_tenth_a_block_unwinds_a_million_in_fifty_four_blocks():
    size, blocks = 2 * 10**11, 0  # 20 BTC at 50,000: one million USDC
    while size:
        size += chain.liquidation_chunk(BTC, size, 1_000_000_000, 100_000, 10**11, 1_000_000)
        blocks += 1
    assert blocks == 54


def test_open_interest_raises_the_initial_margin_only():
    crowded = Perpetual(
        -10, 50_000 * 10**5, -5, 20_000, 600_000, open_interest_base=10**12, oi_lower_cap=1, oi_upper_cap=2
    )
    calm, full = chain.position_risk(BTC, 10**9), chain.position_risk(crowded, 10**9)
    assert full.maintenance_margin == calm.maintenance_margin
    assert full.initial_margin == abs(full.net_collateral)


@pytest.mark.parametrize(
    ("lower", "upper", "interest", "ppm"),
    [
        (0, 0, 10**30, 20_000),
        (5, 5, 5, 20_000),
        (5, 5, 6, 1_000_000),
        (0, 2, 1, 510_000),
        (0, 3, 1, 346_666),
    ],
)
def test_scaling_by_open_interest_has_edges(lower, upper, interest, ppm):
    assert chain.oimf_ppm(20_000, lower, upper, interest) == ppm


def test_a_withdrawal_limiter_moves_to_its_baseline_and_stops_there():
    assert chain.withdrawal_capacity(100, 99, 1_000, 1_000) == 100
    assert chain.withdrawal_capacity(100, 101, 1_000, 1_000) == 100
    assert chain.withdrawal_capacity(100, 100, 1_000, 999) == 100


def test_a_price_is_posted_from_its_threshold_on():
    assert chain.price_update_accepted(123_000, 123_123, 1_000)
    assert chain.price_update_accepted(123_000, 122_877, 1_000)
    assert not chain.price_update_accepted(123_000, 123_122, 1_000)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda: chain.bankruptcy_price(long_btc(0), {0: BTC}, 0, 1), "invalid_delta"),
        (lambda: chain.bankruptcy_price(long_btc(0), {0: BTC}, 0, -(10**9) - 1), "invalid_delta"),
        (lambda: chain.bankruptcy_price(Account(0), {0: BTC}, 0, -1), "invalid_delta"),
        (
            lambda: chain.bankruptcy_price(long_btc(0), {0: Perpetual(-10, 5, -5, 0, 0)}, 0, -1),
            "no_maintenance_margin",
        ),
        (
            lambda: chain.fillable_price(long_btc(-(10**10)), {0: BTC}, 0, -1, 1_000_000, 10**9),
            "negative_fillable_price",
        ),
        (lambda: chain.fillable_price_to_subticks(Fraction(-1), True, 0, 1), "negative_fillable_price"),
        (lambda: chain.insurance_fund_delta(long_btc(0), {0: BTC}, 0, False, 0, 1, 0, 1), "invalid_fill"),
        (lambda: chain.subaccount_block_room(1, 2, 5, 5), "block_limit"),
        (lambda: chain.quote_to_base(1, 0, 0, 0), "zero_price"),
        (lambda: chain.price_premium(Book([(1, 1)], [], 0, 0, 0, 0), 1, 1), "zero_price"),
    ],
)
def test_what_the_chain_rejects_is_refused_with_its_code(act, code):
    with pytest.raises(ChainRefusal) as refused:
        act()
    assert refused.value.code == code


sizes = st.integers(-(10**12), 10**12).filter(bool)
perpetuals = st.builds(
    Perpetual,
    atomic_resolution=st.integers(-12, -4),
    price=st.integers(1, 10**10),
    exponent=st.integers(-9, -2),
    initial_margin_ppm=st.integers(1, 1_000_000),
    maintenance_fraction_ppm=st.integers(1, 1_000_000),
)


@st.composite
def accounts(draw: st.DrawFn) -> tuple[Account, dict[int, Perpetual]]:
    perps = dict(enumerate(draw(st.lists(perpetuals, min_size=1, max_size=3))))
    positions = tuple(Position(key, draw(sizes)) for key in perps)
    return Account(draw(st.integers(-(10**13), 10**13)), positions), perps


@given(accounts(), st.data())
def test_closing_at_bankruptcy_price_never_leaves_less_collateral_per_margin(drawn, data):
    account, perps = drawn
    before = chain.account_risk(account, perps)
    assume(before.maintenance_margin > 0)
    size = account.positions[0].base_quantums
    delta = data.draw(st.integers(1, abs(size))) * (-1 if size > 0 else 1)
    quote = chain.bankruptcy_price(account, perps, 0, delta)
    after = chain.account_risk(account.after(0, delta, quote), perps)
    assert after.net_collateral * before.maintenance_margin >= before.net_collateral * after.maintenance_margin
    # and one quantum less would: the price is the tight one
    assert (after.net_collateral - 1) * before.maintenance_margin < before.net_collateral * after.maintenance_margin


@given(accounts(), accounts(), st.data())
def test_deleveraging_moves_money_and_size_from_one_to_the_other(drawn, other, data):
    account, perps = drawn
    size = account.positions[0].base_quantums
    holder = Account(other[0].usdc, (Position(0, -size),))
    delta = data.draw(st.integers(1, abs(size))) * (-1 if size > 0 else 1)
    try:
        result = chain.deleverage(
            account, holder, perps, 0, delta, data.draw(st.sampled_from(["bankruptcy", "oracle"]))
        )
    except ChainRefusal as refusal:
        assert refusal.code in ("rejected", "no_maintenance_margin")
        return
    assert result.liquidated.usdc + result.offsetting.usdc == account.usdc + holder.usdc
    assert result.liquidated.position(0).base_quantums == size + delta
    assert result.offsetting.position(0).base_quantums == -size - delta


@given(st.fractions(min_value=0, max_value=10**12), st.booleans(), st.integers(-9, 2), st.integers(1, 10**6))
def test_a_limit_price_is_a_tick_on_the_far_side(price, is_long, exponent, tick):
    subticks = chain.fillable_price_to_subticks(price, is_long, exponent, tick)
    assert subticks % tick == 0 and tick <= subticks < 2**64
    exact = price * Fraction(10) ** -exponent
    if tick < subticks < 2**64 - tick:
        assert (0 <= subticks - exact < tick + 1) if is_long else (0 <= exact - subticks < tick + 1)


@given(st.integers(-(10**15), 10**15), st.integers(-12, 0), st.integers(1, 10**9), st.integers(-9, 3))
def test_value_and_size_round_towards_zero_and_never_gain(base, resolution, price, exponent):
    value = chain.base_to_quote(base, resolution, price, exponent)
    assert chain.base_to_quote(-base, resolution, price, exponent) == -value
    assert abs(chain.quote_to_base(value, resolution, price, exponent)) <= abs(base)


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 10**7))
def test_a_full_maintenance_fraction_leaves_no_funding(initial, fraction, factor):
    assert chain.funding_clamp_ppm(factor, initial, 1_000_000) == 0
    assert chain.funding_clamp_ppm(factor, initial, fraction) >= 0


def test_a_thin_book_has_no_premium_and_a_deep_one_does():
    book = Book([(110, 10)], [], index_price=100, index_exponent=0, atomic_resolution=-6, quantum_conversion_exponent=0)
    assert chain.price_premium(book, 1_100, 10**6) == 100_000
    assert chain.price_premium(book, 1_101, 10**6) == 0
    assert chain.price_premium(book, 1_100, 5_000) == 5_000
