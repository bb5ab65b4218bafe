"""The frozen scenario: prices, depth and crowd as the engine takes them, under one digest."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from govtool.engine.state import CLEAR, Crowd, Feed, Keepers, Venue, Weather
from govtool.engine.terms import Floats, Listing
from govtool.errors import ParamError
from govtool.history.bars import Window, digest_arrays
from govtool.history.bridge import bridge
from govtool.history.events import Event, load_window
from govtool.scenario.arrays import flat
from govtool.scenario.attackers import with_attackers
from govtool.scenario.behaviour import STEADY_PACE, Pace, pace_of, with_latency
from govtool.scenario.commitments import owned
from govtool.scenario.feed import pack_feed, venue_share
from govtool.scenario.population import form_crowd, snapshot_crowd
from govtool.scenario.snapshot import read_snapshot
from govtool.units import SECONDS_PER_DAY
from govtool.world.listing import pack_listing
from govtool.world.model import World
from govtool.world.pack import pack_keepers, pack_venue
from govtool.world.quotations import source_prices
from govtool.world.weather import pack_weather

LARGEST_SEED = 2**63 - 1

NO_SOURCES: Floats = np.zeros((0, 0, 0))
"""The oracle hears the index itself."""


@dataclass(frozen=True, eq=False)
class Scenario:
    """One window of history with its world and seed, the same for every protocol replayed in it.

    Attributes
    ----------
    name : str
        Event, world and seed, such as "crash-2021-05-19/default/0".
    feed, crowd, venue, keepers, listing
        What `engine.loop.run` takes. Quantums of assets are the protocol's to say.
    series, assets : tuple of str
        Names of the options and collateral assets of the listing.
    tail : float64 (ticks, M)
        Index after the replayed part, for what would have become of liquidated accounts.
    open_interest : float64 (M,)
        One-sided open interest that the crowd was sized for, quote currency.
    daily_volume : float
        Of the venue over all markets, quote currency.
    days : float
        Length of the replayed part.
    start_ms : int, optional
        When the first tick begins, UTC milliseconds; it enters no number.
    weather : Weather
        What the world does per tick. `quote` is empty: what an oracle makes of its sources is the protocol's to say.
    sources : float64 (T, M, N)
        Price of each market at each source of the oracle, 0 where it says nothing; empty if the world has none.
    source_names : tuple of str
        Names of the N sources, in the order in which an oracle hears them.
    pace : Pace
        How times in and out answer to the taker fee, which is the protocol's.
    attackers, takers : int
        How many accounts, the last of the crowd, and keepers, the last of the bench, are an attacker's own.
    attacks : tuple of str
        Kinds of the attacks in the world, as listed there; they enter no number here.
    """

    name: str
    event: str
    world: str
    kind: str
    label: str
    seed: int
    native_s: int
    step_s: int
    markets: tuple[str, ...]
    feed: Feed
    crowd: Crowd
    venue: Venue
    keepers: Keepers
    listing: Listing
    series: tuple[str, ...]
    assets: tuple[str, ...]
    tail: Floats
    open_interest: Floats
    daily_volume: float
    days: float
    digest: str
    start_ms: int | None = None
    weather: Weather = CLEAR
    sources: Floats = field(default_factory=NO_SOURCES.copy)
    source_names: tuple[str, ...] = ()
    pace: Pace = STEADY_PACE
    attackers: int = 0
    takers: int = 0
    attacks: tuple[str, ...] = ()

    @property
    def instruments(self) -> tuple[str, ...]:
        """Names of all instruments in the order of the engine."""
        return named_instruments(self.markets, self.series, self.assets)


def named_instruments(markets: tuple[str, ...], series: tuple[str, ...], assets: tuple[str, ...]) -> tuple[str, ...]:
    """Names of instruments in the order of the engine; an asset may have the name of a market."""
    return (*markets, *series, *(f"asset:{name}" for name in assets))


def build(
    event: Event,
    world: World,
    seed: int,
    *,
    markets: Sequence[str] | None = None,
    digests: Mapping[str, str] | None = None,
) -> Scenario:
    """The scenario of an event, of all its markets unless some are named: reads history, then `assemble`.

    Raises
    ------
    DataError
        History is missing, differs from `digests`, or has no volume.
    ParamError
        The world's tick does not divide the event's bars, or the seed is out of range.
    """
    return assemble(load_window(event, markets=markets, digests=digests), event.kind, world, seed)


def assemble(window: Window, kind: str, world: World, seed: int) -> Scenario:
    """The scenario of a window that was read already. A pure function of its arguments."""
    if not 0 <= seed <= LARGEST_SEED:
        raise ParamError(f"seed = {seed} is outside 0 to {LARGEST_SEED}")
    share = venue_share(window, world)
    targets = np.asarray(world.scale.open_interest * share * window.day_volume[0])
    path = bridge(window, seed, world.step_s)
    ticks = window.bars * (window.native_s // world.step_s)
    venue = pack_venue(world, window.markets)
    feed = pack_feed(window, world, path[:ticks], share, venue)
    kinds = tuple(sorted(world.population.kinds))
    snapshot, assets = None, world.assets_held()
    if world.population.snapshot:
        snapshot = read_snapshot(Path(world.population.snapshot), kinds, window.markets, window.start_ms, world.step_s)
        assets = snapshot.assets
    told = None if snapshot is None else snapshot.series
    listing, series = pack_listing(world, venue, window.markets, feed.index, assets, told)
    if snapshot is None:
        crowd = form_crowd(world, seed, targets, world.step_s, listing)
    else:
        names = named_instruments(window.markets, series, assets)
        crowd = snapshot_crowd(world, seed, snapshot, names, feed.index[0], listing)
    crowd, owners = owned(world, seed, with_latency(world, crowd))
    total = 0.0
    for target in targets.tolist():
        total += target
    keepers = pack_keepers(world, total, owners)
    crowd, keepers, attackers, takers = with_attackers(world, crowd, keepers, window.markets, total)
    weather = pack_weather(world, seed, window.markets, venue, feed)
    sources = source_prices(world, seed, window.markets, feed.index)
    tail = path[ticks:]
    parts = (feed, crowd, venue, keepers, listing, weather)
    return Scenario(
        name=f"{window.event}/{world.name}/{seed}",
        event=window.event,
        world=world.name,
        kind=kind,
        label=window.label,
        seed=seed,
        native_s=window.native_s,
        step_s=world.step_s,
        markets=window.markets,
        feed=feed,
        crowd=crowd,
        venue=venue,
        keepers=keepers,
        listing=listing,
        series=series,
        assets=assets,
        tail=tail,
        open_interest=targets,
        daily_volume=world.scale.daily_volume,
        days=window.bars * window.native_s / SECONDS_PER_DAY,
        digest=_digest(window, kind, world, seed, parts, {"tail": tail, "sources": sources}),
        start_ms=window.start_ms,
        weather=weather,
        sources=sources,
        source_names=tuple(source.name for source in world.sources),
        pace=pace_of(world),
        attackers=attackers,
        attacks=tuple(attack.kind for attack in world.attacks),
        takers=takers,
    )


def _digest(
    window: Window,
    kind: str,
    world: World,
    seed: int,
    parts: tuple[tuple[object, ...], ...],
    loose: dict[str, Floats],
) -> str:
    """Digest over the inputs by name and over every array made from them."""
    arrays = dict(loose)
    for part in parts:
        arrays |= flat(type(part).__name__.lower(), part)
    head = {
        "format": "govtool/scenario-digest@1",
        "event": window.event,
        "kind": kind,
        "label": window.label,
        "markets": list(window.markets),
        "window": window.digest,
        # Where a snapshot lies says nothing of what is in it: that is among the arrays.
        "world": world.model_dump(mode="json", exclude={"population": {"snapshot"}}),
        "seed": seed,
        "arrays": digest_arrays(arrays),
    }
    text = json.dumps(head, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
