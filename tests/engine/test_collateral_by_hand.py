"""Collateral assets worked by hand, on both engines: haircuts, borrows, deposits in kind, interest, liquidation."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.terms import BOOK, DUTCH, LINEAR, ROOT, Listing, Margin
from tests.engine.handmade import USD, Trader, events, only, world
from tests.engine.worlds import World
from tests.reference.replay import Replay

QUANTUM = 1e-6
COIN = 1
"""The first asset comes after the one market."""

Engine = Callable[[World], Replay]


def weights(**changed: Any) -> Margin:
    """A coin held counts one half in initial and three quarters in maintenance; borrowed, 1.5 and 1.25."""
    given = {
        "asset_initial": [0.5],
        "asset_maintenance": [0.75],
        "liability_initial": [1.5],
        "liability_maintenance": [1.25],
    }
    return Margin(**{name: np.array(one) if isinstance(one, list) else one for name, one in (given | changed).items()})


def coins(prices: Any, traders: list[Trader], market: int = -1, index: Any = None, **changed: Any) -> World:
    """Traders in one market at 128, weight 1/8, and in an asset at `prices`; it has a price of its own."""
    ratio = np.array(prices, dtype=np.float64).reshape(len(prices), -1)
    assets = ratio.shape[1]
    listing = Listing(
        asset_market=np.full(assets, market, dtype=np.int64),
        asset_spread=np.full(assets, changed.pop("asset_spread", 0.0)),
        asset_step=np.full(assets, changed.pop("asset_step", 1), dtype=np.int64),
        ratio=ratio,
    )
    given: dict[str, Any] = {"maintenance_weight": 0.125, "initial_weight": 0.125, "margin": weights()}
    return world([128] * len(prices) if index is None else index, traders, listing=listing, **(given | changed))


def asked(replay: Engine, equity: float, sizes: list[int], **changed: Any) -> list[float]:
    """What an account with these sizes and so much equity is told to keep when it is flagged at once; often nothing."""
    found = replay(coins([64.0], [Trader(equity, sizes)], **changed))
    return [event.maintenance for event in events(found, names.FLAG)]


def test_an_asset_counts_less_its_haircut(replay):
    # 64 coins of the market at 128 need 1024; 16 of the asset are 1024, a quarter of which does not count.
    assert asked(replay, 1280, [64, 16]) == []
    assert asked(replay, 1280 - QUANTUM, [64, 16]) == [1280.0]


def test_a_haircut_alone_may_be_all_that_an_account_must_keep(replay):
    # 768 of the 1024 were borrowed in cash: 256 are left, just the quarter.
    assert asked(replay, 256, [0, 16]) == []
    assert asked(replay, 256 - QUANTUM, [0, 16]) == [256.0]


def test_a_fall_of_the_asset_takes_equity_and_frees_haircut(replay):
    # 16 coins from 64 to 48: equity 448 - 256, and a quarter of 768.
    enough, short = (
        replay(coins([64, 48], [Trader(448 - less, [0, 16])], start_discount=-0.5)) for less in (0, QUANTUM)
    )
    assert events(enough, names.FLAG) == []
    flag = only(short, names.FLAG)
    assert (flag.tick, flag.maintenance) == (1, 192.0)
    assert flag.equity == pytest.approx(192 - QUANTUM, abs=1e-9)


def test_a_borrowed_asset_is_owed_at_more_than_its_value(replay):
    # 16 coins borrowed and sold are 1024 of debt, owed at 1.25: 256 to keep.
    assert asked(replay, 256, [0, -16]) == []
    assert asked(replay, 256 - QUANTUM, [0, -16]) == [256.0]


def test_a_borrowed_asset_that_rises_is_owed_at_its_new_value(replay):
    # 16 coins from 64 to 80: equity 576 - 256, a quarter of 1280.
    flagged = [
        len(events(replay(coins([64, 80], [Trader(576 - less, [0, -16])])), names.FLAG)) for less in (0, QUANTUM)
    ]
    assert flagged == [0, 1]


def test_an_asset_follows_its_market(replay):
    # Half a coin of the market each: 16 of them are 1024 at 128, and 896 at 112.
    found = replay(coins([0.5, 0.5], [Trader(352 - QUANTUM, [0, 16])], market=0, index=[128, 112]))
    flag = only(found, names.FLAG)
    assert (flag.tick, flag.maintenance) == (1, 224.0)


def test_equity_comes_in_kind_and_the_rest_in_cash(replay):
    # Half of 1000 buys 7 coins at 64; the other 552 come in cash.
    found = replay(coins([64, 64], [Trader(1000, [0], deposit=[0.5])]))
    assert [event.kind for event in events(found)] == [names.ENTER, names.DEPOSIT]
    assert only(found, names.ENTER).quote == 552 * USD
    deposit = only(found, names.DEPOSIT)
    assert (deposit.tick, deposit.market, deposit.size, deposit.quote, deposit.price) == (0, COIN, 7, 0, 64.0)
    assert (found.cash, found.size, found.market_size) == ([552 * USD], [[0, 7]], [0, -7])
    assert found.buckets["wallets"] == -552 * USD


def test_what_comes_in_kind_keeps_to_the_step(replay):
    found = replay(coins([64], [Trader(1000, [0], deposit=[0.5])], asset_step=4))
    assert (only(found, names.DEPOSIT).size, found.cash) == (4, [744 * USD])


def test_too_little_for_one_coin_comes_in_cash(replay):
    found = replay(coins([64], [Trader(1000, [0], deposit=[0.0639])]))
    assert (events(found, names.DEPOSIT), found.cash) == ([], [1000 * USD])


def test_deposits_of_all_stop_at_the_cap(replay):
    # 7 coins each; a cap of 640 holds 10 at 64. The third brings cash alone.
    traders = [Trader(1000, [0], deposit=[0.5]) for _ in range(3)]
    found = replay(coins([64], traders, margin=weights(asset_cap=[640.0])))
    assert [event.size for event in events(found, names.DEPOSIT)] == [7, 3]
    assert [event.quote for event in events(found, names.ENTER)] == [552 * USD, 808 * USD, 1000 * USD]


def test_a_price_rise_fills_the_cap_for_those_who_come_later(replay):
    # 7 coins are 896 at 128: there is no room below 896, and for one coin below 1024.
    traders = [Trader(1000, [0], deposit=[0.5]), Trader(1000, [0], enters=1, deposit=[0.5])]
    for cap, sizes in ((896.0, [7]), (1023.99, [7]), (1024.0, [7, 1])):
        found = replay(coins([64, 128], traders, margin=weights(asset_cap=[cap])))
        assert [event.size for event in events(found, names.DEPOSIT)] == sizes


def entry(replay: Engine, others: list[Trader], **changed: Any) -> int:
    """Coins of the market that an account takes at tick 1 on 16 coins of the asset, 1024, all that it has.

    Half of that counts in initial: 512, which carry 32 coins at 16 each.
    """
    traders = [*others, Trader(1024, [64], enters=1, deposit=[1.0])]
    found = replay(coins([64, 64], traders, headroom=1.0, **changed))
    (trade,) = (event for event in events(found, names.TRADE) if event.account == len(others))
    assert events(found, names.FLAG) == []
    return trade.size


def test_an_asset_carries_a_position_less_its_initial_haircut(replay):
    assert entry(replay, []) == 32


def test_a_pool_beyond_its_scale_shrinks_what_the_next_one_may_take(replay):
    # With another 16 coins the pool is 2048, twice its scale: a quarter counts, 256 or 16 coins of the market.
    scaled = weights(asset_scale=[1024.0])
    assert entry(replay, [], margin=scaled) == 32
    assert entry(replay, [Trader(1024, [0], deposit=[1.0])], margin=scaled) == 16


def test_borrows_of_all_beyond_their_scale_shrink_what_the_next_one_may_borrow(replay):
    # 8 coins of 64 are borrowed, the scale. Alone, a coin borrowed adds 32 in initial: 1024 carry 32 coins. The pool
    # is taken before the account's own: at 16 coins of others it owes 3.0 instead of 1.5, 128 a coin.
    scaled = weights(liability_scale=[512.0])
    for others, size in (([], -32), ([Trader(4096, [0, -8])], -32), ([Trader(4096, [0, -16])], -8)):
        traders = [*others, Trader(1024, [0, -64], enters=1)]
        found = replay(coins([64, 64], traders, headroom=1.0, margin=scaled))
        assert events(found, names.TRADE)[-1].size == size


def test_a_full_pool_flags_nobody(replay):
    # A scale of a dollar would leave nothing of an asset's initial weight; maintenance does not know it.
    assert asked(replay, 256, [0, 16], margin=weights(asset_scale=[1.0])) == []
    assert asked(replay, 256, [0, -16], margin=weights(liability_scale=[1.0])) == []


@pytest.mark.parametrize(("size", "haircut"), [(4, 0.125), (8, 0.125), (16, 0.25), (32, 0.5), (64, 0.5)])
def test_the_linear_discount_grows_with_size_between_the_haircut_and_the_largest(replay, size, haircut):
    # 1/64 a coin: below 8 coins the haircut of 1/8 is more, from 32 on it stops at one half.
    margin = weights(curve=LINEAR, asset_initial=[0.875], asset_maintenance=[0.875], asset_worst=[0.5])
    margin = margin._replace(asset_curve=np.array([1 / 64]))
    expected = size * 64 * haircut
    assert asked(replay, expected, [0, size], margin=margin) == []
    assert asked(replay, expected - QUANTUM, [0, size], margin=margin) == [expected]


def test_the_root_discount_follows_drift(replay):
    # 100 coins at a factor of 0.12: 1.1 / (1 + 0.12 * 10) = 0.5, below 0.75. At 4 coins it is 0.887: the weight stays.
    margin = weights(curve=ROOT, asset_curve=[0.12])
    assert asked(replay, 3200, [0, 100], margin=margin) == []
    assert asked(replay, 3200 - QUANTUM, [0, 100], margin=margin) == [3200.0]
    assert asked(replay, 64 - QUANTUM, [0, 4], margin=margin) == [64.0]


def test_the_root_premium_on_a_borrowed_asset_follows_drift(replay):
    # 100 coins at a factor of 0.1: 0.8 * 1.25 + 0.1 * 10 = 2. A coin: 1.0 + 0.1, below 1.25.
    margin = weights(curve=ROOT, asset_curve=[0.1])
    assert asked(replay, 6400, [0, -100], margin=margin) == []
    assert asked(replay, 6400 - QUANTUM, [0, -100], margin=margin) == [6400.0]
    assert asked(replay, 16 - QUANTUM, [0, -1], margin=margin) == [16.0]


def borrowers(**changed: Any) -> World:
    """16 coins and 3 coins of 64 are borrowed for nine ticks of four an hour, at 1/1024 an hour."""
    margin = weights(borrow_rate=[8760 / 1024], interest_to_insurance=1 / 3)
    traders = [Trader(4096, [0, -16]), Trader(4096, [0, -3]), Trader(4096, [0, 5])]
    return coins([64] * 9, traders, ticks_per_hour=4, block_ticks=2, **({"margin": margin} | changed))


def test_interest_is_paid_every_hour_to_lenders_and_insurance_to_the_quantum(replay):
    # 1024 / 1024 and 192 / 1024; of 1,187,500 quantums a third, floored, to insurance.
    found = replay(borrowers(pool=1))
    rows = events(found, names.INTEREST)
    assert [event.tick for event in rows] == [4, 8]
    for event in rows:
        assert (event.account, event.market, event.size, event.fee) == (-1, COIN, 0, 0)
        assert (event.quote, event.fund, event.price) == (-1_187_500, 395_833, 8760 / 1024)
    assert found.cash[0] == (4096 + 1024 - 2) * USD
    assert found.cash[1] == (4096 + 192) * USD - 375_000
    assert found.cash[2] == (4096 - 320) * USD
    assert found.buckets["insurance"] == USD + 2 * 395_833
    assert found.buckets["lenders"] == 2 * (1_187_500 - 395_833)
    assert found.flows["pool_in"] == 2 * 395_833


def test_interest_that_rounds_to_nothing_leaves_no_trace(replay):
    free = weights(borrow_rate=[1e-9])
    found = replay(borrowers(margin=free))
    assert (events(found, names.INTEREST), found.buckets["lenders"]) == ([], 0)


def test_interest_may_be_what_brings_an_account_below_maintenance(replay):
    # 16 coins need 256; interest of 1 at tick 4 leaves 255.
    traders = [Trader(256, [0, -16])]
    found = replay(coins([64] * 6, traders, ticks_per_hour=4, block_ticks=2, margin=borrowers().terms.margin))
    flag = only(found, names.FLAG)
    assert (flag.tick, flag.equity, flag.maintenance) == (4, 255.0, 256.0)


def falling(spread: float, **changed: Any) -> World:
    """64 coins bought at 64 with 1408, at 48: E = 384, half of the 768 that a haircut of a quarter asks for."""
    return coins([64, 48, 48], [Trader(1408, [0, 64])], asset_spread=spread, **changed)


def test_an_asset_sells_on_the_book_within_the_fillable_price(replay):
    # Weight 1/4, health one half: the limit is 48 - 0.5 * 1.5 * 0.25 * 48 = 39. The market bids 48 * (1 - 1/16) = 45.
    # Half of the position for 1440; the bankruptcy quote is 1536 - 384 * 384 / 768 = 1344; the fee 1440 / 64 = 22.5.
    found = replay(falling(1 / 16, liquidation_format=BOOK, portion=0.5, fee_rate=1 / 64, fee_to_insurance=0.5))
    fill = events(found, names.FILL)[0]
    assert (fill.tick, fill.market, fill.size, fill.quote) == (1, COIN, -32, 1440 * USD)
    assert (fill.price, fill.fee, fill.fund) == (45.0, 22_500_000, 11_250_000)
    assert (fill.equity, fill.maintenance) == (384.0, 768.0)


@pytest.mark.parametrize(("spread", "fills"), [(3 / 16, 1), (0.1876, 0)])
def test_an_asset_sells_down_to_the_fillable_price_and_no_further(replay, spread, fills):
    # 48 * (1 - 3/16) is the limit of 39; insurance pays the difference to bankruptcy.
    found = replay(falling(spread, liquidation_format=BOOK, pool=1e6))
    assert len(events(found, names.FILL)) == fills


def test_a_borrowed_asset_is_bought_back_on_the_book(replay):
    # 64 coins sold at 64 on 1536; at 80 E = 512 and a quarter of 5120 is 1280: abr = 0.6, the limit is
    # 80 + 0.6 * 1.5 * 0.25 * 80 = 98. The market asks 85.
    short = [Trader(1536, [0, -64])]
    found = replay(coins([64, 80], short, asset_spread=1 / 16, liquidation_format=BOOK))
    fill = only(found, names.FILL)
    assert (fill.size, fill.quote, fill.price) == (64, -5440 * USD, 85.0)
    # Surplus -5440 + 5120 + 512: what is left of equity.
    assert only(found, names.RETIRE).quote == -192 * USD


def test_an_asset_is_auctioned_like_a_position(replay):
    # A minute from 1/16 to 1/8 off the mark of 48: after 15 s 5/64 off, 44.25. The market bids 45, 1/64 of 48 above.
    auction = {"length_s": 60.0, "start_discount": 1 / 16, "end_discount": 1 / 8, "portion": 0.5}
    found = replay(falling(1 / 16, keepers=[(1, 1e6, 0, 1 / 64, 0)], **auction))
    opened, take = events(found, names.OPEN)[0], only(found, names.TAKE)
    assert (opened.tick, opened.market, opened.size, opened.price) == (1, COIN, 32, 48.0)
    assert (take.tick, take.market, take.size, take.price, take.quote) == (2, COIN, -32, 44.25, 1416 * USD)
    assert found.keeper_cash == [24 * USD]
    # One that asks for a quantum more does not come.
    assert events(replay(falling(1 / 16, keepers=[(1, 1e6, 0, 1 / 64 + 1e-9, 0)], **auction)), names.TAKE) == []


@pytest.mark.parametrize(("size", "market"), [(55, COIN), (56, 0)])
def test_the_heaviest_is_sold_first_and_of_equals_the_position(replay, size, market):
    # 56 coins of the market ask for 16 each at 128; 56 of the asset at 64 for as much, a quarter of their value.
    assert only(replay(coins([64], [Trader(1, [size, 56])])), names.OPEN).market == market


def test_selling_an_asset_moves_the_market_that_it_follows(replay):
    # 64 coins of half a market coin are sold at the end: 64 * 48 = 3072 off a market at 96.
    found = replay(coins([0.5, 0.5], [Trader(1408, [0, 64])], market=0, index=[128, 96], slope=2.0**-10))
    close = only(found, names.CLOSE)
    assert (found.volume, close.market) == ([-3072.0], COIN)
    assert close.price == pytest.approx(48 * (1 - 2**-10 * 3072**0.5 * 2 / 3))


def test_an_asset_of_no_market_moves_none(replay):
    found = replay(falling(0.0, slope=2.0**-10))
    assert (only(found, names.CLOSE).quote, found.volume) == (3072 * USD, [0.0])


def leaving(prices: Any, equity: float, sizes: list[int], **changed: Any) -> World:
    """Everyone leaves at tick 1."""
    traders = [Trader(equity, sizes, hold=0.0, deposit=changed.pop("deposit", ()))]
    return coins(prices, traders, **changed)


def test_who_leaves_buys_back_what_is_borrowed(replay):
    # 16 coins sold at 64 * (1 - 1/32) after 1/32 more than mark on the way back: 66.
    found = replay(leaving([64, 64], 1024, [0, -16], asset_spread=1 / 32))
    back = events(found, names.TRADE)[-1]
    assert (back.tick, back.market, back.size, back.quote, back.price) == (1, COIN, 16, -1056 * USD, 66.0)
    assert only(found, names.RETIRE).quote == -(1024 + 1024 - 1056) * USD
    assert (found.size, found.market_size) == ([[0, 0]], [0, 0])


def test_who_leaves_takes_assets_home_in_kind(replay):
    found = replay(leaving([64, 64], 1000, [0], deposit=[0.5]))
    home, retire = events(found)[-2:]
    assert (home.kind, home.tick, home.market, home.size, home.price) == (names.DEPOSIT, 1, COIN, -7, 64.0)
    assert (retire.kind, retire.quote) == (names.RETIRE, -552 * USD)
    assert events(found, names.TRADE) == []


TWO = weights(
    asset_initial=[0.5, 0.5],
    asset_maintenance=[0.75, 0.75],
    liability_initial=[1.5, 1.5],
    liability_maintenance=[1.25, 1.25],
)


@pytest.mark.parametrize(("first", "sold", "kept"), [(64, [1], [2]), (63, [1, 2], []), (128, [1], [2])])
def test_who_leaves_sells_assets_in_order_and_only_while_cash_is_owed(replay, first, sold, kept):
    # 16 coins of two assets at 64 on 1024, so 1024 of cash is owed: the first alone pays it, unless it fell.
    found = replay(leaving([[64, 64], [first, 64]], 1024, [0, 16, 16], margin=TWO))
    assert [event.market for event in events(found, names.TRADE) if event.tick == 1] == sold
    assert [event.market for event in events(found, names.DEPOSIT)] == kept
    assert only(found, names.RETIRE).quote == -(16 * first - 1024 + 1024 * len(sold[1:])) * USD


def test_positions_close_before_any_asset_is_sold(replay):
    # Both were bought on 2048, so 8192 is owed; the long of the market brings 9216, and the asset goes home.
    found = replay(leaving([64, 64], 2048, [64, 32], index=[128, 144]))
    assert [(event.market, event.size) for event in events(found, names.TRADE) if event.tick == 1] == [(0, -64)]
    assert only(found, names.DEPOSIT).size == -32
    assert only(found, names.RETIRE).quote == -1024 * USD


@pytest.mark.parametrize("adl", [0, 1])
@pytest.mark.parametrize(("equity", "tick"), [(1536, 1), (2048, 2)])
def test_an_asset_that_nobody_takes_on_the_book_is_closed_at_the_market_when_insolvent(replay, adl, equity, tick):
    # 64 coins from 64 to 32 cost 2048. Half of the mark is below the limit of 32 - 1.5 * 0.25 * 32 = 20 even at E <= 0.
    # With nothing left, but nothing owed, the account waits for the end.
    thin = {"asset_spread": 0.5, "liquidation_format": BOOK, "adl": adl, "portion": 0.5}
    found = replay(coins([64, 32, 32], [Trader(equity, [0, 64])], **thin))
    assert events(found, names.FILL, names.DELEVERAGE) == []
    close = only(found, names.CLOSE)
    assert (close.tick, close.market, close.size) == (tick, COIN, -64)
    assert (close.price, close.quote, close.equity) == (16.0, 1024 * USD, equity - 2048)
    assert only(found, names.BAD_DEBT_EVENT).quote == (4096 - equity - 1024) * USD


def test_closing_an_asset_counts_as_a_deleveraging_of_the_block(replay):
    traders = [Trader(1536, [0, 64]), Trader(1536, [0, 64])]
    for most, ticks in ((2, [1, 1]), (1, [1, 2]), (0, [2, 2])):
        thin = {"asset_spread": 0.5, "liquidation_format": BOOK, "max_deleverages": most}
        found = replay(coins([64, 32, 32], traders, **thin))
        assert [event.tick for event in events(found, names.CLOSE)] == ticks


@pytest.mark.parametrize("adl", [0, 1])
def test_an_asset_that_nobody_takes_at_auction_is_closed_at_the_market(replay, adl):
    # E = -512 at 32: insurance makes it whole, the market buys at 16, and the 1024 missing are owed to insurance too.
    found = replay(coins([64, 32, 32, 32], [Trader(1536, [0, 64])], asset_spread=0.5, adl=adl, pool=2000))
    assert only(found, names.UNFILLED).tick == 2
    first, close, second, retire = events(found, names.COVER, names.CLOSE, names.RETIRE)
    assert (first.quote, close.quote, close.equity, second.quote) == (512 * USD, 1024 * USD, 0.0, 1024 * USD)
    assert (second.kind, retire.quote) == (names.COVER, 0)


@pytest.mark.parametrize("liquidation_format", [BOOK, DUTCH])
def test_what_goes_home_after_a_liquidation_is_what_was_not_sold(replay, liquidation_format):
    # The long of the market is gone at 112; it was flagged for it alone. 4 coins of the asset stay.
    traders = [Trader(1024 + 256, [64], deposit=[0.2])]
    given = {"liquidation_format": liquidation_format, "keepers": [(1, 1e6, 0, 0, 0)]}
    found = replay(coins([64] * 4, traders, index=[128, 110, 110, 110], **given))
    closed = events(found, names.FILL, names.TAKE)
    assert [(event.market, event.size) for event in closed] == [(0, -64)]
    assert (found.size, found.cash) == ([[0, 4]], [(1280 - 256 - 64 * 18) * USD])
