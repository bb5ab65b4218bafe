"""The study file: which events, which fields within which bounds, what counts as better, and the budget."""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from govtool.errors import ParamError, fault
from govtool.files import read_toml
from govtool.study.redteam.model import RedTeam
from govtool.study.section import Names, Section, tuples
from govtool.units import PPM

FORMAT = "govtool/study@1"
Goals = dict[str, Literal["lower", "higher"]]
"""Scores by name, and which way each is better."""

OBJECTIVES: Goals = {
    "tail_loss": "lower",
    "trader_cost": "lower",
    "capital_efficiency": "higher",
}
"""Objectives and which way is better, in the order in which the sampler sees them."""

SetName = Literal["train", "select", "test"]
SETS: tuple[SetName, ...] = ("train", "select", "test")

Share = Annotated[int, Field(ge=0, le=PPM)]


class Events(Section):
    """Event names per set. `train` is searched, `select` chooses from the front, `test` is scored once."""

    train: Annotated[Names, Field(min_length=1)]
    select: Annotated[Names, Field(min_length=1)]
    test: Annotated[Names, Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once(self) -> "Events":
        seen: dict[str, str] = {}
        for name in SETS:
            for event in getattr(self, name):
                if event in seen:
                    raise ValueError(
                        f"event {event!r} stands in {seen[event]} and again in {name}; the sets must be disjoint"
                    )
                seen[event] = name
        return self

    def all(self) -> tuple[str, ...]:
        """Every event: train, then select, then test."""
        return (*self.train, *self.select, *self.test)


class Search(Section):
    """Budget and sampler, which is seeded anew per batch: the batch shapes the search as the seed does."""

    trials: Annotated[int, Field(ge=1)]
    batch: Annotated[int, Field(ge=1)]
    population: Annotated[int, Field(ge=2)] = 20
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    sampler: Literal["nsga2", "tpe", "random"] = "nsga2"


class Dimension(Section):
    """One searched protocol field, in on-chain units: `low`, `low + step`, … up to `high`.

    `max_change` is the largest change from current that one proposal may make.
    """

    field: str
    low: int
    high: int
    step: Annotated[int, Field(ge=1)]
    max_change: Annotated[int, Field(ge=1)] | None = None


class Objectives(Section):
    """What money tied up costs, how long a pool has been filled, and which tail is averaged."""

    cost_of_capital_ppm_per_year: Share
    windows_per_year: Annotated[float, Field(ge=0.01, le=1_000)]
    run_in_days: Annotated[int, Field(ge=0, le=3_650)] = 180
    tail_ppm: Annotated[int, Field(ge=0, lt=PPM)] = 750_000


class Constraints(Section):
    """Hard limits on the training events, in steady and in transition."""

    pool_floor: Annotated[int, Field(ge=0)]
    revenue_loss_max_ppm: Share
    unfilled_share_max_ppm: Share
    bad_debt: Literal["not above current"]


class Selection(Section):
    """How much worse than current may pass: `tolerance` per objective, in the objective's own unit.

    At most `finalists` trials of the front, the best of them on train, are compared on the select events.
    """

    tolerance: dict[str, Annotated[float, Field(gt=0, le=1_000)]]
    finalists: Annotated[int, Field(ge=1)] = 24

    @model_validator(mode="after")
    def _one_per_objective(self) -> "Selection":
        for name in (*OBJECTIVES, *self.tolerance):
            if name not in self.tolerance or name not in OBJECTIVES:
                what = "is missing" if name in OBJECTIVES else "is no objective"
                raise ValueError(f"tolerance.{name} {what}; objectives are {', '.join(OBJECTIVES)}")
        return self


class Card(Section):
    """What the proposal made from this study is called, and where it would be submitted."""

    number: Annotated[int, Field(ge=0, le=9999)]
    slug: Annotated[str, Field(pattern=r"\A[a-z0-9]+(-[a-z0-9]+)*\z")]
    title: Annotated[str, Field(min_length=1)]
    authors: Annotated[Names, Field(min_length=1)]
    deposit: Annotated[str, Field(pattern=r"\A(0|[1-9][0-9]*[a-zA-Z][a-zA-Z0-9/]{2,127})\z")]
    network: Annotated[str, Field(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]*\z")]


class Study(Section):
    """A study file. Everything that shapes its numbers is in it, or named in it by digest."""

    format: Literal["govtool/study@1"]
    name: Annotated[str, Field(pattern=r"\A[A-Za-z0-9][A-Za-z0-9_-]*\z")]
    title: Annotated[str, Field(min_length=1)]
    protocol: Annotated[str, Field(min_length=1)]
    world: Annotated[str, Field(min_length=1)] = "default"
    seeds: Annotated[tuple[Annotated[int, Field(ge=0, lt=2**63)], ...], Field(min_length=1)]
    markets: Annotated[Names, Field(min_length=1)]
    events: Events
    histories: dict[str, Annotated[str, Field(pattern=r"\Asha256:[0-9a-f]{64}\z")]] = Field(default_factory=dict)
    search: Search
    space: Annotated[tuple[Dimension, ...], Field(min_length=1)]
    objectives: Objectives
    constraints: Constraints
    selection: Selection
    redteam: RedTeam | None = None
    proposal: Card

    _folder: Path = PrivateAttr(default_factory=Path)

    @model_validator(mode="after")
    def _nothing_twice(self) -> "Study":
        for what, names in (
            ("seeds", self.seeds),
            ("markets", self.markets),
            ("space", [dimension.field for dimension in self.space]),
        ):
            for name in names:
                if list(names).count(name) > 1:
                    raise ValueError(f"{what} names {name!r} twice; once is enough")
        return self

    def beside(self, name: str) -> str:
        """A preset's name as it is; a path, which ends in `.toml`, as seen from the study file's folder."""
        return str(self._folder / name) if name.endswith(".toml") else name


def read_study(path: Path | str) -> Study:
    """Read a study file.

    Raises
    ------
    FileError
        The file cannot be read.
    ParamError
        It is no study, or a field is missing, unknown or out of range; one sentence names it.
    """
    path = Path(path)
    content = read_toml(path, FORMAT, "name a study file")
    try:
        study = Study.model_validate(tuples(content))
    except ValidationError as problem:
        raise ParamError(f"{path}: {fault(problem.errors(include_url=False))}") from problem
    study._folder = path.parent
    return study


def parse_study(content: dict[str, Any]) -> Study:
    """A study from its own `model_dump`, as evidence keeps it; paths are seen from the working folder."""
    try:
        return Study.model_validate(tuples(content))
    except ValidationError as problem:
        raise ParamError(f"study: {fault(problem.errors(include_url=False))}") from problem


def digest_of(value: Any) -> str:
    """Digest of JSON-like content, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
