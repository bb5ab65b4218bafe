"""Random small worlds: few markets and accounts, jumps and crashes, awkward numbers.

A third of them have perpetuals under plain margin alone; the rest mix everything that the rules know. One builder, two
sources of numbers: a seeded generator for the bulk, Hypothesis (`strategies.py`) for shrinking.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from govtool.engine.state import Crowd, Feed, Keepers, Venue
from govtool.engine.terms import (
    BOOK,
    DUTCH,
    EMPTY,
    EMPTY_INTS,
    FLAT,
    LINEAR,
    NOTHING,
    ORACLE,
    POSITION,
    ROOT,
    SCAN,
    STABLE,
    STRICT,
    Listing,
    Margin,
    OptionRules,
    ScanRules,
    Terms,
)

HUGE = 10**15
DAY_S = 86400
TYPICAL = 10_000.0
"""Quote value of a position at which curves of weights start to matter."""


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
    listing: Listing = NOTHING
    formation: Terms | None = None


def seeded_world(seed: int) -> World:
    return build(Seeded(seed))


def build(source: Source, ticks: tuple[int, int] = (20, 120), accounts: tuple[int, int] = (2, 14)) -> World:
    """A random world; `source` decides everything, within the bounds given for its length and population."""
    count = source.whole(1, 3)
    venue = _venue(source, count)
    feed = _feed(source, count, source.whole(*ticks), venue)
    terms = _terms(source, count, feed.index[0])
    if source.pick([False] * 4 + [True]):
        feed, terms = _squeeze(source, feed, venue, terms)
    listing, formation = NOTHING, _other_weights(source, terms) if source.pick([False, True]) else None
    if source.pick([False, True, True]):
        venue = venue._replace(step_s=source.pick([15.0, 15.0, 15.0, 5.0, 3600.0, 3600 / venue.ticks_per_hour]))
        listing = _listing(source, feed, venue)
        terms = _mixed(source, listing, feed.index[0], terms._replace(length_s=terms.length_s * venue.step_s / 15))
        formation = source.pick([None, _other_weights(source, terms), _other_terms(source, listing, feed, terms)])
    crowd = _crowd(source, count, listing, source.whole(*accounts), len(feed.index), terms.restore)
    if terms.scan.move.size and source.pick([False] * 9 + [True]):
        crowd = crowd._replace(opening=_snapshot(source, crowd, terms, listing, feed.index[0]))
    return World(
        terms,
        venue,
        _keepers(source),
        feed,
        crowd,
        seed=source.whole(0, 2**62),
        opening_pool=source.pick([0, 0, _money(source, 0.01, 50), _money(source, 50, 5e3), _money(source, 1e4, 1e7)]),
        listing=listing,
        formation=formation,
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
        size = math.log1p(source.pick([-1, -1, 1]) * source.real(0.02, 0.4))
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
    unit = _each(count, lambda: _log(source, 1e-8, 1e-3)) / start
    return Terms(
        initial_weight=initial,
        maintenance_weight=initial * _each(count, lambda: source.real(0.3, 1.0)),
        oi_lower=lower,
        oi_upper=upper,
        adaptive=source.pick([0, 1]),
        gamma=_each(count, lambda: source.real(0, 6)),
        half_life_s=_each(count, lambda: source.real(1800, 90000)),
        reference=_each(count, lambda: source.real(0.2, 2)),
        cap=_each(count, lambda: source.real(1, 8)),
        rise=_each(count, lambda: source.real(0, 3)),
        fall=_each(count, lambda: source.real(0, 1)),
        unit=unit,
        step=_steps(source, unit * start),
        deviation=_each(count, lambda: _or_zero(source, 0.0005, 0.02)),
        heartbeat=source.pick([0, source.whole(1, 30)]),
        funding_clamp=_each(count, lambda: source.real(0, 0.05)),
        taker_fee=_or_zero(source, 0, 0.002),
        trading_fee_share=source.real(0, 1),
        **_liquidation(source),
        **_auction(source),
        adl=source.pick([0, 1, 1]),
    )


def _steps(source: Source, quantum: Any) -> Any:
    """Least steps of instruments, a quantum of which is worth `quantum`."""
    if source.pick([True, False]):
        return _each(len(quantum), lambda: max(1, round(_log(source, 1e-8, 30))), np.int64)
    return np.maximum(1, (_log(source, 1e-3, 30) / quantum).astype(np.int64))


def _other_weights(source: Source, terms: Terms) -> Terms:
    """Other initial weights and open-interest bounds."""
    count = len(terms.unit)
    width = _each(count, lambda: _or_zero(source, 1e3, 5e5))
    return terms._replace(initial_weight=_each(count, lambda: source.real(0.02, 0.2)), oi_upper=terms.oi_lower + width)


def _other_terms(source: Source, listing: Listing, feed: Feed, terms: Terms) -> Terms:
    """Other margin in every respect."""
    other = _other_weights(source, terms)._replace(
        maintenance_weight=terms.maintenance_weight * source.real(0.5, 1.0), reference=terms.reference * 1.25
    )
    return _mixed(source, listing, feed.index[0], other)


def _mixed(source: Source, listing: Listing, start: Any, terms: Terms) -> Terms:
    """The terms with some mixture of methods, tiers and curves, and with rules for all that is listed."""
    margin = _margin(source, listing, start)
    if margin.curve == ROOT and source.pick([True, True, False]):
        terms = terms._replace(
            initial_weight=np.round(terms.initial_weight, 4), maintenance_weight=np.round(terms.maintenance_weight, 4)
        )
    return terms._replace(margin=margin, options=_option_rules(source), scan=_scan_rules(source, len(start)))


def _margin(source: Source, listing: Listing, start: Any) -> Margin:
    count, curve = len(start), source.pick([FLAT, FLAT, LINEAR, ROOT])
    slope = _curve(source, curve, start, 0.1)
    return Margin(
        method=source.pick([POSITION, SCAN]),
        curve=curve,
        curve_initial=slope,
        curve_maintenance=slope * source.real(0.3, 1.0),
        base_margin=source.pick([EMPTY, _each(count, lambda: _or_zero(source, 0.1, 50))]),
        fill_check=source.pick([0, 1]),
        fill_share=source.pick([0.0, 1.0, source.real(0, 1)]),
        stop_share=source.pick([0.0, 0.0, 1.0, source.real(0, 1)]),
        stop_add=source.pick([0.0, 0.0, source.real(0.001, 0.02)]),
        price_mode=source.pick([ORACLE, ORACLE, STRICT, STABLE]),
        twap_s=_log(source, 10, 3600),
        stable_growth=_log(source, 1e-6, 1e-3),
        delay_growth=_log(source, 1e-4, 0.2),
        doubt_threshold=_or_zero(source, 0.7, 1),
        doubt_factor=_or_zero(source, 0.05, 2),
        peg_threshold=_or_zero(source, 0.95, 1),
        peg_factor=_or_zero(source, 0.1, 4),
        ramp_s=_or_zero(source, 60, 3000),
        **_asset_rules(source, curve, asset_prices(listing, start)),
    )


def _curve(source: Source, curve: int, price: Any, most: float) -> Any:
    """Slopes that add at most so much to the weight of a position of typical value."""
    coins = TYPICAL / price
    slope = _each(len(price), lambda: _or_zero(source, 0.001, most))
    return {FLAT: EMPTY, LINEAR: slope / coins, ROOT: slope / np.sqrt(coins)}[curve]


def _asset_rules(source: Source, curve: int, price: Any) -> dict[str, Any]:
    count = len(price)
    digits = source.pick([4, 15])
    initial = np.round(_each(count, lambda: source.pick([0.0, 1.0, source.real(0.4, 1), source.real(0.7, 1)])), digits)
    liability = 1 + _each(count, lambda: source.real(0, 0.5))
    return {
        "asset_initial": initial,
        "asset_maintenance": np.round(initial + (1 - initial) * _each(count, lambda: source.real(0, 1)), digits),
        "liability_initial": liability,
        "liability_maintenance": 1 + (liability - 1) * source.real(0.2, 1),
        "asset_curve": source.pick([EMPTY, _curve(source, curve, price, 0.6)]),
        "asset_worst": _each(count, lambda: _or_zero(source, 0.1, 0.6)),
        "asset_scale": source.pick([EMPTY, _each(count, lambda: _or_zero(source, 100, 3e4))]),
        "liability_scale": source.pick([EMPTY, _each(count, lambda: _or_zero(source, 100, 3e4))]),
        "asset_cap": source.pick([EMPTY, _each(count, lambda: _or_zero(source, 1e3, 1e5))]),
        "asset_hedges": _each(count, lambda: source.pick([0.0, 1.0])),
        "borrow_rate": _each(count, lambda: source.pick([0.0, _log(source, 0.01, 100), _log(source, 0.01, 100)])),
        "interest_to_insurance": source.pick([0.0, 1.0, source.real(0, 1)]),
    }


def _option_rules(source: Source) -> OptionRules:
    return OptionRules(
        max_spot=source.real(0.05, 0.2),
        min_spot=source.real(0.02, 0.13),
        maintenance_call=source.real(0.01, 0.1),
        maintenance_put=source.real(0.01, 0.1),
        maintenance_put_value=source.real(0.05, 0.5),
        unpaired_initial=source.real(0.05, 1.5),
        unpaired_maintenance=source.real(0, 1.1),
        put_offset=source.real(1.0, 1.2),
        settle_ticks=source.pick([1, source.whole(2, 30), source.whole(2, 30), 500]),
        term_half_life_s=_log(source, 3600, 1e7),
        skew=source.real(-0.2, 0.2),
        smile=source.real(0, 0.05),
        volatility_floor=source.real(0.05, 0.5),
        volatility_cap=source.real(0.5, 5),
    )


def _scan_rules(source: Source, count: int) -> ScanRules:
    rows = source.whole(6, 12)
    tails = _each(rows, lambda: source.pick([0, 0, 0, 1]), np.int64)
    return ScanRules(
        move=np.where(tails == 1, 3.0, 1.0) * _each(rows, lambda: source.pick([0.0, -1.0, 1.0, source.real(-1, 1)])),
        shift=_each(rows, lambda: source.pick([0, 1, 2, 1, 2, 3, 4]), np.int64),
        damp=np.where(tails == 1, source.real(0.1, 0.7), 1.0),
        range=_each(count, lambda: source.real(0.02, 0.25)),
        offset=source.pick([0.0, 0.5, 1.0, source.real(0, 1)]),
        scan_initial=source.real(0.9, 1.3),
        scan_maintenance=source.real(0.5, 1.0),
        vol_up=source.real(0, 0.6),
        vol_down=source.real(0, 0.5),
        least_up=_or_zero(source, 0.1, 4),
        turn_least=_log(source, 0.01, 1),
        long_share=source.real(0.8, 1.0),
        long_rate=_or_zero(source, 0.01, 0.2),
        short_share=source.real(0.9, 1.1),
        short_rate=_or_zero(source, 0.01, 0.2),
        basis_add=_or_zero(source, 0.01, 1),
        basis_per_year=source.real(0, 3),
        perp_maintenance=_or_zero(source, 0.005, 0.05),
        perp_initial=source.real(0, 0.03),
        option_maintenance=_or_zero(source, 0.001, 0.02),
        option_initial=source.real(0, 0.01),
    )


def asset_prices(listing: Listing, start: Any) -> Any:
    """Prices of the assets at tick 0."""
    return np.array([r if m < 0 else r * start[m] for m, r in zip(listing.asset_market, listing.ratio[0], strict=True)])


def _listing(source: Source, feed: Feed, venue: Venue) -> Listing:
    ticks, count = feed.index.shape
    options = _options(source, feed, venue)
    listing = options._replace(
        asset_market=_each(source.whole(0, 3), lambda: source.whole(-1, count - 1), np.int64),
        confidence=source.pick([NOTHING.confidence, _drawn(source, 0.3, 1.0, (len(feed.slope), count))]),
        peg=source.pick([EMPTY, _drawn(source, 0.9, 1.01, (ticks,))]),
    )
    assets = len(listing.asset_market)
    listing = listing._replace(ratio=_ratios(source, ticks, assets))
    quantum = _each(assets, lambda: _log(source, 1e-8, 1e-3))
    return listing._replace(
        asset_unit=quantum / asset_prices(listing, feed.index[0]),
        asset_step=_steps(source, quantum),
        asset_spread=_each(assets, lambda: source.real(0, 0.005)),
    )


def _options(source: Source, feed: Feed, venue: Venue) -> Listing:
    """Up to four series, with few strikes and expiries so that they meet."""
    count = feed.index.shape[1]
    expiries = [[_expiry(source, feed.index[:, m], venue.step_s) for _ in range(2)] for m in range(count)]
    strikes = [[feed.index[0, m] * _moneyness(source) for _ in range(3)] for m in range(count)]
    rows = []
    for _ in range(source.whole(0, 4)):
        m = source.whole(0, count - 1)
        rows.append((m, source.pick(expiries[m]), source.pick(strikes[m]), source.pick([0, 1])))
    rows.sort()
    market, expiry, strike, call = np.array(rows, dtype=np.float64).reshape(len(rows), 4).T
    market = market.astype(np.int64)
    quantum = _each(len(rows), lambda: _log(source, 1e-8, 1e-3))
    return Listing(
        option_market=market,
        option_strike=strike.copy(),
        option_call=call.astype(np.int64),
        option_expiry=expiry.astype(np.int64),
        option_unit=quantum / feed.index[0, market],
        option_step=_steps(source, quantum),
        option_spread=_each(len(rows), lambda: source.real(0, 0.004)),
        option_tick=1e-6,
    )


def _expiry(source: Source, index: Any, step_s: float) -> int:
    """Inside the window, at its largest move or at its end, or up to a quarter of a year later."""
    ticks, move = len(index), int(np.abs(np.diff(np.log(index))).argmax()) + 1
    inside, beyond = source.whole(1, ticks - 1), source.whole(ticks, 10 * ticks)
    far = round(_log(source, 0.2, 90) * DAY_S / step_s)
    return int(source.pick([inside, inside, move, move, ticks - 1, beyond, max(far, 1)]))


def _moneyness(source: Source) -> float:
    return float(source.pick([source.real(0.97, 1.03), source.real(0.9, 1.1), source.real(0.6, 1.5)]))


def _drawn(source: Source, low: float, high: float, shape: tuple[int, ...]) -> Any:
    """A column of independent numbers, by a generator of its own."""
    return np.random.default_rng(source.whole(0, 2**32)).uniform(low, high, shape)


def _ratios(source: Source, ticks: int, count: int) -> Any:
    """Around one, some with a loss of the peg that may be made good later."""
    generator = np.random.default_rng(source.whole(0, 2**32))
    ratio = source.real(0.9, 1.1) * np.exp(np.cumsum(generator.normal(0.0, 0.002, (ticks, count)), axis=0))
    for k in range(count):
        if source.pick([False, True]):
            t = source.whole(1, ticks - 1)
            until = source.pick([ticks, source.whole(t, ticks)])
            ratio[t:until, k] *= 1 - source.real(0.02, 0.6)
    return np.ascontiguousarray(ratio)


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


def _crowd(source: Source, count: int, listing: Listing, accounts: int, ticks: int, restore: float) -> Crowd:
    warning = restore + source.pick([0.0, source.real(0, 1)])
    far = 10 * ticks
    assets = len(listing.asset_market)
    columns = count + len(listing.option_market) + assets
    return Crowd(
        equity=_each(accounts, lambda: _money(source, 30, 5e4), np.int64),
        leverage=_each(accounts, lambda: _log(source, 0.5, 50 if columns == count else 200)),
        share=np.array([_shares(source, count, columns) for _ in range(accounts)]),
        enters=_each(accounts, lambda: source.pick([0, 0, 0, source.whole(1, ticks), -1]), np.int64),
        hold=_each(accounts, lambda: source.pick([far, far, source.real(0, 50)])),
        idle=_each(accounts, lambda: _or_zero(source, 0.1, 40)),
        topup_chance=_each(accounts, lambda: source.pick([0.0, 1.0, source.real(0, 1)])),
        topup_delay=_each(accounts, lambda: source.real(0, 10)),
        wallet=_each(accounts, lambda: source.pick([0, _money(source, 1, 1e5)]), np.int64),
        headroom=source.real(0.4 if columns == count else 0.7, 1.0),
        warning=warning,
        topup_target=warning + source.pick([0.0, source.real(0, 1)]),
        deposit=_deposits(source, accounts, assets) if assets and source.pick([True, True, False]) else EMPTY,
        owner=_each(accounts, lambda: source.whole(0, accounts - 1), np.int64)
        if source.pick([False, False, True])
        else EMPTY_INTS,
    )


def _snapshot(source: Source, crowd: Crowd, terms: Terms, listing: Listing, start: Any) -> Any:
    """Coins to begin with, worth up to ten times the equity in each instrument of some accounts."""
    unit = np.concatenate([terms.unit, listing.option_unit, listing.asset_unit])
    step = np.concatenate([terms.step, listing.option_step, listing.asset_step])
    price = np.concatenate([start, start[listing.option_market], asset_prices(listing, start)])
    worth = np.array([[_or_zero(source, -10, 10) * equity * 1e-6 for _ in unit] for equity in crowd.equity])
    return np.rint(worth / (unit * price * step)) * step * unit


def _deposits(source: Source, accounts: int, assets: int) -> Any:
    """Shares of equity that come in kind; at most all of it."""
    raw = np.array([[source.pick([0.0, source.real(0.05, 1)]) for _ in range(assets)] for _ in range(accounts)])
    return raw / np.maximum(1.0, raw.sum(axis=1, keepdims=True))


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


def _shares(source: Source, count: int, columns: int) -> list[float]:
    """Signed shares of gross notional; some instruments are left out, and now and then all but one."""
    raw = [source.pick([0.0, 1.0, 1.0]) * source.real(-1, 1) for _ in range(columns)]
    if columns > count and source.pick([False, False, True]):
        one = source.whole(source.pick([0, count]), columns - 1)
        raw = [share if j == one else 0.0 for j, share in enumerate(raw)]
    total = sum(abs(share) for share in raw)
    return [share / total for share in raw] if total else raw
