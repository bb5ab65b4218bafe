"""Random small worlds: few markets and accounts, jumps and crashes, awkward numbers.

One builder, two sources of numbers: a seeded generator for the bulk, Hypothesis (`strategies.py`) for shrinking.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from govtool.engine.state import BOOK, DUTCH, Crowd, Feed, Keepers, Terms, Venue

HUGE = 10**15


class Source(Protocol):
    """Where a builder's numbers come from."""

    def whole(self, low: int, high: int) -> int: ...

    def real(self, low: float, high: float) -> float: ...

    def pick(self, options: Sequence[Any]) -> Any: ...


class Seeded:
    """Numbers of numpy's generator."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def whole(self, low: int, high: int) -> int:
        return int(self._generator.integers(low, high, endpoint=True))

    def real(self, low: float, high: float) -> float:
        return float(self._generator.uniform(low, high))

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.whole(0, len(options) - 1)]


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


def seeded_world(seed: int) -> World:
    return build(Seeded(seed))


def build(source: Source, ticks: tuple[int, int] = (20, 120), accounts: tuple[int, int] = (2, 14)) -> World:
    """A random world; `source` decides everything, within the bounds given for its length and population."""
    count = source.whole(1, 3)
    venue = _venue(source, count)
    feed = _feed(source, count, source.whole(*ticks), venue)
    terms = _terms(source, count, feed.index[0])
    if source.pick([False] * 7 + [True]):
        feed, terms = _squeeze(source, feed, venue, terms)
    return World(
        terms,
        venue,
        _keepers(source),
        feed,
        _crowd(source, count, source.whole(*accounts), len(feed.index), terms.restore),
        seed=source.whole(0, 2**62),
        opening_pool=source.pick([0, _money(source, 0.01, 50), _money(source, 50, 5e3), _money(source, 1e4, 1e7)]),
    )


def _log(source: Source, low: float, high: float) -> float:
    return math.exp(source.real(math.log(low), math.log(high)))


def _money(source: Source, low: float, high: float) -> int:
    return round(_log(source, low, high) * 1e6)


def _or_zero(source: Source, low: float, high: float) -> float:
    return source.pick([0.0, source.real(low, high)])


def _each(count: int, one: Callable[[], float], kind: type = np.float64) -> Any:
    return np.array([one() for _ in range(count)], dtype=kind)


def _venue(source: Source, count: int) -> Venue:
    ticks_per_hour, block_ticks = source.pick([(8, 2), (8, 8), (12, 3), (16, 4), (24, 6), (240, 60), (240, 10)])
    blocks = source.whole(1, 8)
    return Venue(
        half_spread=_each(count, lambda: source.real(0, 0.002)),
        own_weight=_each(count, lambda: _or_zero(source, 0.05, 1.0)),
        decay=source.pick([1.0, 0.0, source.real(0.5, 1.0)]),
        floor_x=_or_zero(source, 1, 500),
        step_s=15.0,
        ticks_per_hour=ticks_per_hour,
        block_ticks=block_ticks,
        blocks=blocks,
        lag_blocks=source.whole(0, blocks + 1),
        max_attempts=source.pick([1, 2, 50]),
        max_deleverages=source.pick([0, 1, 10]),
        max_counterparties=source.pick([2, 500]),
        sample_ticks=source.whole(1, 6),
    )


def _feed(source: Source, count: int, ticks: int, venue: Venue) -> Feed:
    index = _path(source, count, ticks)
    hours = -(-ticks // venue.ticks_per_hour)
    low, high = _block_bounds(index, venue.block_ticks)
    leads = source.whole(0, 5)
    gaps = [source.real(1800, 7200) for _ in range(leads)]
    lead_s = -np.cumsum(np.array(gaps, dtype=np.float64))[::-1]
    lead_price = np.array([[index[0, m] * source.real(0.9, 1.1) for m in range(count)] for _ in range(leads)])
    apart = source.whole(5, 40)
    funding_tick = np.arange(source.whole(0, apart), ticks, apart, dtype=np.int64)
    clamp = source.real(0, 0.1)
    return Feed(
        index=index,
        slope=_slope(source, hours, count),
        lead_s=np.ascontiguousarray(lead_s),
        lead_price=lead_price.reshape(leads, count),
        funding_tick=funding_tick,
        funding_rate=np.array([[source.real(-clamp, clamp) for _ in range(count)] for _ in funding_tick]).reshape(
            len(funding_tick), count
        ),
        funding_share=source.pick([1.0, 0.125]),
        low=low,
        high=high,
    )


def _block_bounds(index: Any, block_ticks: int) -> tuple[Any, Any]:
    """Lowest and highest index in each block of ticks."""
    starts = range(0, len(index), block_ticks)
    low = np.array([index[t : t + block_ticks].min(axis=0) for t in starts])
    high = np.array([index[t : t + block_ticks].max(axis=0) for t in starts])
    return low, high


def _slope(source: Source, hours: int, count: int) -> Any:
    """Per hour, around a level per market; a slope of zero is a market without impact."""
    level = [source.pick([0.0, _log(source, 1e-6, 3e-4)]) for _ in range(count)]
    return np.array([[one * source.real(0.5, 2.0) for one in level] for _ in range(hours)])


def _path(source: Source, count: int, ticks: int) -> Any:
    """Random walks with jumps, some in all markets at once; drawn by a generator of their own, so that they shrink."""
    generator = np.random.default_rng(source.whole(0, 2**32))
    volatility = source.pick([0.0005, 0.003, 0.01, 0.03])
    steps = generator.normal(0.0, volatility, (ticks, count))
    for _ in range(source.whole(0, 4)):
        t, together = source.whole(1, ticks - 1), source.pick([True, True, False])
        size = math.log1p(source.pick([-1, -1, 1]) * source.real(0.02, 0.3))
        if together:
            steps[t] += size
        else:
            steps[t, source.whole(0, count - 1)] += size
    start = _each(count, lambda: _log(source, 0.1, 60000))
    steps[0] = 0.0
    return np.ascontiguousarray(start * np.exp(np.cumsum(steps, axis=0)))


def _terms(source: Source, count: int, start: Any) -> Terms:
    initial = _each(count, lambda: source.real(0.02, 0.2))
    lower = _each(count, lambda: _or_zero(source, 1e3, 5e5))
    width = _each(count, lambda: _or_zero(source, 1e3, 5e5))
    upper = np.where(source.pick([True, False]), lower + width, 0.0)
    transition = source.pick([True, False])
    unit = _each(count, lambda: _log(source, 1e-8, 1e-3)) / start
    return Terms(
        initial_weight=initial,
        maintenance_weight=initial * _each(count, lambda: source.real(0.3, 1.0)),
        oi_lower=lower,
        oi_upper=upper,
        formation_weight=_each(count, lambda: source.real(0.02, 0.2)) if transition else initial,
        formation_lower=lower,
        formation_upper=lower + width if transition else upper,
        adaptive=source.pick([0, 1]),
        gamma=_each(count, lambda: source.real(0, 6)),
        half_life_s=_each(count, lambda: source.real(1800, 90000)),
        reference=_each(count, lambda: source.real(0.2, 2)),
        cap=_each(count, lambda: source.real(1, 8)),
        rise=_each(count, lambda: source.real(0, 3)),
        fall=_each(count, lambda: source.real(0, 1)),
        unit=unit,
        step=_each(count, lambda: max(1, round(_log(source, 1e-8, 30))), np.int64)
        if source.pick([True, False])
        else np.maximum(1, (_log(source, 1e-3, 30) / (unit * start)).astype(np.int64)),
        deviation=_each(count, lambda: _or_zero(source, 0.0005, 0.02)),
        heartbeat=source.pick([0, source.whole(1, 30)]),
        funding_clamp=_each(count, lambda: source.real(0, 0.05)),
        taker_fee=_or_zero(source, 0, 0.002),
        trading_fee_share=source.real(0, 1),
        **_liquidation(source),
        **_auction(source),
        adl=source.pick([0, 1]),
    )


def _liquidation(source: Source) -> dict[str, Any]:
    return {
        "liquidation_format": source.pick([BOOK, DUTCH]),
        "fee_rate": source.real(0, 0.05),
        "fee_to_insurance": source.pick([0.0, 1.0, source.real(0, 1)]),
        "min_notional": _or_zero(source, 10, 5000),
        "portion": source.pick([1.0, 1.0, source.real(0.05, 1)]),
        "block_notional": source.pick([_log(source, 50, 1e6), 1e12]),
        "block_insurance": source.pick([0, _money(source, 1, 1e3), HUGE, HUGE]),
        "bankruptcy_adjustment": source.real(0.5, 2),
        "spread_ratio": source.real(0.3, 2),
        "restore": source.pick([1.0, source.real(1, 1.5), source.real(1.5, 4)]),
    }


def _auction(source: Source) -> dict[str, Any]:
    start = source.real(-0.02, 0.03)
    return {
        "length_s": source.pick([15.0, 60.0, source.real(5, 600)]),
        "start_discount": start,
        "end_discount": start + source.real(0, 0.15),
    }


def _keepers(source: Source) -> Keepers:
    count = source.whole(0, 4)
    capital = _each(count, lambda: _log(source, 50, 1e6))
    return Keepers(
        latency=np.sort(_each(count, lambda: source.whole(1, 5), np.int64)),
        capital=capital,
        refill=capital * _each(count, lambda: _or_zero(source, 0.001, 0.2)),
        edge=_each(count, lambda: source.real(0, 0.02)),
        least=_each(count, lambda: _or_zero(source, 1, 1000)),
    )


def _crowd(source: Source, count: int, accounts: int, ticks: int, restore: float) -> Crowd:
    warning = restore + source.pick([0.0, source.real(0, 1)])
    far = 10 * ticks
    return Crowd(
        equity=_each(accounts, lambda: _money(source, 30, 5e4), np.int64),
        leverage=_each(accounts, lambda: _log(source, 0.5, 50)),
        share=np.array([_shares(source, count) for _ in range(accounts)]),
        enters=_each(accounts, lambda: source.pick([0, 0, 0, source.whole(1, ticks), -1]), np.int64),
        hold=_each(accounts, lambda: source.pick([far, far, source.real(0, 50)])),
        idle=_each(accounts, lambda: _or_zero(source, 0.1, 40)),
        topup_chance=_each(accounts, lambda: source.pick([0.0, 1.0, source.real(0, 1)])),
        topup_delay=_each(accounts, lambda: source.real(0, 10)),
        wallet=_each(accounts, lambda: source.pick([0, _money(source, 1, 1e5)]), np.int64),
        headroom=source.real(0.4, 1.0),
        warning=warning,
        topup_target=warning + source.pick([0.0, source.real(0, 1)]),
    )


def _squeeze(source: Source, feed: Feed, venue: Venue, terms: Terms) -> tuple[Feed, Terms]:
    """A spike that flags shorts, then a crash that ruins longs while the shorts' tranches still wait for keepers."""
    ticks = len(feed.index)
    t = source.whole(1, ticks - 10)
    index = feed.index.copy()
    index[t:] *= 1 + source.real(0.03, 0.15)
    index[t + source.whole(1, 5) :] *= 1 - source.real(0.1, 0.35)
    low, high = _block_bounds(index, venue.block_ticks)
    slow = terms._replace(
        liquidation_format=DUTCH,
        adl=1,
        portion=1.0,
        restore=source.real(2, 4),
        maintenance_weight=terms.initial_weight * source.real(0.7, 1.0),
        start_discount=-0.3,
        end_discount=source.real(-0.3, 0.1),
        length_s=source.real(15, 60),
    )
    return feed._replace(index=index, low=low, high=high), slow


def _shares(source: Source, count: int) -> list[float]:
    """Signed shares of gross notional; some markets are left out."""
    raw = [source.pick([0.0, 1.0, 1.0]) * source.real(-1, 1) for _ in range(count)]
    total = sum(abs(one) for one in raw)
    return [one / total for one in raw] if total else raw
