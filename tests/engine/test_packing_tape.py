"""Columns that hang on few terms are made once."""

import numpy as np

from govtool.engine.packing_tape import _volatilities
from govtool.engine.weights import volatilities
from tests.engine.handmade import Trader, world


def test_volatilities_are_kept_by_all_terms_that_they_hang_on():
    prices = 100.0 * np.exp(np.cumsum(np.random.default_rng(1).normal(0.0, 0.01, 64)))
    made = world(prices, [Trader(10.0, [1])], ticks_per_hour=4, block_ticks=2, adaptive=1, reference=0.2)
    terms, feed = made.terms, made.feed
    first = _volatilities(terms, feed, 4)
    assert _volatilities(terms._replace(restore=9.0), feed, 4) is first
    for name in ("reference", "half_life_s", "gamma", "cap", "rise", "fall", "adaptive"):
        other = terms._replace(**{name: np.asarray(getattr(terms, name)) * 0.5 if name != "adaptive" else 0})
        found, wanted = _volatilities(other, feed, 4), volatilities(other, feed, 4)
        assert found is not first
        assert all(np.array_equal(one, two) for one, two in zip(found, wanted, strict=True))
