"""Options and assets of a window as the engine lists them, and the columns of doubt about prices."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from govtool.engine.blocks import extremes
from govtool.engine.elementary import half_power
from govtool.engine.state import Venue
from govtool.engine.terms import Floats, Listing
from govtool.errors import ParamError
from govtool.units import SECONDS_PER_HOUR
from govtool.world.attacks import Integrity
from govtool.world.holdings import SAME, Asset, Depeg
from govtool.world.model import World
from govtool.world.targets import asset_place

LOT = 1e-9
"""Coins in one quantum of an option or asset (assumption: as fine as bases on chains)."""


HALF_SPREAD = 0.002
"""Half the spread of options, fraction of the underlying's price, where the world lists none (assumption)."""

TICK = 1e-6
"""Grid of quotes, fraction of the strike, likewise."""


class Series(NamedTuple):
    """One option series."""

    market: int
    strike: float
    call: int
    expiry: int
    name: str


def option_series(world: World, markets: Sequence[str], opening: Floats) -> list[Series]:
    """Every series that the world lists on these markets, by market, expiry, strike and kind, puts first.

    Strikes are multiples of the opening price, rounded to three digits; expiries are the tick that ends at their hour.
    """
    if world.options is None:
        return []
    found: list[Series] = []
    for m, market in enumerate(markets):
        for hours in sorted(world.options.expiries_h):
            expiry = max(1, round(hours * SECONDS_PER_HOUR / world.step_s) - 1)
            for multiple in sorted(world.options.strikes):
                strike = rounded_strike(float(opening[m]) * multiple)
                if any((one.market, one.expiry, one.strike) == (m, expiry, strike) for one in found):
                    raise ParamError(
                        f"options: strike {strike:g} of {market} at {hours:g} h is listed twice, after rounding strikes"
                        " to three digits and expiries to ticks; set strikes and expiries_h further apart"
                    )
                for call in (0, 1):
                    letter = "C" if call else "P"
                    found.append(Series(m, strike, call, expiry, f"{market}-{hours:g}h-{strike:g}-{letter}"))
    return found


def rounded_strike(price: float) -> float:
    """A price to three digits. Example: 57,234 is 57,200."""
    digits = 2 - math.floor(math.log10(price))
    return float(round(price, digits))


def pack_listing(
    world: World,
    venue: Venue,
    markets: Sequence[str],
    index: Floats,
    held: Sequence[str],
    told: Sequence[Series] | None = None,
) -> tuple[Listing, tuple[str, ...]]:
    """The engine's listing for a window, and the names of its option series.

    Quantums of an asset are the protocol's to say: here they are `LOT`.

    Parameters
    ----------
    index : float64 (T, M)
        Index of the window.
    held : sequence of str
        Collateral assets.
    told : sequence of Series, optional
        Options of a snapshot, sorted, instead of those that the world lists.

    Raises
    ------
    ParamError
        Options are listed twice, an asset follows a market that is not there, or an attack names one that nobody holds.
    """
    series = option_series(world, markets, index[0]) if told is None else list(told)
    places = {market: m for m, market in enumerate(markets)}
    plain = Asset()
    ratios = [_ratio(world.assets.get(name, plain), index.shape[0], world.step_s) for name in held]
    _break_bridges(world, held, ratios)
    listed = world.options
    listing = Listing(
        option_market=np.array([one.market for one in series], dtype=np.int64),
        option_strike=np.array([one.strike for one in series], dtype=np.float64),
        option_call=np.array([one.call for one in series], dtype=np.int64),
        option_expiry=np.array([one.expiry for one in series], dtype=np.int64),
        option_unit=np.full(len(series), LOT),
        option_step=np.ones(len(series), dtype=np.int64),
        option_spread=np.full(len(series), listed.half_spread if listed else HALF_SPREAD),
        option_tick=float(listed.tick) if listed else TICK,
        asset_market=np.array([_market_of(world, name, places) for name in held], dtype=np.int64),
        asset_unit=np.full(len(held), LOT),
        asset_step=np.ones(len(held), dtype=np.int64),
        asset_spread=np.array([world.assets.get(name, plain).half_spread for name in held], dtype=np.float64),
        ratio=np.ascontiguousarray(np.stack(ratios, axis=1)) if ratios else np.zeros((0, 0)),
        confidence=_confidence(world, venue, index),
        peg=_peg(world.doubt.settlement, index.shape[0], world.step_s),
    )
    return listing, tuple(one.name for one in series)


def _market_of(world: World, name: str, places: Mapping[str, int]) -> int:
    """Row of the market that an asset follows, -1 for none."""
    told = world.assets.get(name, Asset()).market
    if told == SAME:
        return places.get(name, -1)
    if told and told not in places:
        raise ParamError(
            f"asset {name} follows market {told}, which this window does not replay; add the market or leave {name} out"
        )
    return places[told] if told else -1


def _fallen(depeg: Depeg, ticks: int, step_s: int) -> Floats:
    """Share of the peg that is there at the end of each tick."""
    start = depeg.start_h * SECONDS_PER_HOUR
    found = np.ones(ticks)
    for t in range(ticks if depeg.depth > 0 else 0):
        since = (t + 1) * step_s - start
        if since >= 0:
            found[t] = 1.0 - depeg.depth * half_power(since / (depeg.half_life_h * SECONDS_PER_HOUR))
    return found


def _ratio(asset: Asset, ticks: int, step_s: int) -> Floats:
    return np.asarray(asset.ratio * _fallen(asset.depeg, ticks, step_s))


def _break_bridges(world: World, held: Sequence[str], ratios: list[Floats]) -> None:
    """Re-price bridged assets in place, from the tick at whose end it is known what is left."""
    for attack in world.attacks:
        if isinstance(attack, Integrity):
            ratio = ratios[asset_place(attack.kind, attack.asset, held)]
            known = (np.arange(ratio.size) + 1) * world.step_s >= attack.start_h * SECONDS_PER_HOUR
            ratio[known] *= attack.keeps


def _peg(depeg: Depeg, ticks: int, step_s: int) -> Floats:
    """Price of the settlement token; empty for a peg that holds."""
    return _fallen(depeg, ticks, step_s) if depeg.depth > 0 else np.zeros(0)


def _confidence(world: World, venue: Venue, index: Floats) -> Floats:
    """Confidence per hour and market: what the range of the hour before leaves; one in the first hour."""
    if world.doubt.per_range == 0:
        return np.zeros((0, 0))
    low, high = extremes(index, venue.ticks_per_hour)
    found = np.ones(low.shape)
    found[1:] = np.maximum(0.0, 1.0 - world.doubt.per_range * ((high - low) / low)[:-1])
    return np.ascontiguousarray(found)
