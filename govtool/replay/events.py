"""The event log as named columns, and what can be read off it: values, costs, incidents, durations."""

from typing import NamedTuple

import numpy as np

from govtool.engine.codes import CLOSE, DELEVERAGE, FILL, FLAG, RECOVER, RETIRE, TAKE
from govtool.engine.state import Trace
from govtool.engine.terms import Floats, Ints
from govtool.units import QUOTE_QUANTUM

FORCED = (FILL, TAKE, DELEVERAGE, CLOSE)
"""Kinds of event that close a liquidated account's position."""

ENDS_INCIDENT = (RECOVER, RETIRE)
"""Kinds of event of an account that end its liquidation."""

NONE = -1

Part = tuple[Ints, Floats]
"""Some rows of the event log as the engine writes them, `Trace.whole` and `Trace.real`."""


class Log(NamedTuple):
    """Columns of the event log; docs/rules.md, section 10, says what each kind fills in."""

    tick: Ints
    kind: Ints
    account: Ints
    market: Ints
    other: Ints
    size: Ints
    quote: Ints
    fee: Ints
    fund: Ints
    price: Floats
    equity: Floats
    maintenance: Floats


class Sizes(NamedTuple):
    """What each row of the event log changed: its notional size, and its value at mark, quote currency."""

    notional: Floats
    worth: Floats


def read_log(trace: Trace) -> Log:
    """The columns of a trace, in the order of the log."""
    return Log(*(np.ascontiguousarray(column) for column in (*trace.whole.T, *trace.real.T)))


def rows_of(log: Log, kinds: tuple[int, ...]) -> Ints:
    """Rows of these kinds, ascending."""
    return np.flatnonzero(is_among(log.kind, kinds))


def is_among(kind: Ints, kinds: tuple[int, ...]) -> np.ndarray:
    """Whether each is one of these few kinds."""
    found = np.zeros(kind.shape, dtype=bool)
    for one in kinds:
        found |= kind == one
    return found


def row_values(log: Log, unit: Floats, price: Floats) -> Floats:
    """What each row of the log changed in size at its price, quote currency; 0 for a row without an instrument.

    `unit` is per instrument, `price` per row.
    """
    return np.asarray(np.where(log.market < 0, 0.0, np.abs(log.size) * unit[np.maximum(log.market, 0)] * price))


def forced_cost(log: Log, rows: Ints, value: Floats) -> Floats:
    """What forced closes worth `value` at mark cost their traders: fees added, insurance's help taken off.

    Never more than the equity that was left, and nothing without any: what is missing then is a loss to others.
    Deleveraging costs its account nothing: it closes at the price that leaves its health as it was.
    Example: 1,000 at oracle sold for 990 with a fee of 5 costs 15; with 4 of equity left it costs 4.
    """
    kind = log.kind[rows]
    helped = np.where(kind == FILL, np.maximum(0, -log.fund[rows]), 0)
    worth = -np.sign(log.size[rows]) * value
    cost = worth + (log.fee[rows] - log.quote[rows] - helped) * QUOTE_QUANTUM
    equity = log.equity[rows]
    return np.where((kind == DELEVERAGE) | (equity <= 0.0), 0.0, np.minimum(cost, equity))


def incident_of(log: Log, rows: Ints) -> Ints:
    """Which flag each row belongs to, counted from 0 in the order of the log; -1 if its account had none."""
    flags = np.flatnonzero(log.kind == FLAG)
    if flags.size == 0:
        return np.full(rows.size, NONE, dtype=np.int64)
    order = np.argsort(_keys(log, flags), kind="stable")
    at = np.searchsorted(_keys(log, flags)[order], _keys(log, rows), side="right") - 1
    flag = order[np.maximum(at, 0)]
    same = (at >= 0) & (log.account[flags[flag]] == log.account[rows])
    return np.where(same, flag, NONE)


def seconds_to_end(log: Log, kind: int, ends: tuple[int, ...], step_s: float) -> Floats:
    """Seconds from each row of `kind` to its account's next row of a kind in `ends`.

    One without such a row lasts to the last tick of the log.
    """
    starts = np.flatnonzero(log.kind == kind)
    stops = rows_of(log, ends)
    if starts.size == 0 or stops.size == 0:
        return np.asarray((log.tick[-1:].repeat(starts.size) - log.tick[starts]) * step_s)
    stops = stops[np.argsort(_keys(log, stops), kind="stable")]
    at = np.searchsorted(_keys(log, stops), _keys(log, starts), side="right")
    stop = stops[np.minimum(at, stops.size - 1)]
    same = (at < stops.size) & (log.account[stop] == log.account[starts])
    return np.asarray((np.where(same, log.tick[stop], log.tick[-1]) - log.tick[starts]) * step_s)


def _keys(log: Log, rows: Ints) -> Ints:
    """One number per row that orders rows by account, then by place in the log."""
    return np.asarray(log.account[rows] * log.kind.size + rows)
