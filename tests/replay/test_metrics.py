"""Metrics of replays worked out by hand.

The account has 1,000 and is 100 coins long at 100: 10,000 of notional at 10x. At 91 its equity is 100, its maintenance
margin 9,100 * 0.012 = 109.2: it is flagged. Without friction its position sells at 91; the bankruptcy price spreads
its equity of 100 over the position, which is less than the fee of 1.5 % = 136.5, so the fee takes all 100.
"""

import math

import numpy as np
import pytest

from govtool.engine.codes import BACKSTOP, HONEST, TAKE
from govtool.protocol.fields import replaced
from govtool.replay.auctions import auction_metrics
from govtool.replay.backtest import pack_terms, replay
from govtool.replay.events import Log, Sizes
from govtool.replay.metrics import METRICS
from govtool.replay.ratios import quantile, ratio
from govtool.scenario.bundle import Scenario
from tests.replay import tiny

CENT = 0.01  # sizes are cut to the market's step, so sums of money may miss by less than this

CRASH = [100.0] * 4 + [91.0] * 4


def measured(scenario: Scenario, protocol=None, **options) -> dict[str, float]:
    return replay(scenario, protocol or tiny.book(), **options).metrics


def test_a_whole_position_closed_on_the_book_by_hand():
    metrics = measured(tiny.scenario(CRASH, [91.0] * 4))
    assert metrics["liquidated_usd"] == pytest.approx(9_100, abs=CENT)
    assert metrics["liquidated_accounts"] == 1
    assert metrics["liquidated_share"] == pytest.approx(0.91)
    assert metrics["liquidation_cost_usd"] == pytest.approx(100, abs=CENT)
    assert metrics["liquidation_cost_bps"] == pytest.approx(10_000 * 100 / 9_100, rel=1e-5)
    assert metrics["price_improvement_bps"] == pytest.approx(150 - 10_000 * 100 / 9_100, rel=1e-5)
    assert metrics["insurance_inflow_usd"] == pytest.approx(100, abs=CENT)
    assert metrics["insurance_draw_usd"] == 0
    assert metrics["insurance_min_balance_usd"] == 1_000_000
    assert metrics["fee_revenue_usd"] == metrics["insurance_inflow_usd"]
    assert metrics["treasury_revenue_usd"] == 0
    assert metrics["undercollateralised_account_seconds"] == 15
    assert metrics["liquidation_velocity_max_usd_per_min"] == pytest.approx(9_100, abs=CENT)
    # Margin is restored by closing (109.2 - 100) / 0.012 = 766.67.
    assert metrics["excess_liquidated_usd"] == pytest.approx(9_100 - 766.6667, abs=CENT)
    assert metrics["auction_seconds_median"] == 0
    assert metrics["auction_unfilled_share"] == 0
    assert metrics["bad_debt_usd"] == metrics["adl_usd"] == metrics["adl_accounts"] == 0
    assert metrics["ledger_residual_quantums"] == 0


def test_averages_over_time_by_hand():
    metrics = measured(tiny.scenario(CRASH, [91.0] * 4))
    # Open for four ticks at 100 of eight, with 1,000 of collateral; closed within the fifth.
    assert metrics["open_interest_avg_usd"] == pytest.approx(10_000 / 2, abs=CENT)
    assert metrics["collateral_avg_usd"] == pytest.approx(1_000 / 2, abs=CENT)
    assert metrics["capital_efficiency"] == pytest.approx(10)


def test_a_liquidation_is_unnecessary_if_the_account_would_have_lived():
    metrics = measured(tiny.scenario(CRASH, [90.1, 95.0]))
    assert metrics["unnecessary_liquidation_share"] == 1
    assert metrics["unnecessary_liquidation_cost_usd"] == pytest.approx(100, abs=CENT)


def test_a_liquidation_is_necessary_if_the_account_would_have_died_in_the_tail():
    metrics = measured(tiny.scenario(CRASH, [90.0, 95.0]))  # at 90 its equity is exactly zero
    assert metrics["unnecessary_liquidation_share"] == 0
    assert metrics["unnecessary_liquidation_cost_usd"] == 0


def test_the_buffer_is_the_deepest_shortfall_of_the_day_per_notional():
    # At 85 equity is -500 and maintenance 102: 602 more would have been enough, on 9,100 at the flag.
    metrics = measured(tiny.scenario(CRASH, [91.0, 85.0, 99.0]))
    assert metrics["buffer_p95"] == pytest.approx(602 / 9_100, rel=1e-9)


def test_an_auction_taken_by_a_keeper_by_hand():
    # A tick after it opens the discount is 3 % * 15 / 60 = 0.75 %; what is left of the 100 goes in fees.
    metrics = measured(tiny.scenario(CRASH, [91.0] * 4), tiny.dutch())
    assert metrics["keeper_profit_usd"] == pytest.approx(9_100 * 0.0075, abs=CENT)
    assert metrics["liquidation_cost_usd"] == pytest.approx(100, abs=CENT)
    assert metrics["insurance_inflow_usd"] == pytest.approx(100 - 68.25, abs=0.2)  # a taker fee trickles in too
    assert metrics["auction_seconds_median"] == metrics["auction_seconds_p99"] == 15
    assert metrics["auction_unfilled_share"] == 0
    assert metrics["keeper_hhi"] == metrics["fastest_keeper_share"] == 1
    assert metrics["undercollateralised_account_seconds"] == 30


def test_an_auction_that_nobody_takes_is_unfilled_and_the_end_closes_the_account():
    lone = tiny.scenario(CRASH, [91.0] * 4, keepers=tiny.keeper(edge=0.04))
    metrics = measured(lone, tiny.dutch())
    assert metrics["auction_unfilled_share"] == 0  # eight ticks end before the auction does
    longer = tiny.scenario(CRASH + [91.0] * 4, [91.0] * 4, keepers=tiny.keeper(edge=0.04))
    metrics = measured(longer, tiny.dutch())
    assert metrics["auction_unfilled_share"] == pytest.approx(0.5)  # the first of two; the second is cut short
    assert metrics["keeper_profit_usd"] == 0
    assert math.isnan(metrics["keeper_hhi"])
    assert metrics["liquidated_usd"] == pytest.approx(9_100, abs=CENT)


def test_insurance_pays_for_a_gap_below_bankruptcy():
    # At 89 equity is -100: the pool pays 100 and the position sells at 89. The trader had nothing left to lose.
    metrics = measured(tiny.scenario([100.0] * 4 + [89.0] * 4, [89.0]))
    assert metrics["insurance_draw_usd"] == pytest.approx(100, abs=CENT)
    assert metrics["insurance_min_balance_usd"] == pytest.approx(1_000_000 - 100, abs=CENT)
    assert metrics["insurance_depleted"] == 0
    assert metrics["liquidation_cost_usd"] == 0


def test_without_a_pool_the_other_side_pays():
    pair = tiny.scenario([100.0] * 4 + [89.0] * 4, [89.0], sides=(1.0, -1.0))
    metrics = measured(pair, opening_pool=0)
    assert metrics["adl_usd"] == pytest.approx(100, abs=CENT)
    assert metrics["adl_notional_usd"] == pytest.approx(8_900, abs=CENT)
    assert metrics["adl_accounts"] == 1
    assert metrics["liquidated_usd"] == 0
    assert metrics["liquidated_share"] == pytest.approx(0.89)
    assert metrics["auction_unfilled_share"] == 1
    assert metrics["insurance_draw_usd"] == metrics["bad_debt_usd"] == 0


def test_without_a_pool_and_deleveraging_the_debt_is_bad():
    harsh = replaced(tiny.book(), {"deleveraging.enabled": False})
    pair = tiny.scenario([100.0] * 4 + [89.0] * 4, [89.0], sides=(1.0, -1.0))
    metrics = measured(pair, harsh, opening_pool=0)
    assert metrics["bad_debt_usd"] == pytest.approx(100, abs=CENT)
    # Each side holds 10,000 for four ticks of eight, then 8,900.
    assert metrics["bad_debt_bps_oi"] == pytest.approx(10_000 * 100 / 9_450, rel=1e-3)


def test_a_pool_that_falls_to_a_hundredth_is_depleted():
    crash = tiny.scenario([100.0] * 4 + [89.0] * 4, [89.0])
    assert measured(crash, opening_pool=101 * tiny.QUOTE)["insurance_depleted"] == 1
    assert measured(crash, opening_pool=110 * tiny.QUOTE)["insurance_depleted"] == 0


def test_a_push_of_the_oracle_by_own_trades_is_an_oracle_error():
    # The index stays above what begins a liquidation; displaced volume carries the oracle below it.
    calm = tiny.scenario([100.0] * 4 + [92.0] * 40, [92.0])
    deep = calm.feed._replace(slope=np.full((1, 1), 1e-4))
    pushed = tiny.scenario(
        [100.0] * 4 + [92.0] * 40,
        [92.0],
        sides=(1.0, 1.0),
        feed=deep,
        crowd=tiny.crowd([1.0, 1.0])._replace(leverage=np.array([10.0, 20.0])),
        venue=tiny.venue(own_weight=np.ones(1)),
    )
    assert measured(calm)["oracle_error_liquidations"] == 0
    assert measured(calm)["liquidated_accounts"] == 0
    metrics = measured(pushed)
    assert metrics["liquidated_accounts"] == 2
    assert metrics["oracle_error_liquidations"] == 1


def test_a_quiet_window_has_no_shares_of_nothing():
    metrics = measured(tiny.scenario([100.0] * 8, [100.0]))
    for name in ("liquidation_cost_bps", "unnecessary_liquidation_share", "auction_seconds_median", "buffer_p95"):
        assert math.isnan(metrics[name]), name
    assert metrics["liquidated_usd"] == metrics["liquidated_share"] == 0


def test_metrics_come_in_the_order_of_their_declaration():
    assert list(measured(tiny.scenario([100.0] * 8, [100.0]))) == list(METRICS)


def test_every_metric_states_unit_direction_and_meaning():
    for name, metric in METRICS.items():
        assert metric.unit and metric.meaning.endswith("."), name
        assert metric.better in ("lower", "higher", "none")


@pytest.mark.parametrize(("level", "expected"), [(0.5, 2.0), (0.95, 4.0), (0.0, 1.0), (1.0, 4.0)])
def test_a_quantile_is_one_of_the_values(level, expected):
    assert quantile(np.array([4.0, 2.0, 1.0, 3.0]), level) == expected


def test_a_quantile_of_nothing_is_not_a_number():
    assert math.isnan(quantile(np.zeros(0), 0.5))


def test_a_share_of_nothing_is_not_a_number():
    assert math.isnan(ratio(0.0, 0.0))
    assert ratio(1.0, 4.0) == 0.25


def test_the_fastest_keeper_is_no_backstop():
    # A backstop waits for what nobody took, however low its latency; here the lone racer took everything.
    keepers = tiny.keeper()
    both = keepers._replace(
        **{name: np.repeat(getattr(keepers, name), 2) for name in ("latency", "capital", "refill", "edge", "least")},
        conduct=np.array([BACKSTOP, HONEST], dtype=np.int64),
    )
    told = Log(*[np.zeros(1, dtype=np.int64)] * 9, *[np.zeros(1)] * 3)._replace(
        kind=np.array([TAKE]), other=np.array([1]), size=np.array([-5])
    )
    scenario = tiny.scenario(CRASH, [91.0], keepers=both)
    terms = pack_terms(scenario, tiny.dutch())
    size = np.array([5.0])
    assert auction_metrics(scenario, terms, told, Sizes(size, size))["fastest_keeper_share"] == 1
