"""What happens exactly at a limit, on both engines: numbers are chosen so that floats hit it."""

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.terms import BOOK, DUTCH
from tests.engine.handmade import USD, Trader, events, only, world
from tests.engine.worlds import World

QUANTUM = 1e-6


def long_world(equity, path, **changed):
    """64 coins bought at 128, weight 1/8: at price P, E = equity - 8192 + 64 P and MM = 8 P."""
    trader = {name: changed.pop(name) for name in tuple(changed) if name in Trader.__dataclass_fields__}
    given = {"maintenance_weight": 0.125, "initial_weight": 0.125}
    return world(path, [Trader(equity, [64], **trader)], **(given | changed))


@pytest.mark.parametrize(("less", "flagged"), [(0, 0), (QUANTUM, 1)])
def test_equity_equal_to_maintenance_is_enough(replay, less, flagged):
    # At 112, MM = 896 and E = 1920 - 1024.
    found = replay(long_world(1920 - less, [128, 112]))
    assert len(events(found, names.FLAG)) == flagged


@pytest.mark.parametrize(("less", "left"), [(0, 1), (QUANTUM, 0)])
def test_a_trader_may_leave_with_equity_equal_to_maintenance(replay, less, left):
    found = replay(long_world(1920 - less, [128, 112], hold=0.0))
    trades = [event for event in events(found, names.TRADE) if event.tick == 1]
    assert len(trades) == left


@pytest.mark.parametrize(("less", "recovered"), [(0, 1), (QUANTUM, 0)])
def test_health_equal_to_the_stop_level_recovers(replay, less, recovered):
    # At 96, E = 96 < MM = 768. At 112 E = 1120 = 1.25 * 896.
    found = replay(
        long_world(2144 - less, [128, 96, 112], restore=1.25, warning=1.25, topup_target=1.25, start_discount=-0.5)
    )
    assert [event.tick for event in events(found, names.FLAG)] == [1]
    assert len(events(found, names.RECOVER)) == recovered


@pytest.mark.parametrize(("less", "topups"), [(0, 0), (QUANTUM, 1)])
def test_health_equal_to_the_warning_level_worries_nobody(replay, less, topups):
    found = replay(long_world(2144 - less, [128, 112, 112], warning=1.25, topup_target=2.0, topup_chance=1.0, wallet=9))
    assert len(events(found, names.TOPUP)) == topups


@pytest.mark.parametrize(("price", "posted"), [(130.0, 130.0), (129.99, 128.0), (126.0, 126.0)])
def test_oracle_posts_a_move_equal_to_its_deviation(replay, price, posted):
    assert replay(long_world(8192, [128, price], deviation=1 / 64)).path[1] == [posted]


@pytest.mark.parametrize(("less", "covered"), [(0, []), (QUANTUM, [1])])
def test_equity_of_zero_is_not_insolvent(replay, less, covered):
    # At 112, E = 1024 - 1024. One quantum less is resolved when its first auction ends.
    found = replay(long_world(1024 - less, [128, 112, 112, 112], pool=5))
    assert [event.quote for event in events(found, names.COVER)] == covered
    assert len(events(found, names.UNFILLED)) == (1 if covered else 2)


@pytest.mark.parametrize(("second", "market"), [(112.0, 0), (112.01, 1), (111.99, 0)])
def test_of_two_positions_equally_heavy_the_first_goes_first(replay, second, market):
    found = replay(world([[128, 128], [112, second]], [Trader(2000, [64, 64])]))
    assert only(found, names.OPEN).market == market


def offered(least, capital):
    """At 112 the long is flagged, and 64 coins are offered at the oracle price, which is what the market bids."""
    keepers = [(1, capital, 0, 0, least)]
    return long_world(1900, [128, 112, 112], keepers=keepers, length_s=60.0)


@pytest.mark.parametrize(("least", "size"), [(1120.0, [-10]), (1120.01, [])])
def test_a_part_as_large_as_the_least_one_is_worth_it(replay, least, size):
    assert [event.size for event in events(replay(offered(least, 1120.0)), names.TAKE)] == size


@pytest.mark.parametrize(("capital", "size"), [(7168.0, -64), (7167.99, -63)])
def test_a_keeper_may_use_all_its_capital(replay, capital, size):
    # A market without impact that bids exactly the keeper's limit has room for everything.
    assert only(replay(offered(0.0, capital)), names.TAKE).size == size


@pytest.mark.parametrize(("floor_x", "volume"), [(3584.0, -3584.0), (3584.01, 0.0)])
def test_displaced_volume_at_its_floor_stays(replay, floor_x, volume):
    # 64 coins sold at 112 displace 7168, half of which is left a tick later.
    found = replay(long_world(1500, [128, 112], liquidation_format=BOOK, slope=2.0**-20, decay=0.5, floor_x=floor_x))
    assert only(found, names.FILL).size == -64
    assert found.volume == [volume]


@pytest.mark.parametrize(
    ("lower", "upper", "size"),
    [
        (8192.0, 8192.0, 32),
        (8191.99, 8191.99, 4),
        (8192.0, 8193.0, 32),
        (0.0, 8192.0, 4),
        (0.0, 0.0, 32),
    ],
)
def test_open_interest_at_its_bounds(replay, lower, upper, size):
    # 64 coins at 128 are 8192. The second account's 515 carry 4120 at 1/8, 32.2 coins, and 4.02 coins at a weight of 1.
    traders = [Trader(9000, [64]), Trader(515, [64], enters=1)]
    found = replay(world([128, 128], traders, initial_weight=0.125, oi_lower=lower, oi_upper=upper, headroom=1.0))
    assert events(found, names.TRADE)[-1].size == size


@pytest.mark.parametrize("liquidation_format", [BOOK, DUTCH])
def test_no_part_is_smaller_than_a_step(replay, liquidation_format):
    # A quarter of 64 coins is less than the step of 32.
    found = replay(long_world(1900, [128, 112], liquidation_format=liquidation_format, step=32, portion=0.25))
    part = events(found, names.FILL, names.OPEN)[0]
    assert abs(part.size) == 32


def test_fillable_price_is_never_negative(replay):
    # Bought at 200, weight 1/2. At 100, E = 1000 and MM = 7500, and twice (1 - E / MM) is above 1: a spread ratio of 3
    # would put the limit at -50. With slope 0.01 the marginal price is zero after 100 coins.
    found = replay(
        world(
            [200, 100],
            [Trader(16000, [150])],
            pool=1e5,
            liquidation_format=BOOK,
            maintenance_weight=0.5,
            spread_ratio=3.0,
            bankruptcy_adjustment=2.0,
            slope=0.01,
        )
    )
    assert only(found, names.FILL).size == -100


def test_adaptive_weights_stop_at_the_whole_notional(replay):
    # A factor of 10 on 1/8 is a weight of 1: MM = 64 * 112.
    path = [128.0] * 240 + [112.0] * 2
    found = replay(long_world(3000, path, adaptive=1, gamma=100.0, rise=100.0, fall=100.0, cap=10.0))
    flag = only(found, names.FLAG)
    assert (flag.tick, flag.equity, flag.maintenance) == (240, 1976.0, 7168.0)


@pytest.mark.parametrize("liquidation_format", [BOOK, DUTCH])
def test_a_single_tick_is_a_window(replay, liquidation_format):
    found = replay(long_world(2000, [128], liquidation_format=liquidation_format))
    assert (found.size, len(found.events), found.path) == ([[64]], 2, [[128.0]])


def test_nobody_in_leaves_an_empty_log(replay):
    found = replay(world([128, 112], [Trader(1000, [64], enters=-1)], pool=3))
    assert (found.events, found.buckets["insurance"]) == ([], 3 * USD)


def test_an_account_without_positions_is_neither_flagged_nor_warned(replay):
    idle = Trader(1000, [0], topup_chance=1.0, wallet=9)
    found = replay(world([128, 1], [idle], warning=9.0, topup_target=9.0))
    assert [event.kind for event in events(found)] == [names.ENTER]
    assert (found.cash, found.inside) == ([1000 * USD], [True])


def test_an_account_that_deleveraging_put_below_maintenance_in_the_last_tick_is_closed(replay):
    # The short has E = 1500 + 2000 - 2000 against MM = 80 + 1200. The long's haircut leaves it 1000, and the other
    # market's 100 coins need 1200. There is no tick left to flag it.
    found = replay(
        world(
            [[100, 100], [80, 120]],
            [Trader(1500, [100, 0]), Trader(1500, [-100, -100])],
            liquidation_format=BOOK,
            half_spread=0.5,
            maintenance_weight=[0.01, 0.1],
            adl=1,
        )
    )
    assert [event.account for event in events(found, names.FLAG)] == [0]
    assert only(found, names.DELEVERAGE).price == 500.0
    close = only(found, names.CLOSE)
    assert (close.account, close.market, close.equity, close.maintenance) == (1, 1, 1000.0, 1200.0)


def test_a_market_without_impact_fills_everything_up_to_its_limit(replay):
    given = long_world(1472, [128, 112], liquidation_format=BOOK, spread_ratio=1.0)
    # E = 448, half of MM = 896: the limit is 112 * (1 - 0.5 * 0.125), a spread of 1/16.
    for spread, fills in ((0.0625, 1), (0.0626, 0)):
        venue = given.venue._replace(half_spread=np.array([spread]))
        assert len(events(replay(World(**{**vars(given), "venue": venue})), names.FILL)) == fills
