"""The path that bounds are about is what is posted where the venue's own trades move nothing."""

import numpy as np
import pytest

from govtool.engine.codes import DOWN, FORCED, UP
from govtool.engine.terms import Posting
from tests.engine.engines import compiled_result
from tests.engine.fine import fine_world
from tests.engine.handmade import Trader, world
from tests.engine.rungs import walk
from tests.engine.staging import staged
from tests.engine.worlds import World

TICKS = 120
POSTINGS = {
    "at once": Posting(),
    "late": Posting(oracle_lag=4),
    "mean": Posting(mean_ticks=7),
    "late mean": Posting(mean_ticks=3, oracle_lag=5),
    "smooth": Posting(smooth=1, quote_growth=1e-3, quote_delay_growth=0.1),
    "by steps": Posting(max_jump=0.002),
    "all": Posting(mean_ticks=3, oracle_lag=2, smooth=1, quote_growth=1e-3, quote_delay_growth=0.1, max_jump=0.003),
}


def quiet(posting: Posting, **changed: object) -> World:
    """A walk of two markets in which nobody trades."""
    index = walk(3, TICKS, 0.004, markets=2)
    return world(index, [Trader(1000, [1])], posting=posting, ticks_per_hour=8, block_ticks=2, **changed)


def silent_and_down() -> dict[str, object]:
    """Sources off the index that say nothing for a while, and a chain that stops twice."""
    quote = walk(3, TICKS, 0.004, markets=2) * 1.01
    quote[10:14], quote[40:60, 1] = 0.0, 0.0
    chain = [UP] * TICKS
    chain[0:2], chain[30:37], chain[50:53] = [DOWN] * 2, [DOWN] * 7, [FORCED] * 3
    return {"weather": {"quote": quote, "chain": chain}}


def posted(still: World) -> None:
    """The expected path is the posted one, bit for bit, and blocks hold its extremes."""
    tape = staged(still).tape
    path = compiled_result(still).trace.path
    # A replay ends at the index where the last tick brought no news.
    assert np.array_equal(tape.expected[:-1], path[:-1])
    begins = np.arange(0, len(path), still.venue.block_ticks)
    leaves = tape.blocks[: len(begins)]
    assert np.array_equal(leaves[:, :, 0], np.minimum.reduceat(tape.expected, begins, axis=0))
    assert np.array_equal(leaves[:, :, 1], np.maximum.reduceat(tape.expected, begins, axis=0))


@pytest.mark.parametrize("sky", [dict, silent_and_down])
@pytest.mark.parametrize("step", [{}, {"deviation": 0.006}, {"deviation": 0.02, "heartbeat": 9}])
@pytest.mark.parametrize("kind", POSTINGS)
def test_what_is_expected_is_posted_by_every_kind_of_oracle(kind, step, sky):
    posted(quiet(POSTINGS[kind], **step, **sky()))


@pytest.mark.slow
def test_what_is_expected_is_posted_in_any_world_without_feedback():
    for seed in range(72_000, 72_060):
        fed = fine_world(seed, ticks=(60, 200), accounts=(2, 4))
        weightless = fed.venue._replace(own_weight=np.zeros_like(fed.venue.own_weight))
        posted(World(**{**vars(fed), "venue": weightless}))


def test_an_oracle_that_posts_the_index_expects_the_index_itself():
    tape = staged(quiet(Posting())).tape
    assert tape.expected is tape.index
