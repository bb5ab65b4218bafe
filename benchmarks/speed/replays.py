"""Replays of a case, and what their logs say: digest, and events per account and year."""

from typing import Any

import numpy as np

from benchmarks.speed.cases import Case
from govtool.engine.codes import DONE, ENTER, FLAG, TOPUP, TRADE
from govtool.engine.loop import Result, run
from govtool.engine.visits import BRUTE, EVERY, SKIP
from govtool.history.bars import digest_arrays

__all__ = ["BRUTE", "EVERY", "SKIP", "inputs_of", "log_digest", "rates", "replay"]

DAYS_PER_YEAR = 365.0


def inputs_of(case: Case, visit: int = SKIP) -> dict[str, Any]:
    """What the engine's `run` takes for a case under one way to visit accounts, by name."""
    scenario = case.scenario
    groups = ("venue", "keepers", "feed", "crowd", "seed", "listing", "weather")
    told = {name: getattr(scenario, name) for name in groups}
    return told | {"terms": case.terms, "opening_pool": case.pool, "visit": visit}


def replay(case: Case, visit: int = SKIP) -> Result:
    """The case under one way to visit accounts; RuntimeError unless it was done."""
    result = run(**inputs_of(case, visit))
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
