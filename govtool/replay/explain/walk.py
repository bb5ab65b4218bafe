"""Everyone's books just before any row of the event log, walked from the log itself."""

import numpy as np

from govtool.engine import codes as kinds
from govtool.engine.terms import Ints
from govtool.replay.explain.case import Case
from govtool.replay.explain.changes import CHANGES
from govtool.replay.explain.impact import Impact
from govtool.replay.explain.limits import Charges
from govtool.replay.explain.stage import Stage

PROPOSES = frozenset({kinds.OPEN, kinds.UNFILLED, kinds.WON})
"""Kinds whose size is put up, left or won, and changes no account's."""

MOVES_MARKET = frozenset({kinds.FILL, kinds.TAKE, kinds.CLOSE})
"""Kinds that displace a market."""


class Walk:
    """Books before row `row`; `to` moves them forward, never back.

    Cash and sizes follow from each row by the rules, section 10. A row of funding, interest or premiums has only a
    total: what each account pays or gets is computed by its rule and held against that total.

    Attributes
    ----------
    cash, size, inside, flag, owed, wallet
        Per account: quantums, sizes (A, J), whether it is in, tick of its flag or -1, debt to the pool, money outside.
    given
        Per account: quantums of others' losses that it bore as one who opted in.
    sent, put_in
        Per account: quantums of a top-up on its way, and those put in since it came, less the part taken out.
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
        self.given: Ints = np.zeros(case.accounts, dtype=np.int64)
        self.sent: Ints = np.zeros(case.accounts, dtype=np.int64)
        self.put_in: Ints = np.zeros(case.accounts, dtype=np.int64)
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
        if kind in MOVES_MARKET and not self._is_backstop(kind, other):
            self.impact.trade(row, tick, j, size)
        change = CHANGES.get(kind)
        if change is not None:
            change(self, row, i, j, other, size, quote, fund)

    def landing(self, i: int, tick: int) -> int:
        """Quantums that land next of what account `i` took out, as its parcels stand in a tick."""
        account = self.stage.state.accounts[i]
        return int(account.out if account.out > 0 and account.out_at <= tick else account.next_out)

    def _is_backstop(self, kind: int, other: int) -> bool:
        """Whether a row's buyer unwinds in its own time; a close and most fills name none."""
        return kind != kinds.CLOSE and other >= 0 and self.case.is_backstop(other)

    def free(self, k: int, tick: int) -> float:
        """Free capital of keeper `k` in a tick, quote currency."""
        keepers = self.case.scenario.keepers
        return float(min(keepers.capital[k], self.have[k] + keepers.refill[k] * (tick - self.touched[k])))

    def share(self, row: int, quote: int, received: Ints) -> None:
        """Let everyone receive their part of what a row has only the total of."""
        self.cash += received
        self.shares = received
        gap = int(received.sum()) - quote
        if gap != 0:
            name = kinds.EVENT_NAMES[self._rows[row][1]]
            self.gaps.append(f"row {row}, {name}: shares computed by the rule differ from the total by {gap} quantums")
