"""What holds in every replay, seen from its event log alone: who enters and leaves, options, what a replay may know."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from govtool.engine import codes as names
from govtool.engine.loop import run
from tests.engine.engines import compiled
from tests.engine.handmade import events
from tests.engine.telling import changed, first_asset, first_option, is_option, posted_prices, walked
from tests.engine.worlds import World, seeded_world

CLOSE_TO = 1e-9
"""Relative, for sums of floats: these tests may add in another order than the engine."""

pytestmark = pytest.mark.slow


def test_events_are_in_order_of_ticks(replays):
    for world, replay in replays:
        ticks = [event.tick for event in events(replay)]
        assert ticks == sorted(ticks)
        assert set(ticks) <= set(range(len(world.feed.index)))


def test_who_enters_brings_its_equity_and_who_leaves_takes_all_it_has(replays):
    """In cash and in kind; the cash of a snapshot is what is left after its legs."""
    for world, replay in replays:
        brought: Counter[tuple[int, int]] = Counter()
        acted: set[tuple[int, int]] = set()
        for event, walk in walked(world, replay):
            key = event.tick, event.account
            if event.kind in (names.CUT_EVENT, names.STOP_EVENT, names.LIMIT_EVENT):
                acted.add(key)
            taken = world.crowd.opening.size > 0 and event.tick == 0 and key not in acted
            if event.kind == names.ENTER or (event.kind == names.TRADE and taken):
                brought[key] += event.quote
            elif event.kind == names.DEPOSIT and event.size > 0:
                brought[key] += round(((event.size * walk.unit[event.market]) * event.price) * 1e6)
            elif event.kind == names.RETIRE:
                assert walk.cash[event.account] + event.quote == 0 and not walk.held(event.account)
        for (_, account), quantums in brought.items():
            assert quantums == world.crowd.equity[account]


def test_deposits_do_not_pass_the_cap_of_an_asset(replays):
    for world, replay in replays:
        for event, walk in walked(world, replay, names.DEPOSIT):
            terms = world.formation if world.formation is not None and event.tick == 0 else world.terms
            if event.size < 0 or not terms.margin.asset_cap.size:
                continue
            cap = terms.margin.asset_cap[event.market - first_asset(world)]
            coins_in = event.size + sum(max(size, 0) for size in walk.column(event.market))
            value = coins_in * walk.unit[event.market] * event.price
            assert cap == 0 or value <= cap * (1 + CLOSE_TO)


def test_an_option_settles_for_all_its_holders_at_the_mean_of_the_index_and_is_gone(replays):
    seen = 0
    for world, replay in replays:
        for event, walk in walked(world, replay):
            o = event.market - first_option(world)
            if not is_option(world, event.market) or event.kind == names.ENDED:
                continue
            expiry, strike = int(world.listing.option_expiry[o]), float(world.listing.option_strike[o])
            if event.kind != names.EXPIRE:
                assert event.tick < expiry
                continue
            prices = settling(world, o, event.tick)
            assert event.tick == expiry and len(prices) == settle_ticks(world, o)
            assert event.price == pytest.approx(sum(prices) / len(prices), rel=CLOSE_TO)
            gain = event.price - strike if world.listing.option_call[o] else strike - event.price
            size = walk.size[event.account, event.market]
            assert event.size == -size != 0
            assert event.quote == round(((size * walk.unit[event.market]) * max(0.0, gain)) * 1e6)
            seen += 1
        over = first_option(world) + np.flatnonzero(world.listing.option_expiry < len(world.feed.index))
        assert not np.array(replay.size)[:, over].any()
    assert seen > len(replays) / 2


def test_all_that_expires_settles_before_anyone_leaves(replays):
    """So nobody pays for a loss that a later series of the same tick would have made good."""
    seen = 0
    for _, replay in replays:
        rows = events(replay)
        places: dict[int, list[int]] = {}
        for n, event in enumerate(rows):
            if event.kind == names.EXPIRE:
                places.setdefault(event.tick, []).append(n)
        for where in places.values():
            between = {event.kind for event in rows[where[0] : where[-1] + 1]}
            assert between <= {names.EXPIRE, names.ENDED}
            after = rows[where[-1] + 1 : where[-1] + 2]
            seen += any(event.kind in (names.RETIRE, names.HELD, names.COVER) for event in after)
    assert seen > 0


def settling(world: World, o: int, tick: int) -> list[float]:
    """Prices up to `tick` that enter the settlement mean of series `o`."""
    last = int(world.listing.option_expiry[o])
    first = last + 1 - settle_ticks(world, o)
    return world.feed.index[first : min(tick, last) + 1, world.listing.option_market[o]].tolist()


def settle_ticks(world: World, o: int) -> int:
    return min(world.terms.options.settle_ticks, int(world.listing.option_expiry[o]) + 1)


def test_a_snapshot_is_what_the_log_tells_of_the_account_when_flagged(replays):
    for world, replay in replays:
        told = [
            (event.tick, event.account, walk.cash[event.account], *walk.sizes(event.account))
            for event, walk in walked(world, replay, names.FLAG)
        ]
        assert told == replay.shots


def test_the_first_half_of_a_window_does_not_know_the_second(some, again):
    """Neither its events nor what it shows of prices, marks and volatilities: see the collateral in the columns."""
    settling_up = {names.CLOSE, names.COVER, names.BAD_DEBT_EVENT, names.RETIRE, names.SLASH, names.REPAY}
    settling_up |= {names.SHARE, names.SOCIALISE, names.DEFER, names.EXIT_HAIRCUT, names.HELD}
    for world, replay in some:
        ticks = len(world.feed.index) // 2
        half = again(first_ticks(world, ticks))
        same = [event for event in replay.events if event[0] < ticks]
        assert half.events[: len(same)] == same
        assert {event[1] for event in half.events[len(same) :]} <= settling_up
        assert half.shots == [shot for shot in replay.shots if shot[0] < ticks]
        assert posted_prices(first_ticks(world, ticks), half) == replay.path[:ticks]
        assert half.factor == replay.factor[: len(half.factor)]
        assert half.columns == replay.columns[: ticks // world.venue.sample_ticks]


def first_ticks(world: World, ticks: int) -> World:
    """The same world with a shorter window."""
    feed, venue, listing = world.feed, world.venue, world.listing
    index, hours = feed.index[:ticks].copy(), -(-ticks // venue.ticks_per_hour)
    starts = range(0, ticks, venue.block_ticks)
    early = feed.funding_tick < ticks
    short = feed._replace(
        index=index,
        slope=feed.slope[:hours].copy(),
        sigma=feed.sigma[:hours].copy(),
        low=np.array([index[t : t + venue.block_ticks].min(axis=0) for t in starts]),
        high=np.array([index[t : t + venue.block_ticks].max(axis=0) for t in starts]),
        funding_tick=feed.funding_tick[early],
        funding_rate=feed.funding_rate[early],
    )
    listed = listing._replace(
        ratio=listing.ratio[:ticks].copy(), confidence=listing.confidence[:hours].copy(), peg=listing.peg[:ticks].copy()
    )
    sky = type(world.weather)(*(column[:ticks].copy() for column in world.weather))
    return changed(world, feed=short, listing=listed, weather=sky)


def test_inputs_are_left_as_they_were(some, again):
    for world, _ in some:
        inputs = (world.terms, world.venue, world.keepers, world.feed, world.crowd, world.listing, world.formation)
        inputs += (world.weather,)
        before = list(leaves(inputs))
        again(world)
        assert list(leaves(inputs)) == before


def leaves(part: Any) -> Iterator[bytes]:
    """Every array and number of nested records."""
    if isinstance(part, tuple):
        for inner in part:
            yield from leaves(inner)
    elif part is not None:
        yield np.array(part).tobytes()


def test_buffers_that_overflow_are_enlarged():
    for world in map(seeded_world, range(20)):
        inputs = (world.terms, world.venue, world.keepers, world.feed, world.crowd, world.seed, world.opening_pool)
        replay = compiled(world)
        tight = run(
            *inputs, listing=world.listing, formation=world.formation, weather=world.weather, events=1, snapshots=1
        )
        assert tight.status == names.DONE
        assert [(*whole, *real) for whole, real in zip(tight.trace.whole, tight.trace.real, strict=True)] == (
            replay.events
        )
        assert [tuple(shot) for shot in tight.trace.shot.tolist()] == replay.shots
