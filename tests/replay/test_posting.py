"""How well the oracle told the market, on columns written by hand: steps of 15 s."""

import numpy as np
import pytest

from govtool.engine.codes import DOWN, FORCED, UP
from govtool.engine.state import CLEAR, Weather
from govtool.engine.terms import Posting
from govtool.replay.posting import posting_metrics, stale_ticks

STALE = Posting(stale_ticks=2)


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)[:, None]


def stale(weather: Weather, posting: Posting = STALE, ticks: int = 6) -> list[bool]:
    return stale_ticks(ticks, 1, weather, posting)[:, 0].tolist()


def chain(*states: int) -> Weather:
    return Weather(chain=np.array(states, dtype=np.int64))


def test_an_error_is_counted_without_its_sign_in_every_market_and_tick():
    index, path = np.array([[100.0, 10.0], [100.0, 10.0]]), np.array([[99.0, 10.0], [102.0, 10.0]])
    metrics = posting_metrics(index, path, CLEAR, Posting(), 15.0)
    assert metrics["oracle_error_mean_bps"] == pytest.approx(75.0)
    assert metrics["oracle_error_max_bps"] == pytest.approx(200.0)
    assert metrics["oracle_stale_seconds"] == 0.0


def test_posted_prices_that_are_the_index_have_no_error():
    same = column(100.0, 101.0)
    metrics = posting_metrics(same, same, CLEAR, STALE, 15.0)
    assert set(metrics.values()) == {0.0}


def test_a_market_is_stale_once_so_long_without_news_and_no_more_when_some_comes():
    assert stale(Weather(quote=column(1, 0, 0, 0, 1, 0))) == [False, False, True, True, False, False]


def test_clocks_start_at_the_first_tick_whether_or_not_there_is_news():
    assert stale(Weather(quote=column(0, 0, 0, 1, 1, 1))) == [False, False, True, False, False, False]


@pytest.mark.parametrize("state", [DOWN, FORCED])
def test_nothing_is_heard_while_the_chain_is_not_up(state):
    assert stale(chain(UP, state, state, state, UP, UP)) == [False, False, True, True, False, False]


def test_what_was_said_is_heard_after_the_lag():
    lagged = STALE._replace(oracle_lag=1)
    # The silence of ticks 1 to 3 is heard in ticks 2 to 4.
    assert stale(Weather(quote=column(1, 0, 0, 0, 1, 1)), lagged) == [False, False, False, True, True, False]


def test_each_market_is_stale_by_itself_and_all_count():
    quote = np.array([[1.0, 1.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    index = np.ones((4, 2))
    metrics = posting_metrics(index, index, Weather(quote=quote), STALE, 15.0)
    assert metrics["oracle_stale_seconds"] == 30.0


def test_a_protocol_without_the_rule_is_never_stale():
    assert not any(stale(Weather(quote=column(1, 0, 0, 0, 0, 0)), Posting()))
