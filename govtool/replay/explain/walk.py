"""Everyone's books just before any row of the event log, walked from the log itself."""

import math
from collections.abc import Callable

import numpy as np

from govtool.engine import codes as kinds
from govtool.engine.terms import Ints
from govtool.replay.explain.case import Case
from govtool.replay.explain.impact import Impact
from govtool.replay.explain.limits import Charges
from govtool.replay.explain.stage import Stage
from govtool.units import QUANTUMS_PER_QUOTE

HOURS_PER_YEAR = 8_760.0


class Walk:
    """Books before row `row`; `to` moves them forward, never back.

    Cash and sizes follow from each row by the rules, section 10. A row of funding, interest or premiums has only a
    total: what each account pays or gets is computed by its rule and held against that total.

    Attributes
    ----------
    cash, size, inside, flag, owed, wallet
        Per account: quantums, sizes (A, J), whether it is in, tick of its flag or -1, debt to the pool, money outside.
    live, opened
        Per account and instrument, (A, J): quantums under auction, and the tick at which the last auction's clock
        started, -1 without one. A halt stops the clock unseen by the log.
    pool : int
        Insurance pool, quantums.
    impact : Impact
        Displaced volume of each market.
    charges : Charges
        What was put up of accounts and markets, for the limits of section 8a.
    have, touched
        Free capital of each keeper, (K,), as it was after its last take, and the tick of that.
    gaps : list of str
        Where a computed total is not the log's: one sentence each, empty if all adds up.
    shares : int64 (A,), optional
        What each account received by the last row passed, if that row has only a total.
    """

    def __init__(self, case: Case, stage: Stage | None = None) -> None:
        crowd = case.scenario.crowd
        self.case = case
        self.stage = Stage(case) if stage is None else stage
        self.row = 0
        self.cash: Ints = np.zeros(case.accounts, dtype=np.int64)
        self.size: Ints = np.zeros((case.accounts, case.unit.size), dtype=np.int64)
        self.inside = np.zeros(case.accounts, dtype=bool)
        self.flag: Ints = np.full(case.accounts, -1, dtype=np.int64)
        self.owed: Ints = np.zeros(case.accounts, dtype=np.int64)
        self.wallet: Ints = crowd.wallet.copy()
        self.live: Ints = np.zeros_like(self.size)
        self.opened: Ints = np.full_like(self.size, -1)
        self.pool = case.source.opening_pool
        self.impact = Impact(case, self.stage)
        self.charges = Charges(case)
        self.have = case.scenario.keepers.capital.copy()
        self.touched: Ints = np.zeros(self.have.size, dtype=np.int64)
        self.gaps: list[str] = []
        self.shares: Ints | None = None
        log = case.log
        self._rows = list(
            zip(
                *(getattr(log, name).tolist() for name in ("tick", "kind", "account", "market", "other")),
                *(getattr(log, name).tolist() for name in ("size", "quote", "fee", "fund")),
                strict=True,
            )
        )

    def to(self, row: int) -> "Walk":
        """Move to just before `row`, with the prices of its tick on the stage."""
        while self.row < row:
            self._pass(self.row)
            self.row += 1
        if row < len(self._rows):
            tick = self._rows[row][0]
            self.stage.at(tick)
            self.impact.at(tick)
        return self

    def _pass(self, row: int) -> None:
        tick, kind, i, j, other, size, quote, fee, fund = self._rows[row]
        self.shares = None
        self.pool += fund
        if i >= 0:
            self.cash[i] += quote - fee
            if size != 0 and kind not in PROPOSES:
                self.size[i, j] += size
        if kind in MOVES_MARKET:
            self.impact.trade(row, tick, j, size)
        change = CHANGES.get(kind)
        if change is not None:
            change(self, row, i, j, other, size, quote, fund)

    def free(self, k: int, tick: int) -> float:
        """Free capital of keeper `k` in a tick, quote currency."""
        keepers = self.case.scenario.keepers
        return float(min(keepers.capital[k], self.have[k] + keepers.refill[k] * (tick - self.touched[k])))

    def _share(self, row: int, quote: int, received: Ints) -> None:
        """Everyone receives their part of what a row has only the total of."""
        self.cash += received
        self.shares = received
        gap = int(received.sum()) - quote
        if gap != 0:
            name = kinds.EVENT_NAMES[self._rows[row][1]]
            self.gaps.append(f"row {row}, {name}: shares computed by the rule differ from the total by {gap} quantums")


def _enter(walk: Walk, row: int, i: int, *_: int) -> None:
    walk.inside[i] = True


def _leave(walk: Walk, row: int, i: int, *_: int) -> None:
    walk.inside[i] = False
    walk.owed[i] = 0
    _recover(walk, row, i)


def _flag(walk: Walk, row: int, i: int, *_: int) -> None:
    walk.flag[i] = walk.case.log.tick[row]
    walk.charges.flagged(i)


def _recover(walk: Walk, row: int, i: int, *_: int) -> None:
    walk.flag[i] = -1
    walk.live[i] = 0


def _open(walk: Walk, row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    walk.live[i, j] += abs(size)
    walk.opened[i, j] = walk.case.log.tick[row]
    _charge(walk, row, i, j, size)


def _charge(walk: Walk, row: int, i: int, j: int, size: int) -> None:
    tick, lot = int(walk.case.log.tick[row]), walk.stage.state.lots[j]
    walk.stage.at(tick)
    walk.charges.charge(i, int(lot.market), (abs(size) * float(walk.case.unit[j])) * float(lot.basis), tick)


def _restart(walk: Walk, row: int, i: int, j: int, *_: int) -> None:
    walk.opened[i, j] = walk.case.log.tick[row]


def _take(walk: Walk, row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    tick, basis = int(walk.case.log.tick[row]), float(walk.stage.state.lots[j].basis)
    walk.have[other] = walk.free(other, tick) - (abs(size) * walk.case.unit[j]) * basis
    walk.touched[other] = tick
    walk.live[i, j] -= abs(size)


def _less(walk: Walk, row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    walk.live[i, j] -= abs(size)


def _ended(walk: Walk, row: int, i: int, j: int, *_: int) -> None:
    walk.live[i, j] = 0


def _topup(walk: Walk, row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    walk.wallet[i] -= quote


def _helped(walk: Walk, row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    walk.cash[i] += max(0, -fund)
    _charge(walk, row, i, j, size)


def _other_side(walk: Walk, row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    if other >= 0:
        walk.size[other, j] -= size
        walk.cash[other] -= quote
        walk.live[other, j] = min(walk.live[other, j], abs(walk.size[other, j]))


def _payer(walk: Walk, row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    if other >= 0:
        walk.cash[other] -= quote


def _advance(walk: Walk, row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    walk.owed[i] = quote + math.ceil(quote * walk.case.terms.pool.advance_fee)


def _repay(walk: Walk, row: int, i: int, *_: int) -> None:
    walk.owed[i] = 0  # what is not repaid is written off


def _funding(walk: Walk, row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    """Rules, section 7.2, in the order of the engine's operations; the row's price is rate × funding_share."""
    case = walk.case
    index, rate = case.scenario.feed.index[case.log.tick[row], j], case.log.price[row]
    value = (walk.size[:, j] * case.unit[j]) * index
    walk._share(row, quote, -np.rint(value * rate * QUANTUMS_PER_QUOTE).astype(np.int64))


def _interest(walk: Walk, row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    case = walk.case
    walk.stage.at(int(case.log.tick[row]))
    borrowed = np.maximum(-walk.size[:, j], 0)
    hourly = ((borrowed * case.unit[j]) * walk.stage.state.lots[j].mark) * (case.log.price[row] / HOURS_PER_YEAR)
    walk._share(row, quote, -np.rint(hourly * QUANTUMS_PER_QUOTE).astype(np.int64))


def _premium(walk: Walk, row: int, i: int, j: int, other: int, size: int, quote: int, fund: int) -> None:
    """Rules, section 9a: by share_cap × max(E, 0) among opted-in accounts without a flag, in index order."""
    walk.stage.at(int(walk.case.log.tick[row]))
    opted = walk.case.scenario.crowd.opted
    may = walk.inside & (walk.flag < 0) & ((opted > 0) if opted.size else False)
    worth = np.maximum(walk.stage.equities(walk.cash, walk.size), 0.0)
    weight = np.where(may, walk.case.terms.sharing.share_cap * worth, 0.0)
    received = np.zeros_like(walk.cash)
    rest, still = quote, 0.0
    for c in np.flatnonzero(weight > 0.0):
        still += weight[c]
    for c in np.flatnonzero(weight > 0.0):
        received[c] = min(rest, math.ceil(rest * (weight[c] / still)))
        rest, still = rest - int(received[c]), still - weight[c]
    walk._share(row, quote, received)


PROPOSES = frozenset({kinds.OPEN, kinds.UNFILLED, kinds.WON})
"""Kinds whose size is put up, left or won, and changes no account's."""

MOVES_MARKET = frozenset({kinds.FILL, kinds.TAKE, kinds.CLOSE})
"""Kinds that displace a market."""

CHANGES: dict[int, Callable[..., None]] = {
    kinds.ENTER: _enter,
    kinds.RETIRE: _leave,
    kinds.FLAG: _flag,
    kinds.RECOVER: _recover,
    kinds.OPEN: _open,
    kinds.TAKE: _take,
    kinds.UNFILLED: _less,
    kinds.ENDED: _ended,
    kinds.RESET: _restart,
    kinds.PHASE: _restart,
    kinds.TOPUP: _topup,
    kinds.FILL: _helped,
    kinds.DELEVERAGE: _other_side,
    kinds.SHARE: _payer,
    kinds.SOCIALISE: _payer,
    kinds.ADVANCE: _advance,
    kinds.REPAY: _repay,
    kinds.FUNDING: _funding,
    kinds.INTEREST: _interest,
    kinds.PREMIUM: _premium,
}
"""What a row changes beyond its account's cash by quote - fee, its size, and the pool by fund."""
