"""What holds for every book under the shipped scans. Kernels are asked directly, on a state that the engine packs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govtool.engine import codes as names
from govtool.engine.options import alone, options_need
from govtool.engine.pricing import premium
from govtool.engine.scan import scan_need, shocked_volatility
from govtool.engine.terms import ABSOLUTE_TURN, LINEAR_TURN
from govtool.engine.tiers import INITIAL, MAINTENANCE
from govtool.protocol.agreement import Case, Holding, engine_margins, protocol_case, staged
from govtool.protocol.fields import replaced
from govtool.protocol.model.scan import parsed_scenarios
from govtool.protocol.read import preset

SYSTEMS = ("derive-v2-portfolio", "govtool")
QUARTER = 250_000_000
"""Quantums of 1e-9 coins in a quarter of a coin."""


@cache
def case_of(system: str, turns: bool) -> Case:
    """A shipped protocol under its scan, with or without scenarios that turn the wings."""
    protocol = preset(system)
    assert protocol.scan is not None
    kept = [
        word
        for word, scenario in zip(
            protocol.scan.scenarios.split(), parsed_scenarios(protocol.scan.scenarios), strict=True
        )
        if turns or scenario.shift not in ("linear", "absolute")
    ]
    return protocol_case(system, replaced(protocol, {"margin.method": "scan", "scan.scenarios": " ".join(kept)}))


@dataclass(frozen=True)
class Quotes:
    """A world on a stage, whose books are rows of quantums; columns of what moves with the first two markets."""

    stage: Any
    case: Case
    columns: tuple[int, ...]

    def need(self, sizes: Any, tier: int = MAINTENANCE) -> float:
        return float(scan_need(self.stage.state, self.stage.rules, sizes, tier))

    def by_position(self, sizes: Any, tier: int = MAINTENANCE) -> float:
        return float(options_need(self.stage.state, self.stage.rules, sizes, tier))

    def gross(self, *books: Any) -> float:
        """What all that is held stands for: no rounding is larger than some 1e-12 of it."""
        lots = self.stage.state.lots
        return float(sum((abs(sizes) * lots["unit"] * (lots["basis"] + lots["strike"])).sum() for sizes in books))


def quoted(case: Case, price: Any, strike: Any, call: Any, expiry: Any, volatility: Any) -> Quotes:
    """Put prices and quotes in force."""
    markets, series, assets = len(case.price), len(case.listing.option_market), len(case.listing.asset_market)
    none = np.zeros(assets, dtype=np.int64)
    holding = Holding(
        cash=0,
        size=np.zeros(markets + series + assets, dtype=np.int64),
        price=price,
        slow=np.zeros(markets + series + assets),
        ratio=np.ones(assets),
        interest=np.zeros(markets, dtype=np.int64),
        held=none,
        borrowed=none,
        confidence=np.ones(markets),
        peg=1.0,
        strike=strike,
        call=call,
        expiry=expiry,
        volatility=volatility,
    )
    stage = staged(case)
    engine_margins(stage, case, holding)
    follows = case.listing.asset_market
    columns = (0, 1, *range(markets, markets + series), *(markets + series + np.flatnonzero(follows == 0)))
    return Quotes(stage, case, columns)


EXPIRIES_S = (60, 3_600, 86_400, 7 * 86_400, 30 * 86_400, 90 * 86_400, 400 * 86_400)


@st.composite
def quotes(draw: Callable[[st.SearchStrategy[Any]], Any], system: str, turns: bool) -> Quotes:
    """Two expiries and eight strikes on each of two markets; one volatility an expiry, so that quotes leave no gain."""
    case = case_of(system, turns)
    price, per = case.price.copy(), len(case.listing.option_market) // 2
    strike, call, expiry, volatility = (np.zeros(2 * per, dtype=kind) for kind in (float, int, int, float))
    for m in range(2):
        price[m] *= draw(st.floats(0.25, 4.0))
        first = draw(st.integers(1, per - 1))
        seconds = sorted(draw(st.lists(st.sampled_from(EXPIRIES_S), min_size=2, max_size=2, unique=True)))
        for begin, end, second in zip((0, first), (first, per), seconds, strict=True):
            rows = slice(per * m + begin, per * m + end)
            multiples = draw(st.lists(st.floats(0.4, 2.5), min_size=end - begin, max_size=end - begin))
            strike[rows] = price[m] * np.sort(multiples)
            call[rows] = draw(st.lists(st.integers(0, 1), min_size=end - begin, max_size=end - begin))
            expiry[rows], volatility[rows] = second, draw(st.floats(0.05, 3.0))
    return quoted(case, price, strike, call, expiry, volatility)


@st.composite
def books(draw: Callable[[st.SearchStrategy[Any]], Any], found: Quotes) -> Any:
    """A few legs of up to four coins, bought or sold."""
    legs = draw(st.dictionaries(st.sampled_from(found.columns), st.integers(-16, 16), min_size=1, max_size=6))
    sizes = np.zeros(len(found.stage.state.lots), dtype=np.int64)
    for j, quarters in legs.items():
        sizes[j] = round(quarters * QUARTER * 1e-9 / found.stage.state.lots["unit"][j])
    return sizes


TIERS = (INITIAL, MAINTENANCE)
NOISE = 1e-11
"""Of gross value: some hundred roundings of what a book is worth."""


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=60)
@given(st.data())
def test_a_scan_never_asks_for_less_than_nothing_and_twice_a_book_for_twice_as_much(system, data):
    found = data.draw(quotes(system, True))
    one = data.draw(books(found))
    for tier in TIERS:
        assert found.need(one, tier) >= 0.0
        assert found.need(8 * one, tier) == 8 * found.need(one, tier)
        assert found.need(3 * one, tier) == pytest.approx(3 * found.need(one, tier), abs=NOISE * found.gross(one))


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=150)
@given(st.data())
def test_a_hedged_book_needs_no_more_than_its_parts(system, data):
    """Of everything but turns. Profits after discounts are concave in a book: what is above zero counts less."""
    found = data.draw(quotes(system, False))
    one, other = data.draw(books(found)), data.draw(books(found))
    for tier in TIERS:
        apart = found.need(one, tier) + found.need(other, tier)
        assert found.need(one + other, tier) <= apart + NOISE * found.gross(one, other)


def turned_value(found: Quotes, sizes: Any, first: int, end: int, turn: int) -> float:
    """Value of an expiry once its wings are turned, before discounts."""
    state, total = found.stage.state, 0.0
    for j in range(first, end):
        lot = state.lots[j]
        volatility = shocked_volatility(state, found.stage.rules, j, turn)
        total += sizes[j] * lot.unit * premium(lot.forward, lot.strike, volatility, lot.tau, lot.call)
    return total


def discount_gap(found: Quotes, one: Any, other: Any) -> float:
    """What two books lose by being discounted apart, in the worst turn of each expiry.

    Where one is worth more than nothing and the other less, the value that cancels is discounted in the first alone.
    """
    state, rules, total = found.stage.state, found.stage.rules, 0.0
    for first, end in sorted({(int(lot.first), int(lot.end)) for lot in state.lots if lot.kind == names.OPTION}):
        tau = state.lots[first].tau
        above = rules.long_share * np.exp(-tau * rules.long_rate)
        below = min(rules.short_share * np.exp(tau * rules.short_rate), 1.0)
        worst = 0.0
        for turn in (LINEAR_TURN, ABSOLUTE_TURN):
            low, high = sorted(turned_value(found, sizes, first, end, turn) for sizes in (one, other))
            worst = max(worst, (below - above) * min(max(high, 0.0), max(-low, 0.0)))
        total += worst
    return total


def ratio_spreads(system: str) -> tuple[Quotes, Any, Any]:
    """Thirty days at 120 %, BTC at 60,000: a call sold at 66,000, and some more bought at 96,000, hedged a little."""
    case = case_of(system, True)
    series, first = len(case.listing.option_market), len(case.price)
    strike = np.full(series, 600_000.0)
    strike[:2] = 66_000.0, 96_000.0
    ones = np.ones(series, dtype=np.int64)
    found = quoted(case, case.price.copy(), strike, ones, 30 * 86_400 * ones, np.full(series, 1.2))
    books = []
    for perpetual, far in ((0.2, 1.5), (0.1, 6.0)):
        sizes = np.zeros(len(found.stage.state.lots), dtype=np.int64)
        for row, coins in ((0, perpetual), (first, -1.0), (first + 1, far)):
            sizes[row] = round(coins / found.stage.state.lots["unit"][row])
        books.append(sizes)
    return found, *books


@pytest.mark.parametrize("system", ["derive-v2-portfolio"])
def test_turns_of_volatility_may_ask_more_of_two_books_together_than_apart(system):
    """So a scan with turns is not subadditive: a turn counts a gain as a loss, and gains of parts add up to more.

    Both books gain as the volatility of the far call rises. The one with 1.5 of them is worth less than nothing, the
    one with 6 more, which is discounted; together what cancels is not discounted, and the gain is so much larger.
    """
    found, few, many = ratio_spreads(system)
    apart, together = found.need(few) + found.need(many), found.need(few + many)
    assert together > 1.04 * apart
    gap = found.stage.rules.scan_maintenance * discount_gap(found, few, many)
    assert together - apart <= gap + NOISE * found.gross(few, many)


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=150)
@given(st.data())
def test_turns_ask_at_most_a_discount_more_of_two_books_together(system, data):
    found = data.draw(quotes(system, True))
    one, other = data.draw(books(found)), data.draw(books(found))
    rules, gap = found.stage.rules, discount_gap(found, one, other)
    for tier, factor in ((INITIAL, rules.scan_initial), (MAINTENANCE, rules.scan_maintenance)):
        apart = found.need(one, tier) + found.need(other, tier)
        assert found.need(one + other, tier) <= apart + factor * gap + NOISE * found.gross(one, other)


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=60)
@given(st.data())
def test_what_offsets_in_full_leaves_only_what_was_never_there(system, data):
    found = data.draw(quotes(system, True))
    one = data.draw(books(found))
    assert found.need(one - one) == 0.0
    assert found.by_position(one - one) == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=100)
@given(st.data())
def test_options_one_by_one_never_need_less_than_their_book_nor_that_less_than_nothing(system, data):
    """By position, an expiry needs the better of its options by themselves and of its worst common payoff.

    Not subadditive, as `test_options_by_hand.py` shows: the better of two is taken for all of an expiry.
    """
    found = data.draw(quotes(system, True))
    one = data.draw(books(found))
    state, rules, noise = found.stage.state, found.stage.rules, NOISE * found.gross(one)
    for tier in TIERS:
        singly = 0.0
        for j in range(len(found.case.price), len(found.case.price) + len(found.case.listing.option_market)):
            if one[j]:
                value = one[j] * state.lots[j].unit * state.lots[j].mark
                singly += value - alone(state, rules, j, one[j], tier)
        need = found.by_position(one, tier)
        assert -noise <= need <= singly + noise
        assert found.by_position(4 * one, tier) == 4 * need
