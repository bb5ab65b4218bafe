"""Verification: what was tampered with is named, by the first check that can see it."""

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import govtool.proposal.verify as verifier
from govtool.errors import DataError, FileError, ParamError
from govtool.proposal.bundle import compose
from govtool.proposal.canonical import canonical
from govtool.proposal.evidence import sealed
from govtool.proposal.verify import verify

ROOT = Path(__file__).parents[2]


def quick(folder):
    return verify(folder, depth="quick")


def reseal(folder, change):
    """Change evidence and seal it again, as someone would who knows how."""
    evidence = json.loads((folder / "evidence.json").read_text())
    change(evidence)
    (folder / "evidence.json").write_bytes(canonical(sealed(evidence)))


def rewrite(folder, change):
    """Change primary facts and make everything else from them: only replays can tell."""
    evidence = json.loads((folder / "evidence.json").read_text())
    change(evidence)
    shutil.rmtree(folder)
    lay_out(compose(evidence), folder)


def lay_out(bundle, folder):
    """Write a bundle without its images, which are slow to draw and never compared."""
    for place, content in bundle.files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(content)


def test_a_proposal_that_was_not_touched_is_verified(written):
    report = quick(written)
    assert report.verified and report.rows == 44
    # The events of a study written by hand are in no catalogue.
    assert len(report.notes) == 1 and "'crash-a' is not in the catalogue" in report.notes[0]


@pytest.mark.slow
def test_every_outcome_is_verified(bundles, tmp_path):
    for at, bundle in enumerate(bundles.values()):
        lay_out(bundle, tmp_path / str(at))
        assert quick(tmp_path / str(at)).failures == ()


def flips(content, times, luck):
    """Contents with one bit of one byte flipped, at random places."""
    for _ in range(times):
        at = luck.randrange(len(content))
        yield at, content[:at] + bytes([content[at] ^ (1 << luck.randrange(8))]) + content[at + 1 :]


@pytest.mark.slow
def test_a_flipped_byte_of_evidence_is_noticed_wherever_it_is(copied):
    path = copied / "evidence.json"
    for at, content in flips(path.read_bytes(), 60, random.Random(7)):
        path.write_bytes(content)
        report = quick(copied)
        assert report.failures and report.failures[0].startswith("evidence.json: "), at


@pytest.mark.slow
def test_a_flipped_byte_of_any_other_file_is_noticed(change, copied):
    luck = random.Random(8)
    for place in sorted(set(change.files) - {"evidence.json"}):
        content = (copied / place).read_bytes()
        for at, changed in flips(content, 1, luck):
            (copied / place).write_bytes(changed)
            failures = quick(copied).failures
            assert failures and all(failure.startswith(f"{place}: ") for failure in failures), (place, at, failures)
        (copied / place).write_bytes(content)
    assert quick(copied).verified


def test_images_may_differ(copied):
    (copied / "charts" / "pool.png").write_bytes(b"re-encoded by a forum")
    assert quick(copied).verified


def test_a_changed_protocol_value_is_named(copied):
    path = copied / "protocol.toml"
    path.write_text(path.read_text().replace("initial_margin_ppm = 25000", "initial_margin_ppm = 24000"))
    assert quick(copied).failures == (
        "protocol.toml: tiers.large-cap.initial_margin_ppm is 24000, and evidence.json says 25000",
    )


def test_a_protocol_that_cannot_be_read_is_named(copied):
    (copied / "current.toml").write_text("format = ")
    (failure,) = quick(copied).failures
    assert failure.startswith("current.toml: is not what evidence.json says (")


def test_a_changed_line_of_the_document_is_named(copied):
    path = copied / "proposal.md"
    lines = path.read_text().splitlines(keepends=True)
    lines[11] = "Vote yes.\n"
    path.write_text("".join(lines))
    assert quick(copied).failures == (
        "proposal.md: is not what evidence.json says; its digest differs, first in line 12",
    )


def test_a_missing_and_a_foreign_file_are_named(copied):
    (copied / "rollback" / "cosmos-v1.json").unlink()
    (copied / "payload" / "bravo.json").write_text("{}")
    failures = quick(copied).failures
    assert failures[0].startswith("rollback/cosmos-v1.json: cannot be read")
    assert failures[1] == "payload/bravo.json: evidence.json does not speak of this file; remove it"


def test_a_report_beside_it_is_no_foreign_file(copied):
    (copied / "report.html").write_text("<p>")
    assert quick(copied).verified


@pytest.mark.parametrize(
    ("tamper", "what"),
    [
        (
            lambda e: e["tables"]["objectives"][0]["sets"]["test"].update(estimate=-1.0),
            "tables.objectives[0].sets.test",
        ),
        (lambda e: e["charts"][0]["rows"].pop(), "charts[0].rows has 8 entries, and 9 were found"),
        (lambda e: e["payload"].update(title="Other"), "payload.title is 'Other'"),
        (lambda e: e["rows"][0]["candidate"].update(insurance_draw_usd=1.0), "tables.events[0].candidate"),
        (lambda e: e["rows"].pop(), "tables."),
        (lambda e: e.pop("rows"), "lacks or misstates what the document needs"),
        (lambda e: e["rows"][0].update(seed="one"), "rows.0.seed = 'one'"),
        (lambda e: e["study"].pop("seeds"), "study: seeds is missing"),
        (lambda e: e.update(candidate={"name": "x"}), "evidence.json: candidate"),
        (lambda e: e["files"].update({"../../secret": "sha256:0"}), "files names ../../secret"),
        (lambda e: e.update(files=[]), "files is not a table of digests"),
        (lambda e: e["files"].pop("proposal.md"), "proposal.md: evidence.json does not speak of this file"),
    ],
)
def test_a_number_that_does_not_follow_is_named_even_if_sealed_again(copied, tamper, what):
    reseal(copied, tamper)
    report = quick(copied)
    assert report.failures and any(what in failure for failure in report.failures)


@pytest.mark.parametrize(
    ("tamper", "what"),
    [
        (lambda e: e["rows"][0]["candidate"].update(insurance_draw_usd=1.0), "intervals.train.tail_loss.estimate is"),
        (lambda e: e["intervals"]["test"]["tail_loss"].update(high=-0.001), "intervals.test.tail_loss.high"),
        (lambda e: e["annual_costs"].update(candidate=1.0), "annual_costs.candidate is 1.0"),
        (lambda e: e["values"]["select"]["current"].update(trader_cost=9.0), "values.select.trader_cost"),
        (lambda e: e.update(reason="Because."), "reason is 'Because.'"),
        (lambda e: e.update(verdict="worse"), "verdict is 'worse', and the rows give 'improves'"),
        (lambda e: e.update(outcome="no change"), "outcome is 'no change', and the rows give 'change'"),
    ],
)
def test_what_the_rows_do_not_give_is_named_even_if_all_else_is_made_from_it(copied, tamper, what):
    rewrite(copied, tamper)
    failures = quick(copied).failures
    assert failures and any(what in failure for failure in failures)


def test_a_payload_that_decodes_to_something_else_is_named(copied):
    path = copied / "payload" / "cosmos-v1.json"
    proposal = json.loads(path.read_text())
    proposal["messages"][0]["liquidity_tier"]["initial_margin_ppm"] = 20_000
    path.write_text(json.dumps(proposal, indent=2, ensure_ascii=False) + "\n")
    found = list(verifier.payload_failures(copied, json.loads((copied / "evidence.json").read_text())))
    field = "payload/cosmos-v1.json: tiers.large-cap.initial_margin_ppm decodes to 20000"
    assert found == [f"{field}, and the protocol files say 25000", f"{field}, and the document's table says 25000"]


def test_a_payload_that_the_chain_would_refuse_is_named(copied):
    path = copied / "rollback" / "cosmos-v1.json"
    proposal = json.loads(path.read_text())
    proposal["expidited"] = False
    path.write_text(json.dumps(proposal))
    found = list(verifier.payload_failures(copied, json.loads((copied / "evidence.json").read_text())))
    assert len(found) == 1 and found[0].startswith("rollback/cosmos-v1.json: a proposal has exactly the keys")


def test_another_version_of_the_format_is_refused(copied):
    reseal(copied, lambda evidence: evidence.update(format="govtool/evidence@2"))
    with pytest.raises(ParamError, match="'govtool/evidence@2' is not 'govtool/evidence@1'; install the govtool"):
        quick(copied)
    reseal(copied, lambda evidence: evidence.update(format="something/else"))
    with pytest.raises(ParamError, match="name a proposal folder"):
        quick(copied)


def test_another_replay_model_names_the_version_to_install(copied):
    rewrite(copied, lambda evidence: evidence.update(model=999, versions={"govtool": "9.9.9"}))
    with pytest.raises(ParamError, match=r"replay model 999, .* install govtool 9\.9\.9 to verify"):
        verify(copied)


def test_no_evidence_is_bad_usage(tmp_path):
    with pytest.raises(FileError, match=r"evidence\.json: No such file or directory; name a folder"):
        quick(tmp_path)


def test_an_event_that_is_not_here_is_bad_usage(written):
    with pytest.raises(DataError, match="'crash-a' is not in the catalogue"):
        verify(written)


# From here on a small study on bundled history, replayed again.


@pytest.fixture
def small_copy(small, tmp_path):
    return Path(shutil.copytree(small() / "proposals" / "0009-small-study", tmp_path / "copy"))


@pytest.mark.slow
def test_a_real_proposal_is_verified_to_the_last_digit_in_a_new_process(small):
    folder = small() / "proposals" / "0009-small-study"
    command = [sys.executable, "-m", "govtool", "verify", str(folder), "--workers", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith("0 differences")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tamper", "what"),
    [
        (lambda e: e["rows"][3]["candidate"].update(topup_usd=123.0), "candidate.topup_usd is 123.0, and "),
        (lambda e: e["rows"][0].update(current_events="sha256:" + "0" * 64), "current_events is 'sha256:000"),
        (lambda e: e["rows"][0].update(scenario_digest="sha256:" + "0" * 64), "is of another scenario"),
        (lambda e: e["pool_path"]["pool"]["current"].__setitem__(5, 7.0), "pool_path.pool.current[5] is 7.0"),
        (lambda e: e["study"]["search"].update(seed=4), "study_digest is sha256:"),
        (lambda e: e["world"]["population"].update(accounts=149), "study_digest is sha256:"),
        (lambda e: e["events"]["reconstructed-calm-2021-07-11"].update(title="Noon"), "title is 'Noon'"),
        (lambda e: e["front"].pop(), "front has"),
    ],
)
def test_a_replay_notices_what_no_digest_can(small_copy, tamper, what):
    rewrite(small_copy, tamper)
    report = verify(small_copy, workers=2)
    assert report.failures and any(what in failure for failure in report.failures)


@pytest.mark.slow
def test_a_full_check_notices_a_trial(small_copy):
    """A trial that was never made, and is not on the front: nothing but its own replays can tell."""

    def worsen(evidence):
        trial = next(one for one in evidence["trials"] if one["number"] not in (0, *evidence["front"]))
        trial["values"]["tail_loss"] += 1.0

    rewrite(small_copy, worsen)
    assert verify(small_copy, workers=2).verified
    report = verify(small_copy, depth="full", workers=2)
    assert any("trials[" in failure and "tail_loss" in failure for failure in report.failures)


def test_a_missing_history_is_named_with_its_remedy(small_copy, monkeypatch):
    import govtool.history.store as store

    monkeypatch.setattr(store, "folders", lambda: [small_copy])
    with pytest.raises(DataError, match=r"series 'reconstructed_.* add its folder to GOVTOOL_HISTORY"):
        verify(small_copy, workers=1)


@pytest.mark.slow
def test_the_same_study_writes_the_same_bytes_with_one_and_with_two_workers(small, tmp_path):
    from govtool.proposal.write import write_proposal
    from govtool.study.model import read_study
    from govtool.study.run import study_result

    study = read_study(small() / "study.toml")
    write_proposal(study_result(study, workers=1, journal=tmp_path / "one.journal"), tmp_path / "proposal")
    for path in sorted((small() / "proposals" / "0009-small-study").rglob("*")):
        if path.is_file():
            place = path.relative_to(small() / "proposals" / "0009-small-study")
            assert path.read_bytes() == (tmp_path / "proposal" / place).read_bytes(), place
