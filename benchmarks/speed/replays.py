"""Replays of a case, and what their logs say: digest, and events per account and year."""

from typing import Any

import numpy as np

from benchmarks.speed.cases import Case
from govtool.engine.codes import DONE, ENTER, FLAG, TOPUP, TRADE
from govtool.engine.loop import Result, run
from govtool.history.bars import digest_arrays

SKIP, BRUTE, EVERY = True, False, False

ROWS_PER_ACCOUNT, ROWS_PER_DAY = 100.0, 0.5
"""Room in the log per account, and per account and day: more than any case writes, for one that were full would have
the engine repeat the replay. Memory that is not written costs nothing."""

FLAGGED_SELDOM = 8
"""Rows of log at least for each account that is flagged, of whom the engine keeps a snapshot."""

DAYS_PER_YEAR = 365.0


def inputs_of(case: Case, visit: Any = SKIP) -> dict[str, Any]:
    """What the engine's `run` takes for a case under one way to visit accounts, by name."""
    scenario = case.scenario
    groups = ("venue", "keepers", "feed", "crowd", "seed", "listing", "weather")
    told = {name: getattr(scenario, name) for name in groups}
    return told | {"terms": case.terms, "opening_pool": case.pool, "skip": visit}


def replay(case: Case, visit: Any = SKIP) -> Result:
    """The case under one way to visit accounts; RuntimeError unless it was done."""
    room = int(case.scenario.crowd.equity.size * (ROWS_PER_ACCOUNT + ROWS_PER_DAY * case.scenario.days))
    result = run(**inputs_of(case, visit), events=room, snapshots=room // FLAGGED_SELDOM)
    if result.status != DONE:
        raise RuntimeError(f"the replay of {case.scenario.name} ended with status {result.status}")
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
