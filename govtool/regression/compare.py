"""Holding a backtest against its baseline: what moved, by how much, and what was allowed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from govtool.regression.baseline import Baseline, Expected


@dataclass(frozen=True)
class Move:
    """One number that is not what the baseline says. A value that is not there is None."""

    metric: str
    expected: float | None
    found: float | None
    allowed: float | None
    why: str

    @property
    def change(self) -> float | None:
        """Found minus expected, if both are there."""
        return None if self.expected is None or self.found is None else self.found - self.expected


def compare(baseline: Baseline, metrics: Mapping[str, float], event_digest: str) -> tuple[Move, ...]:
    """Everything that moved by more than its tolerance; better counts as much as worse.

    A metric that is missing or not a number on one side only has moved too, and so has the event log if its
    digest is another.
    """
    names = list(dict.fromkeys((*baseline.metrics, *metrics)))
    moves = [move for name in names if (move := _move(name, baseline.metrics.get(name), metrics.get(name))) is not None]
    if event_digest != baseline.event_digest:
        moves.append(Move("event_digest", None, None, None, "the event log is another"))
    return tuple(moves)


def _move(name: str, expected: Expected | None, found: float | None) -> Move | None:
    gone = found is None or math.isnan(found)
    if expected is None:
        return None if gone else Move(name, None, found, None, "is not in the baseline")
    if found is None or math.isnan(found):
        why = "is missing" if found is None else "is not a number"
        return Move(name, expected.value, None, expected.allowed(), why)
    if abs(found - expected.value) <= expected.allowed():
        return None
    return Move(name, expected.value, found, expected.allowed(), "moved")
