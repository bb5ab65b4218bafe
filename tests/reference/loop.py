"""The tick loop (rules §7) and what a replay leaves."""

from dataclasses import dataclass
from typing import Any

from tests.reference import book, dutch, expiry, funding, interest, margin, opening, oracle, topups, traders, weights
from tests.reference.door import admitted, filled_crowd, filled_listing, filled_terms
from tests.reference.instruments import expiries, listed, running_sums
from tests.reference.last_resort import close_out, retire
from tests.reference.requirement import health
from tests.reference.state import ASSET, Account, Keeper, Regime, State, open_interest, value

BOOK = 0
GAUGES = (
    "oi_seconds",
    "collateral_seconds",
    "under_seconds",
    "liquidated",
    "cost",
    "excess",
    "haircut",
    "adl_notional",
    "flagged",
)
FLOWS = ("pool_in", "pool_out", "trade_fees", "liquidation_fees", "topups")


@dataclass(frozen=True)
class Replay:
    """Events as tuples in the order of rules §10, and the state after the last of them."""

    events: list[tuple[Any, ...]]
    cash: list[int]
    size: list[list[int]]
    inside: list[bool]
    flag: list[int | None]
    wallet: list[int]
    keeper_cash: list[int]
    market_size: list[int]
    oracle: list[float]
    volume: list[float]
    buckets: dict[str, int]
    pool_low: int
    flows: dict[str, int]
    gauges: dict[str, float]
    shots: list[tuple[int, ...]]
    path: list[list[float]]
    columns: list[tuple[float, ...]]
    factor: list[list[float]]


def simulate(
    terms: Any,
    venue: Any,
    keepers: Any,
    feed: Any,
    crowd: Any,
    seed: int,
    opening_pool: int,
    listing: Any,
    formation: Any = None,
) -> Replay:
    """Replay the window once. The arguments have the attributes of `govtool/engine/state.py` and `terms.py`."""
    groups = ("terms", "venue", "keepers", "feed", "crowd", "listing")
    records = (terms, venue, keepers, feed, crowd, listing)
    state = _start(
        *(admitted(group, record) for group, record in zip(groups, records, strict=True)),
        before=None if formation is None else admitted("terms", formation),
        seed=int(seed),
        pool=int(opening_pool),
    )
    for t in range(len(state.feed.index)):
        state.tick = t
        oracle.post(state)
        funding.settle(state)
        interest.charge(state)
        expiry.settle(state)
        topups.arrive(state)
        traders.act(state)
        margin.check(state)
        (book if state.terms.liquidation_format == BOOK else dutch).liquidate(state)
        _close_tick(state)
    _settle(state)
    return _replay(state)


def _start(
    terms: Any, venue: Any, habits: Any, feed: Any, crowd: Any, listing: Any, *, before: Any, seed: int, pool: int
) -> State:
    """Everything as it is before tick 0, with the opening population in."""
    hours, assets = weights.hours_of(venue, feed), len(listing.asset_market)
    terms = filled_terms(terms, assets)
    before = None if before is None else filled_terms(before, assets)
    instruments = listed(terms, venue, listing)
    count, markets = len(instruments), len(terms.unit)
    factor, sigma = weights.factors(terms, venue, feed)
    ramping = before is not None and terms.margin.ramp_s > 0
    state = State(
        terms,
        venue,
        habits,
        feed,
        filled_crowd(crowd, assets),
        filled_listing(listing, len(feed.index), hours, markets),
        seed,
        pool,
        instruments,
        expiries(instruments),
        running_sums(feed.index),
        Regime(terms, factor, sigma, before if ramping else None),
        accounts=[Account([0] * count, wallet) for wallet in crowd.wallet],
        keepers=[Keeper(0, capital) for capital in habits.capital],
        market_size=[0] * count,
        mark=[0.0] * count,
        basis=[0.0] * count,
        oracle=list(feed.index[0]),
        posted=[0] * markets,
        volume=[0.0] * markets,
        pool_low=pool,
        gauge=dict.fromkeys(GAUGES, 0.0),
        flow=dict.fromkeys(FLOWS, 0),
    )
    state.bucket["insurance"] = pool
    opening.open_population(state, _formation(state, terms if before is None else before))
    return state


def _formation(state: State, terms: Any) -> Regime:
    """Terms of the formation, without volatility factor."""
    factor, sigma = weights.factors(terms, state.venue, state.feed)
    return Regime(terms, [[1.0] * len(row) for row in factor], sigma)


def collateral(state: State) -> float:
    """Margin held for all accounts, in quote currency."""
    total = sum(account.cash for account in state.accounts) * 1e-6
    for j in state.all:
        if state.market_size[j]:
            total += value(state, -state.market_size[j], j)
    return total


def _close_tick(state: State) -> None:
    """Measure the tick, then let displaced volume decay."""
    step_s = state.venue.step_s
    open_now = sum(open_interest(state, j) for j in state.all if state.instruments[j].kind != ASSET)
    state.gauge["oi_seconds"] += open_now * step_s
    state.gauge["collateral_seconds"] += collateral(state) * step_s
    state.pool_low = min(state.pool_low, state.pool)
    if (state.tick + 1) % state.venue.sample_ticks == 0:
        state.columns.append(_sample(state, open_now))
    for m in state.markets:
        decayed = state.volume[m] * state.venue.decay
        state.volume[m] = 0.0 if abs(decayed) < state.venue.floor_x else decayed


def _sample(state: State, open_now: float) -> tuple[float, ...]:
    bad_debt = -state.bucket["bad_debt"] * 1e-6
    return (
        state.pool * 1e-6,
        open_now,
        collateral(state),
        state.gauge["liquidated"],
        bad_debt,
        float(_flagged(state)),
    )


def _flagged(state: State) -> int:
    return sum(account.flag is not None for account in state.accounts)


def _settle(state: State) -> None:
    """After the last tick nobody hides a loss past the end."""
    for i, account in enumerate(state.accounts):
        if not account.exposed:
            continue
        worth, required = health(state, i)
        if account.flag is None and worth >= required:
            continue
        for j in state.all:
            if account.size[j]:
                close_out(state, i, j)
        retire(state, i)
    state.pool_low = min(state.pool_low, state.pool)


def _replay(state: State) -> Replay:
    state.gauge["flagged"] = float(_flagged(state))
    return Replay(
        events=state.events,
        cash=[account.cash for account in state.accounts],
        size=[list(account.size) for account in state.accounts],
        inside=[account.inside for account in state.accounts],
        flag=[account.flag for account in state.accounts],
        wallet=[account.wallet for account in state.accounts],
        keeper_cash=[keeper.cash for keeper in state.keepers],
        market_size=state.market_size,
        oracle=state.oracle,
        volume=state.volume,
        buckets={"traders": sum(account.cash for account in state.accounts)} | state.bucket,
        pool_low=state.pool_low,
        flows=state.flow,
        gauges=state.gauge,
        shots=state.shots,
        path=state.path,
        columns=state.columns,
        factor=state.regime.factor,
    )
