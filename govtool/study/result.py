"""What a study leaves: trials, the front, paired comparisons with current, and the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from pydantic import BaseModel

from govtool.protocol.model import Protocol
from govtool.study.model import SetName as SetName
from govtool.study.model import Study
from govtool.study.redteam.result import RedTeamed

Mode = Literal["steady", "transition"]
Verdict = Literal["improves", "inconclusive", "worse", "no candidate"]


@dataclass(frozen=True)
class Trial:
    """One candidate of the search; trial 0 is the current protocol.

    `params` are protocol fields in on-chain units; `values` the objectives on the training events, at nine
    significant digits; `constraints` hold where they are zero or less. A refused trial has neither.
    """

    number: int
    params: dict[str, int]
    values: dict[str, float]
    constraints: dict[str, float]
    state: Literal["complete", "refused"]
    reason: str = ""

    @property
    def feasible(self) -> bool:
        """Whether the trial was replayed and keeps every constraint."""
        return self.state == "complete" and all(value <= 0 for value in self.constraints.values())


@dataclass(frozen=True)
class Row:
    """One scenario replayed under current and under the candidate; metrics by name, in the name's unit."""

    set: SetName
    event: str
    kind: str
    seed: int
    mode: Mode
    scenario_digest: str
    label: str
    native_s: int
    days: float
    current: dict[str, float]
    candidate: dict[str, float]
    current_events: str
    candidate_events: str


@dataclass(frozen=True)
class Interval:
    """Mean difference candidate minus current over event windows, with its 95 % Student-t interval."""

    estimate: float
    low: float
    high: float
    windows: int


@dataclass(frozen=True)
class Considered:
    """One trial of the front on the select events: whether it may be chosen, and why (not)."""

    number: int
    intervals: dict[str, Interval]
    constraints: dict[str, float]
    score: float
    passed: bool
    why: str


@dataclass(frozen=True)
class Nearby:
    """Objectives on train with one field of the candidate moved by `steps` grid steps of the study."""

    field: str
    steps: int
    value: int
    values: dict[str, float]
    feasible: bool


@dataclass(frozen=True)
class Alone:
    """Objectives on train with one field alone moved from current to the candidate's value."""

    field: str
    current: int
    candidate: int
    values: dict[str, float]
    feasible: bool


@dataclass(frozen=True)
class Result:
    """A finished study. `intervals` and `values` are of the chosen trial, or of the nearest to passing."""

    study: Study
    study_digest: str
    trials: tuple[Trial, ...]
    front: tuple[int, ...]
    chosen: int | None
    current: Protocol
    candidate: Protocol | None
    outcome: Literal["change", "no change"]
    verdict: Verdict
    reason: str
    considered: tuple[Considered, ...]
    intervals: dict[str, dict[str, Interval]]
    values: dict[str, dict[str, dict[str, float]]]
    rows: tuple[Row, ...]
    sensitivity: tuple[Nearby, ...]
    decomposition: tuple[Alone, ...]
    importance: dict[str, float]
    opening_pools: dict[str, int]
    annual_costs: dict[str, float]
    histories: dict[str, str]
    labels: tuple[str, ...]
    notes: tuple[str, ...]
    redteam: RedTeamed | None = None


def plain(value: Any) -> Any:
    """A result, or a part of one, as dicts, lists and scalars that JSON can hold."""
    if isinstance(value, BaseModel):
        return plain(value.model_dump())
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value
