"""What traders did of their own accord: reduced, stopped out, took their profit, or ran."""

import numpy as np

from govtool.engine.codes import CUT_NOTIONAL, LIMIT_EVENT, PANIC, STOP_EVENT
from govtool.engine.state import Books
from govtool.replay.events import Log


def nerve_metrics(books: Books, log: Log) -> dict[str, float]:
    """Size closed after warnings, in quote currency, and how many orders were triggered and panics broke out."""
    return {
        "voluntary_closed_usd": float(books.gauges[CUT_NOTIONAL]),
        "stop_orders": float(np.count_nonzero(log.kind == STOP_EVENT)),
        "limit_orders": float(np.count_nonzero(log.kind == LIMIT_EVENT)),
        "panics": float(np.count_nonzero(log.kind == PANIC)),
    }
