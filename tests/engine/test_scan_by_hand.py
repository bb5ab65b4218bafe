"""The portfolio scan worked by hand, on both engines."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.terms import ABSOLUTE_TURN, LINEAR_TURN, SCAN, Listing, Margin, OptionRules, ScanRules
from tests.engine.handmade import Trader, events, only, world
from tests.engine.worlds import World
from tests.reference.replay import Replay

QUANTUM = 1e-6
PUT, CALL = 0, 1

Engine = Callable[[World], Replay]


def bare(*moves: float, markets: int = 1, **changed: Any) -> ScanRules:
    """Moves of an eighth of the price each, and nothing else: no shifts, discounts, basis or add-ons."""
    given: dict[str, Any] = {
        "move": np.array(moves),
        "shift": np.zeros(len(moves), dtype=np.int64),
        "damp": np.ones(len(moves)),
        "range": np.full(markets, 1 / 8),
        "scan_maintenance": 1.0,
        "long_share": 1.0,
        "long_rate": 0.0,
        "short_share": 1.0,
        "short_rate": 0.0,
        "basis_add": 0.0,
        "basis_per_year": 0.0,
        "perp_maintenance": 0.0,
        "perp_initial": 0.0,
        "option_maintenance": 0.0,
        "option_initial": 0.0,
    }
    return ScanRules(**(given | changed))


def book(scan: ScanRules, equity: float, sizes: list[int], **changed: Any) -> World:
    """One account at 128 under a scan; options are worth their payoff."""
    still = OptionRules(volatility_floor=0.0, volatility_cap=0.0)
    given = {"margin": Margin(method=SCAN), "scan": scan, "options": still}
    index = changed.pop("index", [128.0])
    return world(index, [Trader(equity, sizes)], **(given | changed))


def needs(replay: Engine, scan: ScanRules, sizes: list[int], need: float, **changed: Any) -> bool:
    """Whether an account with these sizes is flagged at once if it has a quantum less than `need`, and not with it."""
    enough, short = (events(replay(book(scan, need + less, sizes, **changed))) for less in (0.0, -QUANTUM))
    flags = [event.maintenance for event in short if event.kind == names.FLAG]
    return flags == [need] and all(event.kind != names.FLAG for event in enough)


def listed(*series: tuple[int, float, int]) -> Listing:
    """Series of the first market by kind, strike and expiry."""
    kind, strike, expiry = zip(*series, strict=True)
    return Listing(
        option_market=np.zeros(len(series), dtype=np.int64),
        option_strike=np.array(strike, dtype=np.float64),
        option_call=np.array(kind, dtype=np.int64),
        option_expiry=np.array(expiry, dtype=np.int64),
    )


def test_a_perpetual_needs_the_worse_of_two_moves(replay):
    # 8192 at an eighth either way.
    assert needs(replay, bare(1, -1), [64], 1024)
    assert needs(replay, bare(1, -1), [-64], 1024)
    # Half as far down as up: a long loses 512.
    assert needs(replay, bare(1, -0.5), [64], 512)
    assert needs(replay, bare(1, -0.5), [-64], 1024)


def test_each_tier_counts_its_share_of_the_loss_and_its_add_ons(replay):
    # 3/4 of 1024 and 1/32 of 8192 in maintenance.
    scan = bare(1, -1, scan_maintenance=0.75, perp_maintenance=1 / 32, perp_initial=1 / 64, scan_initial=1.25)
    assert needs(replay, scan, [64], 768 + 256)
    # 5/4 and 3/64 in initial: 20 and 6 a coin, so that 1664 carry 64.
    for equity, size in ((1664.0, 64), (1663.0, 63)):
        later = Trader(equity, [99], enters=1)
        found = replay(world([128, 128], [later], headroom=1.0, margin=Margin(method=SCAN), scan=scan))
        assert only(found, names.TRADE).size == size


@pytest.mark.parametrize(("damp", "need"), [(0.125, 1024), (0.25, 1024), (0.5, 2048), (0.0, 1024)])
def test_a_tail_counts_by_its_dampening(replay, damp, need):
    # Four ranges down are 4096: an eighth or a quarter of that is no more than a full move of one range.
    assert needs(replay, bare(-1, -4, damp=np.array([1.0, damp])), [64], need)


def test_no_move_takes_more_than_the_price(replay):
    # 20 ranges would be 2.5 times the price; 0.99 of 8192 is the most that a long may lose. A short may lose more.
    found = replay(book(bare(-20, 20), 8192, [64]))
    assert events(found, names.FLAG) == []
    flagged = only(replay(book(bare(-20), 1, [64])), names.FLAG)
    assert flagged.maintenance == pytest.approx(8192 * 0.99)
    assert needs(replay, bare(-20, 20), [-64], 8192 * 2.5)


@pytest.mark.parametrize(("offset", "need"), [(0.0, 1536), (0.5, 1024), (1.0, 512)])
def test_markets_that_move_together_are_credited(replay, offset, need):
    # 64 coins long at 128 lose 1024 when all fall, 64 short at 64 lose 512 when all rise; together never above 512.
    scan = bare(1, -1, markets=2, offset=offset)
    assert needs(replay, scan, [64, -64], need, index=[[128.0, 64.0]])


@pytest.mark.parametrize("offset", [0.0, 0.5, 1.0])
def test_markets_held_on_the_same_side_are_not(replay, offset):
    scan = bare(1, -1, markets=2, offset=offset)
    assert needs(replay, scan, [64, 64], 1536, index=[[128.0, 64.0]])


def test_options_hedge_the_perpetual_of_their_market(replay):
    # A put at 128 pays what the long loses on the way down: nothing is left to lose.
    found = replay(book(bare(1, -1), QUANTUM, [64, 64], listing=listed((PUT, 128, 9))))
    assert events(found, names.FLAG) == []
    # At 120 the first 8 of 16 are lost; a call sold there costs what the coin brings: nothing beyond its 8.
    assert needs(replay, bare(1, -1), [64, 64], 512, listing=listed((PUT, 120, 9)))


@pytest.mark.parametrize(("hedges", "need"), [(1.0, 0), (0.0, 1024)])
def test_an_asset_hedges_only_if_the_rules_say_so(replay, hedges, need):
    # 64 coins held against 64 sold; the asset counts in full.
    margin = Margin(
        method=SCAN,
        asset_initial=np.ones(1),
        asset_maintenance=np.ones(1),
        liability_initial=np.ones(1),
        liability_maintenance=np.ones(1),
        asset_hedges=np.array([hedges]),
    )
    asset = Listing(asset_market=np.zeros(1, dtype=np.int64))
    found = replay(book(bare(1, -1), max(need, QUANTUM), [-64, 64], margin=margin, listing=asset))
    assert events(found, names.FLAG) == []
    short = replay(book(bare(1, -1), max(need, 2 * QUANTUM) - QUANTUM, [-64, 64], margin=margin, listing=asset))
    assert [event.maintenance for event in events(short, names.FLAG)] == ([need] if need else [])


STRANGLE = listed((PUT, 64, 9), (CALL, 64, 9), (CALL, 256, 9))


@pytest.mark.parametrize(
    ("sizes", "naked"),
    [
        ([-4, 0, 0], 4),
        ([-4, 0, -4], 8),
        ([4, 0, -4], 4),  # another strike covers nothing
        ([-4, 4, 0], 0),  # a call at the same strike does, even for a put
        ([-4, 3, 0], 1),
        ([4, 0, 4], 0),
    ],
)
def test_options_sold_uncovered_at_their_strike_ask_for_an_add_on(replay, sizes, naked):
    # No price moves, so that nothing is lost: 1/32 of 128 for each.
    found = replay(book(bare(0, option_maintenance=1 / 32), QUANTUM, [0, *sizes], listing=STRANGLE))
    assert [event.maintenance for event in events(found, names.FLAG)] == ([4.0 * naked] if naked else [])


def test_options_of_another_expiry_cover_nothing(replay):
    # 4 sold, 4 bought a tick later.
    apart = listed((CALL, 256, 8), (CALL, 256, 9))
    assert needs(replay, bare(0, option_maintenance=1 / 32), [0, -4, 4], 16, listing=apart)


@pytest.mark.parametrize(("size", "perpetual"), [(8, 0), (-8, 0), (8, -8), (-8, 8)])
def test_a_forward_that_strays_from_the_price_costs_a_share_of_its_loss(replay, size, perpetual):
    # 8 calls at 96 are worth 256; a forward an eighth away makes it 128 more or less, half of which counts. The
    # perpetual that hedges every move does not hedge that.
    scan = bare(0, basis_add=0.5, basis_up=1.125, basis_down=0.875)
    assert needs(replay, scan, [perpetual, size], 64, listing=listed((CALL, 96, 9)))


def test_the_share_of_a_stray_forward_grows_with_time(replay):
    # One year to go at 1/4 a year and 1/4 at once.
    scan = bare(0, basis_add=0.25, basis_per_year=0.25, basis_up=1.125, basis_down=0.875)
    year = {"step_s": 31_536_000.0, "listing": listed((CALL, 96, 1))}
    assert needs(replay, scan, [0, 8], 64, **year)


def test_of_a_stray_forward_and_the_moves_only_the_worse_counts(replay):
    # A move of an eighth costs 128, the forward 64.
    scan = bare(1, -1, basis_add=0.5, basis_up=1.125, basis_down=0.875)
    assert needs(replay, scan, [0, 8], 128, listing=listed((CALL, 96, 9)))


@pytest.mark.parametrize("turn", [LINEAR_TURN, ABSOLUTE_TURN])
def test_a_turn_of_volatility_ignores_the_move(replay, turn):
    turned = bare(1, -1, shift=np.array([turn, turn]))
    found = replay(book(turned, QUANTUM, [64]))
    assert events(found, names.FLAG) == []
    only_up = bare(1, -1, shift=np.array([0, turn]))
    found = replay(book(only_up, QUANTUM, [64]))
    assert events(found, names.FLAG) == []
    assert needs(replay, only_up, [-64], 1024)


@pytest.mark.parametrize("turn", [LINEAR_TURN, ABSOLUTE_TURN])
def test_a_turn_counts_a_gain_as_a_loss(replay, turn):
    # 8 calls at 96 sold for 256: a shocked value below zero counts three quarters, a gain of 64.
    for shift, need in ((0, []), (turn, [64.0])):
        scan = bare(0, shift=np.array([shift]), short_share=0.75)
        found = replay(book(scan, QUANTUM, [0, -8], listing=listed((CALL, 96, 9))))
        assert [event.maintenance for event in events(found, names.FLAG)] == need


def test_a_shocked_value_above_zero_counts_less(replay):
    # 8 calls bought for 256 count half, however nothing moves; those sold count in full, and no more.
    scan = bare(0, long_share=0.5, short_share=1.5)
    assert needs(replay, scan, [0, 8], 128, listing=listed((CALL, 96, 9)))
    found = replay(book(scan, QUANTUM, [0, -8], listing=listed((CALL, 96, 9))))
    assert events(found, names.FLAG) == []


def test_the_range_follows_volatility(replay):
    # A fall of an eighth within an hour doubles the factor, its cap: a quarter of 7168 is 1792, an eighth 896.
    path = [128.0] * 240 + [112.0] * 2
    jumpy = {"gamma": 100.0, "rise": 100.0, "fall": 100.0, "cap": 2.0, "index": path}
    found = replay(book(bare(1, -1), 2000, [64], adaptive=1, **jumpy))
    flag = only(found, names.FLAG)
    assert (flag.tick, flag.equity, flag.maintenance) == (240, 976.0, 1792.0)
    assert events(replay(book(bare(1, -1), 2000, [64], adaptive=0, **jumpy)), names.FLAG) == []


def test_a_lost_peg_raises_the_factor_of_the_initial_loss(replay):
    # (1 - 0.875) * 4 is half more: 16 a coin become 24, which 1536 carry 64 times. Nobody is flagged.
    margin = Margin(method=SCAN, peg_threshold=1.0, peg_factor=4.0)
    later = Trader(1536, [99], enters=1)
    found = replay(
        world(
            [128, 128],
            [later],
            headroom=1.0,
            margin=margin,
            scan=bare(1, -1),
            listing=Listing(peg=np.array([1.0, 0.875])),
        )
    )
    assert (only(found, names.TRADE).size, events(found, names.FLAG)) == (64, [])
