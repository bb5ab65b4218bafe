"""The door of the engine: inputs packed into rows and one record of scalars, results unpacked again."""

import numpy as np

from govtool.engine.codes import (
    ASSET,
    GAUGES,
    INSURANCE,
    MARKET_POOLS,
    NEVER,
    OPENING,
    OPTION,
    POOL_LOW,
    POOL_PEAK,
    STAKE_UNITS,
    TILLS,
)
from govtool.engine.layout import SHOCKED
from govtool.engine.rows import ACCOUNT, INSTRUMENT, KEEPER, MARKET_ROW, STAKER, TRANCHE
from govtool.engine.state import Beside, Books, Crowd, Feed, Keepers, Log, Rules, State, Tape, Venue
from govtool.engine.terms import FLAT, ORACLE, POSITION, Floats, Ints, Listing, Terms
from govtool.engine.volatility import option_volatilities
from govtool.engine.weights import volatilities

FIRST_BAND = 1e-3
"""Displacement that the skipping bounds allow for at first; widened when it is left. No result hangs on it."""


def _rows(dtype: np.dtype[np.void], count: int, *sources: tuple[object, ...]) -> np.recarray:
    """Zeroed records filled from every array of `sources` whose name is a field of `dtype`; an empty one is zeros."""
    rows = np.zeros(count, dtype=dtype).view(np.recarray)
    for source in sources:
        for name, values in source._asdict().items():  # type: ignore[attr-defined]
            if name in (dtype.names or ()) and isinstance(values, np.ndarray) and (values.size > 0 or count == 0):
                rows[name] = values
    return rows


def is_plain(terms: Terms, listing: Listing) -> bool:
    """Whether only perpetuals are listed and maintenance is linear in them: then shorter sums are the same."""
    margin = terms.margin
    linear = margin.method == POSITION and margin.curve == FLAT and not margin.base_margin.any()
    return linear and listing.option_market.size == 0 and listing.asset_market.size == 0


def is_ramped(terms: Terms, formation: Terms) -> bool:
    """Whether weights have a way to go from the formation's to the terms' own."""
    pairs = ((terms.initial_weight, formation.initial_weight), (terms.maintenance_weight, formation.maintenance_weight))
    return terms.margin.ramp_s > 0.0 and not all(np.array_equal(own, before) for own, before in pairs)


def is_linear(terms: Terms, listing: Listing) -> bool:
    """Whether initial margin is linear in a wish too: then its scale has a closed form (rules, section 6)."""
    margin = terms.margin
    trusted = margin.price_mode == ORACLE and margin.doubt_factor == 0.0 and margin.peg_factor == 0.0
    return trusted and is_plain(terms, listing)


def has_limits(terms: Terms) -> bool:
    """Whether anything bounds how much of an account may be put up at once."""
    selling = terms.selling
    bounds = (selling.account_window, selling.market_window, selling.outstanding)
    return selling.target == 1 or selling.first_share < 1.0 or any(bound > 0.0 for bound in bounds)


def _scalars(source: tuple[object, ...]) -> list[tuple[str, int | float, bool]]:
    """Name, value and whether it is whole, of every scalar of a group and of the groups in it."""
    found: list[tuple[str, int | float, bool]] = []
    for name, value in source._asdict().items():  # type: ignore[attr-defined]
        if isinstance(value, tuple):
            found += _scalars(value)
        elif not isinstance(value, np.ndarray):
            found.append((name, value, type(source).__annotations__[name] is int))
    return found


def pack_rules(terms: Terms, venue: Venue, feed: Feed, crowd: Crowd, listing: Listing, seed: int) -> Rules:
    """One record of all scalars, integers as int64 and the rest as float64.

    `watch` among them is the health under which an account is looked at in every tick.
    """
    found: list[tuple[str, int | float, bool]] = [("seed", seed, True)]
    found.append(("linear", int(is_linear(terms, listing)), True))
    found.append(("limits", int(has_limits(terms)), True))
    found.append(("watch", max(crowd.warning, terms.pool.advance_trigger), False))
    for source in (terms, venue, feed, crowd, listing):
        found += _scalars(source)
    record = np.zeros(1, dtype=np.dtype([(name, np.int64 if whole else np.float64) for name, _, whole in found]))
    rows = record.view(np.recarray)
    for name, value, _ in found:
        rows[name] = value
    return rows[0]


def _lots(terms: Terms, venue: Venue, listing: Listing) -> np.recarray:
    """Instruments: perpetuals, options, assets."""
    markets, series, assets = terms.unit.shape[0], listing.option_market.shape[0], listing.asset_market.shape[0]
    lots = np.zeros(markets + series + assets, dtype=INSTRUMENT).view(np.recarray)
    perpetual, option = lots[:markets], lots[markets : markets + series]
    perpetual["market"] = np.arange(markets)
    perpetual["unit"], perpetual["step"], perpetual["spread"] = terms.unit, terms.step, venue.half_spread
    option["kind"] = OPTION
    for name in ("market", "unit", "step", "spread", "strike", "call", "expiry"):
        option[name] = getattr(listing, f"option_{name}")
    option["tick"] = listing.option_tick * listing.option_strike
    option["window"] = np.minimum(terms.options.settle_ticks, listing.option_expiry + 1)
    option["first"], option["end"] = _runs(listing, markets)
    held = _rows(INSTRUMENT, assets, terms.margin)
    held["kind"] = ASSET
    for name in ("market", "unit", "step", "spread"):
        held[name] = getattr(listing, f"asset_{name}")
    lots[markets + series :] = held
    return lots


def _runs(listing: Listing, before: int) -> tuple[Ints, Ints]:
    """First row of each option's expiry, and the row after its last; `before` rows come before the options."""
    market, expiry = listing.option_market, listing.option_expiry
    begins = np.flatnonzero(np.append(True, (market[1:] != market[:-1]) | (expiry[1:] != expiry[:-1]))[: market.size])
    run = np.searchsorted(begins, np.arange(market.size), side="right") - 1
    return begins[run] + before, np.append(begins[1:], market.size)[run] + before


def _accounts(crowd: Crowd) -> np.recarray:
    accounts = _rows(ACCOUNT, crowd.equity.shape[0], crowd)
    for name in ("flag", "arrives", "last", "helped_at"):
        accounts[name] = -1
    accounts["due"] = np.where(crowd.enters < 0, NEVER, crowd.enters)
    accounts["wake"] = accounts["due"]
    if crowd.owner.size == 0:
        accounts["owner"] = np.arange(crowd.equity.shape[0])
    return accounts


def pack_state(
    terms: Terms,
    venue: Venue,
    keepers: Keepers,
    feed: Feed,
    crowd: Crowd,
    listing: Listing,
    formation: Terms,
    opening_pool: int,
) -> State:
    """Books before the first account enters."""
    lots = _lots(terms, venue, listing)
    markets = _rows(MARKET_ROW, feed.index.shape[1], terms, venue, terms.margin, terms.scan, terms.pool)
    markets["oracle"] = markets["index"] = feed.index[0]
    markets["band"] = FIRST_BAND
    markets["initial_before"] = formation.initial_weight
    markets["maintenance_before"] = formation.maintenance_weight
    markets["halted"] = markets["tripped"] = -1
    tills = np.zeros(TILLS, dtype=np.int64)
    tills[INSURANCE] = tills[OPENING] = tills[POOL_LOW] = tills[POOL_PEAK] = opening_pool
    markets["own_pool"] = np.floor(markets["pool_share"] * opening_pool)
    tills[MARKET_POOLS] = markets["own_pool"].sum()
    gauges = np.zeros(GAUGES)
    gauges[STAKE_UNITS] = 1.0
    count, assets = crowd.equity.shape[0], listing.asset_market.shape[0]
    tranches = np.zeros((count, terms.selling.tranches), dtype=TRANCHE).view(np.recarray)
    tranches["instrument"] = tranches["winner"] = -1
    return State(
        accounts=_accounts(crowd),
        size=np.zeros((count, lots.shape[0]), dtype=np.int64),
        entry=np.zeros((count, lots.shape[0]), dtype=np.int64),
        tranches=tranches,
        plans=_plans(crowd, (count, assets)),
        markets=markets,
        lots=lots,
        keepers=_keepers(keepers),
        stakers=_stakers(crowd),
        tills=tills,
        gauges=gauges,
        scan=None if is_plain(terms, listing) else _scan(terms, listing),
    )


def _keepers(keepers: Keepers) -> np.recarray:
    bench = _rows(KEEPER, keepers.latency.shape[0], keepers)
    bench["have"] = keepers.capital
    if keepers.keeper_owner.size == 0:
        bench["keeper_owner"] = -1
    return bench


def _stakers(crowd: Crowd) -> np.recarray:
    stakers = _rows(STAKER, crowd.stake.shape[0], crowd)
    stakers["units"] = crowd.stake
    stakers["asked"] = -1
    return stakers


def _plans(crowd: Crowd, shape: tuple[int, int]) -> Floats:
    """Shares of notional (A, J), shares brought in assets (A, S), and coins (A, J) if there is a snapshot."""
    parts = [crowd.share, _filled(crowd.deposit, shape, 0.0)]
    return np.ascontiguousarray(np.concatenate(parts + ([crowd.opening] if crowd.opening.size else []), axis=1))


def _scan(terms: Terms, listing: Listing) -> Floats:
    """Rows of scenarios, then a row for each option; two more columns for the sides of the basis."""
    scan = terms.scan
    table = np.zeros((SHOCKED + listing.option_market.size, scan.move.size + 2))
    table[:SHOCKED, :-2] = np.stack([scan.move, scan.shift, scan.damp])
    return table


def _filled(values: Floats, shape: tuple[int, ...], other: float) -> Floats:
    """An array, or one of this shape full of a number if it is empty."""
    return np.ascontiguousarray(values, dtype=np.float64) if values.size else np.full(shape, other)


def pack_tape(terms: Terms, venue: Venue, feed: Feed, listing: Listing) -> Tape:
    """Columns of the feed and the listing, the weights' volatility factors, and room for the per-tick output."""
    ticks, markets = feed.index.shape
    index = np.ascontiguousarray(feed.index)
    factor, sigma = volatilities(terms, feed, venue.ticks_per_hour)
    confidence = _filled(listing.confidence, factor.shape, 1.0)
    daily = _filled(feed.sigma, factor.shape, 0.0)
    return Tape(
        index=index,
        slope=np.ascontiguousarray(feed.slope),
        low=np.ascontiguousarray(feed.low),
        high=np.ascontiguousarray(feed.high),
        factor=np.concatenate([factor, confidence, daily], axis=1),
        peg=_filled(listing.peg, (ticks,), 1.0),
        beside=None if is_plain(terms, listing) else _beside(terms, venue, listing, index, sigma),
        funding_tick=feed.funding_tick,
        funding_rate=np.ascontiguousarray(feed.funding_rate),
        path=np.zeros((ticks, markets)),
        columns=np.zeros((ticks // venue.sample_ticks, 8)),
    )


def _beside(terms: Terms, venue: Venue, listing: Listing, index: Floats, sigma: Floats) -> Beside:
    """Columns of options and assets."""
    ratio = _filled(listing.ratio, (index.shape[0], listing.asset_market.shape[0]), 1.0)
    begins = np.arange(0, index.shape[0], venue.block_ticks)
    return Beside(
        volatility=_volatility(terms, venue, listing, index, sigma),
        summed=np.cumsum(index, axis=0),
        ratio=ratio,
        ratio_low=np.minimum.reduceat(ratio, begins, axis=0),
        ratio_high=np.maximum.reduceat(ratio, begins, axis=0),
    )


def _volatility(terms: Terms, venue: Venue, listing: Listing, index: Floats, sigma: Floats) -> Floats:
    rules = terms.options
    found: Floats = option_volatilities(
        sigma,
        index,
        venue.ticks_per_hour,
        venue.step_s,
        listing.option_market,
        listing.option_strike,
        listing.option_expiry,
        terms.reference,
        rules.term_half_life_s,
        rules.skew,
        rules.smile,
        rules.volatility_floor,
        rules.volatility_cap,
    )
    return found


def empty_log(instruments: int, events: int, snapshots: int) -> Log:
    """Buffers with room for so many events and snapshots."""
    return Log(
        whole=np.zeros((events, 9), dtype=np.int64),
        real=np.zeros((events, 3)),
        shot=np.zeros((snapshots, 3 + instruments), dtype=np.int64),
    )


def unpack(state: State, tape: Tape) -> Books:
    """The final books as plain arrays."""
    accounts, markets = state.accounts, state.markets
    return Books(
        cash=accounts["cash"].copy(),
        size=state.size,
        status=accounts["status"].copy(),
        flag=accounts["flag"].copy(),
        wallet=accounts["wallet"].copy(),
        market_size=state.lots["outside"].copy(),
        oracle=markets["oracle"].copy(),
        volume=markets["volume"].copy(),
        factor=np.ascontiguousarray(tape.factor[:, : markets.shape[0]]),
        keeper_cash=state.keepers["cash"].copy(),
        tills=state.tills,
        gauges=state.gauges,
    )
