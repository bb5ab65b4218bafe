"""The driver: what is asked, told and persisted does not depend on who evaluates, or how often it was killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import optuna
import pytest

from govtool.errors import EngineError, ParamError
from govtool.study.journal import DIRECTIONS, Identity, open_journal
from govtool.study.model import OBJECTIVES, Search
from govtool.study.search import Budget, Score, search, significant
from tests.study.toys import FIELDS, IDENTITY, SETTINGS, evaluate, toy_axes, toy_score, toy_search

ROOT = Path(__file__).parents[2]


def test_trial_0_is_current_and_every_value_is_on_its_axis():
    trials = toy_search().trials
    assert trials[0].params == {path: current for path, (*_, current) in FIELDS.items()}
    assert [trial.number for trial in trials] == list(range(40))
    for trial in trials:
        for path, (low, high, step, _) in FIELDS.items():
            assert low <= trial.params[path] <= high and (trial.params[path] - low) % step == 0


def test_the_order_in_which_candidates_finish_does_not_show():
    def backwards(wanted):
        yield from reversed(list(evaluate(wanted)))

    assert search(toy_axes(), SETTINGS, backwards, Budget(40)).trials == toy_search().trials


def test_another_seed_is_another_search():
    other = Search(trials=40, batch=5, population=10, seed=8)
    assert search(toy_axes(), other, evaluate, Budget(40)).trials[1:] != toy_search().trials[1:]


@pytest.mark.parametrize("name", ["nsga2", "tpe", "random"])
def test_every_sampler_repeats_itself(name):
    settings = Search(trials=20, batch=5, population=10, seed=1, sampler=name)
    first, second = (search(toy_axes(), settings, evaluate, Budget(20)) for _ in range(2))
    assert first.trials == second.trials


def test_nsga_ii_learns():
    """The last of 120 trials are better than the first in the sum of what is minimised."""

    def worth(trials):
        scores = [t.values["tail_loss"] + t.values["trader_cost"] - t.values["capital_efficiency"] for t in trials]
        return sum(scores) / len(scores)

    trials = [trial for trial in toy_search(trials=120).trials if trial.feasible]
    assert worth(trials[-30:]) < worth(trials[:30]) - 0.3


def test_a_candidate_seen_before_is_told_but_not_evaluated_again():
    seen = []

    def counting(wanted):
        seen.extend(tuple(params.values()) for params in wanted)
        yield from evaluate(wanted)

    found = search(toy_axes(), SETTINGS, counting, Budget(120))
    told = [tuple(trial.params.values()) for trial in found.trials]
    assert len(told) == 120 and len(set(told)) < 120
    assert sorted(seen) == sorted(set(told)) and found.replayed == len(seen)


def test_a_refused_candidate_is_told_as_failed_with_its_reason():
    settings = Search(trials=60, batch=5, population=10, seed=7, sampler="random")
    refused = [t for t in search(toy_axes(), settings, evaluate, Budget(60)).trials if t.state == "refused"]
    assert refused
    assert {trial.reason for trial in refused} == {"initial margin is too high"}
    assert all(not trial.values and not trial.feasible for trial in refused)


def test_a_number_that_is_not_finite_is_a_mistake_of_the_replay():
    def broken(wanted):
        yield 0, Score(dict.fromkeys(OBJECTIVES, float("nan")), {})

    with pytest.raises(EngineError, match="tail_loss = nan"):
        search(toy_axes(), SETTINGS, broken, Budget(1))


def test_objectives_have_nine_significant_digits():
    assert significant({"a": 1 / 3, "b": -0.0, "c": 123_456_789_012.0}) == {
        "a": 0.333333333,
        "b": 0.0,
        "c": 123_456_789_000.0,
    }


def test_a_shorter_search_is_the_beginning_of_a_longer_one():
    assert toy_search(trials=25).trials == toy_search().trials[:25]
    assert toy_search(trials=23).trials == toy_search().trials[:23]


def test_timeout_and_stop_end_at_a_batch():
    late = search(toy_axes(), SETTINGS, evaluate, Budget(40, timeout_s=0.0))
    assert not late.whole and len(late.trials) % SETTINGS.batch == 0 and len(late.trials) < 40
    batches = iter([False, False, True])
    stopped = search(toy_axes(), SETTINGS, evaluate, Budget(40, stop=lambda: next(batches)))
    assert not stopped.whole and stopped.trials == toy_search().trials[:10]


def test_progress_counts_every_trial():
    told = []
    search(toy_axes(), SETTINGS, evaluate, Budget(40), progress=lambda *step: told.append(step))
    assert told[-1] == ("search", 40, 40)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_a_resumed_search_is_the_uninterrupted_one(tmp_path):
    journal = tmp_path / "toy.journal"
    first = toy_search(journal, trials=17)
    again = toy_search(journal)
    assert again.trials == toy_search().trials
    assert first.replayed + again.replayed == toy_search().replayed
    assert toy_search(journal).replayed == 0


def test_the_journal_is_a_study_that_optuna_reads(tmp_path):
    toy_search(tmp_path / "toy.journal")
    backend = optuna.storages.journal.JournalFileBackend(str(tmp_path / "toy.journal"))
    study = optuna.load_study(study_name="toy", storage=optuna.storages.JournalStorage(backend))
    assert [direction.name.lower() for direction in study.directions] == DIRECTIONS
    complete = [trial for trial in study.trials if trial.state.name == "COMPLETE"]
    assert len(study.trials) == 40 and complete
    # A trial without constraints would count as feasible.
    assert all(len(trial.constraints) == 4 for trial in complete)


def test_a_journal_of_another_study_or_other_code_is_refused(tmp_path):
    journal = tmp_path / "toy.journal"
    toy_search(journal, trials=5)
    for other in (
        Identity("toy", "sha256:" + "3" * 64, IDENTITY.code),
        Identity("toy", IDENTITY.study, "sha256:" + "3" * 64),
    ):
        with pytest.raises(ParamError, match="this journal is of another") as refused:
            open_journal(journal, other)
        assert str(journal) in str(refused.value) and "\n" not in str(refused.value)


def test_a_journal_that_does_not_continue_is_refused(tmp_path):
    journal = tmp_path / "toy.journal"
    toy_search(journal, trials=5)
    other = Search(trials=40, batch=5, population=10, seed=8)
    with pytest.raises(ParamError, match="trial 1 of this journal"):
        search(toy_axes(), other, evaluate, Budget(40), journal=open_journal(journal, IDENTITY))


@pytest.mark.parametrize("content", [b"not a journal\n", b'{"op_code": 99}\n', b"\x00\xff\n"])
def test_a_file_that_is_no_journal_is_refused(tmp_path, content):
    path = tmp_path / "other.journal"
    path.write_bytes(content)
    with pytest.raises(ParamError, match=r"other\.journal: is not a study journal"):
        open_journal(path, IDENTITY)
    assert path.read_bytes() == content


def test_what_a_kill_left_of_a_line_is_dropped(tmp_path):
    journal = tmp_path / "toy.journal"
    toy_search(journal, trials=10)
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-25])
    assert toy_search(journal).trials == toy_search().trials
    assert toy_search(journal).replayed == 0


def test_a_kill_before_the_first_trial_leaves_a_journal_that_is_begun_anew(tmp_path):
    journal = tmp_path / "toy.journal"
    toy_search(journal, trials=5)
    lines = journal.read_bytes().splitlines(keepends=True)
    for count in range(5):
        journal.write_bytes(b"".join(lines[:count]))
        assert toy_search(journal, trials=5).trials == toy_search(trials=5).trials


def test_a_stale_lock_is_waited_out(tmp_path):
    journal = tmp_path / "toy.journal"
    (tmp_path / "toy.journal.lock").touch()
    begun = time.monotonic()
    assert toy_search(journal, trials=5).trials == toy_search(trials=5).trials
    assert time.monotonic() - begun < 10


def test_a_killed_search_goes_on_and_ends_as_the_uninterrupted_one(tmp_path):
    journal = tmp_path / "toy.journal"
    command = [sys.executable, "-m", "tests.study.toys", str(journal), "0.1"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not (
            journal.exists() and journal.read_bytes().count(b"trial_id") + journal.read_bytes().count(b'"params"') >= 8
        ):
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    kept = open_journal(journal, IDENTITY).kept
    assert 0 < len(kept) < 40
    resumed = toy_search(journal)
    assert resumed.trials == toy_search().trials
    # Nothing that was finished is evaluated again.
    known = {tuple(trial.params.values()) for trial in kept.values()}
    assert resumed.replayed == toy_search().replayed - len(known)


def test_the_score_of_the_toy_has_every_objective():
    assert set(toy_score({path: current for path, (*_, current) in FIELDS.items()}).values) == set(OBJECTIVES)
