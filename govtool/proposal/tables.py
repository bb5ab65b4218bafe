"""The tables of a document about what was measured: a pure function of the primary sections of evidence."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from govtool.proposal.canonical import nine
from govtool.proposal.context import Evidence, protocol_of, rows_of, study_of
from govtool.proposal.effects import change_tables
from govtool.proposal.objectives import WORDS, word
from govtool.proposal.redteam import redteam_table
from govtool.study.model import OBJECTIVES, SETS
from govtool.study.objective import Side, intervals, loss_usd, upkeep
from govtool.study.result import Row, plain
from govtool.units import PPM

Record = dict[str, Any]

SHOWN = (
    "insurance_draw_usd",
    "adl_usd",
    "shared_loss_usd",
    "bad_debt_usd",
    "liquidated_usd",
    "liquidated_accounts",
    "liquidation_cost_usd",
    "insurance_min_balance_usd",
)
"""Metrics of the table of events, beside the loss that they add up to."""


def tables(evidence: Evidence) -> Record:
    """Every table of the document by name, at nine significant digits."""
    rows = rows_of(evidence)
    events = event_rows(rows)
    judged = [which for which in SETS if which in evidence["intervals"]]
    found = {
        "sets": judged,
        "last": judged[-1] if judged else None,
        "tail_share_ppm": PPM - evidence["study"]["objectives"]["tail_ppm"],
        "objectives": objective_rows(evidence),
        "events": events,
        "worst": worst_rows(events),
        "activation": activation_rows(rows),
        "left_out": left_out_rows(evidence, rows),
        "sensitivity": nearby_rows(evidence),
        "alone": alone_rows(evidence),
        "search": search_facts(evidence),
        "importance": importance_rows(evidence),
        "windows": window_rows(evidence, rows),
        "references": reference_rows(evidence),
        "redteam": redteam_table(evidence["redteam"]),
        "resolutions": sorted({event["interval_s"] for event in evidence["events"].values()}),
        **change_tables(evidence, events),
    }
    return dict(nine(found))


def objective_rows(evidence: Evidence) -> list[Record]:
    """Per objective and set: levels under both protocols, the paired difference, and what its interval says."""
    return [
        {
            "name": name,
            "title": WORDS[name].title,
            "unit": WORDS[name].unit,
            "better": better,
            "meaning": WORDS[name].meaning,
            "tolerance": evidence["study"]["selection"]["tolerance"][name],
            "sets": {
                which: {**found[name], "word": word(found[name], name), **_levels(evidence, which, name)}
                for which, found in evidence["intervals"].items()
            },
        }
        for name, better in OBJECTIVES.items()
    ]


def _levels(evidence: Evidence, which: str, name: str) -> Record:
    levels = evidence["values"].get(which, {})
    return {who: levels.get(who, {}).get(name) for who in ("current", "candidate")}


def event_rows(rows: Sequence[Row]) -> list[Record]:
    """Per event, steady replays only: means over seeds of loss and its parts, under both protocols."""
    return [
        {
            "set": group[0].set,
            "event": event,
            "kind": group[0].kind,
            "seeds": len(group),
            "current": _means(group, "current"),
            "candidate": _means(group, "candidate"),
        }
        for event, group in _by_event(row for row in rows if row.mode == "steady").items()
    ]


def _means(group: Sequence[Row], side: Side) -> Record:
    metrics = [row.current if side == "current" else row.candidate for row in group]
    means = {name: _mean(one[name] for one in metrics) for name in SHOWN}
    return {"loss_usd": _mean(loss_usd(one) for one in metrics), **means}


def worst_rows(events: Sequence[Record]) -> Record:
    """Per set, the event in which the candidate's loss is largest; none where nothing was lost."""
    worst: Record = {}
    for which in SETS:
        lossy = [one for one in events if one["set"] == which and one["candidate"]["loss_usd"] > 0]
        if lossy:
            worst[which] = max(lossy, key=lambda one: one["candidate"]["loss_usd"])
    return worst


def activation_rows(rows: Sequence[Row]) -> list[Record]:
    """Per event, what was liquidated where positions formed under current meet the candidate at once."""
    found = []
    for event, group in _by_event(row for row in rows if row.mode == "transition").items():
        record: Record = {"set": group[0].set, "event": event, "kind": group[0].kind}
        for name in ("liquidated_accounts", "liquidated_usd"):
            before, after = (
                _mean(row.current[name] for row in group),
                _mean(row.candidate[name] for row in group),
            )
            record[name] = {"current": before, "candidate": after, "extra": after - before}
        found.append(record)
    return found


def left_out_rows(evidence: Evidence, rows: Sequence[Row]) -> list[Record]:
    """Objectives that are better or worse on the held-out windows and would not be without one of them."""
    held_out = [row for row in rows if row.set == "test"]
    names = list(dict.fromkeys(row.event for row in held_out))
    if len(names) < 2:
        return []
    study = study_of(evidence)
    train, pools = [row for row in rows if row.set == "train"], evidence["opening_pools"]
    ours, theirs = (upkeep(protocol_of(evidence, side), pools[side], train, study.objectives, side) for side in _SIDES)
    found = []
    for event in names:
        left = intervals([row for row in held_out if row.event != event], ours, theirs, study.objectives)
        for name in OBJECTIVES:
            whole = word(evidence["intervals"]["test"][name], name)
            without = {**plain(left[name]), "word": word(plain(left[name]), name)}
            if whole in ("better", "worse") and without["word"] != whole:
                found.append({"objective": name, "title": WORDS[name].title, "event": event, "all": whole, **without})
    return found


_SIDES: tuple[Side, Side] = ("candidate", "current")


def nearby_rows(evidence: Evidence) -> list[Record]:
    """Objectives on train one step around the candidate, as differences from the candidate."""
    middle = evidence["values"].get("train", {}).get("candidate", {})
    return [
        {
            **{key: one[key] for key in ("field", "steps", "value", "feasible")},
            "changes": {name: _minus(one["values"].get(name), middle.get(name)) for name in OBJECTIVES},
        }
        for one in evidence["sensitivity"]
    ]


def alone_rows(evidence: Evidence) -> list[Record]:
    """Objectives on train with one field alone moved, as differences from current."""
    start = evidence["values"].get("train", {}).get("current", {})
    return [
        {
            **{key: one[key] for key in ("field", "current", "candidate", "feasible")},
            "changes": {name: _minus(one["values"].get(name), start.get(name)) for name in OBJECTIVES},
        }
        for one in evidence["decomposition"]
    ]


def search_facts(evidence: Evidence) -> Record:
    """How much was searched, and how much of that was worth searching."""
    trials, considered = evidence["trials"], evidence["considered"]
    complete = [trial for trial in trials if trial["state"] == "complete"]
    tails = {trial["values"]["tail_loss"] for trial in complete}
    return {
        "trials": len(trials),
        "complete": len(complete),
        "refused": len(trials) - len(complete),
        "feasible": sum(all(value <= 0 for value in trial["constraints"].values()) for trial in complete),
        "distinct_tail_losses": len(tails - {0}),
        "front": len(evidence["front"]),
        "considered": len(considered),
        "passed": sum(one["passed"] for one in considered),
        "alternatives": sorted(considered, key=lambda one: (-one["score"], one["number"])),
    }


def importance_rows(evidence: Evidence) -> list[Record]:
    """Fields by how much they decided who came near the front; none if the search could not tell."""
    weights = sorted(evidence["importance"].items(), key=lambda item: (-item[1], item[0]))
    return [{"field": field, "weight": weight} for field, weight in weights if weight > 0]


def window_rows(evidence: Evidence, rows: Sequence[Row]) -> list[Record]:
    """Per event of the study: when it was, how finely it is known, and what it is."""
    known = {row.event: row for row in rows}
    found = []
    for which in SETS:
        for event in evidence["study"]["events"][which]:
            # Without a candidate there are no rows, but the training windows were replayed all the same.
            searched = ", ".join(evidence["labels"]) if which == "train" else None
            label = known[event].label if event in known else searched
            found.append({"set": which, "event": event, **evidence["events"][event], "label": label})
    return found


def reference_rows(evidence: Evidence) -> list[Record]:
    """Where events come from, each source once."""
    found: dict[str, list[str]] = {}
    for which in SETS:
        for event in evidence["study"]["events"][which]:
            found.setdefault(evidence["events"][event]["source"], []).append(event)
    return [{"source": source, "events": names} for source, names in found.items()]


def _by_event(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.event, []).append(row)
    return groups


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return math.fsum(listed) / len(listed)


def _minus(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before
