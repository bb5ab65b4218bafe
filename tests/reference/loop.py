"""The tick loop (rules §7) and what a replay leaves."""

from dataclasses import dataclass
from typing import Any

from tests.reference import book, dutch, funding, margin, opening, oracle, topups, traders, weights
from tests.reference.door import admitted
from tests.reference.last_resort import close_out, retire
from tests.reference.state import Account, Keeper, State, health, open_interest, value

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


def simulate(terms: Any, venue: Any, keepers: Any, feed: Any, crowd: Any, seed: int, opening_pool: int) -> Replay:
    """Replay the window once. The arguments have the attributes of `govtool/engine/state.py`."""
    state = _start(
        *(
            admitted(group, record)
            for group, record in zip(
                ("terms", "venue", "keepers", "feed", "crowd"),
                (terms, venue, keepers, feed, crowd),
                strict=True,
            )
        ),
        seed=int(seed),
        pool=int(opening_pool),
    )
    opening.open_population(state)
    for t in range(len(state.feed.index)):
        state.tick = t
        oracle.post(state)
        funding.settle(state)
        topups.arrive(state)
        traders.act(state)
        margin.check(state)
        (book if state.terms.liquidation_format == BOOK else dutch).liquidate(state)
        _close_tick(state)
    _settle(state)
    return _replay(state)


def _start(terms: Any, venue: Any, habits: Any, feed: Any, crowd: Any, *, seed: int, pool: int) -> State:
    count = len(terms.unit)
    state = State(
        terms,
        venue,
        habits,
        feed,
        crowd,
        seed,
        pool,
        accounts=[Account([0] * count, wallet) for wallet in crowd.wallet],
        keepers=[Keeper(0, capital) for capital in habits.capital],
        factor=weights.factors(terms, venue, feed),
        market_size=[0] * count,
        oracle=list(feed.index[0]),
        posted=[0] * count,
        volume=[0.0] * count,
        pool_low=pool,
        gauge=dict.fromkeys(GAUGES, 0.0),
        flow=dict.fromkeys(FLOWS, 0),
    )
    state.bucket["insurance"] = pool
    return state


def collateral(state: State) -> float:
    """Margin held for all accounts, in quote currency."""
    total = sum(account.cash for account in state.accounts) * 1e-6
    for m in state.markets:
        total += value(state, -state.market_size[m], m)
    return total


def _close_tick(state: State) -> None:
    """Measure the tick, then let displaced volume decay."""
    step_s = state.venue.step_s
    interest = sum(open_interest(state, m) for m in state.markets)
    state.gauge["oi_seconds"] += interest * step_s
    state.gauge["collateral_seconds"] += collateral(state) * step_s
    state.pool_low = min(state.pool_low, state.pool)
    if (state.tick + 1) % state.venue.sample_ticks == 0:
        state.columns.append(_sample(state, interest))
    for m in state.markets:
        decayed = state.volume[m] * state.venue.decay
        state.volume[m] = 0.0 if abs(decayed) < state.venue.floor_x else decayed


def _sample(state: State, interest: float) -> tuple[float, ...]:
    bad_debt = -state.bucket["bad_debt"] * 1e-6
    return (
        state.pool * 1e-6,
        interest,
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
        for m in state.markets:
            if account.size[m]:
                close_out(state, i, m)
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
        factor=state.factor,
    )
