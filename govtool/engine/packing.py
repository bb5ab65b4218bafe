"""The door of the engine: inputs packed into rows and one record of scalars, results unpacked again."""

import numpy as np

from govtool.engine.state import (
    ACCOUNT,
    GAUGES,
    INSURANCE,
    KEEPER,
    MARKET_ROW,
    NEVER,
    OPENING,
    POOL_LOW,
    TILLS,
    Books,
    Crowd,
    Feed,
    Keepers,
    Log,
    Rules,
    State,
    Tape,
    Terms,
    Venue,
)
from govtool.engine.weights import volatility_factors

FIRST_BAND = 1e-3
"""Displacement that the skipping bounds allow for at first; widened when it is left. No result hangs on it."""


def _rows(dtype: np.dtype[np.void], count: int, *sources: tuple[object, ...]) -> np.recarray:
    """Zeroed records filled from every array of `sources` whose name is a field of `dtype`."""
    rows = np.zeros(count, dtype=dtype).view(np.recarray)
    for source in sources:
        for name, values in source._asdict().items():  # type: ignore[attr-defined]
            if name in (dtype.names or ()) and isinstance(values, np.ndarray):
                rows[name] = values
    return rows


def pack_rules(terms: Terms, venue: Venue, feed: Feed, crowd: Crowd, seed: int) -> Rules:
    """One record of all scalars, integers as int64 and the rest as float64."""
    scalars: dict[str, int | float] = {"seed": seed}
    for source in (terms, venue, feed, crowd):
        scalars |= {k: v for k, v in source._asdict().items() if not isinstance(v, np.ndarray)}
    kinds = {
        name: type(source).__annotations__[name]
        for source in (terms, venue, feed, crowd)
        for name in scalars
        if name in type(source).__annotations__
    } | {"seed": int}
    dtype = np.dtype([(name, np.int64 if kinds[name] is int else np.float64) for name in scalars])
    record = np.zeros(1, dtype=dtype).view(np.recarray)
    for name, value in scalars.items():
        record[name] = value
    return record[0]


def pack_state(terms: Terms, venue: Venue, keepers: Keepers, feed: Feed, crowd: Crowd, opening_pool: int) -> State:
    """Books before the first account enters."""
    markets = _rows(MARKET_ROW, feed.index.shape[1], terms, venue)
    markets["oracle"] = markets["index"] = feed.index[0]
    markets["band"] = FIRST_BAND
    accounts = _rows(ACCOUNT, crowd.equity.shape[0], crowd)
    for name in ("flag", "arrives", "tranche", "opened"):
        accounts[name] = -1
    accounts["due"] = np.where(crowd.enters < 0, NEVER, crowd.enters)
    accounts["wake"] = accounts["due"]
    bench = _rows(KEEPER, keepers.latency.shape[0], keepers)
    bench["have"] = keepers.capital
    tills = np.zeros(TILLS, dtype=np.int64)
    tills[INSURANCE] = tills[OPENING] = tills[POOL_LOW] = opening_pool
    size = np.zeros((crowd.equity.shape[0], feed.index.shape[1]), dtype=np.int64)
    share = np.ascontiguousarray(crowd.share, dtype=np.float64)
    return State(accounts, size, share, markets, bench, tills, np.zeros(GAUGES))


def pack_tape(terms: Terms, venue: Venue, feed: Feed) -> Tape:
    """Columns of the feed, the weights' volatility factors, and room for the per-tick output."""
    ticks, markets = feed.index.shape
    return Tape(
        index=np.ascontiguousarray(feed.index),
        slope=np.ascontiguousarray(feed.slope),
        low=np.ascontiguousarray(feed.low),
        high=np.ascontiguousarray(feed.high),
        factor=volatility_factors(terms, feed, venue.ticks_per_hour),
        funding_tick=feed.funding_tick,
        funding_rate=np.ascontiguousarray(feed.funding_rate),
        path=np.zeros((ticks, markets)),
        columns=np.zeros((ticks // venue.sample_ticks, 6)),
    )


def empty_log(markets: int, events: int, snapshots: int) -> Log:
    """Buffers with room for so many events and snapshots."""
    return Log(
        whole=np.zeros((events, 9), dtype=np.int64),
        real=np.zeros((events, 3)),
        shot=np.zeros((snapshots, 3 + markets), dtype=np.int64),
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
        market_size=markets["market_size"].copy(),
        oracle=markets["oracle"].copy(),
        volume=markets["volume"].copy(),
        factor=tape.factor,
        keeper_cash=state.keepers["cash"].copy(),
        tills=state.tills,
        gauges=state.gauges,
    )
