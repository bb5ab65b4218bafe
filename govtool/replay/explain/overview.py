"""What stands out in a replay: whom to ask about, when it began, when the pool was hit."""

from typing import NamedTuple

import numpy as np

from govtool.engine.codes import (
    BAD_DEBT_EVENT,
    BOUNCE,
    CLOSE,
    COVER,
    DELEVERAGE,
    FILL,
    FLAG,
    OUTAGE,
    PANIC,
    RESUME,
    SHARE,
    SOCIALISE,
)
from govtool.engine.terms import Floats, Ints
from govtool.replay.events import FORCED, forced_cost, row_values, rows_of
from govtool.replay.explain.case import Case
from govtool.replay.holdings import marks_and_bases
from govtool.units import QUOTE_QUANTUM

MOST = 10
"""Accounts that an overview lists."""


class Suffered(NamedTuple):
    """What became of one account, in quote currency: closed by force (notional, deleveraging included), what that cost
    it against oracle, and what others paid for it: the pool, and nobody (bad debt). `first` is the row of its first
    flag."""

    account: int
    first: int
    closed: float
    cost: float
    pool: float
    bad_debt: float


class Moment(NamedTuple):
    """A row of the log that matters, and why."""

    row: int
    what: str


def sufferers(case: Case, most: int = MOST) -> list[Suffered]:
    """Accounts by what was closed of them by force, largest first, the lower one on a tie; at most so many."""
    log = case.log
    rows = rows_of(log, FORCED)
    closed, cost = closed_values(case, rows)
    size = case.accounts
    by = log.account[rows]
    covered = rows_of(log, (COVER, FILL))
    pool = np.bincount(log.account[covered], np.maximum(0, -log.fund[covered]) * QUOTE_QUANTUM, size)
    unpaid = rows_of(log, (BAD_DEBT_EVENT,))
    unpaid = unpaid[log.account[unpaid] >= 0]
    bad = np.bincount(log.account[unpaid], log.quote[unpaid] * QUOTE_QUANTUM, size)
    total, paid = np.bincount(by, closed, size), np.bincount(by, cost, size)
    flags = rows_of(log, (FLAG,))
    first = np.full(size, -1, dtype=np.int64)
    first[log.account[flags[::-1]]] = flags[::-1]
    order = np.lexsort((np.arange(size), -total))
    return [
        Suffered(i, int(first[i]), float(total[i]), float(paid[i]), float(pool[i]), float(bad[i]))
        for i in order[:most].tolist()
        if total[i] > 0.0
    ]


def closed_values(case: Case, rows: Ints) -> tuple[Floats, Floats]:
    """Notional at oracle that forced closes changed, and what they cost their accounts against mark."""
    log = case.log
    mark, basis = marks_and_bases(case.scenario, case.terms, case.formation, case.path, log.tick, log.market)
    value = row_values(log, case.unit, mark)[rows]
    return row_values(log, case.unit, basis)[rows], forced_cost(log, rows, value)


def moments(case: Case) -> list[Moment]:
    """Rows to look at, in the order of the log: the first flag, the largest close, the first losses of others."""
    log, found = case.log, []
    rows = rows_of(log, FORCED)
    if rows.size:
        closed, _ = closed_values(case, rows)
        found.append(Moment(int(rows[np.argmax(closed)]), "largest forced close"))
    pays = (log.kind == COVER) | ((log.kind == FILL) & (log.fund < 0))
    draws = np.flatnonzero(pays)
    if draws.size:
        found.append(Moment(int(draws[0]), "insurance pays for the first time"))
        found.append(Moment(int(draws[np.argmin(log.fund[draws])]), "insurance pays most"))
    longest = rows_of(log, (RESUME,))
    if longest.size:
        found.append(Moment(int(longest[np.argmax(log.price[longest])]), "end of the longest outage"))
    for kinds, what in (
        ((FLAG,), "first account below maintenance"),
        ((SHARE, SOCIALISE), "first loss shared by others"),
        ((DELEVERAGE,), "first deleveraging"),
        ((BAD_DEBT_EVENT,), "first bad debt"),
        ((CLOSE,), "first close at any price"),
        ((OUTAGE,), "chain stops for the first time"),
        ((PANIC,), "first panic"),
        ((BOUNCE,), "first top-up that came too late"),
    ):
        first = rows_of(log, kinds)[:1].tolist()
        found += [Moment(row, what) for row in first]
    return sorted(found)
