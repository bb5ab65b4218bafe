"""Replaying every baseline's backtest, and comparing or freezing what comes out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from govtool.history.events import Event, catalogue, find_event
from govtool.history.store import series_paths
from govtool.protocol.read import read_protocol
from govtool.regression.baseline import Baseline, read_baselines, refrozen, write_baseline
from govtool.regression.compare import Move, compare
from govtool.replay.backtest import Outcome, replay
from govtool.scenario.bundle import build
from govtool.world.read import read_world


@dataclass(frozen=True)
class Checked:
    """One baseline and how it fared. `metrics` counts what was compared; `why` says what a skipped one lacks."""

    path: str
    name: str
    state: Literal["same", "moved", "skipped", "updated"]
    metrics: int = 0
    moves: tuple[Move, ...] = ()
    why: str = ""


def regress(
    folder: Path, *, update: bool = False, progress: Callable[[str, int, int], None] = lambda *_: None
) -> tuple[Checked, ...]:
    """Replay every baseline of a folder.

    With `update` a baseline that moved is written anew; without it nothing is written. A baseline of recorded
    history is skipped, by name, where its series are not at hand.

    Raises
    ------
    FileError, ParamError, DataError
        A baseline cannot be read, or names what is not there.
    """
    baselines = read_baselines(folder)
    checked: list[Checked] = []
    for path, baseline in baselines.items():
        progress("baselines", len(checked), len(baselines))
        checked.append(_check(path, baseline, update))
    progress("baselines", len(checked), len(baselines))
    return tuple(checked)


def _check(path: Path, baseline: Baseline, update: bool) -> Checked:
    event = find_event(baseline.event, catalogue())
    absent = absent_series(event)
    if baseline.history == "recorded" and absent:
        return Checked(str(path), baseline.name, "skipped", why=f"series {absent[0]} is not at hand")
    outcome = _replay(baseline, event)
    moves, count = compare(baseline, outcome.metrics, outcome.event_digest), len(baseline.metrics)
    if not moves and outcome.scenario_digest == baseline.scenario_digest:
        return Checked(str(path), baseline.name, "same", count)
    if not moves:
        moves = (Move("scenario_digest", None, None, None, "the scenario is another"),)
    if not update:
        return Checked(str(path), baseline.name, "moved", count, moves)
    new = refrozen(baseline, dict(outcome.metrics), outcome.scenario_digest, outcome.event_digest)
    write_baseline(new, path)
    return Checked(str(path), baseline.name, "updated", count, moves)


def _replay(baseline: Baseline, event: Event) -> Outcome:
    scenario = build(event, read_world(baseline.world), baseline.seed)
    return replay(scenario, read_protocol(baseline.protocol))


def absent_series(event: Event) -> list[str]:
    """Names of series that an event needs and that are not at hand."""
    there = {path.stem for path in series_paths()}
    used = {*event.series.values(), *event.lead.values(), *event.funding.values()}
    return sorted(used - there)
