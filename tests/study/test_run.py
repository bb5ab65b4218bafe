"""A small study on bundled history, from its file to its result."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from govtool.errors import DataError, FileError, ParamError
from govtool.protocol.fields import get, replaced
from govtool.protocol.read import preset
from govtool.study.context import open_context, study_digest, study_histories
from govtool.study.evaluate import evaluate
from govtool.study.model import OBJECTIVES, parse_study, read_study
from govtool.study.objective import CONSTRAINTS
from govtool.study.result import plain
from govtool.study.run import past_search, run_search, study_result
from govtool.study.workers import Workers
from tests.study.studies import EVENTS, SPACE, small_content, write_study

STUDIES = Path(__file__).parents[2] / "proposals" / "studies"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the small study and its world."""
    path = tmp_path_factory.mktemp("study")
    write_study(path, small_content())
    return path


@pytest.fixture(scope="module")
def study(folder):
    return read_study(folder / "study.toml")


@pytest.fixture(scope="module")
def result(study, folder):
    return study_result(study, workers=1, journal=folder / "one.journal")


def text(result):
    """All of a result as text, in which NaN is like NaN."""
    return json.dumps(plain(result))


def test_two_workers_give_the_same_result_as_one(study, folder, result):
    assert text(study_result(study, workers=2, journal=folder / "two.journal")) == text(result)


def test_a_resumed_study_gives_the_same_result(study, folder, result):
    journal = folder / "resumed.journal"
    with Workers(2) as pool:
        assert len(run_search(study, pool, journal=journal, trials=5).found.trials) == 5
    assert text(study_result(study, workers=1, journal=journal)) == text(result)


def test_the_front_can_be_seen_again_without_a_replay(study, folder, result):
    seen = past_search(study, folder / "one.journal")
    assert seen.found.trials == result.trials and seen.front == result.front and seen.found.replayed == 0
    with pytest.raises(FileError, match=r"none\.journal: there is no journal of study small yet"):
        past_search(study, folder / "none.journal")


def test_trial_0_is_current_and_every_trial_has_every_constraint(result):
    protocol = preset("dydx-v4")
    assert result.trials[0].params == {one["field"]: get(protocol, one["field"]) for one in SPACE}
    for trial in result.trials:
        assert tuple(trial.values) == tuple(OBJECTIVES) and tuple(trial.constraints) == CONSTRAINTS
    assert result.trials[0].constraints["bad_debt"] == 0.0


def test_every_row_is_paired_in_steady_and_transition(result):
    assert result.rows
    for row in result.rows:
        assert row.current["open_interest_avg_usd"] > 0 and row.label == "reconstructed"
        assert row.current["ledger_residual_quantums"] == row.candidate["ledger_residual_quantums"] == 0.0
    pairs = {(row.event, row.seed, row.mode) for row in result.rows}
    assert len(pairs) == len(result.rows)
    # The crowd under current is the same whichever way it is put: only the candidate's side differs.
    steady = {row.event: row.current_events for row in result.rows if row.mode == "steady"}
    assert all(steady[row.event] == row.current_events for row in result.rows)


def test_only_the_chosen_one_is_scored_on_test(result):
    [chosen] = [one for one in result.considered if one.number == result.chosen]
    assert chosen.passed and chosen.score == max(one.score for one in result.considered if one.passed)
    assert (
        {row.set for row in result.rows} == set(result.intervals) == set(result.values) == {"train", "select", "test"}
    )
    assert {one.params["insurance.treasury_transfer_per_year"] for one in result.trials} - {0}


def test_without_a_candidate_that_passes_the_test_events_stay_unseen(study, folder):
    strict = study.model_dump(mode="json") | {"selection": {"tolerance": dict.fromkeys(OBJECTIVES, 1e-12)}}
    nobody = parse_study(strict)
    nobody._folder = study._folder
    found = study_result(nobody, workers=2, journal=folder / "strict.journal")
    assert (found.chosen, found.verdict, found.outcome) == (None, "no candidate", "no change")
    assert "test" not in found.intervals and {row.set for row in found.rows} == {"train", "select"}
    assert found.candidate is not None and "with the best score, trial" in found.reason


def test_two_test_windows_cannot_show_an_improvement(result):
    assert result.outcome == "no change"
    assert result.verdict in ("inconclusive", "worse")
    assert result.reason.endswith("The current parameters stay.")


def test_what_validation_adds_is_there(result):
    assert result.sensitivity and {one.field for one in result.sensitivity} <= {one["field"] for one in SPACE}
    changed = {
        path for path, value in result.trials[result.considered[0].number].params.items() if path in result.importance
    }
    assert changed == {one["field"] for one in SPACE}
    assert result.labels == ("reconstructed",) and set(result.opening_pools) == {"current", "candidate"}
    assert "distinct candidates were replayed" in result.notes[0]


def test_current_against_itself_makes_no_difference(study):
    context = open_context(study)
    with Workers(1) as pool:
        found = evaluate(context, context.current, ["train", "select"], pool)
    assert found.values == found.current_values and found.constraints == found.current_constraints
    assert all(one.estimate == one.low == one.high == 0 for each in found.intervals.values() for one in each.values())


def test_a_set_can_be_evaluated_without_train(study):
    """Annual costs are measured on train all the same."""
    candidate = replaced(preset("dydx-v4"), {SPACE[0]["field"]: 40_000})
    with Workers(1) as pool:
        alone = evaluate(open_context(study), candidate, ["select"], pool)
        beside = evaluate(open_context(study), candidate, ["train", "select"], pool)
    assert alone.values["select"] == beside.values["select"] and alone.upkeep == beside.upkeep
    assert {row.set for row in alone.rows} == {"select"}


def test_a_transfer_fills_the_opening_pool(study):
    giving = replaced(preset("dydx-v4"), {"insurance.treasury_transfer_per_year": 365_000_000_000})
    with Workers(1) as pool:
        found = evaluate(open_context(study), giving, ["train"], pool)
    assert found.opening_pool == giving.insurance.balance + 180_000_000_000
    assert found.upkeep.contributions == 36_500.0


def test_the_digest_sees_what_shapes_numbers_and_nothing_else(study):
    def digest(**changes):
        content = study.model_dump(mode="json") | changes
        opened = parse_study(content)
        opened._folder = study._folder
        return study_digest(open_context(opened))

    same = digest()
    search = study.search.model_dump()
    assert digest(title="Another title") == same
    assert digest(search=search | {"trials": 99}) == same
    assert digest(redteam={"trials": 3, "budget": 5.0}) == same
    assert digest(search=search | {"seed": 99}) != same
    assert digest(seeds=[2]) != same
    assert digest(protocol="govtool") != same


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"events": EVENTS | {"test": ["crash-of-1929"]}}, DataError, ["crash-of-1929", "catalogue"]),
        ({"markets": ["BTC", "DOGE"]}, ParamError, [EVENTS["train"][0], "DOGE", "BTC, ETH, SOL"]),
        ({"markets": ["BTC", "TULIP"]}, ParamError, ["TULIP", "dydx-v4"]),
        ({"events": EVENTS | {"train": EVENTS["train"][:1]}}, ParamError, ["events.train", "no calm event"]),
        ({"events": EVENTS | {"train": EVENTS["train"][1:]}}, ParamError, ["events.train", "no crash event"]),
        ({"world": "nowhere.toml"}, FileError, ["nowhere.toml"]),
        ({"protocol": "uniswap"}, FileError, ["uniswap", "presets are"]),
    ],
)
def test_a_study_that_cannot_be_done_is_refused_before_anything_is_replayed(study, change, kind, words):
    changed = parse_study(study.model_dump(mode="json") | change)
    changed._folder = study._folder
    with pytest.raises(kind) as refused:
        open_context(changed)
    assert [word for word in words if word not in str(refused.value)] == []
    assert "\n" not in str(refused.value)


def test_a_series_without_a_digest_is_named_with_the_digest_to_paste(tmp_path):
    study = read_study(write_study(tmp_path, small_content(), histories=False))
    whole = study_histories(study)
    name, digest = next(iter(whole.items()))
    with pytest.raises(ParamError) as refused:
        open_context(study)
    assert f'"{name}" = "{digest}"' in str(refused.value) and f"{len(whole) - 1} more" in str(refused.value)


def test_another_history_is_refused_by_name(tmp_path, study):
    name = next(name for name in study.histories if "20210519" in name)
    wrong = study.model_dump(mode="json", exclude_none=True) | {
        "histories": study.histories | {name: "sha256:" + "0" * 64}
    }
    path = write_study(tmp_path, wrong, histories=False)
    with Workers(1) as pool, pytest.raises(DataError, match=name):
        run_search(read_study(path), pool, journal=tmp_path / "x.journal", trials=1)


def test_events_that_overlap_are_refused(study, monkeypatch):
    from govtool.study import context as room

    real = room.catalogue()
    first, second = EVENTS["train"][0], EVENTS["select"][0]
    event = real[first]
    moved = replace(real[second], start_ms=event.end_ms + 3_600_000, end_ms=event.end_ms + 7_200_000)
    monkeypatch.setattr(room, "catalogue", lambda: real | {second: moved})
    with pytest.raises(ParamError, match=rf"{second}' in select begins .*'{first}' in train ends with its tail"):
        open_context(study)


def test_the_default_study_searches_losses_that_are_there(tmp_path):
    """Current draws on insurance in a training crash, and half the trials have tail losses of their own."""
    study = read_study(STUDIES / "bundled.toml")
    reduced = study.model_copy(update={"seeds": study.seeds[:1]})
    reduced._folder = STUDIES
    context = open_context(reduced)
    with Workers(2) as pool:
        context.prepare(["train"], pool)
        crashes = [one.name for one in context.scenarios["train"] if one.kind == "crash"]
        trials = run_search(reduced, pool, journal=tmp_path / "x.journal", trials=20).found.trials
    assert len(crashes) >= 4
    assert any(context.baseline[name].metrics["insurance_draw_usd"] > 0 for name in crashes)
    tails = {trial.values["tail_loss"] for trial in trials if trial.values} - {0.0}
    assert len(tails) >= len(trials) / 2
