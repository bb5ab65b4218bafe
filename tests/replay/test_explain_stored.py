"""Explanations of stored outcomes, and which of them are refused."""

import pytest

from govtool.errors import FileError, ParamError
from govtool.protocol.fields import replaced
from govtool.protocol.read import preset
from govtool.replay.backtest import replay
from govtool.replay.explain.case import read_case
from govtool.replay.inputs import INPUTS, PROTOCOL, told
from govtool.replay.store import read_source, write_outcome
from tests.replay import tiny
from tests.replay.cases import FRACTION


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
