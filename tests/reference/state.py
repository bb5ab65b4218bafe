"""Who holds what, and what an account is worth (rules §2 and §3)."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from tests.reference import weights
from tests.reference.numbers import notional

BUCKETS = ("keepers", "insurance", "treasury", "market", "wallets", "bad_debt")


@dataclass
class Tranche:
    """A live auction of a part of one position."""

    market: int
    left: int
    opened: int


@dataclass
class Account:
    """One account; `None` stands for never, not flagged, no auction."""

    size: list[int]
    wallet: int
    cash: int = 0
    inside: bool = False
    flag: int | None = None
    warned: bool = False
    due: int | None = None
    arrives: int | None = None
    tranche: Tranche | None = None

    @property
    def open(self) -> bool:
        return any(self.size)

    @property
    def exposed(self) -> bool:
        return self.inside and self.open


@dataclass
class Keeper:
    cash: int
    have: float
    touched: int = 0


@dataclass
class State:
    """The whole of a replay in progress."""

    terms: SimpleNamespace
    venue: SimpleNamespace
    habits: SimpleNamespace
    feed: SimpleNamespace
    crowd: SimpleNamespace
    seed: int
    opening_pool: int
    accounts: list[Account]
    keepers: list[Keeper]
    factor: list[list[float]]
    tick: int = 0
    bucket: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUCKETS, 0))
    market_size: list[int] = field(default_factory=list)
    oracle: list[float] = field(default_factory=list)
    posted: list[int] = field(default_factory=list)
    volume: list[float] = field(default_factory=list)
    pool_low: int = 0
    gauge: dict[str, float] = field(default_factory=dict)
    flow: dict[str, int] = field(default_factory=dict)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    shots: list[tuple[int, ...]] = field(default_factory=list)
    path: list[list[float]] = field(default_factory=list)
    columns: list[tuple[float, ...]] = field(default_factory=list)
    photograph: Any = None

    @property
    def markets(self) -> range:
        return range(len(self.terms.unit))

    @property
    def hour(self) -> int:
        return self.tick // self.venue.ticks_per_hour

    @property
    def index(self) -> list[float]:
        return self.feed.index[self.tick]

    @property
    def slope(self) -> list[float]:
        return self.feed.slope[self.hour]

    @property
    def pool(self) -> int:
        return self.bucket["insurance"]


def value(state: State, size: int, m: int, price: float | None = None) -> float:
    """Value of a size of market `m` at the oracle price, or at `price`."""
    return notional(size, state.terms.unit[m], state.oracle[m] if price is None else price)


def maintenance_weight(state: State, m: int) -> float:
    return min(1.0, state.terms.maintenance_weight[m] * state.factor[state.hour][m])


def equity(state: State, i: int) -> float:
    account = state.accounts[i]
    worth = account.cash * 1e-6
    for m in state.markets:
        if account.size[m]:
            worth = worth + value(state, account.size[m], m)
    return worth


def maintenance(state: State, i: int) -> float:
    account = state.accounts[i]
    total = 0.0
    for m in state.markets:
        if account.size[m]:
            total = total + value(state, abs(account.size[m]), m) * maintenance_weight(state, m)
    return total


def health(state: State, i: int) -> tuple[float, float]:
    """Equity and maintenance of account `i`."""
    return equity(state, i), maintenance(state, i)


def gross(state: State, m: int) -> int:
    return sum(abs(account.size[m]) for account in state.accounts)


def open_interest(state: State, m: int) -> float:
    both_sides = gross(state, m) + abs(state.market_size[m])
    return (both_sides * 0.5 * state.terms.unit[m]) * state.oracle[m]


def initial_weights(state: State) -> list[float]:
    """Initial weights of this tick, open interest included."""
    terms = state.terms
    return [
        weights.scaled(
            min(1.0, terms.initial_weight[m] * state.factor[state.hour][m]),
            open_interest(state, m),
            terms.oi_lower[m],
            terms.oi_upper[m],
        )
        for m in state.markets
    ]


def heaviest(state: State, i: int) -> int:
    """The market that a liquidation starts with: most maintenance, the first of equals."""
    account = state.accounts[i]
    best, most = -1, -1.0
    for m in state.markets:
        if account.size[m]:
            weight = value(state, abs(account.size[m]), m) * maintenance_weight(state, m)
            if weight > most:
                best, most = m, weight
    return best
