import numpy as np

from govtool.engine import loop
from govtool.engine.codes import IN, OVERFLOW
from govtool.engine.loop import next_visit
from govtool.engine.packing import pack_state
from govtool.engine.packing_rules import is_plain, pack_rules
from govtool.engine.packing_tape import pack_tape
from govtool.engine.weights import set_weights
from tests.engine.engines import compiled_result
from tests.engine.worlds import World, seeded_world


def test_skipping_shows_in_no_event_and_no_book() -> None:
    for seed in range(300, 420):
        world = seeded_world(seed)
        fast, slow = compiled_result(world), compiled_result(world, skip=False)
        assert np.array_equal(fast.trace.whole, slow.trace.whole)
        assert np.array_equal(fast.trace.real, slow.trace.real)
        assert np.array_equal(fast.trace.columns, slow.trace.columns)
        assert np.array_equal(fast.books.tills, slow.books.tills)
        assert np.array_equal(fast.books.gauges, slow.books.gauges)


def plain_world() -> World:
    """The first seeded world of perpetuals at flat weights alone."""
    return next(one for seed in range(100) if is_plain((one := seeded_world(seed)).terms, one.listing))


def test_an_account_far_from_its_margin_is_left_alone_until_something_is_due() -> None:
    world = plain_world()
    ticks = world.feed.index.shape[0]
    calm = world.feed._replace(
        index=np.tile(world.feed.index[0], (ticks, 1)),
        low=np.tile(world.feed.index[0], (world.feed.low.shape[0], 1)),
        high=np.tile(world.feed.index[0], (world.feed.low.shape[0], 1)),
    )
    terms, crowd = world.terms, world.crowd
    state = pack_state(terms, world.venue, world.keepers, calm, crowd, world.listing, terms, 0)
    tape = pack_tape(terms, world.venue, calm, world.listing)
    rules = pack_rules(terms, world.venue, calm, crowd, world.listing, 1)
    set_weights(state, rules, tape, 0)
    state.accounts[0].status = IN
    state.accounts[0].cash = 10**12
    state.size[0, 0] = 10 * state.lots[0].step
    state.accounts[0].due = 100 * ticks
    assert next_visit(state, rules, tape, 0, 0) == calm.low.shape[0] * world.venue.block_ticks
    state.accounts[0].arrives = 5
    assert next_visit(state, rules, tape, 0, 0) == 5
    # In debt, the bound promises nothing: the account is looked at in the next tick.
    state.accounts[0].cash = -(10**12)
    assert next_visit(state, rules, tape, 0, 0) == 1


def test_a_full_event_buffer_is_enlarged_and_the_replay_repeated() -> None:
    world = seeded_world(7)
    parts = (world.terms, world.venue, world.keepers, world.feed, world.crowd, world.seed, world.opening_pool)
    beside = {"listing": world.listing, "formation": world.formation}
    whole, small = loop.run(*parts, **beside), loop.run(*parts, **beside, events=1, snapshots=1)
    assert np.array_equal(whole.trace.whole, small.trace.whole)
    assert np.array_equal(whole.trace.shot, small.trace.shot)


def test_money_beyond_int64_ends_the_replay_with_a_status() -> None:
    world = plain_world()
    crowd = world.crowd._replace(
        equity=np.full_like(world.crowd.equity, 2**60), enters=np.zeros_like(world.crowd.enters)
    )
    parts = (world.terms, world.venue, world.keepers, world.feed, crowd, world.seed, world.opening_pool)
    assert loop.run(*parts).status == OVERFLOW
