"""The baseline file: which backtest, and every metric that it had, with how far each may move."""

import json
import math
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from govtool.errors import FileError, ParamError, fault
from govtool.files import read_json, write_whole
from govtool.replay.metrics import METRICS

FORMAT = "govtool/baseline@1"
COUNTED = ("accounts", "auctions", "keepers", "orders", "panics", "quantums", "0 or 1")
"""Units of metrics that count: they may not move at all."""

LAST_DIGITS = 1e-9
"""Relative move allowed to the others: what another CPU's rounding may do, and no more."""


class Part(BaseModel):
    """Base of every part of a baseline: frozen, and refuses a field that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Expected(Part):
    """A metric's value, and how far it may move: not at all, by an amount, or by a share of the value."""

    value: float
    tolerance: Literal["exact", "abs", "rel"]
    amount: Annotated[float, Field(ge=0)] = 0.0

    def allowed(self) -> float:
        """Largest move that passes, in the metric's unit."""
        if self.tolerance == "exact":
            return 0.0
        return self.amount if self.tolerance == "abs" else self.amount * abs(self.value)


class Baseline(Part):
    """One backtest of one protocol, frozen. `history` says whether its series ship with govtool."""

    format: Literal["govtool/baseline@1"]
    name: Annotated[str, Field(min_length=1)]
    event: Annotated[str, Field(min_length=1)]
    seed: Annotated[int, Field(ge=0)]
    world: Annotated[str, Field(min_length=1)]
    protocol: Annotated[str, Field(min_length=1)]
    history: Literal["bundled", "recorded"]
    scenario_digest: str = ""
    event_digest: str = ""
    metrics: dict[str, Expected] = {}


def read_baselines(folder: Path) -> dict[Path, Baseline]:
    """Every baseline of a folder, in order of file name.

    Raises
    ------
    FileError
        The folder holds none, or a file cannot be read.
    ParamError
        A file is no baseline.
    """
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise FileError(f"{folder}: holds no baseline (*.json); name the folder with --baselines")
    return {path: read_baseline(path) for path in paths}


def read_baseline(path: Path) -> Baseline:
    """Read one baseline file."""
    content = read_json(path, FORMAT, "restore the file, or name a folder of baselines")
    try:
        return Baseline.model_validate(content)
    except ValidationError as problem:
        raise ParamError(f"{path}: {fault(problem.errors(include_url=False))}; restore the file") from problem


def refrozen(baseline: Baseline, metrics: dict[str, float], scenario_digest: str, event_digest: str) -> Baseline:
    """The baseline with new numbers. A metric keeps its tolerance; one that is not a number is left out."""
    expected = {}
    for name, value in metrics.items():
        if math.isnan(value):
            continue
        before = baseline.metrics.get(name, default_tolerance(name))
        expected[name] = before.model_copy(update={"value": value})
    new = {"metrics": expected, "scenario_digest": scenario_digest, "event_digest": event_digest}
    return baseline.model_copy(update=new)


def default_tolerance(name: str) -> Expected:
    """What a metric is held to unless its baseline says otherwise; the value is still to be filled in."""
    if METRICS[name].unit in COUNTED:
        return Expected(value=0.0, tolerance="exact")
    return Expected(value=0.0, tolerance="rel", amount=LAST_DIGITS)


def write_baseline(baseline: Baseline, path: Path) -> None:
    """Write a baseline, one metric a line, whole or not at all."""
    write_whole(path, lambda waiting: waiting.write_text(_text(baseline), encoding="utf-8"))


def _text(baseline: Baseline) -> str:
    head: dict[str, Any] = baseline.model_dump(exclude={"metrics"})
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    metrics = [
        f"    {json.dumps(name)}: {json.dumps(expected.model_dump(exclude_defaults=True))}"
        for name, expected in baseline.metrics.items()
    ]
    body = ",\n".join(metrics)
    return "\n".join(["{", *lines, '  "metrics": {', body, "  }", "}"]) + "\n"
