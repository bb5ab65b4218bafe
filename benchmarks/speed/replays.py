"""Replays of a case, and what their logs say: digest, and events per account and year."""

from typing import Any

import numpy as np

from benchmarks.speed.cases import Case
from govtool.engine.codes import DONE, ENTER, FLAG, TOPUP, TRADE
from govtool.engine.loop import Result, run
from govtool.history.bars import digest_arrays

SKIP, BRUTE = True, False

EVENTS, SNAPSHOTS = 1 << 20, 1 << 15
"""Rows of log to start with; with fewer the engine may have to repeat a long replay."""

DAYS_PER_YEAR = 365.0


def replay(case: Case, visit: Any = SKIP, *, events: int = EVENTS) -> Result:
    """The case under one way to visit accounts; RuntimeError unless it was done."""
    scenario = case.scenario
    result = run(
        case.terms,
        scenario.venue,
        scenario.keepers,
        scenario.feed,
        scenario.crowd,
        scenario.seed,
        case.pool,
        listing=scenario.listing,
        weather=scenario.weather,
        skip=visit,
        events=events,
        snapshots=SNAPSHOTS,
    )
    if result.status != DONE:
        raise RuntimeError(f"the replay of {scenario.name} ended with status {result.status}")
    return result


def log_digest(result: Result) -> str:
    """SHA-256 of the event log, the books and the path of posted prices."""
    trace, books = result.trace, result.books
    arrays = {"whole": trace.whole, "real": trace.real, "path": trace.path, "cash": books.cash, "size": books.size}
    return digest_arrays(arrays)


def rates(case: Case, result: Result) -> dict[str, float]:
    """Events per account and year, by name, and how many rows the log has."""
    whole = result.trace.whole
    # The opening population is there already: what it does in tick 0 is no trade.
    kinds = np.bincount(whole[whole[:, 0] > 0, 1], minlength=64)
    per = case.scenario.crowd.equity.shape[0] * case.scenario.days / DAYS_PER_YEAR
    counted = {"trades": ENTER, "top-ups": TOPUP, "liquidations": FLAG}
    found = {name: float(kinds[code]) / per for name, code in counted.items()}
    found["trades"] = float(kinds[ENTER] + kinds[TRADE]) / per
    return found | {"events": float(whole.shape[0])}
