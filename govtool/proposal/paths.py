"""The insurance pool through the worst crash, under current and under the candidate: two replays in detail."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from govtool.errors import EngineError
from govtool.history.events import load_window
from govtool.proposal.context import PoolPath
from govtool.protocol.model import Protocol
from govtool.replay.backtest import Outcome, replay
from govtool.scenario.bundle import Scenario, assemble
from govtool.study.context import Context
from govtool.study.objective import loss_usd
from govtool.study.result import Row
from govtool.units import SECONDS_PER_HOUR

POINTS = 240
"""Most points of a path; more than the width of a chart would not show."""


def worst_row(rows: Sequence[Row]) -> Row | None:
    """The steady crash row in which most was lost under both protocols: held out if there is one, else of train."""
    for which in ("test", "train"):
        crashes = [row for row in rows if (row.set, row.kind, row.mode) == (which, "crash", "steady")]
        if crashes:
            return max(crashes, key=lambda row: loss_usd(row.current) + loss_usd(row.candidate))
    return None


def worst_path(context: Context, rows: Sequence[Row], candidate: Protocol, pools: Mapping[str, int]) -> PoolPath | None:
    """The pool and what was liquidated in the worst row; None without a crash among the rows.

    Raises
    ------
    DataError
        The history is missing or is another.
    EngineError
        The replay is not the one that the row speaks of.
    """
    row = worst_row(rows)
    if row is None:
        return None
    scenario = _scenario(context, row)
    outcomes = {
        "current": replay(scenario, context.current, opening_pool=pools["current"], detail=True),
        "candidate": replay(scenario, candidate, opening_pool=pools["candidate"], detail=True),
    }
    for who, digest in (("current", row.current_events), ("candidate", row.candidate_events)):
        if outcomes[who].event_digest != digest:
            raise EngineError(
                f"{row.event}, seed {row.seed}: the replay under {who} has event log {outcomes[who].event_digest}, "
                f"and the study had {digest}; run the study again with this govtool"
            )
    starts = _starts(outcomes["current"])
    return PoolPath(
        set=row.set,
        event=row.event,
        seed=row.seed,
        mode=row.mode,
        hours=_reduced(outcomes["current"], "second", starts, np.maximum, 1 / SECONDS_PER_HOUR),
        pool={who: _reduced(one, "pool", starts, np.minimum) for who, one in outcomes.items()},
        liquidated={who: _reduced(one, "liquidated", starts, np.maximum) for who, one in outcomes.items()},
    )


def _scenario(context: Context, row: Row) -> Scenario:
    event, study = context.events[row.event], context.study
    window = load_window(event, markets=study.markets, digests=study.histories)
    return assemble(window, event.kind, context.world, row.seed)


def _starts(outcome: Outcome) -> list[int]:
    assert outcome.columns is not None  # replayed in detail
    samples = outcome.columns["second"].size
    return list(range(0, samples, -(-samples // POINTS)))


def _reduced(outcome: Outcome, name: str, starts: Sequence[int], keep: Any, scale: float = 1.0) -> tuple[float, ...]:
    """One value per stretch of samples, the lowest or highest in it, so that no trough is lost."""
    assert outcome.columns is not None
    return tuple((keep.reduceat(outcome.columns[name], starts) * scale).tolist())
