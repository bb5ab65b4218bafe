"""Worlds of one or two accounts with round numbers, for cases worked by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from govtool.engine.codes import NEVER
from govtool.engine.state import Crowd, Feed, Keepers, Passage, Venue
from govtool.engine.terms import (
    DUTCH,
    EMPTY,
    NOTHING,
    Bidding,
    Dampers,
    Listing,
    Margin,
    OptionRules,
    Pool,
    Posting,
    ScanRules,
    Selling,
    Sharing,
    Terms,
)
from tests.engine.columns import habits_of, weather_of
from tests.engine.source import HUGE
from tests.engine.worlds import World
from tests.reference.replay import Replay

USD = 10**6


class Event(NamedTuple):
    """One row of the log, with names."""

    tick: int
    kind: int
    account: int
    market: int
    other: int
    size: int
    quote: int
    fee: int
    fund: int
    price: float
    equity: float
    maintenance: float


def events(replay: Replay, *kinds: int) -> list[Event]:
    """Events of these kinds, in order; all of them if none is named."""
    rows = [Event(*row) for row in replay.events]
    return [row for row in rows if row.kind in kinds] if kinds else rows


def only(replay: Replay, kind: int) -> Event:
    """The single event of a kind."""
    (event,) = events(replay, kind)
    return event


@dataclass(frozen=True)
class Trader:
    """An account that holds `sizes` from the start on, unless `enters` is later.

    Sizes are quantums per instrument, taken at first prices; instruments after the last size are not held. `deposit`
    are shares of equity that come in kind, per asset.
    """

    equity: float
    sizes: Sequence[int]
    enters: int = 0
    hold: float = 1e9
    idle: float = 0.0
    topup_chance: float = 0.0
    wallet: float = 0.0
    deposit: Sequence[float] = ()


NO_KEEPERS: list[tuple[int, float, float, float, float]] = []


def world(
    index: Sequence[Any],
    traders: Sequence[Trader],
    *,
    pool: float = 0.0,
    keepers: Sequence[tuple[int, float, float, float, float]] = NO_KEEPERS,
    rate: Sequence[tuple[int, float]] = (),
    seed: int = 1,
    **changed: Any,
) -> World:
    """A world where nothing moves but the index, save what `changed` (fields of any input) says.

    `index` has one price a tick, or one row of prices a tick; `keepers` are rows of latency, capital, refill, edge
    and least, and their further traits lists; `rate` are pairs of a tick and a funding rate per 8 h. `margin`,
    `options`, `scan`, `selling` and so on are groups of terms, `insurance` that of the pool; `owner`, `opening`,
    `opted`, `stake` and `nerve` are plans of the crowd, `habits` and `weather` dicts of theirs with plain lists; of
    weather a list of numbers stands for every market. `formation` is whole terms, or a dict of what differs in them.
    `listing` may leave out units, steps and ratios, which are one then, and spreads, which are none.
    """
    prices = np.array(index, dtype=np.float64)
    prices = prices.reshape(len(prices), -1)
    count = prices.shape[1]
    given = {name: changed.pop(name) for name in tuple(changed) if name in VENUE}
    fed = {name: changed.pop(name) for name in tuple(changed) if name in Feed._fields}
    felt = {name: changed.pop(name) for name in tuple(changed) if name in HABITS}
    kinds = {"owner": np.int64, "opening": np.float64, "opted": np.int64, "stake": np.float64, "nerve": np.float64}
    plans = {name: np.array(changed.pop(name), dtype=kind) for name, kind in kinds.items() if name in changed}
    traits = {name: changed.pop(name) for name in tuple(changed) if name in TRAITS}
    listing = _listing(changed.pop("listing", NOTHING), len(prices))
    formation = changed.pop("formation", None)
    weather, ways = weather_of(changed.pop("weather", {}), count), habits_of(changed.pop("habits", {}))
    if "insurance" in changed:
        changed["pool"] = _of_each(changed.pop("insurance"))
    terms = _terms(changed, count)
    if isinstance(formation, dict):
        formation = _terms(changed | formation, count)
    venue = Venue(**_spread(VENUE | given, Venue, count))
    return World(
        terms,
        venue,
        _keepers(keepers)._replace(**{name: np.array(one, dtype=TRAITS[name]) for name, one in traits.items()}),
        _feed(prices, rate, fed, venue),
        _crowd(traders, _quantums(terms, listing, prices[0]), HABITS | felt)._replace(habits=ways, **plans),
        seed,
        round(pool * USD),
        listing,
        formation,
        weather,
    )


TERMS: dict[str, Any] = {
    "initial_weight": 0.1,
    "maintenance_weight": 0.1,
    "oi_lower": 0.0,
    "oi_upper": 0.0,
    "adaptive": 0,
    "gamma": 1.0,
    "half_life_s": 3600.0,
    "reference": 1.0,
    "cap": 10.0,
    "rise": 10.0,
    "fall": 10.0,
    "unit": 1.0,
    "step": 1,
    "deviation": 0.0,
    "heartbeat": 0,
    "funding_clamp": 1.0,
    "taker_fee": 0.0,
    "trading_fee_share": 0.0,
    "liquidation_format": DUTCH,
    "fee_rate": 0.0,
    "fee_to_insurance": 1.0,
    "min_notional": 0.0,
    "portion": 1.0,
    "block_notional": 1e15,
    "block_insurance": HUGE,
    "bankruptcy_adjustment": 1.0,
    "spread_ratio": 1.5,
    "restore": 1.0,
    "length_s": 15.0,
    "start_discount": 0.0,
    "end_discount": 0.0,
    "adl": 0,
    "margin": Margin(),
    "options": OptionRules(),
    "scan": ScanRules(),
    "selling": Selling(),
    "bidding": Bidding(),
    "pool": Pool(),
    "sharing": Sharing(),
    "dampers": Dampers(),
    "posting": Posting(),
}
GROUPS = (Margin, OptionRules, ScanRules, Selling, Bidding, Pool, Sharing, Dampers, Posting, Passage)
VENUE: dict[str, Any] = {
    "half_spread": 0.0,
    "own_weight": 0.0,
    "decay": 1.0,
    "floor_x": 0.0,
    "step_s": 15.0,
    "ticks_per_hour": 240,
    "block_ticks": 60,
    "blocks": 1,
    "lag_blocks": 0,
    "max_attempts": 50,
    "max_deleverages": 10,
    "max_counterparties": 500,
    "sample_ticks": 1,
    "gas": 0.0,
    "ordering": 0,
    "priority_share": 0.0,
    "frontrun": 0.0,
    "passage": Passage(),
}
TRAITS = {"patience": np.float64, "risk": np.float64, "cost": np.float64, "conduct": np.int64, "keeper_owner": np.int64}
# Nobody thinks of a top-up before liquidation, and initial margin binds nobody.
HABITS: dict[str, float] = {"headroom": 1e9, "warning": 1.0, "topup_target": 1.0}


def _terms(changed: dict[str, Any], count: int) -> Terms:
    return Terms(**_spread(TERMS | changed, Terms, count))


def _of_each(rules: Pool) -> Pool:
    return rules._replace(pool_share=np.array(rules.pool_share, dtype=np.float64))


def _spread(fields: dict[str, Any], shape: type, count: int) -> dict[str, Any]:
    """Fields per market as arrays; a single number stands for every market."""
    types = shape.__annotations__
    assert fields.keys() == types.keys(), f"unknown field among {fields.keys() ^ types.keys()}"
    return {
        name: given if types[name] in (int, float, *GROUPS) else np.broadcast_to(np.array(given), (count,)).copy()
        for name, given in fields.items()
    }


def _listing(listing: Listing, ticks: int) -> Listing:
    """Units and steps of one, no spread and a ratio of one, where they were left out."""
    options, assets = len(listing.option_market), len(listing.asset_market)
    left_out = {
        "option_unit": np.ones(options),
        "option_step": np.ones(options, dtype=np.int64),
        "option_spread": np.zeros(options),
        "asset_unit": np.ones(assets),
        "asset_step": np.ones(assets, dtype=np.int64),
        "asset_spread": np.zeros(assets),
        "ratio": np.ones((ticks, assets)),
    }
    return listing._replace(**{name: full for name, full in left_out.items() if not getattr(listing, name).size})


def _quantums(terms: Terms, listing: Listing, start: Any) -> Any:
    """What a quantum of each instrument stands for at the first prices, in quote currency."""
    assets = [
        unit * ratio * (1.0 if m < 0 else start[m])
        for m, unit, ratio in zip(listing.asset_market, listing.asset_unit, listing.ratio[0], strict=True)
    ]
    return np.array([*(terms.unit * start), *(listing.option_unit * start[listing.option_market]), *assets])


def _keepers(rows: Sequence[tuple[int, float, float, float, float]]) -> Keepers:
    table = np.array(rows, dtype=np.float64).reshape(len(rows), 5)
    return Keepers(table[:, 0].astype(np.int64), *(table[:, n].copy() for n in range(1, 5)))


def _feed(prices: Any, rate: Sequence[tuple[int, float]], fed: dict[str, Any], venue: Venue) -> Feed:
    hours, count = -(-len(prices) // venue.ticks_per_hour), prices.shape[1]
    blocks = [prices[t : t + venue.block_ticks] for t in range(0, len(prices), venue.block_ticks)]
    feed = Feed(
        index=prices,
        slope=np.zeros((hours, count)),
        lead_s=np.zeros(0),
        lead_price=np.zeros((0, count)),
        funding_tick=np.array([t for t, _ in rate], dtype=np.int64),
        funding_rate=np.array([[one] * count for _, one in rate], dtype=np.float64).reshape(len(rate), count),
        funding_share=0.125,
        low=np.array([block.min(axis=0) for block in blocks]),
        high=np.array([block.max(axis=0) for block in blocks]),
    )
    fed = fed | {name: np.full((hours, count), fed[name]) for name in ("slope", "sigma") if name in fed}
    return feed._replace(**fed)


def _crowd(traders: Sequence[Trader], quantums: Any, habits: dict[str, float]) -> Crowd:
    """Plans that floor to the sizes asked for, at the first prices: each aims half a quantum higher."""
    sizes = [[*trader.sizes, *[0] * (len(quantums) - len(trader.sizes))] for trader in traders]
    aims = [
        [
            np.sign(size) * (abs(size) + 0.5) * quantum if size else 0.0
            for size, quantum in zip(row, quantums, strict=True)
        ]
        for row in sizes
    ]
    totals = [sum(abs(one) for one in aim) or 1.0 for aim in aims]
    pairs = list(zip(traders, totals, strict=True))
    assets = max(len(trader.deposit) for trader in traders)
    return Crowd(
        equity=np.array([round(trader.equity * USD) for trader in traders], dtype=np.int64),
        leverage=np.array([total / trader.equity for trader, total in pairs]),
        share=np.array([[one / total for one in aim] for aim, total in zip(aims, totals, strict=True)]),
        enters=np.array([trader.enters for trader in traders], dtype=np.int64),
        hold=np.array([min(trader.hold, float(NEVER)) for trader in traders]),
        idle=np.array([trader.idle for trader in traders]),
        topup_chance=np.array([trader.topup_chance for trader in traders]),
        topup_delay=np.zeros(len(traders)),
        wallet=np.array([round(trader.wallet * USD) for trader in traders], dtype=np.int64),
        deposit=np.array([[*trader.deposit, *[0.0] * (assets - len(trader.deposit))] for trader in traders])
        if assets
        else EMPTY,
        **habits,
    )
