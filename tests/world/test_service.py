"""Stretches without service."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtool.engine.codes import DOWN, FORCED, UP
from govtool.engine.draw import BRIDGES, OUTAGES, draw
from govtool.engine.elementary import natural_log
from govtool.world.outages import LoadOutages, RandomOutages
from govtool.world.service import bridge_column, by_chance, chain_column, span, under_load
from tests.world.changes import changed, path

CALM = path(*[100.0] * 20)
MINUTE_H = 1 / 60


def stretches(column: np.ndarray) -> list[tuple[int, int]]:
    """First tick of each stretch that is not zero, and the tick after it."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (column != 0).astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def test_a_stretch_begins_in_its_tick_and_lasts_its_length_rounded_up():
    assert span(1.0, 30.0, 15) == slice(240, 242)
    assert span(0.0, 1.0, 15) == slice(0, 1)
    assert span(20 / 3_600, 46.0, 15) == slice(1, 5)
    # 1.1 hours are no whole number of seconds in binary.
    assert span(1.1, 15.0, 15) == slice(264, 265)


def test_a_chain_that_is_always_up_has_no_column():
    assert chain_column(changed(), CALM, 0).size == 0
    assert bridge_column(changed(), CALM, 0).size == 0
    late = {"outages": [{"start_h": 5.0, "length_s": 60.0}]}
    assert chain_column(changed(chain=late), CALM, 0).size == 0


def test_a_stated_outage_takes_the_chain_down_and_forced_inclusion_comes_with_time():
    outage = {"outages": [{"start_h": MINUTE_H, "length_s": 90.0}]}
    down = chain_column(changed(chain=outage), CALM, 0)
    assert down.dtype == np.int64
    assert down.tolist() == [UP] * 4 + [DOWN] * 6 + [UP] * 10
    forced = chain_column(changed(chain=outage | {"forced_s": 50.0}), CALM, 0)
    # The fifth tick of the outage begins 60 s after it, the first one no less than 50 s.
    assert forced.tolist() == [UP] * 4 + [DOWN] * 4 + [FORCED] * 2 + [UP] * 10
    assert chain_column(changed(chain=outage | {"forced_s": 90.0}), CALM, 0).max() == DOWN


def test_outages_that_meet_are_one_stretch_and_each_other_one_counts_anew():
    outages = [{"start_h": n * MINUTE_H, "length_s": 60.0} for n in (0, 1, 3)]
    found = chain_column(changed(chain={"outages": outages, "forced_s": 60.0}), CALM, 0)
    assert found.tolist() == [DOWN] * 4 + [FORCED] * 4 + [UP] * 4 + [DOWN] * 4 + [UP] * 4


@given(
    starts=st.lists(st.integers(0, 1_200), max_size=4),
    length_s=st.integers(1, 400),
    forced_s=st.integers(0, 400),
    step_s=st.sampled_from([15, 40, 60]),
)
def test_inclusion_is_forced_exactly_where_a_stretch_has_lasted_that_long(starts, length_s, forced_s, step_s):
    outages = [{"start_h": start / 3_600, "length_s": float(length_s)} for start in starts]
    world = changed(step_s=step_s, chain={"outages": outages, "forced_s": float(forced_s)})
    found = chain_column(world, np.full((30, 1), 100.0), 0)
    for first, end in stretches(found):
        lasted = np.arange(end - first) * step_s
        expected = np.where((lasted >= forced_s) & (forced_s > 0), FORCED, DOWN)
        assert found[first:end].tolist() == expected.tolist()


def test_an_outage_is_cut_at_the_end_of_the_window():
    outage = {"outages": [{"start_h": 4 * MINUTE_H, "length_s": 1e6}]}
    assert stretches(chain_column(changed(chain=outage), CALM, 0)) == [(16, 20)]


def test_random_outages_are_drawn_as_next_event_times():
    random = RandomOutages(per_day=50.0, length_s=300.0)
    ticks = 3 * 5_760
    found = by_chance(random, ticks, 15, 7, OUTAGES, 2)
    expected = np.zeros(ticks, dtype=bool)
    start, k = 0.0, 0
    while True:
        start += -1_728.0 * natural_log(1.0 - draw(7, OUTAGES, 2, 2 * k))
        if start >= ticks * 15:
            break
        length = -300.0 * natural_log(1.0 - draw(7, OUTAGES, 2, 2 * k + 1))
        first = int(start // 15)
        expected[first : first + int(np.ceil(length / 15))] = True
        k += 1
    assert 100 < k < 200
    assert found.tolist() == expected.tolist()


def test_random_outages_are_as_many_and_as_long_as_stated_on_average():
    random = RandomOutages(per_day=4.0, length_s=600.0)
    found = [by_chance(random, 30 * 5_760, 15, seed, OUTAGES, 0) for seed in range(20)]
    assert np.mean([len(stretches(one)) / 30 for one in found]) == pytest.approx(4.0, rel=0.1)
    assert np.mean([one.mean() for one in found]) == pytest.approx(4.0 * 600.0 / 86_400, rel=0.15)


def test_a_longer_window_has_the_same_outages_to_begin_with():
    random = RandomOutages(per_day=20.0)
    assert (
        by_chance(random, 9_000, 15, 1, OUTAGES, 0)[:3_000].tolist()
        == by_chance(random, 3_000, 15, 1, OUTAGES, 0).tolist()
    )


def test_luck_is_of_a_seed_a_stream_and_an_entity():
    random = RandomOutages(per_day=20.0)
    lucks = {by_chance(random, 9_000, 15, *luck).tobytes() for luck in ((0, 23, 0), (1, 23, 0), (0, 24, 0), (0, 23, 1))}
    assert len(lucks) == 4
    world = changed(chain={"random": {"per_day": 20.0}}, bridge={"random": {"per_day": 20.0}})
    calm = np.full((9_000, 1), 100.0)
    assert ((chain_column(world, calm, 3) == DOWN) == by_chance(random, 9_000, 15, 3, OUTAGES, 0)).all()
    assert ((bridge_column(world, calm, 3) == 0) == by_chance(random, 9_000, 15, 3, BRIDGES, 0)).all()


def test_a_fast_market_stops_the_service_a_tick_later_and_a_move_meanwhile_does_not_prolong_it():
    prices = [100.0] * 5 + [88.0] + [75.0] * 14
    found = under_load(LoadOutages(move=0.1, window_s=30.0, length_s=60.0), path(*prices), 15)
    # 88 at tick 5 is seen at 6; 75 moved on from it, within the outage, which ends at 10.
    assert stretches(found) == [(6, 10)]


def test_a_move_after_an_outage_causes_another():
    prices = [100.0] * 5 + [88.0] * 10 + [100.0] * 5
    load = LoadOutages(move=0.1, window_s=15.0, length_s=60.0)
    assert stretches(under_load(load, path(*prices), 15)) == [(6, 10), (16, 20)]
    assert not under_load(LoadOutages(), path(*prices), 15).any()


def test_any_market_is_load():
    index = np.array([[100.0, 50.0]] * 5 + [[100.0, 35.0]] * 5)
    assert stretches(under_load(LoadOutages(move=0.2, length_s=15.0), index, 15)) == [(6, 7)]


def test_attacks_take_down_chain_and_bridge():
    timed = {"start_h": MINUTE_H, "length_s": 30.0}
    chain = changed(attacks=[{"kind": "sequencer", **timed}], chain={"forced_s": 15.0})
    assert chain_column(chain, CALM, 0).tolist() == [UP] * 4 + [DOWN, FORCED] + [UP] * 14
    assert bridge_column(chain, CALM, 0).size == 0
    bridge = changed(attacks=[{"kind": "bridge", **timed}], bridge={"outages": [{"start_h": 0.0, "length_s": 15.0}]})
    assert bridge_column(bridge, CALM, 0).tolist() == [0, 1, 1, 1, 0, 0] + [1] * 14
    assert bridge_column(bridge, CALM, 0).dtype == np.int64
    assert chain_column(bridge, CALM, 0).size == 0
