"""Tables follow from rows and protocols by rules that can be checked by hand."""

import math
from dataclasses import replace

import pytest

from govtool.proposal.context import facts, rows_of
from govtool.proposal.tables import tables
from govtool.world.read import read_world
from tests.proposal.results import change_result, empty_result, refused_result, some_events


def tables_of(result):
    return tables(facts(result, world=read_world("default"), events=some_events(), path=None))


@pytest.fixture(scope="module")
def found():
    return tables_of(change_result())


def test_an_event_is_the_mean_of_its_steady_seeds(found):
    rows = [row for row in change_result().rows if (row.event, row.mode) == ("crash-a", "steady")]
    event = found["events"][0]
    assert (event["set"], event["event"], event["seeds"]) == ("train", "crash-a", 2)
    for who in ("current", "candidate"):
        parts = [getattr(row, who) for row in rows]
        draw = sum(part["insurance_draw_usd"] for part in parts) / 2
        borne = ("insurance_draw_usd", "shared_loss_usd", "adl_usd", "bad_debt_usd")
        loss = sum(part[name] for part in parts for name in borne) / 2
        assert event[who]["insurance_draw_usd"] == pytest.approx(draw, rel=1e-8)
        assert event[who]["loss_usd"] == pytest.approx(loss, rel=1e-8)


def test_activation_compares_transition_with_current(found):
    rows = [row for row in change_result().rows if (row.event, row.mode) == ("calm-j", "transition")]
    row = next(one for one in found["activation"] if one["event"] == "calm-j")
    extra = sum(one.candidate["liquidated_usd"] - one.current["liquidated_usd"] for one in rows) / 2
    assert row["liquidated_usd"]["extra"] == pytest.approx(extra, rel=1e-8)


def test_a_moved_tier_names_every_market_in_it(found):
    (tier,) = found["tiers"]
    assert tier["markets"] == ["BTC-USD", "ETH-USD"]
    assert tier["initial_ppm"] == {"current": 20_000, "proposed": 25_000}
    assert tier["maintenance_ppm"] == {"current": 12_000, "proposed": 15_000}
    assert tier["impact_recommended"] == 20_000_000_000  # 500 USDC over 2.5 %


def test_the_funding_clamp_moves_with_margin(found):
    (funding,) = found["funding"]
    # 6 times (2 % - 1.2 %) and 6 times (2.5 % - 1.5 %)
    assert (funding["current_ppm"], funding["proposed_ppm"]) == (48_000, 60_000)


def test_parameters_hold_integers_and_setters(found):
    rows = {row["path"]: row for row in found["parameters"]}
    margin = rows["tiers.large-cap.initial_margin_ppm"]
    assert (margin["current"], margin["proposed"], margin["relative"]) == (20_000, 25_000, 0.25)
    assert margin["setter"] == "MsgSetLiquidityTier" and margin["covered"]
    assert (margin["low"], margin["high"], margin["max_change"]) == (10_000, 50_000, 10_000)
    assert found["unmoved"] == ["liquidation.max_liquidation_fee_ppm"]


def test_the_search_counts_what_was_searched(found):
    search = found["search"]
    assert (search["trials"], search["complete"], search["refused"]) == (40, 38, 2)
    assert search["feasible"] == 38 - sum(number % 9 == 4 for number in range(40) if number not in (11, 23))
    assert [one["number"] for one in search["alternatives"]] == [3, 7, 20]


def test_sensitivity_is_the_difference_from_the_candidate(found):
    middle = change_result().values["train"]["candidate"]
    row = found["sensitivity"][0]
    assert row["steps"] == -3
    assert row["changes"]["tail_loss"] == pytest.approx(-0.06 * middle["tail_loss"], rel=1e-6)


def test_a_window_that_decides_is_named():
    """Six windows whose gain comes from one: without it, nothing is left."""
    result = change_result()
    rows = tuple(
        replace(row, candidate={**row.current, "insurance_draw_usd": row.current["insurance_draw_usd"] * share})
        for row in result.rows
        for share in [0.5 if row.set == "test" else 1.0]
    )
    study_intervals = {
        **result.intervals,
        "test": result.intervals["test"]
        | {"tail_loss": replace(result.intervals["test"]["tail_loss"], low=-1.0, high=-0.0001)},
    }
    found = tables_of(replace(result, rows=rows, intervals=study_intervals))
    tail = [one for one in found["left_out"] if one["objective"] == "tail_loss"]
    assert tail and all(one["all"] == "better" and one["word"] == "inconclusive" for one in tail)


def test_the_worst_window_is_the_candidate_s(found):
    assert {which: row["event"] for which, row in found["worst"].items()} == {
        "train": "crash-b",
        "select": "crash-d",
        "test": "crash-h",
    }


def test_sets_that_were_not_scored_are_left_out():
    found = tables_of(refused_result())
    assert (found["sets"], found["last"]) == (["train", "select"], "select")
    assert found["left_out"] == []
    labels = {row["event"]: row["label"] for row in found["windows"]}
    assert labels["crash-f"] is None and labels["crash-a"] == "recorded"


def test_without_a_candidate_only_the_search_is_told():
    found = tables_of(empty_result())
    assert (found["sets"], found["events"], found["parameters"], found["activation"]) == ([], [], [], [])
    assert found["monitoring"]["loss_usd"] is None
    assert found["search"]["trials"] == 40


def test_rows_come_back_as_they_went_in():
    result = change_result()
    back = rows_of(facts(result, world=read_world("default"), events=some_events(), path=None))
    assert len(back) == len(result.rows)
    assert math.isnan(back[0].current["cascade_factor"])
    assert back[0].current["liquidated_usd"] == pytest.approx(result.rows[0].current["liquidated_usd"], rel=1e-8)
