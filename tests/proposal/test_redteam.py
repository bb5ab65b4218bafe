"""The red team in a proposal: its table, its evidence, and its attacks replayed by verify."""

import json
import shutil
from dataclasses import replace

import pytest

from govtool.proposal.bundle import compose
from govtool.proposal.context import facts
from govtool.proposal.redteam import redteam_facts, redteam_table, words_of
from govtool.proposal.verify import verify
from govtool.proposal.write import write_proposal
from govtool.study.model import read_study
from govtool.study.redteam.result import Defended, Effect, RedTeamed, Worst
from govtool.study.run import study_result
from govtool.world.read import read_world
from tests.proposal.results import change_result, some_events
from tests.study.studies import small_content, write_study

POSITION = {
    "kind": "position",
    "market": "BTC",
    "side": "long",
    "equity": 123_456_789.01,
    "leverage": 8.0,
    "enters_h": 1.75,
    "draws_h": 2.0,
    "leaves_h": 0.0,
    "wallets": 3,
    "liquidates": True,
}
PUSH = {"kind": "push", "market": "BTC", "sources": ["thin"], "by": -0.05, "start_h": 2.0, "length_s": 90.0}
DOWN = {"kind": "sequencer", "start_h": 2.0, "length_s": 600.0}
PACT = {"kind": "collusion", "keepers": ["a", "b"], "patience": 0.01}


def worst(profit: float) -> Worst:
    effect = Effect(profit, 50.0, 1.0, 2.0, 0.0, 0.1234567891234, 0.0, 3.0, 1.0, ("sequencer",), {"adl": 50.0}, ("d",))
    left = (Defended("wait", {"oracle.mean_s": 300}, -1.0, 2.0, 3.0, True),) if profit > 0 else ()
    return Worst("p", "sha256:p", 5, 60, 2, (POSITION, PUSH), effect, True, left, "wait" if profit > 0 else None)


def team(**changes) -> RedTeamed:
    found = RedTeamed("e", "recorded", (1,), ("BTC",), 1e6, "profit", 60, "sha256:d", ("sha256:s",), worst(1_000.0))
    return replace(found, **changes)


def document(found: RedTeamed) -> str:
    made = replace(change_result("recorded"), redteam=found)
    told = facts(made, world=read_world("default"), events=some_events("recorded"), path=None)
    return compose(told).files["proposal.md"].decode()


def test_attacks_are_kept_exactly_and_numbers_at_nine_digits():
    told = redteam_facts(team())
    assert told["current"]["attacks"][0]["equity"] == 123_456_789.01
    assert told["current"]["effect"]["hedge"] == 0.123456789
    assert redteam_facts(None) is None and redteam_table(None) is None


def test_an_attack_is_told_in_a_line():
    assert words_of([POSITION, PUSH, DOWN, PACT]) == (
        "long BTC, 8 times $123M in 3 wallets, from 1.75 h; withdraws all it may at 2 h; its own keeper buys what is"
        " liquidated; pushes BTC at thin down by 5.00 % for 90 s from 2 h; the sequencer is down for 10m from 2 h; 2"
        " keepers collude for 1.00 % more"
    )


def test_the_document_sets_current_beside_the_candidate():
    text = document(team(candidate=worst(-5.0)))
    assert "### Red team" in text
    assert "| | Current: p | Candidate: p |" in text
    assert "| Profit | $1.00k | -$5.0: it does not pay |" in text
    assert "| Cheapest change that closes it | wait: `oracle.mean_s = 300` | not needed |" in text
    assert "| wait (`oracle.mean_s = 300`) | -$1.0 | $2.0 | $3.0 | yes |" in text
    assert "are searched in one window" in text


def test_without_a_candidate_current_stands_alone_and_without_a_red_team_nothing():
    assert "| | Current: p |\n" in document(team())
    plain = document(None)
    assert "### Red team" not in plain and "are not replayed" in plain


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A proposal of the small study with a red team, and its environment."""
    folder = tmp_path_factory.mktemp("redteam")
    content = small_content(redteam={"trials": 6, "batch": 3, "budget": 2_000_000.0})
    study = read_study(write_study(folder, content))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOVTOOL_RUNS", str(folder / "runs"))
        result = study_result(study, workers=2, journal=folder / "x.journal")
        return write_proposal(result, folder / "proposal")


@pytest.mark.slow
def test_current_and_candidate_are_attacked_and_verify_replays_it(made):
    told = json.loads((made / "evidence.json").read_text())["redteam"]
    assert told["event"] == "reconstructed-crash-2021-05-19" and told["trials"] == 6
    for side in ("current", "candidate"):
        assert told[side]["trials"] == 6 and told[side]["attacks"] and told[side]["effect"]["events"]
    assert verify(made, workers=2).failures == ()
    assert verify(made, depth="full", workers=2).failures == ()


@pytest.mark.slow
def test_a_number_of_the_red_team_that_is_not_replayed_is_named(made, tmp_path):
    evidence = json.loads((made / "evidence.json").read_text())
    evidence["redteam"]["current"]["effect"]["profit"] += 1.0
    folder = tmp_path / "changed"
    shutil.copytree(made, folder)
    for place, content in compose(evidence).files.items():
        (folder / place).write_bytes(content)
    [failure] = verify(folder, workers=2).failures
    assert failure.startswith("evidence.json: redteam.current.effect.profit is ")
