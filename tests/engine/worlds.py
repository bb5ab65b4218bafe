"""Random small worlds: few markets and accounts, jumps and crashes, awkward numbers.

A third of them have perpetuals under plain margin alone, and a third plain ways to sell and a plain pool, which some
have a stake in; the rest mix everything that the rules know. In two thirds of all the world is unkind: its chain,
oracles, markets and bridges, and traders have habits. One builder, two sources of numbers: a seeded generator
for the bulk, Hypothesis (`strategies.py`) for shrinking.
"""

from dataclasses import dataclass, replace

from govtool.engine.state import CLEAR, Crowd, Feed, Habits, Keepers, Passage, Venue, Weather
from govtool.engine.terms import NOTHING, Listing, Posting, Terms
from tests.engine.charters import any_terms, mixed, other_terms, other_weights
from tests.engine.crossings import any_posting, backed, graced, ordered, shallow
from tests.engine.customs import any_habits, any_passage
from tests.engine.listings import any_listing
from tests.engine.paths import any_feed, any_venue, crash, squeeze
from tests.engine.people import any_crowd, any_keepers, any_snapshot
from tests.engine.safeguards import committed, guarded, minded, staked, watched
from tests.engine.scale import scale_of
from tests.engine.skies import any_weather
from tests.engine.source import Seeded, Source, log, money

DAY_S = 86400


@dataclass(frozen=True)
class World:
    """All that a replay needs."""

    terms: Terms
    venue: Venue
    keepers: Keepers
    feed: Feed
    crowd: Crowd
    seed: int
    opening_pool: int
    listing: Listing = NOTHING
    formation: Terms | None = None
    weather: Weather = CLEAR


def seeded_world(seed: int) -> World:
    return build(Seeded(seed))


def build(source: Source, ticks: tuple[int, int] = (20, 120), accounts: tuple[int, int] = (2, 14)) -> World:
    """A random world; `source` decides everything, within the bounds given for its length and population."""
    count = source.whole(1, 3)
    venue = any_venue(source, count)
    feed = any_feed(source, count, source.whole(*ticks), venue)
    terms = any_terms(source, count, feed.index[0])
    if source.pick([False] * 4 + [True]):
        feed, terms = squeeze(source, feed, venue, terms)
    listing, formation = NOTHING, other_weights(source, terms) if source.pick([False, True]) else None
    if source.pick([False, True, True]):
        venue = venue._replace(step_s=source.pick([15.0, 15.0, 15.0, 5.0, 3600.0, 3600 / venue.ticks_per_hour]))
        listing = any_listing(source, feed, venue)
        terms = mixed(source, listing, feed.index[0], terms._replace(length_s=terms.length_s * venue.step_s / 15))
        formation = source.pick([None, other_weights(source, terms), other_terms(source, listing, feed, terms)])
    crowd = any_crowd(source, count, listing, source.whole(*accounts), len(feed.index), terms.restore)
    if terms.scan.move.size and source.pick([False] * 9 + [True]):
        crowd = crowd._replace(opening=any_snapshot(source, crowd, terms, listing, feed.index[0]))
    world = World(
        terms,
        venue,
        any_keepers(source),
        feed,
        crowd,
        seed=source.whole(0, 2**62),
        opening_pool=source.pick([0, 0, money(source, 0.01, 50), money(source, 50, 5e3), money(source, 1e4, 1e7)]),
        listing=listing,
        formation=formation,
    )
    guard = source.pick([False, True, True])
    world = _guarded(source, world) if guard else replace(world, crowd=staked(source, world.crowd))
    return _troubled(source, world) if source.pick([False, True, True]) else world


def _guarded(source: Source, world: World) -> World:
    """The same world with other ways to sell, keepers of all conducts, and a pool and traders who act on it."""
    pool = source.pick([world.opening_pool, 0, money(source, 0.1, 3e3), money(source, 1, 1e5)])
    feed = crash(source, world.feed, world.venue) if source.pick([True, True, False]) else world.feed
    scale = scale_of(world.terms, world.venue, feed, world.crowd, pool)
    return replace(
        world,
        terms=guarded(source, world.terms, scale),
        venue=world.venue._replace(gas=source.pick([0.0, log(source, 0.01, 10)])),
        keepers=minded(source, world.keepers, len(world.crowd.equity)),
        feed=watched(source, feed),
        crowd=committed(source, world.crowd),
        opening_pool=pool,
    )


def _troubled(source: Source, world: World) -> World:
    """The same world where the chain stops, oracles err, markets dry up, and money is under way."""
    scale = scale_of(world.terms, world.venue, world.feed, world.crowd, world.opening_pool)
    feed = source.pick([world.feed, *[shallow(source, world.feed)] * 2])
    passage = source.pick([Passage(), *[any_passage(source, scale)] * 4])
    terms = world.terms._replace(
        posting=source.pick([Posting(), *[any_posting(source, scale)] * 3]),
        dampers=graced(source, world.terms.dampers, scale),
    )
    habits = source.pick([Habits(), *[any_habits(source, world.crowd, len(feed.index))] * 5])
    return replace(
        world,
        terms=terms,
        venue=ordered(source, world.venue, scale, passage),
        keepers=backed(source, world.keepers, scale),
        crowd=world.crowd._replace(habits=habits),
        feed=feed,
        weather=any_weather(source, feed),
    )


def day_of(world: World, tick: int) -> int:
    """Days begin at ticks that are whole days from the first one, and at that."""
    while tick > 0 and tick * world.venue.step_s % DAY_S:
        tick -= 1
    return tick
