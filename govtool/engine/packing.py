"""The door of the engine: inputs packed into rows, results unpacked again."""

import numpy as np

from govtool.engine.band import FIRST_BAND, FIRST_WIDE
from govtool.engine.calendar import UNLISTED
from govtool.engine.codes import (
    ASSET,
    BACK,
    DOWN_SINCE,
    GAUGES,
    INSURANCE,
    MARKET_POOLS,
    NEVER,
    OPENING,
    OPTION,
    PEG,
    POOL_LOW,
    POOL_PEAK,
    STAKE_UNITS,
    TILLS,
)
from govtool.engine.layout import SHOCKED
from govtool.engine.packing_rules import is_plain
from govtool.engine.packing_tape import filled
from govtool.engine.rows import ACCOUNT, INSTRUMENT, KEEPER, MARKET_ROW, STAKER, TRANCHE, zero_rows
from govtool.engine.slow_price import INTERVALS
from govtool.engine.state import Books, Crowd, Feed, Keepers, Log, Room, State, Tape, Venue
from govtool.engine.terms import Floats, Ints, Listing, Terms


def _rows(dtype: np.dtype[np.void], count: int, *sources: tuple[object, ...]) -> np.recarray:
    """Zeroed records filled from every array of `sources` whose name is a field of `dtype`; an empty one is zeros."""
    rows = zero_rows(dtype, count)
    for source in sources:
        for name, values in source._asdict().items():  # type: ignore[attr-defined]
            if name in (dtype.names or ()) and isinstance(values, np.ndarray) and (values.size > 0 or count == 0):
                rows[name] = values
    return rows


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
    lots["own_spread"] = lots["spread"]
    return lots


def _runs(listing: Listing, before: int) -> tuple[Ints, Ints]:
    """First row of each option's expiry, and the row after its last; `before` rows come before the options."""
    market, expiry = listing.option_market, listing.option_expiry
    begins = np.flatnonzero(np.append(True, (market[1:] != market[:-1]) | (expiry[1:] != expiry[:-1]))[: market.size])
    run = np.searchsorted(begins, np.arange(market.size), side="right") - 1
    return begins[run] + before, np.append(begins[1:], market.size)[run] + before


def _accounts(crowd: Crowd) -> np.recarray:
    accounts = _rows(ACCOUNT, crowd.equity.shape[0], crowd, crowd.habits)
    accounts["draws"] = np.where(accounts["draws"] > 0, accounts["draws"], NEVER)
    for name in ("flag", "arrives", "last", "helped_at", "cut_due"):
        accounts[name] = -1
    accounts["due"] = np.where(crowd.enters < 0, NEVER, crowd.enters)
    accounts["before"] = UNLISTED
    accounts["wake"] = NEVER
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
    markets, lots, scan = pack_listed(terms, venue, feed, listing, formation, opening_pool)
    tills = np.zeros(TILLS, dtype=np.int64)
    tills[INSURANCE] = tills[OPENING] = tills[POOL_LOW] = tills[POOL_PEAK] = opening_pool
    tills[MARKET_POOLS] = markets["own_pool"].sum()
    tills[BACK], tills[DOWN_SINCE] = -NEVER, -1
    gauges = np.zeros(GAUGES)
    gauges[STAKE_UNITS] = gauges[PEG] = 1.0
    count, assets = crowd.equity.shape[0], listing.asset_market.shape[0]
    return State(
        accounts=_accounts(crowd),
        cash=np.zeros(count, dtype=np.int64),
        size=np.zeros((count, lots.shape[0]), dtype=np.int64),
        across=np.zeros((lots.shape[0], count), dtype=np.int64),
        entry=np.zeros((count, lots.shape[0]), dtype=np.int64),
        tranches=empty_tranches(count, terms),
        plans=_plans(crowd, (count, assets)),
        markets=markets,
        lots=lots,
        keepers=_keepers(keepers),
        stakers=_stakers(crowd),
        wakes=np.full(feed.index.shape[0], -1, dtype=np.int64),
        tills=tills,
        gauges=gauges,
        room=empty_room(count, lots.shape[0], keepers.latency.shape[0], scan),
        scan=scan,
    )


def empty_tranches(accounts: int, terms: Terms) -> np.recarray:
    """Room for as many auctions as each account may have at a time, shape (A, N)."""
    tranches = np.zeros((accounts, terms.selling.tranches), dtype=TRANCHE).view(np.recarray)
    tranches["instrument"] = tranches["winner"] = -1
    return tranches


def empty_room(accounts: int, lots: int, keepers: int, scan: Floats | None) -> Room:
    """Scratch for so many."""
    scenarios = 0 if scan is None else scan.shape[1] - 2
    return Room(
        free=np.zeros(lots, dtype=np.int64),
        wish=np.zeros(lots, dtype=np.int64),
        bid=np.zeros(keepers, dtype=np.int64),
        lot=np.zeros(keepers, dtype=np.int64),
        edge=np.zeros(keepers),
        place=np.zeros(keepers),
        weight=np.zeros(accounts + 1),
        most=np.zeros(accounts + 1, dtype=np.int64),
        queue=np.zeros(accounts, dtype=np.int64),
        score=np.zeros(accounts),
        profits=np.zeros(scenarios),
        together=np.zeros(scenarios),
    )


def pack_listed(
    terms: Terms, venue: Venue, feed: Feed, listing: Listing, formation: Terms, opening_pool: int
) -> tuple[np.recarray, np.recarray, Floats | None]:
    """What is listed, before the first account enters: `State.markets`, `State.lots` and `State.scan`."""
    markets = _rows(MARKET_ROW, feed.index.shape[1], terms, venue, terms.margin, terms.scan, terms.pool)
    for name in ("oracle", "index", "source", "stable"):
        markets[name] = feed.index[0]
    markets["memory"][:, :INTERVALS] = feed.index[0][:, None]
    markets["band"], markets["wide"] = FIRST_BAND, FIRST_WIDE
    markets["initial_before"] = formation.initial_weight
    markets["maintenance_before"] = formation.maintenance_weight
    markets["halted"] = markets["tripped"] = -1
    markets["own_pool"] = np.floor(markets["pool_share"] * opening_pool)
    return markets, _lots(terms, venue, listing), None if is_plain(terms, listing) else _scan(terms, listing)


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
    parts = [crowd.share, filled(crowd.deposit, shape, 0.0)]
    return np.ascontiguousarray(np.concatenate(parts + ([crowd.opening] if crowd.opening.size else []), axis=1))


def _scan(terms: Terms, listing: Listing) -> Floats:
    """Rows of scenarios, then a row for each option; two more columns for the sides of the basis."""
    scan = terms.scan
    table = np.zeros((SHOCKED + listing.option_market.size, scan.move.size + 2))
    table[:SHOCKED, :-2] = np.stack([scan.move, scan.shift, scan.damp])
    return table


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
        cash=state.cash,
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
