"""The same margin arithmetic without an engine: a C library that is compiled for the occasion, and NumPy per tick."""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from benchmarks.speed.building import built
from benchmarks.speed.still import Still
from govtool.engine.terms import Floats, Ints

SOURCE = "metal.c"
FLAGS = ("-O3", "-march=native", "-lm")

LOWER, UPPER = 1.0, np.inf
"""Multiples of maintenance margin between which nothing happens: below the first an account is liquidated.

The second is a number to compare with, and never reached; not even by who holds nothing, for infinity times 0 is NaN.
"""

MOST_LEGS = 3


@contextmanager
def library() -> Iterator[ctypes.CDLL]:
    """The functions of `metal.c`."""
    with built(SOURCE, FLAGS) as path:
        yield ctypes.CDLL(str(path))


class Legs(NamedTuple):
    """Sparse positions: by account, leg after leg; and by number of legs, account after account."""

    first: np.ndarray  # int32 (A + 1,) of the first leg of each account
    market: np.ndarray  # int32 (legs,)
    coins: Floats  # (legs,)
    order: Ints  # (A,) accounts by number of legs
    begin: Ints  # (4,) accounts in that order that have at most k legs
    markets: np.ndarray  # int32 (3, A)
    columns: Floats  # (3, A)


def legs_of(coins: Floats) -> Legs:
    """Both layouts of signed coins (A, M); ValueError if an account holds more than three markets."""
    held = coins != 0.0
    count = held.sum(axis=1)
    if count.max(initial=0) > MOST_LEGS:
        raise ValueError(f"an account has {count.max()} positions, and metal.c is written for {MOST_LEGS} at most")
    account, market = np.nonzero(held)
    first = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
    order = np.argsort(count, kind="stable")
    markets, columns = np.zeros((MOST_LEGS, count.size), np.int32), np.zeros((MOST_LEGS, count.size))
    place = np.argsort(order)[account]
    leg = np.arange(account.size) - first[account]
    markets[leg, place], columns[leg, place] = market, coins[account, market]
    begin = np.searchsorted(count[order], np.arange(MOST_LEGS + 1), side="right")
    return Legs(first, market.astype(np.int32), coins[account, market], order, begin, markets, columns)


def c_loops(lib: ctypes.CDLL, still: Still) -> dict[str, Callable[[], int]]:
    """Calls of the C loops over all ticks and accounts; each returns how many account-ticks are out of their band."""
    legs = legs_of(still.coins)
    lower, upper = np.full(still.cash.size, LOWER), np.full(still.cash.size, UPPER)
    head = (*_shape(still), still.price, still.weight)
    rows = (*head, legs.first, legs.market, legs.coins, still.cash, lower, upper)
    columns = (*head, legs.begin, legs.markets, legs.columns, still.cash[legs.order], lower, upper)
    lib.rows.restype = lib.columns.restype = ctypes.c_int64
    return {
        "C, an account at a time": lambda: int(lib.rows(*map(_pointer, rows))),
        "C, by number of legs": lambda: int(lib.columns(*map(_pointer, columns))),
    }


def first_hits(lib: ctypes.CDLL, still: Still) -> Ints:
    """First tick in which each account is out of its band, -1 for never."""
    legs, found = legs_of(still.coins), np.empty(still.cash.size, dtype=np.int64)
    lower, upper = np.full(still.cash.size, LOWER), np.full(still.cash.size, UPPER)
    told = (still.price, still.weight, legs.first, legs.market, legs.coins, still.cash, lower, upper, found)
    lib.first_hits(*map(_pointer, (*_shape(still), *told)))
    return found


def numpy_loops(still: Still) -> dict[str, Callable[[], int]]:
    """The same in NumPy, a tick at a time: positions gathered, or as a dense matrix."""
    legs = legs_of(still.coins)
    markets, columns, cash = legs.markets, legs.columns, still.cash[legs.order]
    size = np.abs(still.coins)

    @np.errstate(invalid="ignore")
    def gather() -> int:
        hits = 0
        for now in still.price:
            value = columns * now[markets]
            equity, margin = cash + value.sum(axis=0), (np.abs(value) * still.weight[markets]).sum(axis=0)
            hits += int(np.count_nonzero((equity < LOWER * margin) | (equity >= UPPER * margin)))
        return hits

    @np.errstate(invalid="ignore")
    def dense() -> int:
        hits = 0
        for now in still.price:
            equity, margin = still.cash + still.coins @ now, size @ (now * still.weight)
            hits += int(np.count_nonzero((equity < LOWER * margin) | (equity >= UPPER * margin)))
        return hits

    return {"NumPy per tick, gather": gather, "NumPy per tick, dense": dense}


def _shape(still: Still) -> tuple[int, int, int]:
    return still.price.shape[0], still.cash.size, still.price.shape[1]


def _pointer(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value).ctypes.data_as(ctypes.c_void_p)
    return ctypes.c_int64(value)
