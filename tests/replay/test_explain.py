"""Explanations: worked cases on tiny replays, and the whole of larger ones held against the event log."""

import dataclasses

import numpy as np
import pytest

from govtool.engine import codes as kinds
from govtool.engine.codes import EVENT_NAMES
from govtool.errors import FileError, ParamError
from govtool.history.events import find_event
from govtool.protocol.fields import fields, replaced
from govtool.protocol.model import Protocol
from govtool.protocol.read import PRESETS, preset
from govtool.replay.backtest import Source, pack_terms, replay
from govtool.replay.explain.boundary import nearest
from govtool.replay.explain.cascade import cascade
from govtool.replay.explain.case import Case, read_case, replayed
from govtool.replay.explain.overview import moments, sufferers
from govtool.replay.explain.rulebook import RULES
from govtool.replay.explain.stage import Stage
from govtool.replay.explain.story import TELLERS, explain_account, explain_event, found
from govtool.replay.explain.walk import Walk
from govtool.replay.inputs import INPUTS, PROTOCOL, told
from govtool.replay.store import read_source, write_outcome
from govtool.scenario.bundle import build
from govtool.world.read import read_world
from tests.replay import pair, tiny

EVENT = "reconstructed-crash-2021-05-19"
FRACTION = "tiers.large-cap.maintenance_fraction_ppm"


def case_of(scenario, protocol, **changes) -> Case:
    source = Source(scenario, protocol, None, protocol.insurance.balance, True)
    return replayed(dataclasses.replace(source, **changes))


OFF = {
    "liquidation.first_share_ppm": 1_000_000,
    "liquidation.target": False,
    "liquidation.cooldown_s": 0,
    "liquidation.tranches": 1,
    "auction.slow_s": 0,
    "auction.insolvent_s": 0,
    "auction.reset_s": 0,
    "auction.reset_drop_ppm": 0,
    "auction.path": "linear",
}
"""What turns the rules of an auction back to one tranche of everything on a straight line."""


def plain_dutch(**changes) -> Protocol:
    """The tiny auction with nothing else, so that it can be worked out by hand."""
    protocol = tiny.dutch()
    there = {one.path for one in fields(protocol)}
    return replaced(protocol, {path: value for path, value in OFF.items() if path in there} | changes)


def crash(protocol, *, after: float, **changes) -> Case:
    """Long and short of 10,000 at leverage 10 on 1,000, BTC from 100 to `after` in the fifth tick."""
    return case_of(tiny.scenario([100.0] * 4 + [after] * 8, [after], sides=(1.0, -1.0)), protocol, **changes)


def of_kind(story, name):
    return [one for one in story if one.kind == name]


def step(finding, name):
    return next(one for one in finding.steps if one.name == name)


def lever(finding, path):
    return next(one for one in finding.levers if one.path == path)


@pytest.fixture(scope="module")
def window():
    return build(find_event(EVENT), read_world("default"), 0)


@pytest.fixture(scope="module", params=["dydx-v4", "govtool"])
def large(request, window) -> Case:
    return case_of(window, preset(request.param))


# Known answers


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


# The whole of larger replays


def test_the_walk_gives_the_equity_and_margin_that_each_row_records(large):
    walk, log = Walk(large), large.log
    noted = np.flatnonzero((log.equity != 0.0) | (log.maintenance != 0.0))
    assert noted.size > 1_000
    for row in noted.tolist():
        walk.to(row)
        i = int(log.account[row])
        assert walk.stage.equity(int(walk.cash[i]), walk.size[i]) == pytest.approx(log.equity[row], abs=1e-6)
        assert walk.stage.maintenance(walk.size[i]) == pytest.approx(log.maintenance[row], abs=1e-6)


def test_the_walk_ends_where_the_replay_did_to_the_last_quantum(large):
    walk, books = Walk(large), large.books
    walk.to(large.log.kind.size)
    assert walk.gaps == []
    for mine, end in ((walk.cash, books.cash), (walk.size, books.size), (walk.wallet, books.wallet)):
        assert np.array_equal(mine, end)
    assert np.array_equal(walk.inside, books.status == kinds.IN)
    assert np.array_equal(walk.flag, books.flag)
    assert walk.pool == books.tills[kinds.INSURANCE]
    assert (walk.live >= 0).all()
    walk.impact.at(large.ticks)
    assert walk.impact.volume.tolist() == pytest.approx(books.volume.tolist(), rel=1e-12)


def test_every_number_that_the_log_has_too_is_the_same_there(large, monkeypatch):
    monkeypatch.setattr("govtool.replay.explain.margin_events.nearest", lambda *_, **__: None)
    walk = Walk(large)
    told_ = [found(walk, row, None) for row in range(large.log.kind.size)]
    assert [one for one in told_ if not one.agrees] == []
    assert sum(step.logged is not None for one in told_ for step in one.steps) > 10_000


@pytest.mark.slow
def test_options_and_assets_are_walked_alike(real_history):
    scenario = build(find_event("calm-2023-07-29"), read_world("instruments"), 0)
    case = case_of(scenario, preset("govtool"))
    walk = Walk(case)
    assert all(found(walk, row, None).agrees for row in range(case.log.kind.size))
    walk.to(case.log.kind.size)
    assert walk.gaps == [] and np.array_equal(walk.cash, case.books.cash)


def test_recorded_history_reconciles_alike(real_history):
    case = case_of(build(find_event("crash-2021-05-19"), read_world("default"), 0), preset("dydx-v4"))
    walk, log = Walk(case), case.log
    for row in np.flatnonzero(log.kind == kinds.FLAG).tolist():
        walk.to(row)
        i = int(log.account[row])
        assert walk.stage.equity(int(walk.cash[i]), walk.size[i]) == pytest.approx(log.equity[row], abs=1e-6)
    walk.to(log.kind.size)
    assert np.array_equal(walk.cash, case.books.cash) and walk.gaps == []


def test_an_accounts_story_is_every_row_of_it(large):
    account = sufferers(large)[0].account
    story = list(explain_account(large, account))
    rows = [one.row for one in story]
    assert rows == sorted(rows)
    assert set(np.flatnonzero(large.log.account == account).tolist()) <= set(rows)
    assert all(one.account == account for one in story)


# Rules and parameters


def test_every_kind_has_a_rule_and_a_teller():
    assert set(RULES) == set(TELLERS) == set(range(len(EVENT_NAMES)))
    assert all(rule.section and rule.text.endswith(".") and rule.formula for rule in RULES.values())


def test_every_rule_says_what_its_kind_is_in_the_rules():
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert {int(row[1]): row[2].strip() for row in rows} == dict(enumerate(EVENT_NAMES))


def known_paths() -> set[str]:
    """Paths of all presets, with the placeholders of the rulebook for keys."""
    found_ = set()
    for name in PRESETS:
        for one in fields(preset(name)):
            table, _, rest = one.path.partition(".")
            keys = {"tiers": "{tier}", "markets": "{market}", "collateral": "{asset}"}
            found_.add(f"{table}.{keys[table]}.{rest.partition('.')[2]}" if table in keys else one.path)
    return found_


def test_every_parameter_that_a_rule_names_is_one():
    named = {path for rule in RULES.values() for path in rule.parameters}
    if "keepers" not in Protocol.model_fields:
        # The rules of liquidation are ahead of the protocol model here: what it has, it has under that name.
        named &= known_paths()
        assert len(named) > 25
    assert named - known_paths() == set()


def test_the_nearest_value_is_on_the_grid_and_turns_the_decision():
    protocol = tiny.book()
    path = "liquidation.max_liquidation_fee_ppm"
    assert nearest(protocol, path, lambda one: one.liquidation.max_liquidation_fee_ppm <= 7_001, down=True) == 7_001
    assert nearest(protocol, path, lambda one: one.liquidation.max_liquidation_fee_ppm >= 20_000, down=False) == 20_000
    assert nearest(protocol, path, lambda _: False, down=True) is None
    assert nearest(protocol, "adaptive.enabled", lambda _: True, down=True) is None


def test_another_maintenance_weight_counts_at_once_although_changes_ramp():
    protocol = replaced(preset("govtool"), {"margin.ramp_s": 86_400, "adaptive.enabled": False})
    case = case_of(tiny.scenario([100.0] * 8, [100.0]), protocol)
    half = replaced(protocol, {FRACTION: 300_000})
    stages = Stage(case), Stage(case, pack_terms(case.scenario, half))
    for stage in stages:
        stage.at(1)
    size = np.array([10**12])
    assert stages[1].maintenance(size) == pytest.approx(stages[0].maintenance(size) / 2)


# Overview and cascade


def test_the_overview_names_who_lost_most_and_where_to_look():
    case = crash(tiny.book(), after=89.0, opening_pool=40_000_000)
    (one,) = sufferers(case)
    assert (one.account, one.closed, one.cost, one.pool, one.bad_debt) == (0, 8_900.0, 0.0, 0.0, 0.0)
    named = {moment.what: moment.row for moment in moments(case)}
    assert case.log.kind[named["first account below maintenance"]] == kinds.FLAG
    assert case.log.kind[named["first deleveraging"]] == kinds.DELEVERAGE
    assert one.first == named["first account below maintenance"]


def test_a_quiet_window_has_nothing_to_look_at():
    case = crash(tiny.book(), after=100.0)
    assert (sufferers(case), moments(case)) == ([], [])
    assert cascade(case).liquidated.tolist() == [0.0, 0.0, 0.0]


def test_the_cascade_adds_up_to_what_was_closed(large):
    found_ = cascade(large)
    total = large.columns["liquidated"][-1]
    assert 0.6 * total < found_.liquidated.sum() <= total
    sizes = {len(getattr(found_, name)) for name in ("second", "price", "liquidated", "pool", "shared", "adl")}
    assert sizes == {found_.second.size}
    assert found_.price.max() < 1.2 * large.path.max()


def test_the_cascade_shows_deleveraging_and_the_market_it_was_in():
    prices = [100.0] * 4 + [89.0] * 8
    scenario = pair.scenario([100.0] * 12, prices, ((0.0, 1.0), (0.0, -1.0)))
    case = case_of(scenario, pair.book(), opening_pool=0)
    found_ = cascade(case)
    assert found_.market == "ETH"
    assert found_.deleveraged.sum() == pytest.approx(8_900.0, rel=1e-4)
    assert found_.lost[-1] == pytest.approx(100.0, rel=1e-2)


# Stored inputs


@pytest.fixture
def folder(tmp_path):
    pair_ = tiny.scenario([100.0] * 4 + [91.0] * 4, [91.0], sides=(1.0, -1.0))
    write_outcome(replay(pair_, tiny.book(), detail=True), tmp_path / "o")
    return tmp_path / "o"


def test_a_folder_explains_itself(folder):
    outcome = replay(tiny.scenario([100.0] * 4 + [91.0] * 4, [91.0], sides=(1.0, -1.0)), tiny.book(), detail=True)
    case = read_case(folder)
    assert case.event_digest == outcome.event_digest
    assert told(case.source).digest == told(outcome.source).digest
    assert case.source.protocol == tiny.book()


def test_a_transition_keeps_the_protocol_that_the_crowd_was_formed_under(tmp_path):
    scenario, before = tiny.scenario([100.0] * 8, [100.0]), replaced(tiny.book(), {FRACTION: 500_000})
    outcome = replay(scenario, tiny.book(), formed_under=before, detail=True)
    write_outcome(outcome, tmp_path / "o")
    assert read_source(tmp_path / "o").formed_under == before
    assert read_case(tmp_path / "o").event_digest == outcome.event_digest


def test_a_replay_without_feedback_stays_one(tmp_path, window):
    outcome = replay(window, preset("dydx-v4"), feedback=False, opening_pool=10**12, detail=True)
    write_outcome(outcome, tmp_path / "o")
    assert read_case(tmp_path / "o").event_digest == outcome.event_digest


def test_the_window_keeps_its_date(tmp_path, window):
    write_outcome(replay(window, preset("dydx-v4"), detail=True), tmp_path / "o")
    case = read_case(tmp_path / "o")
    assert case.scenario.start_ms == window.start_ms
    assert case.ends_ms(0) == window.start_ms + 15_000


def test_an_outcome_without_inputs_is_refused(folder):
    import json

    totals = json.loads((folder / "totals.json").read_text())
    del totals["inputs_digest"]
    (folder / "totals.json").write_text(json.dumps(totals))
    with pytest.raises(ParamError, match="was written without the inputs of its replay; write the outcome again"):
        read_case(folder)


def test_inputs_that_are_missing_are_named(folder):
    (folder / INPUTS).unlink()
    with pytest.raises(FileError, match=r"inputs\.npz: No such file or directory; write the outcome again"):
        read_case(folder)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nonsense", None])
def test_damaged_inputs_are_refused(folder, damage):
    whole = (folder / INPUTS).read_bytes()
    (folder / INPUTS).write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    with pytest.raises(ParamError, match=r"inputs\.npz is damaged; write the outcome again"):
        read_case(folder)


def test_other_inputs_than_those_replayed_are_refused(folder, tmp_path):
    other = tiny.scenario([100.0] * 8, [100.0])
    write_outcome(replay(other, tiny.book(), detail=True), tmp_path / "p")
    (folder / INPUTS).write_bytes((tmp_path / "p" / INPUTS).read_bytes())
    with pytest.raises(ParamError, match=r"inputs\.npz is not what totals\.json says it is"):
        read_case(folder)


def test_another_protocol_than_the_one_replayed_is_refused(folder):
    text = (folder / PROTOCOL).read_text()
    (folder / PROTOCOL).write_text(text.replace("maintenance_fraction_ppm = 600000", "maintenance_fraction_ppm = 5", 1))
    with pytest.raises(ParamError, match=r"protocol\.toml is not the protocol that was replayed"):
        read_case(folder)


def test_a_log_that_this_govtool_does_not_reproduce_is_refused(folder):
    import json

    totals = json.loads((folder / "totals.json").read_text())
    (folder / "totals.json").write_text(json.dumps(totals | {"event_digest": "sha256:other", "model": 1}))
    with pytest.raises(
        ParamError, match=r"written by replay model 1 and this govtool, of model .*, replays it differently"
    ):
        read_case(folder)


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
