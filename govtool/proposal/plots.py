"""The table behind each chart, its title and its alternative text: a pure function of the evidence."""

from collections.abc import Sequence
from typing import Any

from govtool.proposal.canonical import nine
from govtool.proposal.context import Evidence, reconstructed
from govtool.proposal.objectives import WORDS, printed, printed_interval
from govtool.proposal.words import money
from govtool.study.model import OBJECTIVES

Chart = dict[str, Any]

STAMP = "Reconstructed history: not for submission"


def charts(evidence: Evidence) -> list[Chart]:
    """Every chart that the evidence has data for, in the order of the document."""
    makers = (_intervals, _events, _pool, _pareto, _sensitivity)
    found = [chart for maker in makers if (chart := maker(evidence)) is not None]
    stamp = STAMP if reconstructed(evidence) else None
    return [dict(nine({**chart, "stamp": stamp})) for chart in found]


def _scaled(value: float | None, name: str) -> float | None:
    return None if value is None else value * WORDS[name].scale


def _labels() -> dict[str, str]:
    return {name: f"{one.title}\n({one.unit})" for name, one in WORDS.items()}


def _intervals(evidence: Evidence) -> Chart | None:
    found = evidence["tables"]["objectives"]
    rows = [
        [
            one["name"],
            which,
            numbers["windows"],
            *(_scaled(numbers[key], one["name"]) for key in ("estimate", "low", "high")),
            one["better"],
            numbers["word"],
        ]
        for one in found
        for which in evidence["tables"]["sets"]
        for numbers in [one["sets"][which]]
    ]
    last = evidence["tables"]["last"]
    if last is None:
        return None
    told = [
        f"{one['title']} {printed_interval(one['sets'][last], one['name'])} {one['unit']}, {one['sets'][last]['word']}"
        for one in found
    ]
    return {
        "name": "intervals",
        "title": "Candidate minus current, mean over windows with 95 % interval",
        "alt": "Difference between candidate and current for each objective on train, select and test windows. "
        f"On {last}: {'; '.join(told)}.",
        "labels": _labels(),
        "columns": ["objective", "set", "windows", "estimate", "low", "high", "better", "word"],
        "rows": rows,
    }


def _events(evidence: Evidence) -> Chart | None:
    found = evidence["tables"]["events"]
    if not found:
        return None
    rows = [[one["set"], one["event"], one["current"]["loss_usd"], one["candidate"]["loss_usd"]] for one in found]
    held_out = [row for row in rows if row[0] == "test"]
    shown = held_out or rows
    before, after = (sum(row[k] for row in shown) for k in (2, 3))
    where = "held-out test windows" if held_out else "windows replayed (none held out was scored)"
    return {
        "name": "events",
        "title": "Loss borne by others than the liquidated, per window",
        "alt": "Loss to the insurance pool, deleveraged traders and nobody, per window, under current and candidate. "
        f"Sum over {len(shown)} {where}: {money(before)} under current, {money(after)} under the candidate.",
        "labels": {"loss": "insurance draw + deleveraging + bad debt (mean over seeds)"},
        "columns": ["set", "event", "current", "candidate"],
        "rows": rows,
    }


def _pool(evidence: Evidence) -> Chart | None:
    path = evidence["pool_path"]
    if path is None:
        return None
    columns = {"hours": path["hours"]}
    for who in ("current", "candidate"):
        columns |= {f"{who}_pool": path["pool"][who], f"{who}_liquidated": path["liquidated"][who]}
    low = {who: min(path["pool"][who]) for who in ("current", "candidate")}
    place = "held-out" if path["set"] == "test" else path["set"]
    return {
        "name": "pool",
        "title": f"Insurance pool in the worst {place} crash: {path['event']}",
        "alt": f"Insurance pool and liquidated value through {path['event']} ({place}, seed {path['seed']}). Lowest "
        f"balance {money(low['current'])} under current, {money(low['candidate'])} under the candidate; liquidated "
        f"{money(path['liquidated']['current'][-1])} and {money(path['liquidated']['candidate'][-1])}.",
        "labels": {"pool": "insurance pool", "liquidated": "liquidated so far"},
        "columns": list(columns),
        "rows": [list(row) for row in zip(*columns.values(), strict=True)],
    }


def _pareto(evidence: Evidence) -> Chart | None:
    trials = [trial for trial in evidence["trials"] if trial["state"] == "complete"]
    chosen = _shown_trial(evidence)
    rows = [
        [
            trial["number"],
            _kind(trial, evidence["front"], chosen),
            *(_scaled(trial["values"][name], name) for name in OBJECTIVES),
        ]
        for trial in trials
    ]
    if not rows:
        return None
    marked = {row[1]: row for row in rows if row[1] in ("current", "candidate")}
    told = [
        f"{who}: tail loss {printed(values['tail_loss'], 'tail_loss')}, trader cost "
        f"{printed(values['trader_cost'], 'trader_cost')} bps, capital efficiency "
        f"{printed(values['capital_efficiency'], 'capital_efficiency')}"
        for who in marked
        for values in [next(trial["values"] for trial in trials if trial["number"] == marked[who][0])]
    ]
    return {
        "name": "pareto",
        "title": f"What {len(trials)} trials cost and gain on the training windows",
        "alt": f"Each of {len(trials)} trials by tail loss, trader cost and capital efficiency on train; "
        f"{len(evidence['front'])} are on the Pareto front. {'; '.join(told)}.",
        "labels": _labels(),
        "columns": ["trial", "kind", *OBJECTIVES],
        "rows": rows,
    }


def _shown_trial(evidence: Evidence) -> int | None:
    """The trial whose numbers the document shows: the chosen one, or the best score of those compared."""
    if evidence["chosen"] is not None:
        return int(evidence["chosen"])
    alternatives = evidence["tables"]["search"]["alternatives"]
    return int(alternatives[0]["number"]) if alternatives else None


def _kind(trial: dict[str, Any], front: Sequence[int], chosen: int | None) -> str:
    if trial["number"] in (0, chosen):
        return "current" if trial["number"] == 0 else "candidate"
    if trial["number"] in front:
        return "on the front"
    return "other trial" if all(value <= 0 for value in trial["constraints"].values()) else "breaks a constraint"


def _sensitivity(evidence: Evidence) -> Chart | None:
    near = [one for one in evidence["tables"]["sensitivity"] if abs(one["steps"]) == 1]
    if not near:
        return None
    rows = [
        [
            one["field"],
            one["steps"],
            one["value"],
            one["feasible"],
            *(_scaled(one["changes"][name], name) for name in OBJECTIVES),
        ]
        for one in near
    ]
    largest = max(near, key=lambda one: abs(one["changes"]["tail_loss"] or 0))
    broken = sum(not one["feasible"] for one in near)
    return {
        "name": "sensitivity",
        "title": "One grid step away from the candidate, on the training windows",
        "alt": "Change of each objective when one parameter moves by one step. Tail loss moves most with "
        f"{largest['field']} ({printed(largest['changes']['tail_loss'], 'tail_loss')} bps); {broken} of {len(near)} "
        "neighbours break a constraint.",
        "labels": _labels(),
        "columns": ["field", "steps", "value", "feasible", *OBJECTIVES],
        "rows": rows,
    }
