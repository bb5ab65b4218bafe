"""Stretches in which something is out of service, and the columns of the chain and the bridge."""

import numpy as np

from govtool.engine.codes import DOWN, FORCED, UP
from govtool.engine.draw import BRIDGES, OUTAGES, draw
from govtool.engine.elementary import natural_log
from govtool.engine.terms import EMPTY_INTS, Floats, Ints
from govtool.units import SECONDS_PER_DAY, SECONDS_PER_HOUR
from govtool.world.attacks import BridgeDown, ChainDown
from govtool.world.model import World
from govtool.world.moves import Switches, beginnings, moved, ticks_in
from govtool.world.outages import LoadOutages, Outage, RandomOutages


def span(start_h: float, length_s: float, step_s: int) -> slice:
    """Ticks of a stretch: from the one in which it begins, for its length rounded up.

    Example: 0.5 minutes from hour 1 on, in ticks of 15 s, are ticks 240 and 241.
    """
    # Hours are decimal fractions: a start that is a microsecond short of a tick means that tick.
    first = int(round(start_h * SECONDS_PER_HOUR, 6) // step_s)
    return slice(first, first + ticks_in(length_s, step_s))


def out_of_service(
    told: tuple[Outage, ...],
    random: RandomOutages,
    load: LoadOutages,
    index: Floats,
    step_s: int,
    luck: tuple[int, int, int],
) -> Switches:
    """Whether a service is out in each tick, (T,).

    Parameters
    ----------
    index : float64 (T, M)
        Index, whose moves are its load.
    luck : (seed, stream, entity)
        Whose draws its random outages are.
    """
    found = by_chance(random, index.shape[0], step_s, *luck) | under_load(load, index, step_s)
    for outage in told:
        found[span(outage.start_h, outage.length_s, step_s)] = True
    return found


def by_chance(random: RandomOutages, ticks: int, step_s: int, seed: int, stream: int, entity: int) -> Switches:
    """Random outages (T,): exponential times from one beginning to the next, and exponential lengths.

    Outage k draws its wait at 2 k and its length at 2 k + 1. What overlaps is one stretch.
    """
    found = np.zeros(ticks, dtype=bool)
    start, k = 0.0, 0
    while random.per_day > 0.0:
        start += _exponential(SECONDS_PER_DAY / random.per_day, draw(seed, stream, entity, 2 * k))
        if start >= ticks * step_s:
            break
        length = _exponential(random.length_s, draw(seed, stream, entity, 2 * k + 1))
        first = int(start // step_s)
        found[first : first + max(1, ticks_in(length, step_s))] = True
        k += 1
    return found


def under_load(load: LoadOutages, index: Floats, step_s: int) -> Switches:
    """Outages (T,) that a move of any market causes; one that begins during an outage causes none."""
    found = np.zeros(index.shape[0], dtype=bool)
    if load.move == 0.0:
        return found
    end = 0
    heavy = np.any(moved(index, load.move, load.window_s, step_s), axis=1)
    for first in np.flatnonzero(beginnings(np.asarray(heavy))).tolist():
        if first >= end:
            end = first + ticks_in(load.length_s, step_s)
            found[first:end] = True
    return found


def chain_column(world: World, index: Floats, seed: int) -> Ints:
    """State of the chain per tick (T,), UP, DOWN or FORCED; empty if it is always up.

    A stretch without service is FORCED in every tick that begins `forced_s` or more after its own beginning.
    """
    chain = world.chain
    out = out_of_service(chain.outages, chain.random, chain.load, index, world.step_s, (seed, OUTAGES, 0))
    for attack in world.attacks:
        if isinstance(attack, ChainDown):
            out[span(attack.start_h, attack.length_s, world.step_s)] = True
    if not out.any():
        return EMPTY_INTS
    tick = np.arange(out.size, dtype=np.int64)
    began = np.maximum.accumulate(np.where(beginnings(out), tick, 0))
    forced = out & (chain.forced_s > 0.0) & ((tick - began) * world.step_s >= chain.forced_s)
    return np.where(forced, FORCED, np.where(out, DOWN, UP)).astype(np.int64)


def bridge_column(world: World, index: Floats, seed: int) -> Ints:
    """Whether the bridge is open per tick (T,), 1 or 0; empty if it always is."""
    bridge = world.bridge
    out = out_of_service(bridge.outages, bridge.random, bridge.load, index, world.step_s, (seed, BRIDGES, 0))
    for attack in world.attacks:
        if isinstance(attack, BridgeDown):
            out[span(attack.start_h, attack.length_s, world.step_s)] = True
    return (~out).astype(np.int64) if out.any() else EMPTY_INTS


def _exponential(mean: float, u: float) -> float:
    return float(-mean * natural_log(1.0 - u))
