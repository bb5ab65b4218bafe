"""Counter-based draws: the same everywhere, spread evenly, one for each use."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtool.engine.draw import draw, draws
from tests.reference import numbers

COUNTS = st.integers(0, 2**62)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_the_kernel_draws_what_plain_integers_give(seed, stream, entity, tick):
    assert draw(seed, stream, entity, tick) == numbers.draw(seed, stream, entity, tick)


@given(st.integers(0, 2**62), st.integers(0, 50), st.lists(st.integers(0, 2**40), max_size=5))
def test_many_draws_at_once_are_the_single_ones(seed, stream, entities):
    together = draws(seed, stream, np.array(entities, dtype=np.int64), 7)
    assert together.tolist() == [numbers.draw(seed, stream, entity, 7) for entity in entities]


def test_entities_and_ticks_are_broadcast():
    table = draws(3, 1, np.arange(4)[:, None], np.arange(5)[None, :])
    assert table.shape == (4, 5)
    assert table[2, 3] == numbers.draw(3, 1, 2, 3)


def test_a_draw_worked_once_by_other_means():
    # The first step from h = 0 with seed 0 is the first number of splitmix64 seeded with 0, published with it.
    assert numbers.mixed(numbers.GOLDEN) == 0xE220A8397B1DCDAF
    assert draw(0, 0, 0, 0) == numbers.draw(0, 0, 0, 0)


@pytest.mark.parametrize("place", range(4))
def test_draws_are_even_along_each_of_the_four_numbers(place):
    count, cells = 20000, 20
    found = []
    for n in range(count):
        key = [11, 2, 3, 5]
        key[place] = n
        found.append(draw(*key))
    tally = np.histogram(found, bins=cells, range=(0, 1))[0]
    expected = count / cells
    # Chi-squared with 19 degrees of freedom is above 50 once in 7000 times.
    assert float(((tally - expected) ** 2 / expected).sum()) < 50
    assert 0 <= min(found) < max(found) < 1


def test_neighbouring_draws_are_uncorrelated():
    table = draws(1, 1, np.arange(300)[:, None], np.arange(300)[None, :])
    for one, other in ((table[1:], table[:-1]), (table[:, 1:], table[:, :-1])):
        # One standard deviation of the correlation of 90,000 pairs is 0.0033.
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.015


def test_no_two_uses_share_a_draw():
    streams = range(1, 60)
    assert len({draw(1, stream, 4, 9) for stream in streams}) == len(streams)


def test_waits_are_at_least_one_tick_and_have_their_mean():
    waits = [numbers.wait(40.0, 1, numbers.HOLD, n, 0) for n in range(20000)]
    assert min(waits) == 1
    # 1 + floor of an exponential: mean 1 + 1 / (exp(1 / 40) - 1) = 40.5; standard error 0.28.
    assert abs(np.mean(waits) - 40.5) < 1.2
    assert numbers.wait(0.0, 1, numbers.HOLD, 3, 0) == 1
