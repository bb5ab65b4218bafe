"""Margin tiers worked by hand, on both engines.

Where liquidation stops, what an entry needs, curves, slow prices, doubt, the ramp after a vote, and snapshots.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.terms import BOOK, LINEAR, ORACLE, ROOT, STABLE, STRICT, Listing, Margin
from tests.engine.handmade import USD, Event, Trader, events, only, world
from tests.engine.worlds import World
from tests.reference.replay import Replay

QUANTUM = 1e-6

Engine = Callable[[World], Replay]


def coins(index: Any, traders: list[Trader], **changed: Any) -> World:
    """Weights of 1/8 in initial and 1/16 in maintenance: a coin at 128 needs 16 and 8."""
    return world(index, traders, **({"initial_weight": 1 / 8, "maintenance_weight": 1 / 16} | changed))


def asked(replay: Engine, equity: float, size: int, **changed: Any) -> list[float]:
    """What an account of so many coins at 128 is told to keep when it is flagged at once; often nothing."""
    found = replay(coins([128], [Trader(equity, [size])], **changed))
    return [event.maintenance for event in events(found, names.FLAG)]


def entered(replay: Engine, equity: float, size: int, index: Any = (128, 128), **changed: Any) -> list[int]:
    """Sizes that an account takes which comes at tick 1 and may spend all its equity on initial margin."""
    found = replay(coins(index, [Trader(equity, [size], enters=1)], headroom=1.0, **changed))
    return [event.size for event in events(found, names.TRADE) if event.tick == 1]


def fills(replay: Engine, **margin: Any) -> list[int]:
    """64 coins bought at 128 with 1444, at 112: E = 420 under 448. A quarter closes at the index per block."""
    given = {"liquidation_format": BOOK, "portion": 0.25, "blocks": 9, "margin": Margin(**margin)}
    found = replay(coins([128, 112], [Trader(1444, [64])], **given))
    assert only(found, names.FLAG).maintenance == 448.0
    recover = only(found, names.RECOVER)
    assert recover.equity == 420.0
    return [event.size for event in events(found, names.FILL)]


def test_liquidation_stops_at_maintenance_if_nothing_else_is_said(replay):
    # 48 coins need 336.
    assert fills(replay) == [-16]


@pytest.mark.parametrize("margin", [{"stop_share": 1.0}, {"stop_add": 1 / 16}])
def test_liquidation_stops_where_a_new_position_could_be_taken(replay, margin):
    # Weights of 1/8: 48 coins need 672, 36 need 504, 27 need 378.
    assert fills(replay, **margin) == [-16, -12, -9]


def test_liquidation_stops_half_way_to_initial(replay):
    # Weights of 3/32: 48 coins need 504, 36 need 378.
    assert fills(replay, stop_share=0.5) == [-16, -12]


@pytest.mark.parametrize("margin", [{"stop_share": 1.0}, {"stop_add": 1 / 16}])
@pytest.mark.parametrize(("less", "recovered"), [(0, 1), (QUANTUM, 0)])
def test_equity_equal_to_the_stop_tier_recovers(replay, margin, less, recovered):
    # Flagged at 96; at 112 E = 1920 - 1024 is 1/8 of 64 * 112.
    trader = Trader(1920 - less, [64])
    found = replay(coins([128, 96, 112], [trader], margin=Margin(**margin), start_discount=-0.5))
    assert [event.tick for event in events(found, names.FLAG)] == [1]
    assert len(events(found, names.RECOVER)) == recovered


def test_the_stop_is_also_what_an_excess_is_reckoned_from(replay):
    # All 64 coins close at once at 112. (896 - 420) / (1/16) = 7616 of weight 1/16 would have been needed: no excess.
    whole = coins([128, 112], [Trader(1444, [64])], liquidation_format=BOOK, margin=Margin(stop_share=1.0))
    assert replay(whole).gauges["excess"] == 0.0
    plain = coins([128, 112], [Trader(1444, [64])], liquidation_format=BOOK)
    assert replay(plain).gauges["excess"] == 7168 - (448 - 420) * 16


@pytest.mark.parametrize(("share", "need"), [(0.0, 512), (0.5, 768), (1.0, 1024)])
def test_a_leg_must_leave_the_fill_tier_met(replay, share, need):
    # 64 coins at 128 need 512 in maintenance and 1024 in initial. Headroom without end: initial clips nobody.
    for less, taken in ((0, [64]), (QUANTUM, [])):
        trader = Trader(need - less, [64], enters=1)
        margin = Margin(fill_check=1, fill_share=share)
        found = replay(coins([128, 128], [trader], margin=margin))
        assert [event.size for event in events(found, names.TRADE)] == taken
        assert events(found, names.FLAG) == []


def test_without_the_check_an_entry_may_be_flagged_at_once(replay):
    found = replay(coins([128, 128], [Trader(512 - QUANTUM, [64], enters=1)]))
    assert only(found, names.TRADE).size == 64
    assert only(found, names.FLAG).tick == 1


def test_spread_and_fee_of_a_leg_count_against_it(replay):
    # 64 coins bought at 129 are 64 above their value, and 1/4096 of 8256 is the fee.
    cost = 64 + 2.015625
    for less, taken in ((0, 1), (QUANTUM, 0)):
        trader = Trader(512 + cost - less, [64], enters=1)
        given = {"margin": Margin(fill_check=1), "half_spread": 1 / 128, "taker_fee": 1 / 4096}
        assert len(events(replay(coins([128, 128], [trader], **given)), names.TRADE)) == taken


@pytest.mark.parametrize(("equity", "legs"), [(1792, [0, 1, 2]), (1792 - QUANTUM, [0, 1]), (1280, [0, 2]), (767, [1])])
def test_a_leg_beyond_the_tier_is_left_out_and_the_next_one_tried(replay, equity, legs):
    # Three legs need 1024, 512 and 256 on top of each other.
    trader = Trader(equity, [64, 64, 64], enters=1)
    found = replay(coins([[256, 128, 64]] * 2, [trader], margin=Margin(fill_check=1)))
    assert [event.market for event in events(found, names.TRADE)] == legs


def test_a_position_has_a_base_margin_whatever_its_size(replay):
    # 64 coins need 512 and a coin 8, and each 96 more.
    margin = Margin(base_margin=np.array([96.0]))
    for size, need in ((64, 608), (-64, 608), (1, 104)):
        assert asked(replay, need, size, margin=margin) == []
        assert asked(replay, need - QUANTUM, size, margin=margin) == [need]


def test_the_base_margin_is_in_the_initial_tier_too(replay):
    # 1024 and 96 for 64 coins; a dollar less carries 63.
    margin = Margin(base_margin=np.array([96.0]))
    assert entered(replay, 1120, 99, margin=margin) == [64]
    assert entered(replay, 1119, 99, margin=margin) == [63]


def test_a_flat_weight_is_the_same_for_every_size(replay):
    for size in (1, 64, -64):
        assert asked(replay, 8 * abs(size) - QUANTUM, size) == [8.0 * abs(size)]


@pytest.mark.parametrize(("size", "weight"), [(1, 33 / 512), (32, 1 / 8), (64, 3 / 16), (-64, 3 / 16)])
def test_a_linear_weight_grows_with_each_coin(replay, size, weight):
    # 1/16, and 1/512 a coin.
    margin = Margin(curve=LINEAR, curve_maintenance=np.array([1 / 512]), curve_initial=np.array([1 / 256]))
    need = abs(size) * 128 * weight
    assert asked(replay, need, size, margin=margin) == []
    assert asked(replay, need - QUANTUM, size, margin=margin) == [need]


def test_a_linear_entry_solves_for_its_size(replay):
    # 64 coins weigh 1/8 and 64 times 1/256: 8192 * 3/8 = 3072.
    margin = Margin(curve=LINEAR, curve_maintenance=np.array([1 / 512]), curve_initial=np.array([1 / 256]))
    assert entered(replay, 3072, 999, margin=margin) == [64]
    assert entered(replay, 3071, 999, margin=margin) == [63]


@pytest.mark.parametrize(
    ("size", "factor", "units"),
    [
        (1, 0.1, 1880),  # 0.8 * 0.11 = 0.088, plus 0.1 * sqrt(1)
        (1, 0.0, 1100),
        (1, 0.001, 1100),  # 0.088 + 0.001 is less
        (100, 0.0125, 2130),  # 0.088 + 0.125
        (-100, 0.0125, 2130),
        (2, 0.1, 880 + 1414),  # the root is cut to 1.41421, the product to 0.1414
    ],
)
def test_a_root_weight_follows_drift(replay, size, factor, units):
    margin = Margin(curve=ROOT, curve_initial=np.array([factor]))
    need = (abs(size) * 128.0) * (units * 1e-4)
    given = {"margin": margin, "maintenance_weight": 0.11}
    assert asked(replay, need + QUANTUM, size, **given) == []
    assert asked(replay, need - QUANTUM, size, **given) == [need]


def test_drifts_own_bitcoin_position_needs_what_its_test_says(replay):
    # drift-labs/protocol-v2, calculate_user_equity_value_tests: 6.147540983 BTC at 22,050, 10 %, factor 0.001, need
    # 13,555.327867: 0.08 + 0.001 * 2.479 is below 0.1.
    margin = Margin(curve=ROOT, curve_initial=np.array([0.001]))
    given = {"margin": margin, "maintenance_weight": 0.1, "unit": 1e-9}
    found = replay(world([22050], [Trader(13_555.327, [6_147_540_983])], **given))
    assert only(found, names.FLAG).maintenance == pytest.approx(13_555.327867, abs=1e-6)


@pytest.mark.parametrize(("share", "units"), [(0.0, 500), (0.5, 750), (1.0, 1001)])
def test_between_two_root_weights_the_lower_counts(replay, share, units):
    # 0.05 and 0.1001: half way is 0.07505, as whole units 750.
    margin = Margin(curve=ROOT, fill_check=1, fill_share=share)
    given = {"margin": margin, "initial_weight": 0.1001, "maintenance_weight": 0.05}
    need = (64 * 128.0) * (units * 1e-4)
    for spare, taken in ((QUANTUM, 1), (-QUANTUM, 0)):
        trader = Trader(need + spare, [64], enters=1)
        assert len(events(replay(coins([128, 128], [trader], **given)), names.TRADE)) == taken


JUMP = (128, 256)
SIXTY_FOURTH: dict[str, Any] = {"step_s": 16.0, "ticks_per_hour": 225, "block_ticks": 75}


def stable() -> Margin:
    """A price that moves by 1/1024 a second at most, so 1/64 in a tick of 16 s."""
    return Margin(price_mode=STABLE, stable_growth=2.0**-10, delay_growth=0.06)


@pytest.mark.parametrize(("size", "mode", "taken"), [(999, STABLE, 100), (999, ORACLE, 444), (-999, STABLE, 444)])
def test_a_jump_leaves_the_stable_price_behind_and_shrinks_an_entry(replay, size, mode, taken):
    # The stable price goes from 128 to 130 only. A coin bought at 256 needs 130 / 8 and the 126 between them: 142.25.
    # At the oracle, or sold, 32.
    margin = stable() if mode == STABLE else Margin()
    found = entered(replay, 14_225, size, JUMP, margin=margin, **SIXTY_FOURTH)
    assert found == [taken if size > 0 else -taken]


def test_a_fall_shrinks_what_is_sold(replay):
    # 128 to 64: the stable price is 126. A coin sold needs 126 / 8 and 62; one bought 8.
    given = {"margin": stable()} | SIXTY_FOURTH
    assert entered(replay, 7775, -999, (128, 64), **given) == [-100]
    assert entered(replay, 7775, 999, (128, 64), **given) == [971]


@pytest.mark.parametrize(("price", "equity"), [(130, 16.25 * 64), (131, 17.25 * 64), (132, 18.25 * 64)])
def test_the_stable_price_keeps_up_with_a_move_within_its_limit(replay, price, equity):
    # It reaches 130 in a tick: what is beyond comes on top of 130 / 8.
    assert entered(replay, equity, 999, (128, price), margin=stable(), **SIXTY_FOURTH) == [64]


def mean() -> Margin:
    """A mean that goes a quarter of the way in a tick of 16 s, for one asset that counts one half in initial."""
    halves = {"asset_initial": np.array([0.5]), "asset_maintenance": np.array([0.75])}
    return Margin(price_mode=STRICT, twap_s=64.0, **halves)


def listed(prices: list[float]) -> Listing:
    return Listing(asset_market=np.array([-1]), ratio=np.array(prices, dtype=np.float64)[:, None])


@pytest.mark.parametrize(("mode", "taken"), [(STRICT, 40), (ORACLE, 64)])
def test_a_jump_of_an_asset_leaves_its_mean_behind_and_shrinks_an_entry(replay, mode, taken):
    # 16 coins of 128 are all that it brings. The mean is 80: half of 1280 counts, 640 or 40 coins of the market at 16.
    margin = mean()._replace(price_mode=mode)
    trader = Trader(2048, [99], enters=1, deposit=[1.0])
    given = {"margin": margin, "headroom": 1.0, "listing": listed([64, 128])} | SIXTY_FOURTH
    found = replay(coins([128, 128], [trader], **given))
    assert (only(found, names.DEPOSIT).size, only(found, names.TRADE).size) == (16, taken)


def test_a_mean_of_the_market_matters_to_nobody(replay):
    # On Drift v2 the strict price is for spot balances: at 256 a coin needs 32.
    assert entered(replay, 3200, 999, JUMP, margin=mean(), listing=listed([1, 1]), **SIXTY_FOURTH) == [100]


def told(replay: Engine, **changed: Any) -> list[Event]:
    """All events of accounts that are in from the start, long, short and with an asset, through a jump and a crash."""
    traders = [Trader(1444, [64, 4]), Trader(2000, [-64, -4]), Trader(1444, [32], deposit=[0.5])]
    given = {"liquidation_format": BOOK, "portion": 0.5, "formation": {"margin": mean()._replace(price_mode=ORACLE)}}
    listing = changed.pop("listing", listed([64] * 6))
    found = replay(coins([128, 160, 112, 112, 100, 90], traders, listing=listing, **given, **changed))
    assert {event.account for event in events(found, names.FLAG)} == {0, 1, 2}
    return events(found)


@pytest.mark.parametrize("mode", [STABLE, STRICT])
def test_slow_prices_change_nothing_for_those_who_are_in(replay, mode):
    plain = told(replay, margin=mean()._replace(price_mode=ORACLE))
    slow = mean()._replace(price_mode=mode, stable_growth=2.0**-10, delay_growth=0.06)
    assert told(replay, margin=slow) == plain


@pytest.mark.parametrize(
    ("doubt", "confidence", "peg"),
    [((1.0, 4.0, 0.0, 0.0), 0.5, 1.0), ((0.0, 0.0, 1.0, 4.0), 1.0, 0.5), ((1.0, 4.0, 1.0, 4.0), 0.0, 0.5)],
)
def test_doubt_and_a_lost_peg_change_nothing_for_those_who_are_in(replay, doubt, confidence, peg):
    plain = told(replay, margin=mean()._replace(price_mode=ORACLE))
    doubtful = listed([64] * 6)._replace(confidence=np.array([[confidence]]), peg=np.full(6, peg))
    threshold, factor, least, steep = doubt
    margin = mean()._replace(
        price_mode=ORACLE, doubt_threshold=threshold, doubt_factor=factor, peg_threshold=least, peg_factor=steep
    )
    assert told(replay, margin=margin, listing=doubtful) == plain


@pytest.mark.parametrize(("confidence", "taken"), [(1.0, 64), (0.75, 64), (0.7499, 42), (0.5, 32), (0.0, 21)])
def test_doubt_about_a_price_shrinks_an_entry(replay, confidence, taken):
    # A coin needs 16 of the 1024, and 32 * (1 - confidence) more once confidence is below 0.75.
    margin = Margin(doubt_threshold=0.75, doubt_factor=1 / 4)
    listing = Listing(confidence=np.array([[confidence]]))
    assert entered(replay, 1024, 999, margin=margin, listing=listing) == [taken]


@pytest.mark.parametrize(("peg", "taken"), [(1.25, 64), (1.0, 64), (0.9375, 42), (0.875, 32), (0.5, 12)])
def test_a_lost_peg_shrinks_an_entry(replay, peg, taken):
    # Each missing cent of the settlement token's dollar adds a cent of notional.
    margin = Margin(peg_threshold=1.0, peg_factor=1.0)
    listing = Listing(peg=np.array([1.0, peg]))
    assert entered(replay, 1024, 999, margin=margin, listing=listing) == [taken]


RAMP: dict[str, Any] = {"margin": Margin(ramp_s=128.0)} | SIXTY_FOURTH
"""Eight ticks of 16 s."""


@pytest.mark.parametrize(("tick", "need"), [(1, 576), (4, 768), (5, 832), (8, 1024)])
def test_a_ramp_raises_maintenance_tick_by_tick(replay, tick, need):
    # From 1/16 to 1/8 of 8192 in eight ticks: 64 more in each. An account that has just enough at a tick is flagged in
    # the next, if there is one; with a quantum less, in that tick.
    given = {"maintenance_weight": 1 / 8, "formation": {"maintenance_weight": 1 / 16}} | RAMP
    enough, short = (
        replay(coins([128] * 12, [Trader(need - less, [64])], start_discount=-0.5, **given)) for less in (0, QUANTUM)
    )
    assert [event.tick for event in events(short, names.FLAG)] == [tick]
    assert only(short, names.FLAG).maintenance == need
    later = [(event.tick, event.maintenance) for event in events(enough, names.FLAG)]
    assert later == ([(tick + 1, need + 64.0)] if tick < 8 else [])


def test_without_a_ramp_the_new_weights_are_there_at_once(replay):
    given = {"maintenance_weight": 1 / 8, "formation": {"maintenance_weight": 1 / 16}}
    found = replay(coins([128] * 2, [Trader(1023, [64])], **given))
    assert only(found, names.FLAG).tick == 0


def test_a_ramp_without_another_formation_changes_nothing(replay):
    found = replay(coins([128] * 2, [Trader(511, [64])], **RAMP))
    assert (only(found, names.FLAG).tick, only(found, names.FLAG).maintenance) == (0, 512.0)


@pytest.mark.parametrize(("enters", "taken"), [(1, 56), (2, 51), (4, 42), (8, 32), (9, 32)])
def test_a_ramp_moves_initial_weights_too(replay, enters, taken):
    # From 1/8 to 1/4: a coin at 128 needs 16 and 2 more a tick; 1025 are there.
    given = {"initial_weight": 1 / 4, "formation": {"initial_weight": 1 / 8}, "headroom": 1.0} | RAMP
    found = replay(coins([128] * 12, [Trader(1025, [999], enters=enters)], **given))
    assert only(found, names.TRADE).size == taken


def test_the_opening_population_forms_under_the_old_weights(replay):
    given = {"initial_weight": 1 / 4, "formation": {"initial_weight": 1 / 8}, "headroom": 1.0} | RAMP
    found = replay(coins([128] * 2, [Trader(1025, [999])], **given))
    assert only(found, names.TRADE).size == 64


def test_an_account_of_a_snapshot_has_its_cash_and_its_sizes(replay):
    # 3 coins long in units of half a coin, 2.3 short of the other: to the nearest, 5 of them. 384 less 2.5 * 64 come in
    # beside the cash of 100. Margin would allow nothing, and no asset is brought.
    opening = [[3.0, -2.3, 1.5], [0.0, 0.0, 0.0]]
    traders = [Trader(100, [0, 0], deposit=[1.0]), Trader(7, [0, 0])]
    halves = {"unit": 0.5, "opening": opening, "headroom": 1e-9, "margin": mean()._replace(price_mode=ORACLE)}
    found = replay(coins([[128, 64]], traders, listing=listed([32]), **halves))
    assert [event.quote for event in events(found, names.ENTER)] == [(100 + 384 - 160 + 64) * USD, 7 * USD]
    legs = [(event.market, event.size, event.quote) for event in events(found, names.TRADE)]
    assert legs == [(0, 6, -384 * USD), (1, -5, 160 * USD), (2, 2, -64 * USD)]
    assert events(found, names.DEPOSIT) == []
    assert (found.cash, found.size) == ([100 * USD, 7 * USD], [[6, -5, 2], [0, 0, 0]])


def test_an_account_of_a_snapshot_may_owe_cash_and_be_flagged_at_once(replay):
    # 10 coins at 128 with 1216 owed: 64 are left, and 80 are needed.
    trader = Trader(1, [0])
    snapshot = coins([128] * 2, [trader], opening=[[10.0]])
    owing = snapshot.crowd._replace(equity=np.array([-1216 * USD]))
    found = replay(World(**{**vars(snapshot), "crowd": owing}))
    flag = only(found, names.FLAG)
    assert (flag.tick, flag.equity, flag.maintenance) == (0, 64.0, 80.0)
    assert only(found, names.ENTER).quote == 64 * USD


def test_who_comes_later_has_wishes_even_beside_a_snapshot(replay):
    traders = [Trader(100, [0]), Trader(1025, [999], enters=1)]
    found = replay(coins([128] * 2, traders, opening=[[1.0], [0.0]], headroom=1.0))
    assert [(event.account, event.size) for event in events(found, names.TRADE)] == [(0, 1), (1, 64)]
