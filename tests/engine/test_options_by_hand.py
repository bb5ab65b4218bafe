"""Options worked by hand, on both engines: what they need, how they settle, are auctioned and deleveraged.

Without volatility an option is worth its payoff at once, so that marks are round numbers.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.terms import BOOK, VOLUNTARY_LAYER, Listing, OptionRules, Sharing
from tests.engine.handmade import USD, Trader, events, only, world
from tests.engine.worlds import World
from tests.reference.replay import Replay

QUANTUM = 1e-6
PUT, CALL = 0, 1
FIRST = 1
"""The first series comes after the one market."""

Engine = Callable[[World], Replay]
Series = tuple[int, float, int]
"""Kind, strike and expiry, in the order of the rules: by expiry, then strike."""


def still(**changed: Any) -> OptionRules:
    """The rules of Derive's standard manager, at a volatility of zero."""
    return OptionRules(volatility_floor=0.0, volatility_cap=0.0)._replace(**changed)


def listed(*series: Series, **columns: Any) -> Listing:
    kind, strike, expiry = zip(*series, strict=True)
    return Listing(
        option_market=np.zeros(len(series), dtype=np.int64),
        option_strike=np.array(strike, dtype=np.float64),
        option_call=np.array(kind, dtype=np.int64),
        option_expiry=np.array(expiry, dtype=np.int64),
        **columns,
    )


def options(index: list[float], series: list[Series], traders: list[Trader], **changed: Any) -> World:
    """Traders in one market and these series."""
    spread = changed.pop("option_spread", 0.0)
    columns = {"option_spread": np.full(len(series), spread), "option_tick": changed.pop("option_tick", 0.0)}
    return world(index, traders, listing=listed(*series, **columns), **({"options": still()} | changed))


def asked(replay: Engine, equity: float, sizes: list[int], series: list[Series], **changed: Any) -> list[float]:
    """What an account with these options, at 1500, is told to keep when it is flagged at once; often nothing."""
    found = replay(options([1500.0], series, [Trader(equity, [0, *sizes])], **changed))
    return [event.maintenance for event in events(found, names.FLAG)]


def test_an_option_is_worth_what_black_says(replay):
    # A year at 20 %, forward and strike 100: 7.9655674554058, by parity for the put too.
    year = {"step_s": 31_536_000.0, "reference": 0.2, "options": OptionRules()}
    for kind in (PUT, CALL):
        found = replay(options([100.0], [(kind, 100, 1)], [Trader(1000, [0, 1])], **year))
        assert only(found, names.TRADE).price == pytest.approx(7.9655674554058, rel=1e-12)


def test_volatility_is_a_parabola_over_strikes(replay):
    # The strike is one standard deviation out: 20 % become 0.2 * (1 - 0.1 + 0.05) = 19 %.
    strike = 100 * math.exp(0.2)
    rules = OptionRules(skew=-0.1, smile=0.05)
    year = {"step_s": 31_536_000.0, "reference": 0.2, "options": rules}
    found = replay(options([100.0], [(CALL, strike, 1)], [Trader(1000, [0, 1])], **year))

    def chance(x: float) -> float:
        return 0.5 * math.erfc(-x / math.sqrt(2))

    first = -0.2 / 0.19 + 0.095
    assert only(found, names.TRADE).price == pytest.approx(100 * chance(first) - strike * chance(first - 0.19))


def test_quotes_stand_on_their_grid(replay):
    # A grid of 1/64 of the strike is 2: payoffs of 33 and 35 are 16.5 and 17.5 of it, rounded to even.
    world_of = options([161.0, 163.0], [(CALL, 128, 9)], [Trader(1000, [0, 1])], option_tick=1 / 64)
    found = replay(world_of)
    assert only(found, names.TRADE).price == 32.0
    assert [row[2] for row in found.columns] == [1000.0, 1004.0]


@pytest.mark.parametrize("rules", [still(), OptionRules()])
def test_the_premium_of_a_bought_call_is_no_margin(replay, rules):
    # All of its value must be kept, so that no cash may be owed for it.
    series = [(CALL, 1400, 9)]
    rich = replay(options([1500.0], series, [Trader(1e4, [0, 1])], options=rules))
    premium = -only(rich, names.TRADE).quote
    assert asked(replay, premium * QUANTUM, [1], series, options=rules) == []
    flagged = asked(replay, (premium - 1) * QUANTUM, [1], series, options=rules)
    assert flagged == [pytest.approx(premium * QUANTUM, abs=QUANTUM)]


@pytest.mark.parametrize(
    ("kind", "strike", "need"),
    [
        (CALL, 1600, 135),  # 9 % of spot, out of the money
        (CALL, 1500, 135),
        (CALL, 1400, 135),  # its value of 100 is in equity already
        (PUT, 1400, 135),
        (PUT, 1600, 135),
        (PUT, 4500, 270),  # 9 % of its value of 3000
    ],
)
def test_an_option_sold_keeps_the_standard_maintenance_margin(replay, kind, strike, need):
    series = [(kind, strike, 9)]
    assert asked(replay, need, [-1], series) == []
    assert asked(replay, need - QUANTUM, [-1], series) == [need]


@pytest.mark.parametrize(
    ("kind", "strike", "need"),
    [
        (CALL, 1600, 195.0),  # 15 % less 6.67 % out of the money is below 13 % of spot
        (CALL, 1515, 210.0),  # 15 % less 1 %
        (CALL, 1400, 225.0),
        (PUT, 1485, 210.0),
        (PUT, 1600, 225.0),  # 325 with its value of 100, more than 1.05 times 235
        (PUT, 4500, 433.5),  # 1.05 times 3270, less its value of 3000
    ],
)
def test_an_option_sold_needs_the_standard_initial_margin(replay, kind, strike, need):
    for spare, sold in ((1.0, -10), (-1.0, -9)):
        seller = Trader(10 * need + spare, [0, -64], enters=1)
        found = replay(options([1500.0, 1500.0], [(kind, strike, 9)], [seller], headroom=1.0))
        assert only(found, names.TRADE).size == sold
        assert events(found, names.FLAG) == []


def test_a_covered_spread_needs_its_worst_payoff(replay):
    # Sold at 1500, bought at 1600, both worth nothing: at most 100 is lost.
    calls = [(CALL, 1500, 9), (CALL, 1600, 9)]
    assert asked(replay, 100, [-1, 1], calls) == []
    assert asked(replay, 100 - QUANTUM, [-1, 1], calls) == [100.0]
    # In the money the 100 that it is worth already is gone for good: 100 more may be lost.
    inside = [(CALL, 1400, 9), (CALL, 1600, 9)]
    assert asked(replay, 100 - QUANTUM, [-1, 1], inside) == [100.0]


def test_a_spread_that_can_only_gain_needs_nothing(replay):
    # A put sold at 1600 and one bought at 1500 are worth -100, and never less.
    assert asked(replay, QUANTUM, [1, -1], [(PUT, 1500, 9), (PUT, 1600, 9)]) == []


def test_a_narrower_margin_by_itself_wins_over_a_wide_spread(replay):
    # 300 may be lost, but 9 % of spot is all that the call by itself needs.
    wide = [(CALL, 1500, 9), (CALL, 1800, 9)]
    assert asked(replay, 135 - QUANTUM, [-1, 1], wide) == [135.0]


def test_a_call_of_another_expiry_covers_nothing(replay):
    apart = [(CALL, 1600, 8), (CALL, 1500, 9)]
    assert asked(replay, 135 - QUANTUM, [1, -1], apart) == [135.0]


def test_calls_that_no_call_covers_ask_for_more_than_their_worst_payoff(replay):
    # At 1600 two sold at 1500 lose 200, and one is not covered: 1.1 times the forward. By themselves they need 270.
    calls = [(CALL, 1500, 9), (CALL, 1600, 9)]
    assert asked(replay, 270 - QUANTUM, [-2, 1], calls) == [270.0]
    # At a hundredth of the forward the payoff is the better: 200 and 15.
    cheap = still(unpaired_maintenance=0.01)
    assert asked(replay, 215 - QUANTUM, [-2, 1], calls, options=cheap) == [215.0]


def test_a_spread_beside_a_naked_call_is_no_longer_seen_as_one(replay):
    # The spread alone needs 10 and the call 135. Together they need more than that: of the whole expiry either the sum
    # of margins counts, 270, or the worst payoff with 1.1 times the forward for the call that none covers.
    calls = [(CALL, 1500, 9), (CALL, 1510, 9), (CALL, 3000, 9)]
    assert asked(replay, 10 - QUANTUM, [-1, 1, 0], calls) == [10.0]
    assert asked(replay, 135 - QUANTUM, [0, 0, -1], calls) == [135.0]
    assert asked(replay, 270 - QUANTUM, [-1, 1, -1], calls) == [270.0]


def test_a_straddle_sold_needs_both_its_sides(replay):
    both = [(PUT, 1500, 9), (CALL, 1500, 9)]
    assert asked(replay, 270 - QUANTUM, [-1, -1], both) == [270.0]


MEAN_OF_128 = [128.0, 96.0, 112.0, 144.0, 160.0, 160.0]


@pytest.mark.parametrize(("settle_ticks", "price"), [(4, 128.0), (1, 160.0)])
@pytest.mark.parametrize("kind", [PUT, CALL])
@pytest.mark.parametrize("strike", [112.0, 128.0, 160.0])
def test_an_expiry_settles_in_cash_at_the_mean_of_its_last_ticks(replay, settle_ticks, price, kind, strike):
    # Ticks 1 to 4 mean 128, the last of them is 160. In, at and out of the money.
    traders = [Trader(1e4, [0, 3]), Trader(1e4, [0, -5])]
    rules = still(settle_ticks=settle_ticks)
    found = replay(options(MEAN_OF_128, [(kind, strike, 4)], traders, options=rules))
    gain, before = (max(0.0, p - strike if kind == CALL else strike - p) for p in (price, 128.0))
    rows = events(found, names.EXPIRE)
    assert [(event.tick, event.account, event.market, event.size) for event in rows] == [(4, 0, 1, -3), (4, 1, 1, 5)]
    assert [event.quote for event in rows] == [3 * gain * USD, -5 * gain * USD]
    assert {event.price for event in rows} == {price}
    assert found.cash == [(1e4 + 3 * (gain - before)) * USD, (1e4 - 5 * (gain - before)) * USD]
    assert (found.size, found.market_size, found.inside) == ([[0, 0], [0, 0]], [0, 0], [True, True])


def test_a_mean_longer_than_the_life_begins_with_the_window(replay):
    # Ticks 0 to 2: (128 + 96 + 112) / 3 = 112.
    rules = still(settle_ticks=500)
    found = replay(options(MEAN_OF_128, [(CALL, 96, 2)], [Trader(1e4, [0, 1])], options=rules))
    expire = only(found, names.EXPIRE)
    assert (expire.tick, expire.price, expire.quote) == (2, 112.0, 16 * USD)


def test_while_the_mean_runs_only_what_is_to_come_still_moves(replay):
    # Forwards at ticks 1 to 3: 32 + 96, 68 + 72, 108 + 40; it settles at 152. The call at 96 cost 32.
    path = [128.0, 128.0, 144.0, 160.0, 176.0]
    found = replay(options(path, [(CALL, 96, 4)], [Trader(1000, [0, 1])], options=still(settle_ticks=4)))
    assert [row[2] for row in found.columns] == [1000.0, 1000.0, 1012.0, 1020.0, 1024.0]


SHORT = Trader(100, [0, -4])
"""Sold 4 calls at the money, for nothing; at 160 it owes 28 more than it has."""


def test_a_tranche_ends_with_the_option_that_it_sells(replay):
    found = replay(options([128.0, 160.0, 160.0], [(CALL, 128, 2)], [SHORT], length_s=600.0, pool=8))
    rows = events(found)[2:]
    assert [(event.tick, event.kind) for event in rows] == [
        (1, names.FLAG),
        (1, names.OPEN),
        (2, names.EXPIRE),
        (2, names.ENDED),
        (2, names.COVER),
        (2, names.BAD_DEBT_EVENT),
        (2, names.RETIRE),
    ]
    assert [event.market for event in rows[1:4]] == [FIRST, FIRST, FIRST]
    assert (rows[1].size, rows[2].quote) == (-4, -128 * USD)
    assert (rows[4].quote, rows[5].quote) == (8 * USD, 20 * USD)


def test_an_account_that_still_holds_something_is_auctioned_on(replay):
    # Beside the calls one coin of the market is held: it comes up in the tick of the expiry.
    seller = Trader(100, [1, -4])
    found = replay(options([128.0, 160.0, 160.0], [(CALL, 128, 2)], [seller], length_s=600.0))
    assert [(event.tick, event.market) for event in events(found, names.OPEN)] == [(1, FIRST), (2, 0)]
    assert only(found, names.ENDED).tick == 2
    assert only(found, names.RETIRE).tick == 2  # after the last tick


@pytest.mark.parametrize(("equity", "missing"), [(128.0, []), (128 - QUANTUM, [1])])
def test_who_is_left_with_debt_alone_retires_and_who_owes_nothing_stays(replay, equity, missing):
    # The price jumps in the tick of the expiry: 128 is paid before anyone looks at margins.
    found = replay(options([128.0, 160.0], [(CALL, 128, 1)], [Trader(equity, [0, -4])]))
    assert events(found, names.FLAG) == []
    assert [event.quote for event in events(found, names.BAD_DEBT_EVENT)] == missing
    assert found.inside == [not missing]
    assert len(events(found, names.RETIRE)) == len(missing)


@pytest.mark.parametrize(("enters", "bought"), [(1, [1]), (2, []), (3, [])])
def test_an_option_that_has_expired_is_not_bought(replay, enters, bought):
    later = Trader(1e4, [0, 1], enters=enters)
    found = replay(options([128.0] * 4, [(CALL, 96, 2)], [later]))
    assert [event.size for event in events(found, names.TRADE)] == bought
    assert only(found, names.ENTER).tick == enters


@pytest.mark.parametrize(("strike", "price"), [(96.0, 31.5), (128.0, 0.0)])
def test_who_leaves_sells_options_at_the_quote_less_the_spread_and_never_below_zero(replay, strike, price):
    holder = Trader(1e4, [0, 4], hold=0.0)
    found = replay(options([128.0, 128.0], [(CALL, strike, 9)], [holder], option_spread=1 / 256))
    sold = events(found, names.TRADE)[-1]
    assert (sold.tick, sold.size, sold.price, sold.quote) == (1, -4, price, 4 * price * USD)


EIGHTH = still(maintenance_call=1 / 8)
AUCTION: dict[str, Any] = {
    "options": EIGHTH,
    "option_spread": 1 / 256,
    "start_discount": 1 / 16,
    "end_discount": 1 / 16,
    "keepers": [(1, 1e6, 0, 1 / 32, 0)],
}
"""A keeper that wants 1/32 takes options 1/16 off: of their value, or of what they ask for if that is more."""


@pytest.mark.parametrize(
    ("strike", "price", "profit", "displaced"),
    [
        (160.0, 1.0, 0.5, 0.0),  # worth nothing, asks for 16: 1 above zero; nothing to hedge
        (96.0, 34.0, 1.5, 512.0),  # worth 32: 2 above; a coin each
    ],
)
def test_an_option_sold_is_auctioned_and_its_hedge_moves_the_market(replay, strike, price, profit, displaced):
    found = replay(options([128.0, 128.0], [(CALL, strike, 9)], [Trader(32, [0, -4])], **AUCTION))
    opened, take = only(found, names.OPEN), only(found, names.TAKE)
    assert (opened.tick, opened.market, opened.size, opened.maintenance) == (0, FIRST, -4, 64.0)
    assert (take.tick, take.size, take.price, take.quote) == (1, 4, price, -4 * price * USD)
    assert found.keeper_cash == [4 * profit * USD]
    assert found.volume == [displaced]


def test_a_put_bought_is_auctioned_and_its_hedge_is_bought(replay):
    # Worth 32 each on 100: 28 are owed. The auction asks 2 less; the market bids half a dollar less, and buys a coin
    # against each put.
    found = replay(options([128.0, 128.0], [(PUT, 160, 9)], [Trader(100, [0, 4])], **AUCTION))
    take = only(found, names.TAKE)
    assert (take.size, take.price, take.quote) == (-4, 30.0, 120 * USD)
    assert (found.keeper_cash, found.volume) == ([6 * USD], [512.0])


def test_a_keeper_takes_no_option_below_its_edge(replay):
    greedy = AUCTION | {"keepers": [(1, 1e6, 0, 1 / 32 + 1e-9, 0)]}
    found = replay(options([128.0, 128.0], [(CALL, 128, 9)], [Trader(32, [0, -4])], **greedy))
    assert events(found, names.TAKE) == []


def test_a_fill_of_options_stops_where_their_hedge_meets_the_limit(replay):
    # 64 calls at 96, sold at 16 and now worth 32, leave nothing: the limit is an eighth of 128 above. Hedging a coin
    # each with slope 1/512 moves the price by 1/8 after 64^2 = 4096, that is 32 calls. On average two thirds of it.
    found = replay(
        options(
            [112.0, 128.0],
            [(CALL, 96, 9)],
            [Trader(1024, [0, -64])],
            options=EIGHTH,
            liquidation_format=BOOK,
            spread_ratio=1.0,
            slope=1 / 512,
            pool=1e4,
        )
    )
    fill = only(found, names.FILL)
    assert (fill.market, fill.size, fill.equity, fill.maintenance) == (FIRST, 32, 0.0, 1024.0)
    assert fill.price == pytest.approx(32 + 128 / 8 * 2 / 3)
    # The fund pays what is missing to 1024, their mark: 32 * 32/3.
    assert fill.fund == pytest.approx(-32 * 32 / 3 * USD, abs=1)
    assert found.volume[0] > 4096.0  # the rest closes after the last tick


@pytest.mark.parametrize("equity", [1000.0, 64.0])
def test_a_short_option_is_deleveraged_against_a_holder_at_its_bankruptcy_price(replay, equity):
    # At 160 four calls at 128 are worth 128; the seller has 64. The market asks 160 more, so the holder gets 64.
    traders = [Trader(64, [0, -4]), Trader(equity, [0, 4])]
    given = {"options": EIGHTH, "option_spread": 1.0, "liquidation_format": BOOK, "adl": 1}
    found = replay(options([128.0, 160.0], [(CALL, 128, 9)], traders, **given))
    event = only(found, names.DELEVERAGE)
    assert (event.account, event.other, event.market, event.size, event.quote) == (0, 1, FIRST, 4, -64 * USD)
    assert (event.price, event.equity, event.maintenance) == (64.0, -64.0, 80.0)
    assert (found.cash, found.inside) == ([0, (equity + 64) * USD], [False, True])
    assert found.gauges["adl_notional"] == 640.0
    assert found.buckets["bad_debt"] == 0


def test_a_short_option_without_another_side_meets_the_market_makers(replay):
    given = {"options": EIGHTH, "option_spread": 1.0, "liquidation_format": BOOK, "adl": 1}
    found = replay(options([128.0, 160.0], [(CALL, 128, 9)], [Trader(64, [0, -4])], **given))
    event = only(found, names.DELEVERAGE)
    assert (event.other, event.quote, found.market_size) == (-1, -64 * USD, [0, 0])


def test_closing_a_leg_of_a_spread_asks_others_for_no_more_than_is_missing(replay):
    # 8 coins of the market bought at 128, and 8 calls sold at 128 against 8 bought at 130. At 96 240 became -16; the
    # coins need 96 and the spread 16. The coins close first: 16 * 96 / 112 is asked for, and 2.29 are still missing.
    # The call sold asks for 96 by itself, six times the 16 that are left: it counts as all of them.
    given = {"options": EIGHTH, "initial_weight": 1 / 8, "maintenance_weight": 1 / 8, "adl": 1}
    series = [(CALL, 128, 9), (CALL, 130, 9)]
    found = replay(options([128.0, 96.0, 96.0], series, [Trader(240, [8, -8, 8])], **given))
    assert found.gauges["haircut"] <= 16 + 3 * QUANTUM
    assert only(found, names.RETIRE).quote >= -3


def test_all_series_settle_before_anyone_goes(replay):
    # At 1600 the seller of 10 calls of 1500 owes 1000 and has 600. The other holds 10 calls of 1550, listed after: they
    # bring it 500, and half of its 600 may be asked for.
    found = replay(
        options(
            [1500.0, 1500.0, 1600.0],
            [(CALL, 1500, 2), (CALL, 1550, 2)],
            [Trader(600, [0, -10, 0]), Trader(100, [0, 0, 10])],
            options=still(maintenance_call=0.01),
            opted=[0, 1],
            sharing=Sharing(waterfall=VOLUNTARY_LAYER, share_cap=0.5),
        )
    )
    rows = [(event.kind, event.account) for event in events(found, names.EXPIRE, names.SHARE, names.RETIRE)]
    assert rows == [(names.EXPIRE, 0), (names.EXPIRE, 1), (names.SHARE, 0), (names.RETIRE, 0)]
    assert only(found, names.SHARE).quote == 300 * USD
    assert only(found, names.BAD_DEBT_EVENT).quote == 100 * USD
