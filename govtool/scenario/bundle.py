"""The frozen scenario: prices, depth and crowd as the engine takes them, under one digest."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from govtool.engine.state import Crowd, Feed, Keepers, Venue
from govtool.engine.terms import Floats, Ints, Listing
from govtool.errors import DataError, ParamError
from govtool.history.bars import MS, MS_PER_DAY, Window, digest_arrays
from govtool.history.bridge import bridge
from govtool.history.events import Event, load_window
from govtool.scenario.commitments import owned
from govtool.scenario.population import form_crowd, snapshot_crowd
from govtool.scenario.snapshot import read_snapshot
from govtool.units import SECONDS_PER_DAY, SECONDS_PER_HOUR
from govtool.world.listing import pack_listing
from govtool.world.model import World
from govtool.world.pack import pack_keepers, pack_venue

FUNDING_PERIOD_S = 8 * SECONDS_PER_HOUR
"""Period that the engine quotes funding rates for, as dYdX v4 does (`protocol/x/perpetuals`)."""

LARGEST_SEED = 2**63 - 1


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
    share = _venue_share(window, world)
    targets = np.asarray(world.scale.open_interest * share * window.day_volume[0])
    path = bridge(window, seed, world.step_s)
    ticks = window.bars * (window.native_s // world.step_s)
    venue = pack_venue(world, window.markets)
    feed = _feed(window, world, path[:ticks], share, venue)
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
    crowd, owners = owned(world, seed, crowd)
    total = 0.0
    for target in targets.tolist():
        total += target
    keepers = pack_keepers(world, total, owners)
    tail = np.ascontiguousarray(path[ticks:])
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
        digest=_digest(window, kind, world, seed, (feed, crowd, venue, keepers, listing), tail),
        start_ms=window.start_ms,
    )


def _venue_share(window: Window, world: World) -> float:
    """Volume of the venue beside that of history, as it stood at the start of the window."""
    total = 0.0
    for market, one in zip(window.markets, window.day_volume[0].tolist(), strict=True):
        if not one > 0:
            raise DataError(
                f"event {window.event!r}: market {market} has no volume in the 30 days before it, so its"
                " depth is unknown: name a lead series with volume, or leave the market out"
            )
        total += one
    return world.scale.daily_volume / total


def _feed(window: Window, world: World, index: Floats, share: float, venue: Venue) -> Feed:
    ticks = index.shape[0]
    hour = np.arange(-(-ticks // venue.ticks_per_hour))
    day = hour * SECONDS_PER_HOUR * MS // MS_PER_DAY
    depth = np.sqrt(share * window.day_volume[day])
    block = np.arange(0, ticks, venue.block_ticks)
    period_s = _funding_period_s(window.funding_ms)
    period = period_s / FUNDING_PERIOD_S
    # Copies, because a window's arrays are read-only and a compiled function has one signature.
    return Feed(
        index=np.array(index),
        slope=np.asarray(world.liquidity.impact * window.day_sigma[day] / depth),
        lead_s=np.array(window.lead_s),
        lead_price=np.array(window.lead_price),
        funding_tick=_funding_ticks(window, world.step_s, ticks),
        funding_rate=np.asarray(window.funding_rate / period),
        funding_share=period,
        low=np.minimum.reduceat(index, block, axis=0),
        high=np.maximum.reduceat(index, block, axis=0),
        sigma=np.asarray(window.day_sigma[day]),
    )


def _funding_period_s(funding_ms: Ints) -> float:
    """Seconds between settlements: the shortest gap, or eight hours where the window has fewer than two."""
    if funding_ms.size < 2:
        return float(FUNDING_PERIOD_S)
    return float(np.diff(funding_ms).min()) / MS


def _funding_ticks(window: Window, step_s: int, ticks: int) -> Ints:
    """The tick that ends at or just after each settlement."""
    late = window.funding_ms - window.start_ms
    return np.asarray(np.clip(-(-late // (step_s * MS)) - 1, 0, ticks - 1), dtype=np.int64)


def _digest(
    window: Window,
    kind: str,
    world: World,
    seed: int,
    parts: tuple[Feed, Crowd, Venue, Keepers, Listing],
    tail: Floats,
) -> str:
    """Digest over the inputs by name and over every array made from them."""
    arrays = {"tail": tail}
    for part in parts:
        title = type(part).__name__.lower()
        arrays |= {f"{title}.{field}": np.asarray(value) for field, value in part._asdict().items()}
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
