"""Explanations of tiny replays, worked by hand."""

import dataclasses

import numpy as np
import pytest

from govtool.engine import codes as kinds
from govtool.errors import ParamError
from govtool.protocol.fields import replaced
from govtool.replay.explain.story import explain_account, explain_event
from tests.replay import tiny
from tests.replay.cases import FRACTION, case_of, crash, lever, of_kind, plain_dutch, step


def test_a_flag_names_state_rule_numbers_and_the_weight_that_would_have_kept_it():
    # 100 coins bought at 100 with 1,000: at 91, E = -9,000 + 9,100 = 100 and MM = 9,100 * 0.012 = 109.2.
    flag = of_kind(explain_account(crash(tiny.book(), after=91.0), 0), "FLAG")[0]
    assert flag.tick == 4 and flag.account == 0
    assert flag.standing.cash == -9_000.0
    (held,) = flag.standing.holdings
    assert (held.instrument, held.coins, held.mark, held.value, held.weight) == ("BTC", 100.0, 91.0, 9_100.0, 0.012)
    assert (step(flag, "E").value, step(flag, "MM").value) == (100.0, pytest.approx(109.2))
    assert step(flag, "E").numbers == "-9,000.00 + 100 × 91"
    assert step(flag, "MM").numbers == "9,100.00 × 0.012"
    # w = 100 / 9,100 = 0.010989 = 0.02 * 0.549450...
    kept = lever(flag, FRACTION)
    assert (kept.value, kept.would) == (600_000, 549_450)
    assert lever(flag, "tiers.large-cap.initial_margin_ppm").would == 18_315
    assert flag.rule.section == "3 and 7.5"
    assert flag.text == "E 100 fell below MM 109.2: liquidatable; 9.2 more collateral would have kept it"


def test_the_weight_named_is_the_last_that_keeps_the_account_in_a_replay():
    for fraction, flagged in ((549_450, 0), (549_451, 1)):
        case = crash(replaced(tiny.book(), {FRACTION: fraction}), after=91.0)
        assert (case.log.kind == kinds.FLAG).sum() == flagged


def test_no_weight_keeps_an_account_that_is_worth_nothing():
    flag = of_kind(explain_account(crash(tiny.book(), after=89.0), 0), "FLAG")[0]
    assert lever(flag, FRACTION).would is None
    assert lever(flag, FRACTION).effect == "E is not above zero: no weight would have kept it"


def test_a_fill_above_bankruptcy_pays_its_fee_from_what_is_left():
    # All 100 sold at the index of 91: v = 9,100, BQ = 9,100 - 100 = 9,000, x = 100; 1.5 % of v is 136.5.
    fill = of_kind(explain_account(crash(tiny.book(), after=91.0), 0), "FILL")[0]
    assert step(fill, "v").value == 9_100.0
    assert step(fill, "BQ").value == 9_000.0
    assert step(fill, "x").value == 100.0
    assert (step(fill, "fee").value, step(fill, "fee").logged) == (100.0, 100.0)
    # abr = 1 - 100 / 109.2; L = 91 * (1 - abr * 1.5 * 0.012)
    assert step(fill, "L").value == pytest.approx(91.0 * (1 - (1 - 100 / 109.2) * 1.5 * 0.012))
    assert fill.text.startswith("sold 100 BTC at 91, limit 90.86")


def test_a_fill_below_bankruptcy_says_what_insurance_added():
    fill = of_kind(explain_account(crash(tiny.book(), after=89.0), 0), "FILL")[0]
    assert step(fill, "x").value == -100.0
    assert (step(fill, "insurance pays").value, step(fill, "insurance pays").logged) == (100.0, 100.0)
    ratio = lever(fill, "liquidation.spread_to_maintenance_margin_ratio_ppm")
    assert ratio.would is None and "bankruptcy price 90" in ratio.effect


def test_a_deleveraging_says_how_much_pool_was_missing():
    case = crash(tiny.book(), after=89.0, opening_pool=40_000_000)
    story = list(explain_account(case, 0))
    closed = of_kind(story, "DELEVERAGE")[0]
    # E = -100: the other side buys 8,900 for 9,000.
    assert step(closed, "BQ").value == 9_000.0
    assert (step(closed, "haircut").value, step(closed, "haircut").logged) == (100.0, 100.0)
    pool = lever(closed, "insurance.balance")
    # 60 more than the balance of the protocol, which the replay did not open with.
    assert pool.would - pool.value == 60_000_000
    assert pool.effect == "a fill of 100 would have asked 100 of the pool, which held 40"
    other = of_kind(explain_account(case, 1), "DELEVERAGE")[0]
    assert other.account == 1 and other.standing.cash == 11_000.0
    assert other.text == "100 BTC closed against account 0, which finds no taker: costs 100 against oracle"


def test_the_pool_named_is_the_least_that_spares_the_other_side():
    for pool, spared in ((99_999_999, False), (100_000_000, True)):
        case = crash(tiny.book(), after=89.0, opening_pool=pool)
        assert (case.log.kind == kinds.DELEVERAGE).any() != spared


def test_a_pool_that_may_not_pay_so_much_in_a_block_is_named():
    most = "liquidation.max_quantums_insurance_lost"
    story = explain_account(crash(replaced(tiny.book(), {most: 70_000_000}), after=89.0), 0)
    assert lever(of_kind(story, "DELEVERAGE")[0], most).would == 100_000_000


def test_bad_debt_is_what_the_pool_lacked():
    plain = {"deleveraging.enabled": False}
    case = crash(replaced(tiny.book(), plain), after=89.0, opening_pool=40_000_000)
    story = list(explain_account(case, 0))
    cover, debt = of_kind(story, "COVER")[0], of_kind(story, "BAD_DEBT")[0]
    assert step(cover, "paid").value == step(cover, "paid").logged == 40.0
    assert lever(cover, "insurance.balance").would - lever(cover, "insurance.balance").value == 60_000_000
    assert step(debt, "bad debt").value == 60.0
    assert lever(debt, "insurance.balance").would - lever(debt, "insurance.balance").value == 60_000_000


def test_an_auction_is_told_from_its_opening_to_its_take():
    story = list(explain_account(crash(plain_dutch(), after=91.0), 0))
    opened, taken = of_kind(story, "OPEN")[0], of_kind(story, "TAKE")[0]
    assert opened.text == "100 BTC put up for auction, mark 91"
    # From 0 to 3 % in 60 s: 0.75 % after the keeper's tick of 15 s; it wants no edge and the market has no spread.
    assert step(taken, "discount").value == pytest.approx(0.0075)
    assert step(taken, "A").value == pytest.approx(91.0 * 0.9925)
    assert step(taken, "discount wanted").value == pytest.approx(0.0, abs=1e-12)
    assert step(taken, "keeper earns").value == pytest.approx(9_100.0 * 0.0075)
    assert taken.agrees


def test_a_position_put_up_at_full_portion_is_floored_as_the_rules_say():
    # A portion of one is no "all": what is put up is worth / price, which rounding may leave a step below.
    case = crash(plain_dutch(**{"liquidation.min_position_notional_liquidated": 0}), after=89.9)
    assert all(one.agrees for one in of_kind(explain_account(case, 0), "OPEN"))


def test_an_unfilled_auction_names_the_discount_that_its_first_keeper_wants():
    keeper = tiny.keeper(edge=0.009)
    scenario = tiny.scenario([100.0] * 4 + [91.0] * 12, [91.0], sides=(1.0, -1.0), keepers=keeper)
    short = plain_dutch(**{"auction.end_discount_ppm": 5_000})
    end = of_kind(explain_account(case_of(scenario, short), 0), "UNFILLED")[0]
    assert lever(end, "auction.end_discount_ppm")[1:3] == (5_000, 9_000)
    for discount, filled in ((8_999, False), (9_000, True)):
        case = case_of(scenario, plain_dutch(**{"auction.end_discount_ppm": discount}))
        assert (case.log.kind == kinds.TAKE).any() == filled


def test_an_auction_that_stops_at_the_bankruptcy_price_says_so():
    # E = 100 of 9,100 of notional: no discount beyond 1.1 % leaves the account anything, and the keeper asks for 5 %.
    scenario = tiny.scenario([100.0] * 4 + [91.0] * 12, [91.0], sides=(1.0, -1.0), keepers=tiny.keeper(edge=0.05))
    end = of_kind(explain_account(case_of(scenario, plain_dutch()), 0), "UNFILLED")[0]
    assert step(end, "bankruptcy discount").value == pytest.approx(100 / 9_100)
    told = lever(end, "auction.end_discount_ppm")
    assert told.would is None
    assert "bankruptcy price" in told.effect


def test_an_auction_that_no_keeper_had_time_to_see_names_the_length():
    slow = tiny.keeper()._replace(latency=np.array([9]))
    scenario = tiny.scenario([100.0] * 4 + [91.0] * 12, [91.0], sides=(1.0, -1.0), keepers=slow)
    end = of_kind(explain_account(case_of(scenario, plain_dutch()), 0), "UNFILLED")[0]
    assert lever(end, "auction.length_s")[1:3] == (60, 135)


def test_funding_is_each_accounts_own():
    scenario = tiny.scenario([100.0] * 6, [100.0], sides=(1.0, -1.0))
    paying = scenario.feed._replace(funding_tick=np.array([2]), funding_rate=np.array([[1e-4]]))
    case = case_of(dataclasses.replace(scenario, feed=paying), tiny.book())
    texts = [of_kind(explain_account(case, i), "FUNDING")[0] for i in (0, 1)]
    assert [one.text for one in texts] == ["pays 1 of funding in BTC", "receives 1 of funding in BTC"]
    assert all(one.agrees for one in texts)


def test_a_recovery_names_the_stop_that_would_not_have_let_it_go():
    prices = [100.0] * 4 + [91.0] + [95.0] * 8
    scenario = tiny.scenario(prices, [95.0], sides=(1.0, -1.0))
    found_ = of_kind(explain_account(case_of(scenario, plain_dutch()), 0), "RECOVER")[0]
    # E = 500, MM = 9,500 * 0.012 = 114: a stop of 500 / 114 would still be met.
    assert lever(found_, "liquidation.restore_ppm").would == int(500 / 114 * 1e6) + 1


# Nonsense


@pytest.mark.parametrize("row", [-1, 9_999])
def test_an_event_that_is_not_there_is_refused(row):
    with pytest.raises(ParamError, match=rf"event {row} is not in the log, which has rows 0 to \d+; give one of those"):
        explain_event(crash(tiny.book(), after=91.0), row)


def test_an_account_that_is_not_there_is_refused():
    for account in (-1, 2):
        with pytest.raises(ParamError, match=f"account {account} is not there: the scenario has accounts 0 to 1"):
            list(explain_account(crash(tiny.book(), after=91.0), account))


def test_an_account_that_never_came_in_is_refused():
    scenario = tiny.scenario([100.0] * 8, [100.0], sides=(1.0, -1.0))
    never = scenario.crowd._replace(enters=np.array([0, -1]))
    with pytest.raises(ParamError, match="account 1 never came in: nothing happened to it"):
        list(explain_account(case_of(dataclasses.replace(scenario, crowd=never), tiny.book()), 1))
