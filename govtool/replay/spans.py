"""From when to when each auction lasted, read off the event log: the log names no auction, so slots are followed."""

import numpy as np

from govtool.engine.codes import ENDED, OPEN, RECOVER, RESET, RETIRE, SLASH, TAKE, UNFILLED, WON
from govtool.engine.jit import allocating, kernel
from govtool.engine.terms import Floats, Ints
from govtool.replay.events import Log, rows_of

TOLD = (OPEN, TAKE, UNFILLED, ENDED, RECOVER, RETIRE, RESET, WON, SLASH)
"""Kinds of event that begin, shrink, hold or end an auction."""

NUMBER, LEFT, INSTRUMENT, CLOCK, WINNER, SINCE = 0, 1, 2, 3, 4, 5
"""Of a slot: which auction it holds (-1 if free), what is left, of which instrument, when its clock started, who has
reserved it (-1 for nobody), and since which row."""


def auction_seconds(log: Log, tranches: int, step_s: float) -> Floats:
    """Seconds that each auction lasted, in the order of their openings.

    From its opening to the tick at which all of it was taken, nobody had come by its end, or its account recovered or
    left; a reset, a phase or a halt ends nothing. One that is still live lasts to the last tick of the log.

    Where an account has several auctions of one instrument, the log does not say which of them a keeper took from. It
    is taken to be the one whose clock started first, which has the deepest discount, of those with so much left.

    Parameters
    ----------
    tranches : int
        Auctions that an account may have at a time.
    """
    rows = rows_of(log, TOLD)
    opened = np.flatnonzero(log.kind == OPEN)
    if opened.size == 0:
        return np.zeros(0)
    told = np.stack([log.tick, log.kind, log.account, log.market, log.other, np.abs(log.size)], axis=1)[rows]
    ends = _ends(np.ascontiguousarray(told), opened.size, int(log.account.max()) + 1, tranches)
    return np.asarray((np.where(ends < 0, log.tick[-1], ends) - log.tick[opened]) * step_s)


@allocating
def _ends(told: Ints, auctions: int, accounts: int, tranches: int) -> Ints:
    """Tick at which each auction ended, -1 for one that did not; `told` has columns tick, kind, account and so on."""
    ends = np.full(auctions, -1)
    slots = np.full((accounts, tranches, 6), -1)
    count = 0
    for row in range(told.shape[0]):
        t, kind, i, size = told[row, 0], told[row, 1], told[row, 2], told[row, 5]
        own = slots[i]
        if kind in (RECOVER, RETIRE):
            for n in range(tranches):
                _end(own, ends, n, t)
            continue
        n = _free_slot(own) if kind == OPEN else _slot_meant(own, told[row])
        if kind == OPEN:
            _end(own, ends, n, t)  # it is free, unless a deleveraging shrank it to nothing unseen
            own[n, NUMBER], own[n, LEFT], own[n, INSTRUMENT], own[n, CLOCK] = count, size, told[row, 3], t
            own[n, WINNER], own[n, SINCE] = -1, -1
            count += 1
        elif n >= 0:
            _follow(own, ends, n, told[row], row)
    return ends


@kernel
def _follow(own: Ints, ends: Ints, n: int, told: Ints, row: int) -> None:
    """What a row does to the auction in slot `n`."""
    t, kind = told[0], told[1]
    if kind == TAKE:
        own[n, LEFT] -= told[5]
    elif kind == RESET:
        own[n, CLOCK] = t
    elif kind == WON:
        own[n, WINNER], own[n, SINCE] = told[4], row
    elif kind == SLASH:
        own[n, WINNER], own[n, SINCE] = -1, -1
    if kind in (UNFILLED, ENDED) or (own[n, LEFT] <= 0 and own[n, WINNER] < 0):
        _end(own, ends, n, t)


@kernel
def _end(own: Ints, ends: Ints, n: int, t: int) -> None:
    if own[n, NUMBER] >= 0:
        ends[own[n, NUMBER]] = t
        own[n, NUMBER] = -1


@kernel
def _free_slot(own: Ints) -> int:
    """The first free slot, as the engine chooses it; without one, that of which least is left."""
    best = 0
    for n in range(own.shape[0]):
        if own[n, NUMBER] < 0:
            return n
        if own[n, LEFT] < own[best, LEFT]:
            best = n
    return best


@kernel
def _slot_meant(own: Ints, told: Ints) -> int:
    """Slot of the account's auction that a row is about, -1 if none is known.

    A take or slash of who reserved one is of that one, first reserved first. A deleveraging ends the last slot. All
    else is of the auction with the earliest clock among those not reserved, sooner one with so much left.
    """
    kind, j, k, size = told[1], told[3], told[4], told[5]
    held, best, enough = -1, -1, -1
    for n in range(own.shape[0]):
        if own[n, NUMBER] < 0 or own[n, INSTRUMENT] != j:
            continue
        if kind == ENDED:
            best = n
        elif own[n, WINNER] >= 0:
            if own[n, WINNER] == k and (held < 0 or own[n, SINCE] < own[held, SINCE]):
                held = n
        else:
            if best < 0 or own[n, CLOCK] < own[best, CLOCK]:
                best = n
            if own[n, LEFT] >= size and (enough < 0 or own[n, CLOCK] < own[enough, CLOCK]):
                enough = n
    if kind in (TAKE, SLASH) and held >= 0:
        return held
    return enough if enough >= 0 else best
