"""The baseline file, and what counts as moved."""

import math

import pytest

from govtool.errors import FileError, ParamError
from govtool.regression.baseline import (
    Baseline,
    Expected,
    default_tolerance,
    read_baseline,
    read_baselines,
    refrozen,
    write_baseline,
)
from govtool.regression.compare import compare
from govtool.replay.metrics import METRICS

DIGEST = "sha256:" + "1" * 64


def a_baseline(**metrics: Expected) -> Baseline:
    return Baseline(
        format="govtool/baseline@1",
        name="one",
        event="reconstructed-crash-2021-05-19",
        seed=1,
        world="default",
        protocol="dydx-v4",
        history="bundled",
        scenario_digest=DIGEST,
        event_digest=DIGEST,
        metrics=metrics,
    )


ONE = a_baseline(
    bad_debt_usd=Expected(value=100.0, tolerance="rel", amount=0.01),
    adl_usd=Expected(value=5.0, tolerance="abs", amount=0.5),
    adl_accounts=Expected(value=3.0, tolerance="exact"),
)
SAME = {"bad_debt_usd": 100.0, "adl_usd": 5.0, "adl_accounts": 3.0}


def test_what_is_within_its_tolerance_has_not_moved():
    assert compare(ONE, SAME, DIGEST) == ()
    assert compare(ONE, SAME | {"bad_debt_usd": 101.0, "adl_usd": 4.5}, DIGEST) == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"bad_debt_usd": 101.1}, "moved"),
        ({"bad_debt_usd": 0.0}, "moved"),  # better beyond the tolerance is another number all the same
        ({"adl_usd": 5.6}, "moved"),
        ({"adl_accounts": 4.0}, "moved"),
        ({"adl_accounts": math.nan}, "is not a number"),
        ({"topup_usd": 1.0}, "is not in the baseline"),
    ],
)
def test_what_is_beyond_has_moved(change, why):
    [move] = compare(ONE, SAME | change, DIGEST)
    [name] = change
    assert (move.metric, move.why) == (name, why)


def test_a_metric_that_is_gone_has_moved():
    [move] = compare(ONE, {name: value for name, value in SAME.items() if name != "adl_usd"}, DIGEST)
    assert (move.metric, move.expected, move.found, move.change, move.why) == ("adl_usd", 5.0, None, None, "is missing")


def test_how_much_it_moved_is_told_beside_what_was_allowed():
    [move] = compare(ONE, SAME | {"bad_debt_usd": 110.0}, DIGEST)
    assert (move.expected, move.found, move.change, move.allowed) == (100.0, 110.0, 10.0, 1.0)


def test_a_metric_that_is_nan_and_was_never_frozen_is_as_it_was():
    assert compare(ONE, SAME | {"cascade_factor": math.nan}, DIGEST) == ()


def test_another_event_log_has_moved_though_no_metric_has():
    [move] = compare(ONE, SAME, "sha256:" + "2" * 64)
    assert move.metric == "event_digest"


def test_a_refrozen_baseline_keeps_its_tolerances_and_leaves_out_nan():
    new = refrozen(ONE, SAME | {"adl_usd": 9.0, "topup_usd": 1.0, "keeper_hhi": math.nan}, DIGEST, DIGEST)
    assert new.metrics["adl_usd"] == Expected(value=9.0, tolerance="abs", amount=0.5)
    assert new.metrics["topup_usd"].tolerance == "rel" and "keeper_hhi" not in new.metrics
    assert compare(new, SAME | {"adl_usd": 9.0, "topup_usd": 1.0}, DIGEST) == ()


def test_what_counts_may_not_move_at_all():
    assert default_tolerance("adl_accounts").tolerance == "exact"
    assert default_tolerance("ledger_residual_quantums").tolerance == "exact"
    assert {default_tolerance(name).tolerance for name in METRICS} == {"exact", "rel"}


def test_a_file_is_read_as_it_was_written_one_metric_a_line(tmp_path):
    path = tmp_path / "one.json"
    write_baseline(ONE, path)
    assert read_baseline(path) == ONE
    assert '    "adl_usd": {"value": 5.0, "tolerance": "abs", "amount": 0.5},\n' in path.read_text()
    assert [file.name for file in tmp_path.iterdir()] == ["one.json"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", ["is not valid JSON"]),
        ("[]", ["format = None"]),
        ('{"format": "govtool/baseline@2"}', ["'govtool/baseline@2'", "'govtool/baseline@1'"]),
        ('{"format": "govtool/baseline@1"}', ["name"]),
    ],
)
def test_a_file_that_is_no_baseline_is_named(tmp_path, text, words):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(ParamError) as refused:
        read_baseline(path)
    assert [word for word in [str(path), *words] if word not in str(refused.value)] == []
    assert "\n" not in str(refused.value)


def test_a_folder_without_baselines_is_named(tmp_path):
    with pytest.raises(FileError, match="holds no baseline"):
        read_baselines(tmp_path / "nowhere")
