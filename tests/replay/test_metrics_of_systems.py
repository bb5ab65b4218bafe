"""Metrics of the whole liquidation system, worked out by hand on the account of `test_metrics`.

It is 100 coins long with 1,000 at 10x. At 91 its equity is 100 beside a maintenance margin of 109.2; at 89 it is -100.
"""

import math

import numpy as np
import pytest

from govtool.engine.codes import LATE, NO_SHOW
from govtool.engine.state import Keepers
from govtool.protocol.fields import replaced
from govtool.replay.backtest import replay
from govtool.scenario.bundle import Scenario
from tests.replay import tiny

CENT = 0.01

CRASH = [100.0] * 4 + [91.0] * 10
GAP = [100.0] * 4 + [89.0] * 8
TWO_HOURS = 500  # ticks, of which 240 and 480 begin an hour
AUCTIONS = ("dutch", "batch", "first_come")


def measured(scenario: Scenario, protocol=None, **options) -> dict[str, float]:
    return replay(scenario, protocol or tiny.book(), **options).metrics


def pair(prices=GAP, opted=(), **parts) -> Scenario:
    """The long and a short of the same size."""
    crowd = tiny.crowd([1.0, -1.0])._replace(opted=np.array(opted, dtype=np.int64))
    return tiny.scenario(prices, [prices[-1]], sides=(1.0, -1.0), **({"crowd": crowd} | parts))


def sold(format: str, **changes) -> dict[str, object]:
    """Changes for a sale in a format with a fee of 0.1 %, at 0.5 % off where the discount is fixed."""
    start = {"liquidation.format": format, "liquidation.max_liquidation_fee_ppm": 1_000}
    return start | {"auction.end_discount_ppm": 5_000} | changes


# Prices and durations of the formats


def test_a_first_come_sale_costs_its_discount_more_than_the_fixed_penalty():
    metrics = measured(tiny.scenario(CRASH, [91.0]), tiny.dutch(sold("first_come")))
    assert metrics["sale_discount_bps"] == pytest.approx(50)
    assert metrics["liquidation_cost_bps"] == pytest.approx(50 + 10 * 0.995, rel=1e-4)
    assert metrics["price_improvement_bps"] == pytest.approx(-50, abs=0.1)
    assert metrics["auction_seconds_median"] == 15


def test_a_batch_sells_at_the_market_when_its_length_is_over():
    metrics = measured(tiny.scenario(CRASH, [91.0]), tiny.dutch(sold("batch")))
    assert metrics["sale_discount_bps"] == pytest.approx(0, abs=1e-3)
    assert metrics["price_improvement_bps"] == pytest.approx(0, abs=0.01)
    assert metrics["auction_seconds_median"] == metrics["auction_seconds_mean"] == 60


def test_the_book_is_measured_against_the_same_penalty():
    changes = {"liquidation.max_liquidation_fee_ppm": 1_000}
    metrics = measured(tiny.scenario(CRASH, [91.0]), replaced(tiny.book(), changes))
    assert metrics["sale_discount_bps"] == pytest.approx(0, abs=1e-3)
    assert metrics["price_improvement_bps"] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("format", AUCTIONS)
def test_what_is_sold_by_auction_counts_alike_in_every_format(format):
    metrics = measured(tiny.scenario(CRASH, [91.0]), tiny.dutch(sold(format)))
    assert metrics["liquidated_usd"] == pytest.approx(9_100, abs=CENT)
    assert metrics["liquidated_share"] == pytest.approx(0.91)
    assert metrics["auction_unfilled_share"] == 0
    assert metrics["keepers_active"] == 1


@pytest.mark.parametrize("format", AUCTIONS)
def test_what_nobody_takes_is_unfilled_in_every_format(format):
    # Opened at tick 4, unfilled at tick 8 and 12, then opened once more and closed at the end.
    lone = tiny.scenario(CRASH, [91.0], keepers=tiny.keeper(edge=0.04))
    metrics = measured(lone, tiny.dutch(sold(format)))
    assert metrics["auction_unfilled_share"] == pytest.approx(2 / 3)
    assert metrics["auction_seconds_median"] == 60
    assert metrics["keepers_active"] == 0 and math.isnan(metrics["sale_discount_bps"])
    assert metrics["liquidated_share"] == pytest.approx(0.91)


def test_an_auction_that_starts_again_is_one_auction():
    again = {"auction.reset_s": 30, "auction.max_resets": 1}
    lone = tiny.scenario(CRASH, [91.0], keepers=tiny.keeper(edge=0.04))
    metrics = measured(lone, tiny.dutch(sold("dutch", **again)))
    # Opened at tick 4, again at 6, unfilled at 10, when the next one opens and starts again at 12.
    assert metrics["auction_resets"] == 2
    assert metrics["auction_seconds_p99"] == 90


# Keepers


def conduct(what: int) -> Keepers:
    return tiny.keeper()._replace(conduct=np.array([what], dtype=np.int64))


def bonded(**changes) -> dict[str, object]:
    """A bond of 2 % and half a minute to settle, half of the bond lost by who does not, a tenth by who is late."""
    terms = {"keepers.bond_ppm": 20_000, "keepers.settle_s": 30, "keepers.exclusion_s": 86_400}
    terms |= {"keepers.no_show_penalty_ppm": 500_000, "keepers.late_penalty_ppm": 100_000}
    return sold("first_come", **terms) | changes


def test_a_no_show_forfeits_half_its_bond_once_and_is_barred():
    scenario = tiny.scenario(CRASH, [91.0], keepers=conduct(NO_SHOW))
    metrics = measured(scenario, tiny.dutch(bonded()))
    assert metrics["keeper_penalties_usd"] == pytest.approx(9_100 * 0.02 / 2, abs=CENT)
    assert metrics["insurance_inflow_usd"] == pytest.approx(metrics["keeper_penalties_usd"], abs=CENT)
    assert metrics["keeper_profit_usd"] == -metrics["keeper_penalties_usd"]
    assert metrics["keepers_active"] == 0


def test_a_late_winner_takes_and_forfeits_a_tenth_of_its_bond():
    scenario = tiny.scenario(CRASH, [91.0], keepers=conduct(LATE))
    metrics = measured(scenario, tiny.dutch(bonded()))
    assert metrics["keeper_penalties_usd"] == pytest.approx(9_100 * 0.02 / 10, abs=CENT)
    assert metrics["auction_seconds_median"] == 15 + 30
    assert metrics["keepers_active"] == 1 and metrics["auction_unfilled_share"] == 0


def test_rewards_and_gas_by_hand():
    paid = {"keepers.reward_flat": 5 * tiny.QUOTE, "keepers.reward_cap": 5 * tiny.QUOTE}
    scenario = tiny.scenario(CRASH, [91.0], venue=tiny.venue(gas=2.0))
    metrics = measured(scenario, tiny.dutch(sold("first_come", **paid)))
    assert metrics["keeper_rewards_usd"] == pytest.approx(5)
    assert metrics["keeper_gas_usd"] == pytest.approx(2)
    assert metrics["keeper_profit_usd"] == pytest.approx(9_100 * 0.005 + 5 - 2, abs=CENT)


# Who bears a loss: sold at 0.75 % below 89, what is missing is 100 + 66.75

MISSING = 100 + 8_900 * 0.0075


def layers(waterfall: str, **changes) -> dict[str, object]:
    """A dutch auction whose loss goes to these layers."""
    return {"loss_sharing.waterfall": waterfall, "insurance.balance": 0} | changes


@pytest.mark.parametrize("waterfall", ["funding", "exit"])
def test_holders_or_later_withdrawals_bear_all_of_a_loss_once(waterfall):
    metrics = measured(pair(), tiny.dutch(layers(waterfall)))
    assert metrics["shared_loss_usd"] == pytest.approx(MISSING, abs=CENT)
    assert metrics["bad_debt_usd"] == metrics["adl_usd"] == metrics["insurance_draw_usd"] == 0


def test_volunteers_bear_no_more_than_they_promised():
    # The short is worth 1,000 + 1,100 and gives a twentieth; nobody else opted in.
    rules = tiny.dutch(layers("voluntary", **{"loss_sharing.share_cap_ppm": 50_000}))
    metrics = measured(pair(opted=(0, 1)), rules)
    assert metrics["shared_loss_usd"] == pytest.approx(105, abs=CENT)
    assert metrics["bad_debt_usd"] == pytest.approx(MISSING - 105, abs=CENT)


@pytest.mark.parametrize(("order", "unfairness"), [("random", 2.0), ("pro-rata", 1.0)])
def test_deleveraging_is_as_unfair_as_the_worst_hit_beside_all_alike(order, unfairness):
    rules = replaced(tiny.book(), {"loss_sharing.adl_order": order})
    metrics = measured(tiny.scenario(GAP, [89.0], sides=(1.0, -1.0, -1.0)), rules, opening_pool=0)
    assert metrics["adl_usd"] == pytest.approx(100, abs=CENT)
    assert metrics["adl_unfairness"] == pytest.approx(unfairness, rel=1e-3)


# The pool


def advancing(**changes) -> dict[str, object]:
    """A loan up to 1.2 times maintenance to who falls below it, for a tenth."""
    terms = {"trigger_ppm": 1_000_000, "target_ppm": 1_200_000, "account_cap": 10**9, "total_cap": 10**9}
    terms |= {"fee_ppm": 100_000, "repay_ppm": 1_500_000}
    return {f"insurance.advance.{name}": value for name, value in terms.items()} | changes


LENT = 1.2 * 109.2 - 100


def test_an_advance_is_paid_back_with_its_fee():
    metrics = measured(tiny.scenario([100.0] * 4 + [91.0, 95.0, 95.0, 95.0], [95.0]), tiny.dutch(advancing()))
    assert metrics["advanced_usd"] == pytest.approx(LENT, abs=CENT)
    assert metrics["topup_repaid_share"] == 1
    assert metrics["insurance_inflow_usd"] == pytest.approx(LENT / 10, abs=CENT)
    assert metrics["insurance_draw_usd"] == metrics["advances_lost_usd"] == metrics["liquidated_usd"] == 0


def test_an_advance_that_does_not_come_back_is_a_draw_on_the_pool():
    rules = tiny.dutch(advancing(**{"loss_sharing.waterfall": ""}))
    metrics = measured(tiny.scenario([100.0] * 4 + [91.0] + [80.0] * 7, [80.0]), rules)
    assert metrics["advances_lost_usd"] == pytest.approx(LENT, abs=CENT)
    assert metrics["topup_repaid_share"] == 0
    assert metrics["insurance_draw_usd"] == pytest.approx(LENT, abs=CENT)


def staked(nerve: float):
    return tiny.crowd([1.0])._replace(stake=np.array([0.5]), nerve=np.array([nerve]))


def test_stakers_are_paid_half_of_what_fees_bring_their_half_of_the_pool():
    rules = replaced(tiny.book(), {"insurance.stake_yield_ppm": 500_000})
    metrics = measured(tiny.scenario(CRASH, [91.0], crowd=staked(1.0)), rules)
    assert metrics["stakers_yield_usd"] == pytest.approx(25, abs=CENT)
    assert metrics["insurance_inflow_usd"] == pytest.approx(75, abs=CENT)
    assert metrics["stakers_withdrawn_usd"] == 0


def test_a_staker_who_runs_takes_half_of_what_is_left():
    metrics = measured(tiny.scenario(GAP, [89.0], crowd=staked(0.05)), opening_pool=1_000 * tiny.QUOTE)
    assert metrics["stakers_withdrawn_usd"] == pytest.approx(900 / 2, abs=CENT)
    assert metrics["stakers_yield_usd"] == 0
    assert metrics["insurance_min_balance_usd"] == pytest.approx(450, abs=CENT)


def test_transfers_and_overflow_are_no_revenue_of_the_treasury():
    changes = {"insurance.treasury_transfer_per_year": 8_760 * tiny.QUOTE, "insurance.target": 999_999 * tiny.QUOTE}
    metrics = measured(tiny.scenario([100.0] * TWO_HOURS, [100.0]), replaced(tiny.book(), changes))
    assert metrics["treasury_transfer_usd"] == 2
    assert metrics["treasury_overflow_usd"] == 3
    assert metrics["treasury_revenue_usd"] == 0
    assert metrics["insurance_inflow_usd"] == 2


def test_a_premium_is_what_the_treasury_forgoes():
    changes = {"loss_sharing.waterfall": "voluntary", "loss_sharing.share_cap_ppm": 50_000}
    changes |= {"loss_sharing.premium_share_ppm": 1_000_000, "liquidation.fee_to_insurance_ppm": 0}
    long = [100.0] * 4 + [91.0] * (TWO_HOURS - 4)
    metrics = measured(pair(long, opted=(0, 1)), replaced(tiny.book(), changes))
    assert metrics["premium_usd"] == pytest.approx(100, abs=CENT)
    assert metrics["treasury_revenue_usd"] == 0
    assert metrics["fee_revenue_usd"] == pytest.approx(100, abs=CENT)


# Dampers


def test_a_breaker_halts_a_market_for_a_minute():
    breaker = {"move_ppm": 50_000, "window_s": 15, "halt_s": 60}
    rules = replaced(tiny.book(), {f"liquidation.breaker.{name}": value for name, value in breaker.items()})
    metrics = measured(tiny.scenario(CRASH, [91.0]), rules)
    assert metrics["halt_seconds"] == 60
    assert metrics["undercollateralised_account_seconds"] == 75


def test_a_withdrawal_beyond_the_throttle_is_delayed_once():
    leaving = tiny.crowd([1.0, 1.0])._replace(hold=np.array([1.0, 10.0]))
    scenario = tiny.scenario([100.0] * TWO_HOURS, [100.0], sides=(1.0, 1.0), crowd=leaving)
    rules = replaced(tiny.book(), {"withdrawals.throttle_ppm_per_hour": 10_000})
    metrics = measured(scenario, rules)
    # Each has 1,000 less a taker fee of 5 basis points on 10,000.
    assert metrics["withdrawals_delayed_usd"] == pytest.approx(995, abs=CENT)
    assert measured(scenario)["withdrawals_delayed_usd"] == 0
