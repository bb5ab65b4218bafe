"""What each parameter moves: the file is complete and holds on a crash, recorded or bundled."""

import math

import pytest

from govtool.errors import ParamError
from govtool.history.events import find_event
from govtool.protocol.fields import field, fields, replaced
from govtool.protocol.read import preset
from govtool.regression.sensitivity import (
    SHIPPED,
    Sensed,
    default_event,
    plain,
    read_sensitivities,
    sense,
    sides_of,
)
from govtool.replay.backtest import replay
from govtool.replay.metrics import METRICS
from tests.replay import tiny

GROUPS = ("liquidation", "auction", "keepers", "insurance", "loss_sharing", "deleveraging", "withdrawals")
GROUPS += ("oracle", "sequencer")
STATED = read_sensitivities()
PATHS = {one.parameter for one in STATED.sensitivities}

# A book has no auction table, so that no file can change from or to it in one field.
NOT_IN_ONE_STEP = {("liquidation.format", "book")}


# The stable price looks back to the same hour of the day before, which a window of a day does not have.
NOT_WITHIN_A_DAY = {"oracle.delay_growth_ppm"}


def declared():
    found = [one for one in fields(preset("govtool")) if one.path.partition(".")[0] in GROUPS]
    return [one for one in found if one.path not in NOT_WITHIN_A_DAY]


@pytest.mark.parametrize("path", [one.path for one in declared()])
def test_every_parameter_of_the_liquidation_system_is_stated(path):
    assert path in PATHS


def test_nothing_is_stated_of_what_is_not_declared():
    assert {one.path for one in declared()} == PATHS


def test_every_choice_of_an_enum_and_every_layer_is_taken():
    taken = {(one.parameter, value) for one in STATED.sensitivities for value in (one.from_, one.to)}
    choices = {(one.path, choice) for one in declared() for choice in one.choices}
    assert choices - taken == NOT_IN_ONE_STEP
    layers = {word for path, value in taken if path == "loss_sharing.waterfall" for word in str(value).split()}
    assert layers == {"insurance", "voluntary", "adl", "funding", "exit"}


def test_no_line_stands_twice_and_every_setting_is_used():
    lines = [(one.parameter, one.from_, one.to) for one in STATED.sensitivities]
    assert len(set(lines)) == len(lines)
    assert {one.setting for one in STATED.sensitivities} == set(STATED.settings)


@pytest.mark.parametrize("one", STATED.sensitivities, ids=lambda one: f"{one.parameter}-{one.to}")
def test_the_two_protocols_of_a_line_differ_in_its_parameter_alone(one):
    first, second = sides_of(one, STATED)
    kind = field(first.protocol, one.parameter).kind
    assert isinstance(one.to, {"int": int, "bool": bool}.get(kind, str))
    assert first.world == second.world
    before, after = (side.protocol.model_dump() for side in (first, second))
    for part in one.parameter.split(".")[:-1]:
        before, after = before[part], after[part]
    assert [name for name in before if before[name] != after[name]] == [one.parameter.rpartition(".")[2]]
    assert one.moves in METRICS and one.why.endswith(".")


def test_hourly_averages_that_may_move_faster_let_the_stable_price_follow_on_the_second_day():
    # A fifth down on either day. The price of the day before, held at the first one, holds the stable price back.
    scenario = tiny.scenario([100.0] * 60 + [80.0] * 5_800 + [64.0] * 2_000, [64.0])
    slow = {"oracle.aggregator": "stable", "oracle.stable_growth_ppm_per_s": 10}
    error = [
        replay(scenario, replaced(tiny.book(), slow | {"oracle.delay_growth_ppm": growth})).metrics
        for growth in (0, 1_000_000)
    ]
    assert error[1]["oracle_error_mean_bps"] < error[0]["oracle_error_mean_bps"]


def failed(found: Sensed) -> list[tuple[object, ...]]:
    return [(row.parameter, row.metric, row.value_before, row.value_after) for row in found.rows if not row.holds]


@pytest.mark.slow
def test_every_parameter_moves_what_it_should_on_a_recorded_crash(real_history):
    found = sense(STATED)
    assert (found.event, found.label) == ("crash-2021-05-19", "recorded")
    assert failed(found) == [] and found.holds
    assert len(found.rows) == len(STATED.sensitivities)


@pytest.mark.slow
def test_every_parameter_moves_what_it_should_on_the_bundled_crash():
    found = sense(STATED)
    assert (found.event, found.label) == ("reconstructed-crash-2021-05-19", "reconstructed")
    assert failed(found) == []


def lines(*names: str, **changes):
    """Sensitivities with those of some parameters only, with one seed."""
    kept = [one.model_copy(update=changes) for one in STATED.sensitivities if one.parameter in names]
    return STATED.model_copy(update={"sensitivities": tuple(kept), "seeds": (0,)})


def test_what_moves_the_other_way_or_not_at_all_does_not_hold():
    event = find_event("reconstructed-crash-2021-05-19")
    right = sense(lines("insurance.stake_yield_ppm"), event)
    assert right.holds and right.rows[0].value_before == 0.0 < right.rows[0].value_after
    assert not sense(lines("insurance.stake_yield_ppm", direction="down"), event).holds
    assert not sense(lines("insurance.stake_yield_ppm", moves="bad_debt_usd"), event).holds


def test_what_is_not_a_number_has_not_moved():
    found = sense(
        lines("insurance.stake_yield_ppm", moves="cascade_factor"), find_event("reconstructed-crash-2021-05-19")
    )
    assert math.isnan(found.rows[0].value_before) and not found.holds


def test_progress_counts_lines_and_a_result_is_a_file_of_its_own_format():
    told = []
    found = sense(lines("withdrawals.gate_s"), progress=lambda *step: told.append(step))
    assert told == [("sensitivities", 0, 1), ("sensitivities", 1, 1)]
    assert plain(found)["format"] == "govtool/sensed@1" and plain(found)["holds"] is True
    assert plain(found)["rows"][0]["parameter"] == "withdrawals.gate_s"


def test_without_recorded_series_the_bundled_crash_is_the_default():
    assert default_event(STATED).name == "reconstructed-crash-2021-05-19"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('moves = "sale_discount_bps"', 'moves = "sale_discount"', "is not a metric"),
        ('to = "batch"', "to = 3", "two values of one kind"),
        ('to = "batch"', 'to = "first_come"', "two values of one kind"),
        ('setting = "book"', 'setting = "nook"', "is not one of book, auctions"),
        ("seeds = [0, 1, 2, 3]", "seeds = []", "seeds"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(tmp_path, before, after, message):
    text = SHIPPED.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "stated.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ParamError, match=message):
        read_sensitivities(path)
