"""Objectives, constraints and intervals, worked by hand; and the loopholes that they close."""

import math

import pytest

from govtool.errors import EngineError
from govtool.protocol.fields import replaced
from govtool.protocol.read import preset
from govtool.study.model import Constraints, Objectives
from govtool.study.objective import (
    CONSTRAINTS,
    Upkeep,
    constraint_values,
    expected_shortfall,
    interval,
    intervals,
    objective_values,
    opening_pool,
    row_values,
    upkeep,
)
from govtool.study.result import Row

DYDX = preset("dydx-v4")
COSTS = Objectives(cost_of_capital_ppm_per_year=100_000, windows_per_year=4.0)
LIMITS = Constraints(
    pool_floor=500_000_000_000,
    revenue_loss_max_ppm=100_000,
    unfilled_share_max_ppm=50_000,
    bad_debt="not above current",
)
NOTHING = Upkeep(0.0, 0.0, 0.0)
MONEY = {
    "insurance_draw_usd": 0.0,
    "shared_loss_usd": 0.0,
    "adl_usd": 0.0,
    "bad_debt_usd": 0.0,
    "liquidation_cost_usd": 0.0,
    "unnecessary_liquidation_cost_usd": 0.0,
    "open_interest_avg_usd": 1_000_000.0,
    "collateral_avg_usd": 500_000.0,
    "fee_revenue_usd": 1_000.0,
    "treasury_revenue_usd": 1_000.0,
    "insurance_min_balance_usd": 600_000.0,
    "auction_unfilled_share": math.nan,
}


def row(candidate=None, current=None, **where):
    """A row whose metrics are MONEY but for what is named."""
    facts = {"set": "train", "event": "a", "kind": "crash", "seed": 1, "mode": "steady", "days": 0.5} | where
    return Row(
        **facts,
        scenario_digest="",
        label="reconstructed",
        native_s=60,
        current=MONEY | (current or {}),
        candidate=MONEY | (current or {}) | (candidate or {}),
        current_events="",
        candidate_events="",
    )


def test_expected_shortfall_averages_the_worst_and_counts_the_edge_in_part():
    assert expected_shortfall([1.0, 5.0, 3.0, 2.0, 4.0], 750_000) == 4.8
    assert expected_shortfall([1.0, 2.0, 3.0, 4.0], 750_000) == 4.0
    assert expected_shortfall([1.0, 2.0, 3.0], 0) == 2.0
    assert expected_shortfall([7.0], 750_000) == 7.0


def test_interval_is_student_t():
    found = interval([1.0, 2.0, 3.0])
    # t(0.975, 2 degrees of freedom) = 4.302653; spread 1, root of 3 windows
    assert found.estimate == 2.0
    assert found.high == pytest.approx(2 + 4.302652729749464 / math.sqrt(3), rel=1e-12)
    assert found.low == pytest.approx(2 - 4.302652729749464 / math.sqrt(3), rel=1e-12)


def test_one_window_has_no_bounds_and_equal_windows_have_no_width():
    alone = interval([1.0])
    assert (alone.estimate, alone.low, alone.high, alone.windows) == (1.0, -math.inf, math.inf, 1)
    same = interval([0.5, 0.5, 0.5])
    assert (same.low, same.high) == (0.5, 0.5)


def test_opening_pool_adds_the_contributions_of_the_run_in():
    giving = replaced(
        DYDX, {"insurance.trading_fee_share_ppm": 100_000, "insurance.treasury_transfer_per_year": 365_000_000}
    )
    assert opening_pool(DYDX, 10_000.0, 180) == DYDX.insurance.balance
    # 180 days of 10 % of 10,000 a day, and 180 of 365 days of 365 in quote currency
    assert opening_pool(giving, 10_000.0, 180) == DYDX.insurance.balance + 180_000_000_000 + 180_000_000


def test_a_pool_with_a_target_opens_no_fuller_than_that():
    giving = replaced(DYDX, {"insurance.trading_fee_share_ppm": 100_000, "insurance.target": 1_050_000_000_000})
    assert opening_pool(giving, 10_000.0, 180) == 1_050_000_000_000
    assert opening_pool(giving, 10_000.0, 18) == DYDX.insurance.balance + 18_000_000_000


def test_upkeep_counts_contributions_lost_fees_and_capital():
    giving = replaced(DYDX, {"insurance.treasury_transfer_per_year": 5_000_000_000})
    train = [
        row({"fee_revenue_usd": 900.0}, kind="calm"),
        row({"fee_revenue_usd": 700.0}, {"fee_revenue_usd": 3_000.0}),
    ]
    found = upkeep(giving, 2_000_000_000_000, train, COSTS, "candidate")
    # A tenth of the 5,000 given, and of the 2,000,000 that wait in the pool.
    assert found.contributions == 500.0
    assert found.capital == 200_000.0
    # 4 windows of half a day lose 1,200 each on average, the other 363 days 200 a day
    assert found.foregone_fees == pytest.approx(4 * 1_200 + 363 * 200)
    assert upkeep(DYDX, 0, train, COSTS, "current") == Upkeep(0.0, 0.0, 0.0)


def test_fees_above_currents_are_no_gain():
    train = [row({"fee_revenue_usd": 5_000.0}, kind="calm")]
    assert upkeep(DYDX, 0, train, COSTS, "candidate").foregone_fees == 0.0


def test_a_replay_is_divided_by_what_trial_0_has():
    lossy = {"insurance_draw_usd": 300.0, "adl_usd": 200.0, "bad_debt_usd": 100.0, "liquidation_cost_usd": 50.0}
    lossy |= {"shared_loss_usd": 400.0, "advances_lost_usd": 70.0}  # the latter are in the draw
    lossy |= {"unnecessary_liquidation_cost_usd": 10.0, "open_interest_avg_usd": 800_000.0}
    found = row_values(row(lossy), "candidate", Upkeep(10.0, 20.0, 10.0), 4.0)
    assert found["tail_loss"] == pytest.approx(1_000 / 1_000_000)
    assert found["trader_cost"] == pytest.approx((60 + 10) / 1_000_000)
    assert found["capital_efficiency"] == pytest.approx(800_000 / 500_000)


def test_shrinking_the_market_improves_nothing_by_itself():
    """The same loss beside half the market: tail loss is no other, and efficiency is half."""
    loss = {"insurance_draw_usd": 100.0}
    half = {"insurance_draw_usd": 100.0, "open_interest_avg_usd": 500_000.0, "collateral_avg_usd": 250_000.0}
    whole, shrunk = (row_values(row(one), "candidate", NOTHING, 4.0) for one in (loss, half))
    assert shrunk["tail_loss"] == whole["tail_loss"]
    assert shrunk["capital_efficiency"] == whole["capital_efficiency"] / 2


def test_a_lower_liquidation_fee_is_no_gain():
    """What traders save is what pool and treasury lose: trader cost is the same."""
    train = [
        row({"liquidation_cost_usd": 400.0, "fee_revenue_usd": 800.0}, {"liquidation_cost_usd": 600.0}),
        row(kind="calm"),
    ]
    ours, theirs = (upkeep(DYDX, 0, train, COSTS, side) for side in ("candidate", "current"))
    after = objective_values(train, "candidate", ours, COSTS)
    before = objective_values(train, "current", theirs, COSTS)
    assert after["trader_cost"] == pytest.approx(before["trader_cost"], rel=1e-12)


def test_a_market_without_open_interest_is_refused_by_event():
    with pytest.raises(EngineError, match="event 'a', seed 1"):
        row_values(row(current={"open_interest_avg_usd": 0.0}), "candidate", NOTHING, 4.0)


def limits_of(*rows):
    return constraint_values(rows, "candidate", LIMITS, 1_000_000_000_000)


def both(candidate=None, current=None, **where):
    return [row(candidate, current, mode=mode, **where) for mode in ("steady", "transition")]


def test_every_constraint_is_there_and_current_keeps_its_own():
    found = constraint_values(both(), "current", LIMITS, 1_000_000_000_000)
    assert tuple(found) == CONSTRAINTS
    assert found == {
        "bad_debt": 0.0,
        "pool_floor": pytest.approx(-0.1),
        "auctions_clear": -0.05,
        "revenue": -0.1,
    }


def test_bad_debt_of_one_event_is_not_made_good_by_another():
    worse = both({"bad_debt_usd": 10.0}) + both({"bad_debt_usd": 0.0}, {"bad_debt_usd": 1_000.0}, event="b")
    assert limits_of(*worse)["bad_debt"] == pytest.approx(10 / 1_000_000)


def test_seeds_are_averaged_inside_an_event():
    rows = both({"bad_debt_usd": 10.0}, seed=1) + both({"bad_debt_usd": 0.0}, {"bad_debt_usd": 30.0}, seed=2)
    assert limits_of(*rows)["bad_debt"] == pytest.approx(-10 / 1_000_000)


def test_the_pools_floor_holds_in_every_replay():
    rows = [*both(seed=2), row(), row({"insurance_min_balance_usd": 400_000.0}, mode="transition")]
    assert limits_of(*rows)["pool_floor"] == pytest.approx(0.1)


def test_transition_counts_as_much_as_steady():
    rows = [row(), row({"treasury_revenue_usd": 700.0, "auction_unfilled_share": 0.3}, mode="transition")]
    found = limits_of(*rows)
    assert found["revenue"] == pytest.approx(0.2)
    assert found["auctions_clear"] == pytest.approx(0.25)


def test_intervals_take_the_window_as_the_unit():
    rows = [
        row({"insurance_draw_usd": draw}, event=event, seed=seed)
        for event, seed, draw in (("a", 1, 100.0), ("a", 2, 300.0), ("b", 1, 400.0), ("b", 2, 400.0))
    ]
    found = intervals(rows, NOTHING, NOTHING, COSTS)["tail_loss"]
    assert found.windows == 2
    assert found.estimate == pytest.approx(300 / 1_000_000)
    assert found.high - found.estimate == pytest.approx(12.706204736174694 * 100 / 1_000_000, rel=1e-9)
