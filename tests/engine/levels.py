"""Levels that a liquidation goes by, worked out from the log alone, where the log tells them.

It does not tell what a scan asks for each position, for one. A test that needs more asks a `Yardstick`.
"""

import math

from govtool.engine.terms import FLAT, LINEAR, ROOT, SCAN
from tests.engine.handmade import Event
from tests.engine.telling import Walk, basis, first_asset, first_option


def coins(walk: Walk, account: int, j: int) -> float:
    return abs(walk.size[account, j]) * walk.unit[j]


def base_weight(walk: Walk, tick: int, name: str, m: int) -> float:
    """Weight of the terms before its factor, under a ramp on its way there from the formation's."""
    world = walk.world
    own, ramp_s = float(getattr(world.terms, name)[m]), world.terms.margin.ramp_s
    if world.formation is None or ramp_s == 0:
        return own
    before = float(getattr(world.formation, name)[m])
    return before + (own - before) * min(1.0, (tick * world.venue.step_s) / ramp_s)


def maintenance_weight(walk: Walk, tick: int, m: int) -> float:
    factor = walk.replay.factor[tick // walk.world.venue.ticks_per_hour][m]
    return min(1.0, base_weight(walk, tick, "maintenance_weight", m) * factor)


def initial_weight(walk: Walk, tick: int, m: int) -> float:
    """With open interest as it stands."""
    terms, sizes = walk.world.terms, walk.column(m)
    factor = walk.replay.factor[tick // walk.world.venue.ticks_per_hour][m]
    weight = min(1.0, base_weight(walk, tick, "initial_weight", m) * factor)
    interest = ((sum(map(abs, sizes)) + abs(sum(sizes))) * 0.5 * walk.unit[m]) * walk.prices(tick)[m]
    lower, upper = terms.oi_lower[m], terms.oi_upper[m]
    if upper == 0 or interest <= lower:
        return weight
    if interest >= upper:
        return 1.0
    return math.floor((weight + (1 - weight) * (interest - lower) / (upper - lower)) * 1e6 + 1e-6) / 1e6


def slope(walk: Walk, name: str, m: int) -> float:
    """Of a linear curve of weights."""
    margin = walk.world.terms.margin
    return float(getattr(margin, name)[m]) if margin.curve == LINEAR else 0.0


def weight_of(walk: Walk, event: Event) -> float | None:
    """w(i, j) of rules §3a where it hangs on the size alone; None elsewhere.

    Told of perpetuals under POSITION without a root curve, and of assets without any curve that a scan does not move.
    """
    margin, j = walk.world.terms.margin, event.market
    if j < first_option(walk.world):
        if margin.method == SCAN or margin.curve == ROOT:
            return None
        curve = slope(walk, "curve_maintenance", j) * coins(walk, event.account, j)
        return maintenance_weight(walk, event.tick, j) + curve
    k = j - first_asset(walk.world)
    if k < 0 or margin.curve != FLAT or (margin.method == SCAN and margin.asset_hedges[k]):
        return None
    held = walk.size[event.account, j] > 0
    return float(1 - margin.asset_maintenance[k] if held else margin.liability_maintenance[k] - 1)


def stop_level(walk: Walk, event: Event) -> float | None:
    """Equity at which the liquidation of an account stops (rules §3); None where the log does not tell it.

    Where it is part of the way to initial margin, it is told of accounts with perpetuals alone under POSITION without
    a root curve.
    """
    world, margin = walk.world, walk.world.terms.margin
    held = [j for j, size in enumerate(walk.sizes(event.account)) if size]
    beyond = held[-1] >= first_option(world) or margin.method == SCAN or margin.curve == ROOT
    if margin.stop_share and beyond:
        return None
    added = 0.0
    for j in held:
        value = coins(walk, event.account, j) * basis(walk, event.tick, j)
        added += margin.stop_add * value if takes_stop_add(walk, event.account, j) else 0.0
        added += margin.stop_share * way_to_initial(walk, event, j) * value if margin.stop_share else 0.0
    return float(world.terms.restore * (event.maintenance + added))


def takes_stop_add(walk: Walk, account: int, j: int) -> bool:
    """Perpetuals do but in a scan, and what is borrowed."""
    if j < first_option(walk.world):
        return walk.world.terms.margin.method != SCAN
    return j >= first_asset(walk.world) and walk.size[account, j] < 0


def way_to_initial(walk: Walk, event: Event, m: int) -> float:
    """From the maintenance weight of a perpetual to its initial one."""
    curve = slope(walk, "curve_initial", m) - slope(walk, "curve_maintenance", m)
    way = initial_weight(walk, event.tick, m) - maintenance_weight(walk, event.tick, m)
    return way + curve * coins(walk, event.account, m)


def bankruptcy_quote(walk: Walk, event: Event, weight: float) -> float:
    """Quantums that leave equity over maintenance where it is."""
    value = (-event.size * walk.unit[event.market]) * basis(walk, event.tick, event.market)
    if event.maintenance <= 0:
        return value * 1e6
    return (value - event.equity * abs(value) * weight / event.maintenance) * 1e6
