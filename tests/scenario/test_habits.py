"""What traders do beside coming, topping up and leaving."""

import numpy as np
import pytest

from govtool.engine.draw import draw
from govtool.engine.elementary import natural_log
from govtool.engine.state import Crowd, Habits
from govtool.engine.terms import NOTHING
from govtool.scenario.habits import FIRST_DRAW, taken
from govtool.scenario.isolated import split_by_market
from govtool.scenario.population import form_crowd
from govtool.world.model import World
from govtool.world.read import read_world

TARGETS = np.array([100e6, 70e6])


def crowd(habits: dict[str, float] | None = None, seed: int = 3, **retail: float) -> Crowd:
    """The default crowd with common habits, and those of its retail traders, changed."""
    data = read_world("default").model_dump()
    data["habits"] |= habits or {}
    data["population"]["kinds"]["retail"] |= retail
    return form_crowd(World.model_validate(data), seed, TARGETS, 15)


def arrays(habits: Habits) -> dict[str, np.ndarray]:
    return {name: value for name, value in habits._asdict().items() if isinstance(value, np.ndarray)}


def test_in_the_default_world_nobody_has_any():
    habits = crowd().habits
    assert {value.size for value in arrays(habits).values()} == {0}
    assert (habits.nudge, habits.vol_target) == (0.0, 0.0)


def test_times_in_common_are_in_ticks():
    habits = crowd({"nudge": 1.5, "herd_delay_s": 300.0, "vol_target": 0.05}).habits
    assert (habits.nudge, habits.herd_delay, habits.vol_target) == (1.5, 20.0, 0.05)


@pytest.mark.parametrize(
    ("field", "value"),
    [("nudge_chance", 0.25), ("cut_chance", 0.25), ("stop_loss", 0.25), ("take_profit", 1.25), ("herd", 0.25)],
)
def test_a_habit_of_one_kind_is_zero_for_the_others(field, value):
    found = getattr(crowd(**{field: value}).habits, field)
    assert found.shape == (1_000,) and set(found.tolist()) == {0.0, value}
    assert (found > 0).mean() == pytest.approx(0.62, abs=0.05)


def test_a_share_to_cut_is_told_where_somebody_cuts():
    habits = crowd(cut_chance=0.5, cut_share=0.3).habits
    assert set(habits.cut_share[habits.cut_chance > 0].tolist()) == {0.3}
    assert crowd(cut_share=0.3).habits.cut_share.size == 0


def test_the_first_withdrawal_is_a_wait_from_the_start_and_others_never_withdraw():
    habits = crowd(draw_every_h=2.0, keep=3.0).habits
    who = np.flatnonzero(habits.draw_every)
    assert set(habits.draw_every[who].tolist()) == {480.0} and set(habits.keep[who].tolist()) == {3.0}
    for i in who[:20].tolist():
        wait = 1 + int(np.floor(-480.0 * natural_log(1.0 - draw(3, FIRST_DRAW, i, 0))))
        assert habits.draws[i] == wait
    assert habits.draws[who].mean() == pytest.approx(480.0, rel=0.15)
    assert np.delete(habits.draws, who).max() == 0


def test_habits_leave_the_rest_of_the_crowd_as_it_is():
    plain, other = crowd(), crowd({"nudge": 2.0}, draw_every_h=2.0, herd=0.5)
    for name in set(plain._fields) - {"habits"}:
        assert np.array_equal(getattr(plain, name), getattr(other, name)), name


def test_wallets_of_one_owner_have_its_habits():
    made = crowd(herd=0.5, draw_every_h=2.0)
    split = split_by_market(made, NOTHING, np.full(2, 0.05), np.array([100.0, 200.0]))
    assert split.owner.size > 1_000
    for name in ("herd", "draws", "draw_every", "keep"):
        assert np.array_equal(getattr(split.habits, name), getattr(made.habits, name)[split.owner]), name
    assert split.habits.stop_loss.size == 0
    assert taken(Habits(), np.arange(3)) == Habits()
