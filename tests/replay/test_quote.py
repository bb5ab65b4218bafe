"""What an oracle makes of its sources."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govtool.errors import ParamError
from govtool.protocol.model import Oracle
from govtool.protocol.read import preset
from govtool.replay.quote import quote

DYDX = preset("dydx-v4").oracle


def rules(**told: object) -> Oracle:
    return Oracle.model_validate(DYDX.model_dump() | told)


def word(prices: list[float], **told: object) -> float:
    """What is made of one tick of one market."""
    return float(quote(np.array(prices)[None, None, :], rules(**told))[0, 0])


def test_without_sources_there_is_no_quote():
    assert quote(np.zeros((0, 0, 0)), rules()).size == 0


@pytest.mark.parametrize(
    ("prices", "median", "mean"),
    [
        ([5.0], 5.0, 5.0),
        ([3.0, 1.0, 8.0], 3.0, 4.0),
        ([4.0, 1.0, 2.0, 9.0], 3.0, 4.0),
        ([4.0, 0.0, 2.0, 9.0], 4.0, 5.0),
        ([0.0, 0.0, 2.0, 0.0], 2.0, 2.0),
        ([7.0, 0.0, 5.0], 6.0, 6.0),
        ([0.0, 0.0], 0.0, 0.0),
    ],
)
def test_those_that_speak_are_put_together(prices, median, mean):
    assert word(prices, aggregator="median") == median
    assert word(prices, aggregator="stable") == median
    assert word(prices, aggregator="mean") == mean


def test_only_the_first_sources_are_heard():
    assert word([1.0, 3.0, 100.0], sources=2) == 2.0
    assert word([1.0, 3.0, 8.0], sources=0) == 3.0
    # A world with fewer is heard whole.
    assert word([1.0, 3.0], sources=7) == 2.0


def test_too_few_say_nothing():
    assert word([1.0, 0.0, 3.0], least_sources=2) == 2.0
    assert word([1.0, 0.0, 0.0], least_sources=2) == 0.0
    assert word([1.0, 0.0, 3.0], sources=2, least_sources=2) == 0.0


def test_an_oracle_that_wants_more_than_it_can_hear_is_refused():
    with pytest.raises(ParamError, match=r"oracle\.least_sources = 3 is above the 2 sources that can be heard"):
        word([1.0, 3.0], least_sources=3)


PRICES = st.lists(
    st.lists(st.one_of(st.just(0.0), st.floats(0.01, 1e5)), min_size=4, max_size=4), min_size=1, max_size=20
)


@given(prices=PRICES, aggregator=st.sampled_from(["median", "mean"]), least=st.integers(1, 4))
def test_a_quote_lies_between_the_least_and_the_most_of_those_that_speak(prices, aggregator, least):
    found = quote(np.array(prices)[:, None, :], rules(aggregator=aggregator, least_sources=least))[:, 0]
    for said, one in zip(prices, found.tolist(), strict=True):
        speaking = sorted(price for price in said if price > 0.0)
        if len(speaking) < least:
            assert one == 0.0
        else:
            # A sum of four rounds by less than that.
            assert speaking[0] * (1 - 1e-15) <= one <= speaking[-1] * (1 + 1e-15)
            assert aggregator == "mean" or one == pytest.approx(float(np.median(speaking)), rel=1e-15)
