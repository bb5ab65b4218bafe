"""A replay retold from its event log: who has what after each event.

The log tells sums of what many accounts pay or get at once; who paid how much follows from what each holds.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from govtool.engine import codes as names
from govtool.engine.terms import BOOK
from tests.engine.handmade import Event, events
from tests.engine.loans import Loans
from tests.engine.worlds import World, day_of
from tests.engine.yardstick import Yardstick
from tests.reference.numbers import shares
from tests.reference.replay import Replay

QUANTUM = 1e-6
HOURS_PER_YEAR = 8760

NOT_A_CHANGE = (names.OPEN, names.UNFILLED, names.WON)
"""Kinds of event whose size is not what the account's size changed by."""

SALES = (names.FILL, names.TAKE, names.CLOSE, names.DELEVERAGE)
EARNED_BY_MARKETS = (names.TRADE, names.FILL, names.TAKE, names.SLASH)
LAYER_ROWS = (names.COVER, names.SHARE, names.SOCIALISE, names.DEFER)
LAST_ROWS = ((names.EXIT_HAIRCUT, False), (names.BAD_DEBT_EVENT, True))
"""Kinds of event that settle what exits owe, and whether they are of nobody's account."""


@dataclass
class Walk:
    """Holdings after the events so far: of accounts, and of the pool with what is set aside in it."""

    world: World
    replay: Replay
    cash: Counter[int] = field(default_factory=Counter)
    size: Counter[tuple[int, int]] = field(default_factory=Counter)
    flagged: set[int] = field(default_factory=set)
    inside: set[int] = field(default_factory=set)
    given: Counter[int] = field(default_factory=Counter)
    waiting: set[int] = field(default_factory=set)
    """Whose withdrawal is held."""
    helped: Counter[tuple[int, int]] = field(default_factory=Counter)
    """What insurance paid to an account in a tick, fills on the book apart."""
    loss_market: dict[int, int] = field(default_factory=dict)
    resolved: tuple[int, int, int] | None = None
    """Account and market of the auction that has just ended, and when, while layers pay for it."""
    pool: int = 0
    paid_today: int = 0
    day: int = 0
    own: list[int] = field(init=False)
    """What of the pool belongs to a market."""
    unit: list[float] = field(init=False)
    loans: Loans = field(init=False)
    posted: list[list[float]] = field(init=False)
    """Prices as they were posted, in every tick."""
    told: int = 0
    exits_settled: int = field(init=False)
    """How many rows there are before what exits owe is settled."""
    settling: bool = False
    """Whether the window is over, and what no news came of is priced at the index (end of rules §7)."""

    def __post_init__(self) -> None:
        self.posted = posted_prices(self.world, self.replay)
        self.exits_settled = exits_settled(events(self.replay))
        self.pool = self.world.opening_pool
        self.unit, _ = quantums(self.world)
        self.loans = Loans(self.world.terms.pool.advance_fee)
        share = self.world.terms.pool.pool_share
        self.own = [int(np.floor(one * self.pool)) for one in share] if share.size else [0] * len(self.world.terms.unit)

    @cached_property
    def yardstick(self) -> Yardstick:
        return Yardstick(self.world)

    def now(self, tick: int) -> Yardstick:
        """The reference's books with these holdings, at the prices of a tick."""
        return self.yardstick.at(tick, self.prices(tick), self.cash, self.size)

    def prices(self, tick: int) -> list[float]:
        """Of the markets, for margin, at this moment of the replay."""
        return (self.replay.path if self.settling else self.posted)[tick]

    def reach(self, event: Event) -> None:
        """The moment just before an event.

        What closes an account after the last tick looks like what closes an insolvent one in it: it is known by its
        equity, at the prices that the window is settled at. What exits are owed is settled in the last rows of all.
        """
        self.settling = self.settling or self.told >= self.exits_settled
        if self.settling or event.kind not in (names.CLOSE, names.REPAY) or event.tick < len(self.posted) - 1:
            return
        at_the_end = self.replay.path[event.tick]
        if at_the_end != self.posted[event.tick]:
            prices = (at_the_end, self.posted[event.tick])
            books = (self.yardstick.at(event.tick, one, self.cash, self.size) for one in prices)
            after, before = (abs(one.equity(event.account) - event.equity) for one in books)
            self.settling = after < before

    def held(self, account: int) -> bool:
        return any(self.sizes(account))

    def sizes(self, account: int) -> list[int]:
        return [self.size[account, j] for j in range(len(self.unit))]

    def column(self, j: int) -> list[int]:
        """Size of every account in instrument `j`."""
        return [self.size[account, j] for account in self.accounts]

    @property
    def accounts(self) -> range:
        return range(len(self.world.crowd.equity))

    @property
    def shared(self) -> int:
        """What of the pool pays for any market."""
        return self.pool - sum(self.own)

    def may_pay(self, market: int, tick: int) -> int:
        """The most that the pool pays now for a loss in a market, or in none with -1."""
        cap = self.world.terms.pool.day_insurance
        own = self.own[market] if market >= 0 else 0
        today = self.paid_today if self.day == day_of(self.world, tick) else 0
        return min(own + self.shared, cap - today) if cap else own + self.shared

    def may_help(self, account: int, market: int, tick: int) -> int:
        """The most that the layer of insurance pays to an account now."""
        block = self.world.terms.block_insurance - self.helped[account, tick]
        return max(0, min(self.may_pay(market, tick), block))

    def tell(self, event: Event) -> None:
        """Carry out one event."""
        self.reach(event)
        self._fill_pool(event)
        self.loans.tell(event)
        self._remember(event)
        if event.kind == names.FUNDING:
            self._fund(event)
        elif event.kind == names.INTEREST:
            self._charge(event)
        elif event.kind == names.PREMIUM:
            self._reward_volunteers(event)
        else:
            self._move(event)
        if event.account in self.waiting and not self.held(event.account):
            self.flagged.discard(event.account)  # held again, without a row
        self.told += 1

    def _move(self, event: Event) -> None:
        paid = -event.fund if event.kind == names.FILL and event.fund < 0 else 0
        if event.account >= 0:
            self.cash[event.account] += event.quote - event.fee + paid
        if event.kind not in NOT_A_CHANGE:
            self.size[event.account, event.market] += event.size
        if event.kind == names.DELEVERAGE and event.other >= 0:
            self.cash[event.other] -= event.quote
            self.size[event.other, event.market] -= event.size
        if event.kind in (names.SHARE, names.SOCIALISE) and event.other >= 0:
            self.cash[event.other] -= event.quote

    def _remember(self, event: Event) -> None:
        """Who is in, flagged, gave, and lost in which market."""
        i = event.account
        if event.kind == names.FLAG:
            self.flagged.add(i)
        if event.kind in (names.RECOVER, names.RETIRE, names.HELD):
            self.flagged.discard(i)
        if event.kind == names.HELD:
            self.waiting.add(i)
        if event.kind == names.ENTER:
            self.inside.add(i)
        if event.kind == names.RETIRE:
            self.inside.discard(i)
            self.waiting.discard(i)
            self.loss_market.pop(i, None)
        if event.kind in SALES:
            self.loss_market[i] = market_of(self.world, event.market)
        if event.kind == names.COVER:
            self.helped[i, event.tick] += event.quote
        if event.kind == names.SHARE:
            self.given[event.other] += event.quote
        if event.kind == names.UNFILLED:
            self.resolved = (i, market_of(self.world, event.market), event.tick)
        elif event.kind not in (*LAYER_ROWS, names.ENDED) or (self.resolved and self.resolved[0] != i):
            self.resolved = None

    def market_of_loss(self, account: int) -> int:
        """Market that insurance pays for when it covers an account now."""
        if self.resolved is not None and self.resolved[0] == account:
            return self.resolved[1]
        return self.loss_market.get(account, -1)

    def _fill_pool(self, event: Event) -> None:
        """The pool as a whole, what of it is a market's, and what counts for the day."""
        market = market_of(self.world, event.market)
        share = self.world.terms.pool.pool_share
        earned = event.fund > 0 and event.kind in EARNED_BY_MARKETS
        if earned and market >= 0 and share.size and share[market] > 0:
            self.own[market] += event.fund
        if event.fund < 0 and event.kind in (names.COVER, names.FILL, names.ADVANCE):
            payer = self.market_of_loss(event.account) if event.kind == names.COVER else market
            if payer >= 0:
                self.own[payer] -= min(-event.fund, self.own[payer])
            today = day_of(self.world, event.tick)
            self.paid_today = (self.paid_today if today == self.day else 0) - event.fund
            self.day = today
        self.pool += event.fund

    def _fund(self, event: Event) -> None:
        unit, index = self.unit[event.market], float(self.world.feed.index[event.tick, event.market])
        self._collect(event, lambda size: (size * unit) * index * event.price)

    def _charge(self, event: Event) -> None:
        unit, mark = self.unit[event.market], basis(self, event.tick, event.market)
        self._collect(event, lambda size: ((max(-size, 0) * unit) * mark) * (event.price / HOURS_PER_YEAR))

    def _collect(self, event: Event, owed: Callable[[int], float]) -> None:
        """Every account pays what is `owed` on its size; together it is what the event tells."""
        total = 0
        for account, size in enumerate(self.column(event.market)):
            amount = round(owed(size) * 1e6)
            self.cash[account] -= amount
            total -= amount
        assert total == event.quote

    def _reward_volunteers(self, event: Event) -> None:
        """A premium, by what each may be asked for."""
        opted, books = self.world.crowd.opted, self.now(event.tick)
        willing = [i for i in self.accounts if i in self.inside and i not in self.flagged and opted[i]]
        given = dict(shares(event.quote, {i: self._promised(books.equity(i), i) for i in willing}))
        assert sum(given.values()) == event.quote
        self.cash.update(given)

    def _promised(self, equity: float, i: int) -> float:
        """What account `i` may still be asked for, in quote."""
        own = max(equity - self.loans.owed[i] * QUANTUM, 0.0)
        return max(0.0, self.world.terms.sharing.share_cap * own - self.given[i] * QUANTUM)


def walked(world: World, replay: Replay, *kinds: int) -> Iterator[tuple[Event, Walk]]:
    """Each event with the holdings just before it; only events of these kinds if some are named."""
    walk = Walk(world, replay)
    for event in events(replay):
        walk.reach(event)
        if not kinds or event.kind in kinds:
            yield event, walk
        walk.tell(event)


def is_up(world: World, tick: int) -> bool:
    """Whether the chain is."""
    chain = world.weather.chain
    return not chain.size or bool(chain[tick] == names.UP)


def unheard(world: World) -> list[int]:
    """Markets of which the last tick brings no news: their prices stay, until the window is settled at the index."""
    weather, last = world.weather, len(world.feed.index) - 1
    if not is_up(world, last):
        return list(range(len(world.terms.unit)))
    heard = max(last - world.terms.posting.oracle_lag, 0)
    return np.flatnonzero(weather.quote[heard] == 0).tolist() if weather.quote.size else []


def exits_settled(rows: list[Event]) -> int:
    """The first of the rows that settle what exits owe, after all others: nobody leaves any more."""
    n = len(rows)
    while n and (rows[n - 1].kind, rows[n - 1].account < 0) in LAST_ROWS:
        n -= 1
    return n


def posted_prices(world: World, replay: Replay) -> list[list[float]]:
    """The path of prices before the window was settled."""
    *path, last = replay.path
    silent = unheard(world) if path else []
    return [*path, [path[-1][m] if m in silent else price for m, price in enumerate(last)]]


def changed(world: World, **groups: Any) -> World:
    """The world with other fields: a whole part of it, or fields of one of its NamedTuples as a dict.

    `terms` may hold dicts for its own groups.
    """
    return World(**{**vars(world), **{name: _with(getattr(world, name), one) for name, one in groups.items()}})


def _with(part: Any, one: Any) -> Any:
    if not isinstance(one, dict):
        return one
    return part._replace(**{name: _with(getattr(part, name), inner) for name, inner in one.items()})


def is_auction(world: World) -> bool:
    return world.terms.liquidation_format != BOOK


def abuses(world: World, k: int) -> bool:
    """Whether keeper `k` wins without paying at once."""
    conduct = world.keepers.conduct
    return bool(conduct.size) and conduct[k] in (names.NO_SHOW, names.LATE) and world.terms.bidding.settle_s > 0


def backs(world: World, k: int) -> bool:
    """Whether keeper `k` buys only what nobody else wants."""
    conduct = world.keepers.conduct
    return k >= 0 and bool(conduct.size) and conduct[k] == names.BACKSTOP


def quantums(world: World) -> tuple[list[float], list[int]]:
    """Coins in a quantum of every instrument, and quantums in its least step."""
    terms, listing = world.terms, world.listing
    unit = np.concatenate([terms.unit, listing.option_unit, listing.asset_unit])
    step = np.concatenate([terms.step, listing.option_step, listing.asset_step])
    return unit.tolist(), step.tolist()


def first_option(world: World) -> int:
    return len(world.terms.unit)


def first_asset(world: World) -> int:
    return first_option(world) + len(world.listing.option_market)


def is_option(world: World, j: int) -> bool:
    return first_option(world) <= j < first_asset(world)


def market_of(world: World, j: int) -> int:
    """Of an instrument; -1 for none."""
    if j < first_option(world):
        return j
    if is_option(world, j):
        return int(world.listing.option_market[j - first_option(world)])
    return int(world.listing.asset_market[j - first_asset(world)])


def basis(walk: Walk, tick: int, j: int) -> float:
    """What a coin of instrument `j` stands for: the posted price of its market, or the mark of an asset."""
    listing, posted = walk.world.listing, walk.prices(tick)
    if j < first_option(walk.world):
        return posted[j]
    if is_option(walk.world, j):
        return posted[listing.option_market[j - first_option(walk.world)]]
    k = j - first_asset(walk.world)
    ratio = float(listing.ratio[tick, k])
    return ratio if listing.asset_market[k] < 0 else posted[listing.asset_market[k]] * ratio


def notional(walk: Walk, event: Event) -> float:
    """What the size of an event stands for, in quote."""
    return (abs(event.size) * walk.unit[event.market]) * basis(walk, event.tick, event.market)
