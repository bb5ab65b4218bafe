"""What an attack brought its attacker, and what it cost everybody else: read off the replays with and without it."""

import math
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from govtool.engine.codes import (
    BAD_DEBT,
    CLOSE,
    DELEVERAGE,
    ENTER,
    EXIT_HAIRCUT,
    FILL,
    LIQUIDATION_FEES,
    POOL_OUT,
    RETIRE,
    SHARE,
    SHARED,
    SOCIALISE,
    TAKE,
    TRADE,
    TRADE_FEES,
    WITHDRAW,
)
from govtool.engine.loop import Result
from govtool.engine.terms import Floats, Ints, Terms
from govtool.history.bars import digest_arrays
from govtool.protocol.model import Protocol
from govtool.replay.backtest import pack_terms, prepared, run_engine
from govtool.replay.events import Log, read_log, rows_of
from govtool.replay.holdings import units
from govtool.scenario.bundle import Scenario
from govtool.units import QUOTE_QUANTUM

TRADES = (TRADE, FILL, TAKE, CLOSE, DELEVERAGE)
"""Kinds of event that change an account's size in a perpetual."""


@dataclass(frozen=True)
class Booty:
    """What the attacker has of one replay, in quote currency, before what its pushes cost.

    Attributes
    ----------
    brought : float
        Cash that its accounts brought in.
    returned : float
        What left them again, less what the channel kept; also what is still under way at the end.
    held : float
        What they still own at the end, at the index, each if that is above zero: a price that was pushed is no value.
    hedge : float
        What the opposite of each of their trades earns at the index, funding included, what is open being closed at the
        last tick: an attacker bets on the protocol's rules and not on the market. The hedge costs nothing.
    keeper : float
        Change of the cash of its keeper.
    """

    brought: float
    returned: float
    held: float
    hedge: float
    keeper: float

    @property
    def gain(self) -> float:
        """All of it together."""
        return self.returned + self.held + self.hedge + self.keeper - self.brought


@dataclass(frozen=True)
class Harm:
    """What others than the attacker lost in one replay, in quote currency.

    Attributes
    ----------
    insurance_draw, bad_debt : float
        As the metrics of a replay have them.
    shared_loss : float
        Likewise, without what the attacker itself paid as one who shares.
    adl : float
        What deleveraged counterparties that are not the attacker lost against the index; not below zero.
    liquidation_cost : float
        What forced closes of accounts that are not the attacker's cost their traders: value at the index less what they
        got, fees added and insurance's help taken off, at most the equity that they had at the index.

    The index stands where a metric has the posted price: one that was pushed is no value.
    """

    insurance_draw: float
    shared_loss: float
    adl: float
    bad_debt: float
    liquidation_cost: float

    @property
    def total(self) -> float:
        """All of it together; each loss stands in one of them."""
        return math.fsum(getattr(self, field.name) for field in fields(self))


class Raid(NamedTuple):
    """One replay as the attacker and as everybody else sees it; fees in quote currency, digest of the event log."""

    booty: Booty
    harm: Harm
    fees: float
    events: str


def raid(scenario: Scenario, protocol: Protocol, opening_pool: int) -> Raid:
    """Replay a scenario, with an attack in it or not, and count what it brought and cost.

    Raises ParamError and EngineError as `backtest.replay` does.
    """
    scenario = prepared(scenario, protocol)
    terms = pack_terms(scenario, protocol)
    result = run_engine(scenario, terms, opening_pool)
    log = read_log(result.trace)
    events = digest_arrays({"whole": result.trace.whole, "real": result.trace.real})
    fees = float((result.books.tills[TRADE_FEES] + result.books.tills[LIQUIDATION_FEES]) * QUOTE_QUANTUM)
    return Raid(booty_of(scenario, terms, result, log), harm_of(scenario, terms, result, log), fees, events)


def booty_of(scenario: Scenario, terms: Terms, result: Result, log: Log) -> Booty:
    """What the last `scenario.attackers` accounts and the last `scenario.takers` keepers of a replay have of it."""
    first = scenario.crowd.equity.size - scenario.attackers
    unit, index = units(scenario, terms)[: len(scenario.markets)], scenario.feed.index
    own = log.account >= first
    gone = np.isin(log.kind, (RETIRE, WITHDRAW)) & own
    cash = result.books.cash[first:] * QUOTE_QUANTUM
    size = result.books.size[first:, : unit.size]
    worth = cash + (size * unit * index[-1]).sum(axis=1)
    return Booty(
        brought=float(log.quote[(log.kind == ENTER) & own].sum() * QUOTE_QUANTUM),
        returned=float(-log.quote[gone].sum() * QUOTE_QUANTUM - log.price[gone].sum()),
        held=float(np.maximum(worth, 0.0).sum()),
        hedge=hedge_of(scenario, terms, log, first),
        keeper=float(result.books.keeper_cash[result.books.keeper_cash.size - scenario.takers :].sum() * QUOTE_QUANTUM),
    )


def hedge_of(scenario: Scenario, terms: Terms, log: Log, first: int) -> float:
    """What the opposite of every trade of the accounts from `first` on earns at the index, funding included.

    Where such an account trades of its own accord at a price better than the index, its hedge trades at that price: to
    buy what others had to sell is arbitrage and no attack.
    """
    index, unit, feed = scenario.feed.index, terms.unit, scenario.feed
    rows, sign = _trades(log, first, unit.size)
    tick, market = log.tick[rows], log.market[rows]
    size = log.size[rows] * sign * unit[market]
    at_index = size * index[tick, market]
    own = log.kind[rows] == TRADE
    earned = np.where(own, np.minimum(at_index, -log.quote[rows] * QUOTE_QUANTUM), at_index).sum()
    held = np.zeros(index.shape)
    np.add.at(held, (tick, market), size)
    held = np.cumsum(held, axis=0)
    # Funding is paid on what is held when a tick begins; nobody holds anything before the first.
    rate = np.clip(feed.funding_rate, -terms.funding_clamp, terms.funding_clamp) * feed.funding_share
    before = np.where(feed.funding_tick[:, None] > 0, held[feed.funding_tick - 1], held[0])
    funding = (before * index[feed.funding_tick] * rate).sum()
    return float(earned - (held[-1] * index[-1]).sum() + funding)


def _trades(log: Log, first: int, markets: int) -> tuple[Ints, Ints]:
    """Rows in which the accounts from `first` on trade perpetuals, and 1, or -1 where they are the counterparty."""
    perpetual = (log.market >= 0) & (log.market < markets)
    ours = np.flatnonzero(np.isin(log.kind, TRADES) & (log.account >= first) & perpetual)
    # A counterparty of a deleveraging gives what the other takes.
    met = np.flatnonzero((log.kind == DELEVERAGE) & (log.other >= first) & perpetual)
    return np.concatenate([ours, met]), np.repeat(np.array([1, -1]), [ours.size, met.size])


def harm_of(scenario: Scenario, terms: Terms, result: Result, log: Log) -> Harm:
    """What everybody but the last `scenario.attackers` accounts lost in a replay."""
    first = scenario.crowd.equity.size - scenario.attackers
    tills, gauges = result.books.tills, result.books.gauges
    shared = np.isin(log.kind, (SHARE, SOCIALISE)) & (log.other >= first)
    docked = (log.kind == EXIT_HAIRCUT) & (log.account >= first)
    own_share = (log.quote[shared].sum() - log.quote[docked].sum()) * QUOTE_QUANTUM
    worth = _worth_at_index(scenario, terms, log)
    met = (log.kind == DELEVERAGE) & (log.other < first)
    # Whoever gives up a size pays what the other gets for it.
    haircuts = log.quote[met] * QUOTE_QUANTUM + worth[met]
    rows = rows_of(log, (FILL, TAKE, CLOSE))
    rows = rows[log.account[rows] < first]
    return Harm(
        insurance_draw=float(tills[POOL_OUT] * QUOTE_QUANTUM),
        shared_loss=float(gauges[SHARED] - own_share),
        adl=max(0.0, float(haircuts.sum())),
        bad_debt=float(-tills[BAD_DEBT] * QUOTE_QUANTUM),
        liquidation_cost=float(_forced_costs(scenario, terms, result.trace.path, log, rows, worth).sum()),
    )


def _worth_at_index(scenario: Scenario, terms: Terms, log: Log) -> Floats:
    """Value of what each row changed in size, signed as the size, at the index; options and assets count nothing."""
    unit, index = terms.unit, scenario.feed.index
    known = (log.market >= 0) & (log.market < unit.size)
    m = np.where(known, log.market, 0)
    return np.where(known, log.size * unit[m] * index[log.tick, m], 0.0)


def _forced_costs(scenario: Scenario, terms: Terms, path: Floats, log: Log, rows: Ints, worth: Floats) -> Floats:
    """What each forced close cost its trader at the index: at most the equity that it then had at the index."""
    helped = np.where(log.kind[rows] == FILL, np.maximum(0, -log.fund[rows]), 0)
    cost = (log.fee[rows] - log.quote[rows] - helped) * QUOTE_QUANTUM - worth[rows]
    gap = (scenario.feed.index - path)[log.tick[rows]]
    equity = log.equity[rows] + (_sizes_before(log, rows, terms.unit.size) * terms.unit * gap).sum(axis=1)
    return np.where(equity <= 0.0, 0.0, np.minimum(cost, equity))


def _sizes_before(log: Log, rows: Ints, markets: int) -> Ints:
    """Sizes (rows, M) of each row's account in perpetuals just before the row."""
    found = np.zeros((rows.size, markets), dtype=np.int64)
    wanted = {int(row): place for place, row in enumerate(rows)}
    concerned = set(log.account[rows].tolist())
    held = {account: np.zeros(markets, dtype=np.int64) for account in concerned}
    among = np.isin(log.account, rows_accounts := np.array(sorted(concerned), dtype=np.int64))
    among |= (log.kind == DELEVERAGE) & np.isin(log.other, rows_accounts)
    among &= np.isin(log.kind, TRADES) & (log.market < markets)
    for row in np.flatnonzero(among | np.isin(np.arange(log.kind.size), rows)).tolist():
        account, other, market, size = (int(getattr(log, name)[row]) for name in ("account", "other", "market", "size"))
        if row in wanted:
            found[wanted[row]] = held[account]
        if market >= markets:
            continue
        if account in held:
            held[account][market] += size
        if other in held and log.kind[row] == DELEVERAGE:
            held[other][market] -= size
    return found
