"""What extra collateral would have carried a position through a window, if nobody had touched it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from govtool.engine.codes import LARGEST
from govtool.engine.state import idle_crowd
from govtool.engine.terms import NOTHING, Floats, Ints, Terms
from govtool.errors import ParamError
from govtool.history.bars import MS
from govtool.history.events import Event, load_window
from govtool.protocol.model import Protocol
from govtool.replay.backtest import pack_terms, run_engine
from govtool.replay.compare import ISOLATED
from govtool.replay.holdings import left_alone
from govtool.replay.quote import heard
from govtool.replay.ratios import ratio
from govtool.replay.vary import Variant
from govtool.scenario.bundle import Scenario, assemble
from govtool.world.model import World

WHOLE = "all"
"""The market of a row that stands for the whole position."""


@dataclass(frozen=True)
class Buffer:
    """What a position would have needed in one window under one variant; all money in quote currency.

    Attributes
    ----------
    market : str
        "all", or one market of a position under isolated margin.
    notional : float
        Gross, at the start.
    maintenance : float
        Margin that must be kept at the start.
    equity : float
        Smallest equity at the start with which the position is never below maintenance.
    buffer : float
        What that is beyond `maintenance`; `share` is the same of the notional.
    leverage : float
        Notional per that equity.
    worst_ms : int or None
        When the least was left, UTC; None for the sum over markets that are isolated from each other.
    moves : dict
        Change of each market's posted price from the start to then, fraction of one.
    """

    event: str
    kind: str
    label: str
    native_s: int
    variant: Variant
    market: str
    notional: float
    maintenance: float
    equity: float
    buffer: float
    share: float
    leverage: float
    worst_ms: int | None
    moves: dict[str, float]


def buffers(
    event: Event, position: Mapping[str, Fraction], variants: Sequence[Variant], world: World, seed: int = 0
) -> list[Buffer]:
    """What a position held from the start of an event to its end would have needed under each variant.

    Reads history of the position's markets, then `needs`.

    Parameters
    ----------
    position : mapping
        Coins per market, negative for short.
    world : World
        Its tick and its chain; population, options and collateral assets are left out.
    seed : int
        Of the path between bars: their extremes are hit whatever it is, in which order is drawn.

    Raises
    ------
    DataError
        The event lacks a market, or its history is missing.
    ParamError
        A protocol lacks a market, or the position is no multiple of its smallest order.
    """
    window = load_window(event, markets=tuple(position))
    scenario = assemble(window, event.kind, world, seed)
    return [row for variant in variants for row in needs(scenario, window.start_ms, position, variant)]


def needs(scenario: Scenario, start_ms: int, position: Mapping[str, Fraction], variant: Variant) -> list[Buffer]:
    """What a position held through a scenario of exactly its markets would have needed under a variant.

    Prices are the index as the protocol's oracle posts it, without the venue's own trades; funding is paid as the
    protocol clamps it; weights follow volatility where they do. Under isolated margin one row for the whole and one
    per market: equity of one market does not help another.

    Example: 1 coin bought at 100 that falls to 80 under a weight of 0.05 needs 20 + 4 = 24 of equity, 19 beyond 5.
    """
    markets = scenario.markets
    scenario = replace(
        heard(scenario, variant.protocol.oracle),
        listing=NOTHING,
        series=(),
        assets=(),
        crowd=idle_crowd(0, len(markets)),
    )
    terms = pack_terms(scenario, variant.protocol)
    sizes = np.array([_quantums(position[name], name, variant.protocol) for name in markets])
    path = run_engine(scenario, terms, 0).trace.path
    alone = np.diag(sizes) if variant.margin == ISOLATED and len(markets) > 1 else sizes[None, :]
    notional = np.abs(alone * terms.unit) @ path[0]
    start, equity, worst = _needed(scenario, terms, path, alone)
    rows = [
        Buffer(
            event=scenario.event,
            kind=scenario.kind,
            label=scenario.label,
            native_s=scenario.native_s,
            variant=variant,
            market=WHOLE if len(alone) == 1 else markets[n],
            **_amounts(float(notional[n]), float(start[n]), float(equity[n])),
            worst_ms=start_ms + (int(worst[n]) + 1) * scenario.step_s * MS,
            moves={markets[m]: float(path[worst[n], m] / path[0, m] - 1.0) for m in np.flatnonzero(alone[n])},
        )
        for n in range(len(alone))
    ]
    return [_sum(rows), *rows] if len(rows) > 1 else rows


def _amounts(notional: float, maintenance: float, equity: float) -> dict[str, float]:
    """The amounts of a row, and what follows from them."""
    return {
        "notional": notional,
        "maintenance": maintenance,
        "equity": equity,
        "buffer": equity - maintenance,
        "share": ratio(equity - maintenance, notional),
        "leverage": ratio(notional, equity),
    }


def _needed(scenario: Scenario, terms: Terms, path: Floats, sizes: Ints) -> tuple[Floats, Floats, Ints]:
    """Maintenance at the start, smallest equity at the start, and the tick that asks for it, of each holding (N, J).

    Taken at the first price with nothing left over, a holding's deepest shortfall is what it should have begun with.
    """
    tick = np.zeros(len(sizes), dtype=np.int64)
    cash = -(sizes * terms.unit) @ path[0]

    def depth(ticks: int) -> Floats:
        """Deepest shortfall of the first ticks."""
        return left_alone(scenario, terms, terms, path, tick, cash, sizes, ticks)[1]

    deepest = depth(len(path))
    worst = np.zeros(len(sizes), dtype=np.int64)
    for n in range(len(sizes)):
        low, high = 0, len(path) - 1  # the first tick up to which the shortfall is as deep as it gets
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if depth(middle + 1)[n] == deepest[n] else (middle + 1, high)
        worst[n] = low
    return depth(1), deepest, worst


def _quantums(coins: Fraction, market: str, protocol: Protocol) -> int:
    """Coins as base quantums; ParamError unless they are a multiple of the smallest order."""
    rules = protocol.markets[market]
    unit = Fraction(10) ** rules.atomic_resolution
    quantums = coins / unit
    if quantums == 0 or quantums % rules.step_base_quantums:
        raise ParamError(
            f"position {market}={float(coins):g} is not a multiple of {float(rules.step_base_quantums * unit):g}, the"
            f" smallest order of protocol {protocol.name}; round it"
        )
    if abs(quantums) > LARGEST:
        raise ParamError(f"position {market}={float(coins):g} outgrows 64-bit integers; make it smaller")
    return int(quantums)


def _sum(rows: Sequence[Buffer]) -> Buffer:
    """Isolated markets together: each needs its own."""
    totals = [float(sum(getattr(row, name) for row in rows)) for name in ("notional", "maintenance", "equity")]
    whole: dict[str, Any] = {**_amounts(*totals), "market": WHOLE, "worst_ms": None, "moves": {}}
    return replace(rows[0], **whole)


def sentences(rows: Sequence[Buffer]) -> list[str]:
    """What it takes to survive every event, one sentence per variant."""
    told = []
    for variant in dict.fromkeys(row.variant[:3] for row in rows):
        own = [row for row in rows if row.variant[:3] == variant and row.market == WHOLE]
        worst = max(own, key=lambda row: row.share)
        told.append(
            f"{', '.join(variant)}: to survive {'the event' if len(own) == 1 else f'all {len(own)} events'} takes a"
            f" buffer of {100 * worst.share:.1f} % of notional beyond maintenance ({worst.event} asks for most), and"
            f" leverage of at most {min(row.leverage for row in own):.2f}."
        )
    return told
