"""What each source of the oracle says of each market."""

import math

import numpy as np

from govtool.engine.draw import FAILURES, SOURCES, draws
from govtool.engine.terms import Floats
from govtool.world.attacks import Push, Silence
from govtool.world.model import World
from govtool.world.moves import ticks_in
from govtool.world.service import by_chance, span
from govtool.world.sources import Source
from govtool.world.targets import market_columns, source_places

MINUTE_S = 60
"""Noise is drawn anew each minute."""

UNIFORMS = 4
"""In one variate: their sum has variance 1/3, and tails to 3.5 standard deviations."""

PER_MARKET = 1_024
"""Entities that draws keep free for each market: no source shares its luck with one of another market."""


def source_prices(world: World, seed: int, markets: tuple[str, ...], index: Floats) -> Floats:
    """Price of each market at each source in each tick, (T, M, N), 0 where it says nothing; empty without sources.

    A source says the index of `lag_s` before, times one plus its noise of the minute. While an attack pushes it, that
    times one plus `by`; while it fails or is silenced, nothing.

    Parameters
    ----------
    markets : tuple of str
        Names of the M markets.
    index : float64 (T, M)
        Quote per base.

    Raises
    ------
    ParamError
        An attack names a source or a market that is not there.
    """
    ticks = index.shape[0]
    found = np.zeros((ticks, len(markets), len(world.sources)))
    for n, source in enumerate(world.sources):
        late = np.maximum(np.arange(ticks) - ticks_in(source.lag_s, world.step_s), 0)
        found[:, :, n] = index[late]
        for m in range(len(markets)):
            entity = m * PER_MARKET + n
            found[:, m, n] *= 1.0 + _noise(source, ticks, world.step_s, seed, entity)
            found[by_chance(source.failures, ticks, world.step_s, seed, FAILURES, entity), m, n] = 0.0
    _attack(world, markets, found)
    return found if found.size else np.zeros((0, 0, 0))


def _noise(source: Source, ticks: int, step_s: int, seed: int, entity: int) -> Floats:
    """Noise of one source and market in each tick, (T,)."""
    if source.noise == 0.0:
        return np.zeros(ticks)
    minute = np.arange(ticks) * step_s // MINUTE_S
    variates = draws(seed, SOURCES, entity, np.arange(UNIFORMS * (int(minute[-1]) + 1))).reshape(-1, UNIFORMS)
    sums = variates[:, 0] + variates[:, 1] + variates[:, 2] + variates[:, 3]
    return np.asarray(source.noise * ((sums - UNIFORMS / 2.0) * math.sqrt(12.0 / UNIFORMS))[minute])


def _attack(world: World, markets: tuple[str, ...], price: Floats) -> None:
    """Push and silence sources in place."""
    names = [source.name for source in world.sources]
    for attack in world.attacks:
        if not isinstance(attack, Push | Silence):
            continue
        when = span(attack.start_h, attack.length_s, world.step_s)
        columns = market_columns(attack.kind, attack.market, markets)
        for n in source_places(attack.kind, attack.sources, names):
            for m in columns:
                price[when, m, n] *= 1.0 + attack.by if isinstance(attack, Push) else 0.0
