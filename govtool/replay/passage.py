"""The chain, and money on its way on and off it: outages, what was under way, what came too late."""

import numpy as np

from govtool.engine.codes import (
    BOUNCE,
    CARRIERS,
    OUTAGE,
    RESUME,
    RETIRE,
    SEND,
    TOPUP,
    TRANSIT,
    TRANSIT_SECONDS,
    WITHDRAW,
)
from govtool.engine.state import Books
from govtool.replay.events import Log, rows_of
from govtool.units import QUOTE_QUANTUM


def passage_metrics(books: Books, log: Log, ticks: int, step_s: float) -> dict[str, float]:
    """Outages of a window of so many ticks, and the money in transit in it, quote currency."""
    left = rows_of(log, (RETIRE, WITHDRAW))
    under_way = float(books.tills[TRANSIT]) * QUOTE_QUANTUM
    return {
        "down_seconds": down_seconds(log, ticks, step_s),
        "transit_avg_usd": float(books.gauges[TRANSIT_SECONDS]) / (ticks * step_s),
        "topups_late_usd": float(log.price[log.kind == BOUNCE].sum()),
        "carrier_fees_usd": float(books.tills[CARRIERS]) * QUOTE_QUANTUM,
        "withdrawn_usd": float(-log.quote[left].sum()) * QUOTE_QUANTUM,
        "withdrawals_in_transit_usd": under_way - topups_under_way(log),
    }


def down_seconds(log: Log, ticks: int, step_s: float) -> float:
    """Seconds that the chain was not up; an outage without an end lasts to the end of the window."""
    seconds = float(log.price[log.kind == RESUME].sum())
    began = log.tick[log.kind == OUTAGE]
    open_ended = began.size > np.count_nonzero(log.kind == RESUME)
    return seconds + (float((ticks - began[-1]) * step_s) if open_ended else 0.0)


def topups_under_way(log: Log) -> float:
    """Top-ups that were sent and neither arrived nor bounced by the end: an account has one at a time."""
    rows = rows_of(log, (SEND, TOPUP, BOUNCE))
    if rows.size == 0:
        return 0.0
    last = np.full(int(log.account[rows].max()) + 1, -1, dtype=np.int64)
    np.maximum.at(last, log.account[rows], rows)
    last = last[last >= 0]
    return float(log.price[last[log.kind[last] == SEND]].sum())
