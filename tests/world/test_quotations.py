"""What sources say."""

import numpy as np
import pytest

from govtool.engine.draw import FAILURES, SOURCES, draw
from govtool.errors import ParamError
from govtool.world.outages import RandomOutages
from govtool.world.quotations import PER_MARKET, source_prices
from govtool.world.service import by_chance
from tests.world.changes import changed

MARKETS = ("BTC", "ETH")
INDEX = np.stack([np.linspace(100.0, 119.0, 20), np.linspace(10.0, 29.0, 20)], axis=1)


def source(name: str, **told: object) -> dict[str, object]:
    return {"name": name, "volume": 0.1} | told


def prices(*sources: dict[str, object], attacks: tuple[dict[str, object], ...] = (), seed: int = 0) -> np.ndarray:
    return source_prices(changed(sources=list(sources), attacks=list(attacks)), seed, MARKETS, INDEX)


def test_without_sources_there_are_no_prices():
    assert prices().size == 0


def test_a_plain_source_says_the_index_and_a_late_one_that_of_before():
    found = prices(source("plain"), source("late", lag_s=40.0))
    assert found.shape == (20, 2, 2)
    assert found[:, :, 0].tolist() == INDEX.tolist()
    assert found[:, :, 1].tolist() == INDEX[[0, 0, 0, *range(17)]].tolist()


def test_noise_is_drawn_per_market_source_and_minute():
    found = prices(source("plain"), source("loud", noise=0.01), seed=5)
    for m in range(2):
        off = found[:, m, 1] / INDEX[:, m] - 1.0
        for t in (0, 3, 4, 19):
            minute = t // 4
            sums = sum(draw(5, SOURCES, m * PER_MARKET + 1, 4 * minute + k) for k in range(4))
            assert off[t] == pytest.approx(0.01 * (sums - 2.0) * 3**0.5, abs=1e-12)
    # Ticks of one minute share it, and markets do not.
    assert off[0] == pytest.approx(off[3], abs=1e-12) and abs(off[0] - off[4]) > 1e-6
    assert not np.allclose(found[:, 0, 1] / INDEX[:, 0], found[:, 1, 1] / INDEX[:, 1])


def test_noise_has_the_standard_deviation_that_is_stated():
    long = np.full((40_000, 1), 100.0)
    found = source_prices(changed(sources=[source("loud", noise=0.02)]), 0, ("BTC",), long)[::4, 0, 0]
    assert found.std() == pytest.approx(2.0, rel=0.03) and found.mean() == pytest.approx(100.0, abs=0.1)


def test_a_source_that_fails_says_nothing():
    long = np.full((9_000, 2), 100.0)
    failures = {"per_day": 20.0, "length_s": 600.0}
    found = source_prices(changed(sources=[source("a"), source("b", failures=failures)]), 1, MARKETS, long)
    for m in range(2):
        down = by_chance(RandomOutages(**failures), 9_000, 15, 1, FAILURES, m * PER_MARKET + 1)
        assert down.any() and (found[:, m, 1] == np.where(down, 0.0, 100.0)).all()
    assert (found[:, :, 0] == 100.0).all()


PUSH = {"kind": "push", "market": "ETH", "sources": ["b"], "by": 0.5, "start_h": 1 / 60, "length_s": 30.0}
SILENCE = {"kind": "silence", "sources": ["a", "b"], "start_h": 1.25 / 60, "length_s": 15.0}


def test_a_pushed_source_is_off_while_it_lasts():
    found = prices(source("a"), source("b"), attacks=(PUSH,)) / INDEX[:, :, None]
    assert found[:, 1, 1].tolist() == pytest.approx([1.0] * 4 + [1.5] * 2 + [1.0] * 14)
    assert (found[:, 0] == 1.0).all() and (found[:, 1, 0] == 1.0).all()


@pytest.mark.parametrize("attacks", [(PUSH, SILENCE), (SILENCE, PUSH)])
def test_a_silenced_source_says_nothing_pushed_or_not(attacks):
    found = prices(source("a"), source("b"), source("c"), attacks=attacks)
    assert found[5, :, :2].tolist() == [[0.0, 0.0]] * 2 and np.count_nonzero(found == 0.0) == 4
    one = prices(source("a"), source("b"), attacks=(SILENCE | {"market": "BTC"},))
    assert one[5].tolist() == [[0.0, 0.0], INDEX[5, [1, 1]].tolist()]


@pytest.mark.parametrize(
    ("attack", "sources", "sentence"),
    [
        (
            PUSH | {"sources": ["x"]},
            ("a", "b"),
            "source 'x' of the push attack is none of the world's; use one of a",
        ),
        (PUSH, (), "source 'b' of the push attack is none of the world's; it has no sources"),
        (PUSH | {"market": "DOGE"}, ("a", "b"), "market 'DOGE' of the push attack is none of this window's"),
        (SILENCE | {"sources": ["a", "x"]}, ("a", "b"), "source 'x' of the silence attack is none of the world's"),
    ],
)
def test_what_is_not_there_cannot_be_attacked(attack, sources, sentence):
    with pytest.raises(ParamError, match=sentence):
        prices(*map(source, sources), attacks=(attack,))


def test_a_further_source_or_market_leaves_the_others_as_they_are():
    few = prices(source("a", noise=0.01, failures={"per_day": 100.0}))
    many = prices(source("a", noise=0.01, failures={"per_day": 100.0}), source("b", noise=0.01))
    assert few[:, :, 0].tolist() == many[:, :, 0].tolist()
    world = changed(sources=[source("a", noise=0.01)])
    assert (
        source_prices(world, 0, ("BTC",), INDEX[:, :1])[:, 0].tolist() == prices(source("a", noise=0.01))[:, 0].tolist()
    )
