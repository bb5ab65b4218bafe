"""A bundle is a pure function of its primary facts, and its document holds what a delegate must see."""

import random
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from govtool.errors import ParamError
from govtool.proposal.bundle import DERIVED, compose
from govtool.proposal.canonical import canonical, digest_bytes, parse
from govtool.proposal.payload import STAMP
from govtool.proposal.render import render_document, unwrapped
from govtool.proposal.submission import BACK, PLACE
from govtool.protocol.fields import replaced
from govtool.protocol.read import preset
from tests.proposal.conftest import OUTCOMES, bundle_of
from tests.proposal.results import CHANGES, EVENTS, change_result

REQUIRED = (
    "Summary",
    "At a glance",
    "Specification",
    "Motivation and objective",
    "Rationale and alternatives",
    "Evidence",
    "Sensitivity and knock-on effects",
    "Risks and limitations",
    "Implementation",
    "Rollback",
    "Monitoring",
    "Next steps",
    "Verify this",
    "Disclosure",
    "References",
    "Copyright",
)


def document(bundle):
    return bundle.files["proposal.md"].decode()


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_same_facts_give_the_same_bytes(bundles, outcome):
    bundle = bundles[outcome, "recorded"]
    assert compose(bundle.evidence).files == bundle.files
    assert compose(parse(bundle.files["evidence.json"])).files == bundle.files


def shuffled(value, luck):
    """The value with the keys of every table in another order."""
    if isinstance(value, dict):
        keys = list(value)
        luck.shuffle(keys)
        return {key: shuffled(value[key], luck) for key in keys}
    return [shuffled(one, luck) for one in value] if isinstance(value, list) else value


def test_no_byte_depends_on_the_order_of_keys(change):
    assert compose(shuffled(change.evidence, random.Random(1))).files == change.files


def test_derived_sections_are_made_anew_and_not_believed(change):
    evidence = {**change.evidence, "tables": {}, "charts": [], "files": {"x": "y"}}
    assert compose(evidence).files == change.files


def test_evidence_speaks_of_every_other_file(bundles):
    for bundle in bundles.values():
        files = {place: digest_bytes(content) for place, content in bundle.files.items() if place != "evidence.json"}
        assert bundle.evidence["files"] == files
        assert canonical(bundle.evidence) == bundle.files["evidence.json"]


def test_evidence_names_no_time_no_path_and_no_machine(change):
    text = change.files["evidence.json"].decode()
    here = {str(Path.cwd()), str(Path.home()), tempfile.gettempdir()} - {"/"}
    assert [place for place in here if place in text] == []
    assert set(change.evidence["versions"]) == {"govtool"}


@pytest.mark.parametrize("key", [(outcome, label) for outcome in OUTCOMES for label in ("recorded", "reconstructed")])
def test_every_document_has_every_section_in_order(bundles, key):
    headings = [line for line in document(bundles[key]).splitlines() if line.startswith("## ")]
    assert headings == [f"## {at}. {name}" for at, name in enumerate(REQUIRED, start=1)]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_reconstructed_history_is_stamped_wherever_it_shows(bundles, outcome):
    bundle = bundles[outcome, "reconstructed"]
    assert document(bundle).splitlines()[2].startswith("> **Not for submission.**")
    assert "**reconstructed**" in document(bundle)
    assert all("not for submission" in chart["stamp"] for chart in bundle.evidence["charts"])
    for place in {PLACE, BACK} & set(bundle.files):
        assert bundle.files[place].decode().count(STAMP) == 3


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_recorded_history_is_not_stamped(bundles, outcome):
    bundle = bundles[outcome, "recorded"]
    assert "submission" not in document(bundle).splitlines()[2]
    assert all(chart["stamp"] is None for chart in bundle.evidence["charts"])
    assert "dydxprotocold tx gov submit-proposal" in document(bundle) or outcome != "change"


def test_one_reconstructed_row_stamps_it_all():
    recorded, made_up = change_result(), change_result("reconstructed")
    mixed = replace(recorded, rows=(*recorded.rows[:-1], made_up.rows[-1]))
    assert bundle_of(mixed).evidence["payload"]["stamp"] is not None


def test_a_change_has_payload_rollback_and_candidate(change):
    assert {PLACE, BACK, "protocol.toml", "current.toml"} <= set(change.files)
    assert "considered.toml" not in change.files
    assert change.files["protocol.toml"] != change.files["current.toml"]
    text = document(change)
    for path, value in CHANGES.items():
        assert f"`{path}`" in text and f"`{value}`" in text
    assert change.evidence["payload"]["digest"] in text
    assert "Large-Cap (`large-cap`) holds 2 markets" in text and "BTC-USD and ETH-USD" in text


def test_no_change_recommends_current_and_shows_what_was_considered(bundles):
    bundle = bundles["refused", "recorded"]
    assert not any(place.startswith(("payload", "rollback")) for place in bundle.files)
    assert bundle.files["protocol.toml"] == bundle.files["current.toml"] != bundle.files["considered.toml"]
    text = document(bundle)
    assert "**Keep the current parameters**" in text and "**Not proposed.**" in text
    assert "There is no payload, because no change is proposed." in text
    assert "The test windows were not scored" in text


def test_without_a_candidate_there_is_still_an_honest_document(bundles):
    bundle = bundles["empty", "recorded"]
    assert "considered.toml" not in bundle.files
    assert "No candidate keeps every hard limit" in document(bundle)
    assert [chart["name"] for chart in bundle.evidence["charts"]] == ["pareto"]


def test_the_verdict_on_held_out_history_comes_first(change):
    lines = document(change).splitlines()
    assert "| Verdict on held-out history | **improves**, 6 windows |" in lines[:8]


def test_every_window_of_every_set_is_in_the_tables(change):
    text = document(change)
    for which, names in EVENTS.items():
        for name in names:
            shown = "**test**" if which == "test" else which
            assert f"| {shown} | {name} |" in text and f"| {which} | {name} |" in text


def test_text_from_outside_cannot_break_a_table(change):
    assert all(
        line.replace("\\|", "").count("|") in (3, 4, 5, 6, 7, 8, 9)
        for line in document(change).splitlines()
        if line.startswith("|")
    )
    assert "Window a \\| recorded" in document(change)


def test_fields_without_a_setter_are_said_to_be_left_out():
    bundle = bundle_of(change_result(changes={**CHANGES, "insurance.trading_fee_share_ppm": 50_000}))
    assert bundle.evidence["payload"]["uncovered"] == ["insurance.trading_fee_share_ppm"]
    assert "No message sets `insurance.trading_fee_share_ppm`" in document(bundle)


def test_a_system_without_a_chain_has_no_payload_and_says_so():
    current = preset("govtool")
    candidate = replaced(current, {"liquidation.max_liquidation_fee_ppm": 10_000})
    bundle = bundle_of(replace(change_result(), current=current, candidate=candidate))
    assert not bundle.evidence["payload"]["present"]
    text = document(bundle)
    assert "the system govtool has no chain" in text and "The values of `current.toml` are the way back" in text
    assert "submit;" not in text and "tx gov" not in text
    assert PLACE not in bundle.files


def test_an_undefined_name_is_an_error(change):
    evidence = {key: value for key, value in change.evidence.items() if key not in (*DERIVED, "verdict")}
    derived = {key: change.evidence[key] for key in ("tables", "charts", "payload")}
    with pytest.raises(ParamError, match="verdict"):
        render_document({**evidence, **derived})


def test_paragraphs_are_single_lines_and_code_is_left_alone():
    text = "# T\n\nA line\ngoes on.\n\n\n- item\n  goes on\n- next\n\n> quote\n> goes on\n\n| a |\n| b |\ntext\n"
    text += "```\na\nb\n```\n"
    assert unwrapped(text).splitlines() == [
        "# T",
        "",
        "A line goes on.",
        "",
        "- item goes on",
        "- next",
        "",
        "> quote goes on",
        "",
        "| a |",
        "| b |",
        "text",
        "```",
        "a",
        "b",
        "```",
    ]


def test_no_line_of_a_document_trails_or_doubles(bundles):
    for bundle in bundles.values():
        text = document(bundle)
        assert "\n\n\n" not in text and text.endswith(".\n") and "\r" not in text
        assert [line for line in text.splitlines() if line != line.rstrip()] == []
