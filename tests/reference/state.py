"""Who holds what, and what it is worth (rules §2 and §3)."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from tests.reference.account import Account, Keeper, Staker, Window
from tests.reference.numbers import notional

BUCKETS = (
    "keepers",
    "insurance",
    "treasury",
    "market",
    "wallets",
    "bad_debt",
    "lenders",
    "escrow",
    "gas",
    "stakers",
    "sharing",
    "exits",
    "transit",
    "carriers",
    "searchers",
)
PERPETUAL, OPTION, ASSET = "perpetual", "option", "asset"


@dataclass(frozen=True)
class Instrument:
    """What can be held; `market` is -1 for an asset that follows none, `number` counts within its kind."""

    kind: str
    number: int
    market: int
    unit: float
    step: int
    spread: float
    strike: float = 0.0
    call: bool = False
    expiry: int = 0


@dataclass(frozen=True)
class Expiry:
    """Series of one market that settle at the same tick."""

    market: int
    tick: int
    series: tuple[int, ...]


@dataclass(frozen=True)
class Regime:
    """Terms that margin follows: the formation's while the population forms, then the terms themselves."""

    terms: SimpleNamespace
    factor: list[list[float]]
    sigma: list[list[float]]
    before: SimpleNamespace | None = None
    """Terms that weights move away from, if they do."""


@dataclass
class Sources:
    """What the oracle's sources said of one market so far, and what it made of it."""

    said: float
    offers: list[float] = field(default_factory=list)
    sums: list[float] = field(default_factory=lambda: [0.0])
    """Entry t + 1 is the sum of what was said up to tick t."""
    smooth: Any = None


@dataclass
class State:
    """The whole of a replay in progress."""

    terms: SimpleNamespace
    venue: SimpleNamespace
    traits: SimpleNamespace
    """Of keepers."""
    feed: SimpleNamespace
    weather: SimpleNamespace
    crowd: SimpleNamespace
    listing: SimpleNamespace
    seed: int
    opening_pool: int
    instruments: list[Instrument]
    expiries: list[Expiry]
    sums: list[list[float]]
    regime: Regime
    accounts: list[Account]
    keepers: list[Keeper]
    stakers: list[Staker]
    units: float = 1.0
    """Of the pool, with stakers and protocol."""
    own: list[int] = field(default_factory=list)
    """What of the pool pays for one market alone."""
    tick: int = 0
    bucket: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUCKETS, 0))
    market_size: list[int] = field(default_factory=list)
    oracle: list[float] = field(default_factory=list)
    mark: list[float] = field(default_factory=list)
    basis: list[float] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)
    stable: list[Any] = field(default_factory=list)
    memo: dict[Any, Any] = field(default_factory=dict)
    """Answers that hold for this tick and regime whatever anyone does."""
    posted: list[int] = field(default_factory=list)
    heard: list[int] = field(default_factory=list)
    """Tick of the last news of each market."""
    sources: list[Sources] = field(default_factory=list)
    back: int | None = None
    """Tick at which the chain was last up again."""
    down: int | None = None
    """First tick of its last outage."""
    volume: list[float] = field(default_factory=list)
    halted: list[int] = field(default_factory=list)
    tripped: list[int] = field(default_factory=list)
    sold: list[Window] = field(default_factory=list)
    put_up: list[Window] = field(default_factory=list)
    withdrawn: Window = field(default_factory=Window)
    bridged: Window = field(default_factory=Window)
    channelled: Window = field(default_factory=Window)
    collateral: float = 0.0
    shortfall: float = 0.0
    pool_low: int = 0
    overflowed: int = 0
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
    def all(self) -> range:
        """Rows of every instrument."""
        return range(len(self.instruments))

    @property
    def hour(self) -> int:
        return self.tick // self.venue.ticks_per_hour

    @property
    def index(self) -> list[float]:
        return self.feed.index[self.tick]

    @property
    def pool(self) -> int:
        return self.bucket["insurance"]

    @property
    def shared(self) -> int:
        """What of the pool pays for any market."""
        return self.pool - sum(self.own)

    def remembered(self, key: Any, answer: Any, *given: Any) -> Any:
        """`answer(self, *given)`, worked out once a tick."""
        if key not in self.memo:
            self.memo[key] = answer(self, *given)
        return self.memo[key]


def value(state: State, size: int, j: int, price: float | None = None) -> float:
    """Value of a size of instrument `j` at its mark, or at `price`."""
    return notional(size, state.instruments[j].unit, state.mark[j] if price is None else price)


def stands_for(state: State, size: int, j: int) -> float:
    """Value of what a size of instrument `j` stands for: of an option, of its underlying."""
    return notional(size, state.instruments[j].unit, state.basis[j])


def equity(state: State, i: int) -> float:
    account = state.accounts[i]
    return worth_of(state, account.cash, account.size)


def worth_of(state: State, cash: int, sizes: list[int]) -> float:
    """Cash and sizes at mark."""
    worth = cash * 1e-6
    for j, size in enumerate(sizes):
        if size:
            worth = worth + value(state, size, j)
    return worth


def collateral(state: State) -> float:
    """Margin held for all accounts, in quote currency."""
    total = sum(account.cash for account in state.accounts) * 1e-6
    for j in state.all:
        if state.market_size[j]:
            total += value(state, -state.market_size[j], j)
    return total


def gross(state: State, j: int) -> int:
    return sum(abs(account.size[j]) for account in state.accounts)


def open_interest(state: State, j: int) -> float:
    both_sides = gross(state, j) + abs(state.market_size[j])
    return (both_sides * 0.5 * state.instruments[j].unit) * state.basis[j]


def held(state: State, j: int, price: float | None = None) -> float:
    """Value of all sizes above zero, at mark or at `price`."""
    return value(state, sum(max(account.size[j], 0) for account in state.accounts), j, price)


def borrowed(state: State, j: int, price: float | None = None) -> float:
    """Value of all sizes below zero, as a positive number."""
    return value(state, sum(max(-account.size[j], 0) for account in state.accounts), j, price)
