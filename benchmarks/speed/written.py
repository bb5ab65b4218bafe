"""Whole replays in worker processes, with all that `govtool.replay` makes of them."""

import time
from dataclasses import dataclass
from typing import NamedTuple

from govtool.protocol.model import Protocol
from govtool.replay.backtest import replay
from govtool.scenario.bundle import Scenario


class Written(NamedTuple):
    """Rows of an event log, its digest, and seconds that replay, metrics and digest took together."""

    events: int
    digest: str
    seconds: float


@dataclass(frozen=True, eq=False)
class Replays:
    """Replays of one scenario under one protocol; asked for by the opening pool, quantums."""

    scenario: Scenario
    protocol: Protocol

    def __call__(self, opening_pool: int) -> Written:
        """One replay and its metrics."""
        begun = time.perf_counter()
        outcome = replay(self.scenario, self.protocol, opening_pool=opening_pool, detail=True)
        assert outcome.events is not None  # replayed in detail
        return Written(outcome.events.rows, outcome.event_digest, time.perf_counter() - begun)
