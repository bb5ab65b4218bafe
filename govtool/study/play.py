"""One replay of a study: which candidate, in which scenario, with the crowd formed under whom."""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from govtool.protocol.model import Protocol
from govtool.replay.backtest import replay
from govtool.scenario.bundle import Scenario
from govtool.study.model import SetName
from govtool.study.result import Mode


class Task(NamedTuple):
    """What a worker is asked to replay.

    Attributes
    ----------
    position : int
        Of the candidate among those that are evaluated together.
    protocol : bytes
        The candidate, see `sealed`.
    pool : int
        Its opening pool, quantums.
    set, scenario : str
        Name of a scenario, and of the set that it is in.
    """

    position: int
    protocol: bytes
    pool: int
    set: SetName
    scenario: str
    mode: Mode


class Played(NamedTuple):
    """What is kept of one replay."""

    metrics: dict[str, float]
    events: str


@dataclass(frozen=True, eq=False)
class Player:
    """The scenarios of a study by name, and its current protocol, under which the crowd of a transition forms."""

    scenarios: Mapping[str, Scenario]
    current: Protocol

    def play(self, task: Task) -> Played:
        """The replay of a task."""
        formed_under = self.current if task.mode == "transition" else None
        outcome = replay(
            self.scenarios[task.scenario], unsealed(task.protocol), formed_under=formed_under, opening_pool=task.pool
        )
        return Played(outcome.metrics, outcome.event_digest)


def sealed(protocol: Protocol) -> bytes:
    """A protocol as every task of it carries it: pickled once for all of them."""
    return pickle.dumps(protocol)


@lru_cache(maxsize=32)
def unsealed(protocol: bytes) -> Protocol:
    """The protocol that was sealed, the same object for all its tasks: what is remembered of it is found again."""
    found: Protocol = pickle.loads(protocol)
    return found
