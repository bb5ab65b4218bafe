"""The search space: which fields may be searched, and candidates on the on-chain grid."""

import pytest

from govtool.errors import ParamError
from govtool.protocol.fields import get
from govtool.protocol.read import preset
from govtool.study.model import Dimension
from govtool.study.space import axes, candidate, current_params, moved

DYDX, GOVTOOL = preset("dydx-v4"), preset("govtool")
MARGIN = "tiers.large-cap.initial_margin_ppm"
STEP_S = 15


def one_axis(field=MARGIN, low=10_000, high=50_000, step=5_000, max_change=None, protocol=DYDX):
    dimension = Dimension(field=field, low=low, high=high, step=step, max_change=max_change)
    return axes([dimension], protocol, STEP_S)[0]


def test_current_is_on_its_axis():
    axis = one_axis()
    assert (axis.low, axis.high, axis.step, axis.current) == (10_000, 50_000, 5_000, 20_000)
    assert current_params([axis]) == {MARGIN: 20_000}
    assert candidate(DYDX, [axis], {MARGIN: 20_000}) == DYDX


@pytest.mark.parametrize(("most", "bounds"), [(10_000, (10_000, 30_000)), (14_999, (10_000, 30_000))])
def test_max_change_narrows_the_axis_in_whole_steps_around_current(most, bounds):
    axis = one_axis(max_change=most)
    assert (axis.low, axis.high) == bounds


def test_a_candidate_is_put_on_the_grid_before_anything_else():
    axis = one_axis()
    assert get(candidate(DYDX, [axis], {MARGIN: 24_999.6}), MARGIN) == 25_000


def test_moves_stay_on_the_axis():
    axis = one_axis()
    assert moved(axis, 20_000, 3) == 35_000
    assert moved(axis, 20_000, -3) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"field": "tiers.large-cap.colour"}, ["no parameter tiers.large-cap.colour"]),
        ({"field": "liquidation.format"}, ["liquidation.format", "no number"]),
        ({"field": "markets.BTC.id"}, ["markets.BTC.id", "no number that a search may move"]),
        ({"low": 0}, [MARGIN, "inside 1 to 1000000"]),
        ({"high": 2_000_000}, [MARGIN, "inside 1 to 1000000"]),
        ({"low": 50_000, "high": 10_000}, [MARGIN, "in this order"]),
        ({"step": 7_000}, [MARGIN, "50000", "7000"]),
        ({"low": 25_000}, [MARGIN, "current value 20000", "outside"]),
        ({"low": 12_000, "high": 48_000, "step": 6_000}, [MARGIN, "current value 20000", "whole number of steps"]),
        ({"max_change": 4_000}, [MARGIN, "only 20000"]),
    ],
)
def test_a_dimension_that_does_not_fit_is_refused_by_name(change, words):
    with pytest.raises(ParamError) as refused:
        one_axis(**change)
    assert [word for word in words if word not in str(refused.value)] == []
    assert "\n" not in str(refused.value)


def test_a_searched_duration_spans_three_ticks():
    length = {"field": "auction.length_s", "high": 600, "step": 15, "protocol": GOVTOOL}
    assert one_axis(low=45, **length).low == 45
    with pytest.raises(ParamError, match=r"auction\.length_s.*30 s is below three ticks of 15 s"):
        one_axis(low=30, **length)


def test_a_rule_between_fields_refuses_a_candidate():
    lower = Dimension(field="tiers.mid-cap.open_interest_lower_cap", low=0, high=2 * 10**14, step=10**13)
    [axis] = axes([lower], DYDX, STEP_S)
    with pytest.raises(ParamError, match="open_interest_lower_cap"):
        candidate(DYDX, [axis], {lower.field: 2 * 10**14})
