"""Replays everything that a proposal's rows speak of, in this process, and compares it with evidence."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from govtool.errors import ParamError
from govtool.history.events import catalogue, find_event
from govtool.proposal.canonical import nine
from govtool.proposal.context import (
    MEASURED,
    Evidence,
    event_facts,
    protocol_of,
    study_of,
    trials_of,
    world_of,
)
from govtool.proposal.paths import worst_path
from govtool.proposal.recount import differences, summary, verdict_failures
from govtool.proposal.redteam import redteam_facts
from govtool.study.context import Context, study_digest
from govtool.study.evaluate import Evaluation, evaluate
from govtool.study.model import SETS
from govtool.study.result import plain
from govtool.study.run import Searched, conclude
from govtool.study.search import Found
from govtool.study.select import pareto_front
from govtool.study.space import candidate
from govtool.study.validate import scores
from govtool.study.workers import Workers

Progress = Callable[[str, int, int], None]


def context_of(evidence: Evidence) -> Context:
    """The study opened from evidence alone: its protocol and world are the ones in it, its events the catalogue's.

    Raises DataError for an event that the catalogue does not have.
    """
    study, known = study_of(evidence), catalogue()
    events = {name: find_event(name, known) for name in study.events.all()}
    return Context(study, protocol_of(evidence, "current"), world_of(evidence), events)


def study_failures(evidence: Evidence, context: Context) -> Iterator[str]:
    """Where digest, events, histories or candidate are not what study, world and protocol make them."""
    found = study_digest(context)
    if found != evidence["study_digest"]:
        yield f"evidence.json: study_digest is {evidence['study_digest']}, and the study, world and events give {found}"
    for name, event in context.events.items():
        yield from differences(evidence["events"].get(name), event_facts(event), f"evidence.json: events.{name}")
    stated = {name: context.study.histories.get(name) for name in evidence["histories"]}
    yield from differences(evidence["histories"], stated, "evidence.json: histories")
    front = pareto_front(trials_of(evidence))
    yield from differences(evidence["front"], front, "evidence.json: front")
    yield from _candidate_failures(evidence, context)


def _candidate_failures(evidence: Evidence, context: Context) -> Iterator[str]:
    if evidence["chosen"] is None:
        return
    trial = next((one for one in evidence["trials"] if one["number"] == evidence["chosen"]), None)
    if trial is None:
        yield f"evidence.json: chosen = {evidence['chosen']} is not among the trials"
        return
    made = candidate(context.current, context.axes, trial["params"])
    yield from differences(evidence["candidate"], plain(made), "evidence.json: candidate")


def replay_failures(evidence: Evidence, context: Context, workers: Workers, progress: Progress) -> Iterator[str]:
    """Replays all rows under both protocols and compares metrics, event digests and what they come to."""
    if evidence["candidate"] is None:
        return
    sets = [which for which in SETS if any(row["set"] == which for row in evidence["rows"])]
    progress("replays", 0, len(evidence["rows"]))
    found = evaluate(context, protocol_of(evidence, "candidate"), sets, workers)
    progress("replays", len(evidence["rows"]), len(evidence["rows"]))
    failures = list(row_failures(evidence, found))
    yield from failures
    # What the rows come to differs with them, and to say so would tell nothing new.
    if failures:
        return
    pools = {"current": context.pool, "candidate": found.opening_pool}
    for name, value in {**nine(summary(found)), "opening_pools": pools}.items():
        yield from differences(evidence[name], value, f"evidence.json: {name}")
    yield from verdict_failures(evidence, found)
    path = worst_path(context, found.rows, found.protocol, pools)
    stated = None if path is None else nine(asdict(path))
    yield from differences(evidence["pool_path"], stated, "evidence.json: pool_path")


def row_failures(evidence: Evidence, found: Evaluation) -> Iterator[str]:
    """Where a row of evidence is not what its replays give; a row is named by set, event, seed and mode."""
    stated = {_name(row): row for row in evidence["rows"]}
    made = {_name(row): row for row in (nine(plain(row)) for row in found.rows)}
    if len(stated) != len(evidence["rows"]):
        yield "evidence.json: rows holds the same row twice"
    for name in dict.fromkeys([*stated, *made]):
        if name not in stated or name not in made:
            yield f"evidence.json: row {name} is {'missing' if name not in stated else 'not part of the study'}"
        elif stated[name]["scenario_digest"] != made[name]["scenario_digest"]:
            yield f"evidence.json: row {name} is of another scenario than the one built here"
        else:
            for side in _SIDES:
                yield from differences(stated[name][side], made[name][side], f"evidence.json: row {name}, {side}")
            rest, found_rest = (_rest(rows[name]) for rows in (stated, made))
            yield from differences(rest, found_rest, f"evidence.json: row {name}")


def _rest(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in _SIDES}


_SIDES = ("current", "candidate")


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['set']} {row['event']} seed {row['seed']} {row['mode']}"


def whole_failures(evidence: Evidence, context: Context, workers: Workers, progress: Progress) -> Iterator[str]:
    """Scores every trial again, chooses and validates again, and compares all that came out of the study."""
    trials = trials_of(evidence)
    params = [trial.params for trial in trials]
    found: dict[int, Any] = {}
    for position, score in scores(context, params, workers):
        found[position] = score
        progress("trials", len(found), len(params))
    for position, trial in enumerate(evidence["trials"]):
        score = nine({key: getattr(found[position], key) for key in ("values", "constraints", "reason")})
        stated = {key: trial[key] for key in score}
        yield from differences(stated, score, f"evidence.json: trials[{position}]")
    searched = Searched(context, Found(trials, True, 0), Path(), pareto_front(trials))
    result = conclude(searched, workers, progress, resume=False)
    yield from differences(evidence["redteam"], redteam_facts(result.redteam), "evidence.json: redteam")
    for name in MEASURED:
        if name not in ("trials", "rows"):
            value = nine(plain(getattr(result, name)))
            yield from differences(evidence[name], value, f"evidence.json: {name}")


def check_model(evidence: Evidence, model: int) -> None:
    """ParamError if another replay model made the numbers: they cannot be compared with this one's."""
    if evidence["model"] != model:
        version = evidence["versions"]["govtool"]
        raise ParamError(
            f"evidence.json: its numbers are of replay model {evidence['model']}, this govtool replays model {model}; "
            f"install govtool {version} to verify them, or check the files alone with --quick"
        )
