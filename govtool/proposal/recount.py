"""What the rows of evidence come to, counted again by the study's own functions: no replay, one rounding off."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from govtool.proposal.canonical import nine
from govtool.proposal.context import Evidence, protocol_of, rows_of, study_of
from govtool.study.evaluate import Evaluation
from govtool.study.model import OBJECTIVES, SETS
from govtool.study.objective import Side, constraint_values, intervals, objective_values, upkeep
from govtool.study.result import Row, SetName, plain
from govtool.study.select import judge

SLACK = 1e-7
"""Share of an objective's level by which rounding rows to nine digits may move a difference or its interval."""


def recount(evidence: Evidence) -> Evaluation | None:
    """The evaluation of the candidate as its rows give it; None without a candidate."""
    if evidence["candidate"] is None:
        return None
    study, rows = study_of(evidence), rows_of(evidence)
    costs, limits, pools = study.objectives, study.constraints, evidence["opening_pools"]
    train = [row for row in rows if row.set == "train"]
    current, candidate = protocol_of(evidence, "current"), protocol_of(evidence, "candidate")
    ours = upkeep(candidate, pools["candidate"], train, costs, "candidate")
    theirs = upkeep(current, pools["current"], train, costs, "current")
    sets: dict[SetName, list[Row]] = {
        which: own for which in SETS if (own := [row for row in rows if row.set == which])
    }

    def limits_of(side: Side) -> dict[str, dict[str, float]]:
        return {name: constraint_values(own, side, limits, pools[side]) for name, own in sets.items()}

    return Evaluation(
        protocol=candidate,
        opening_pool=pools["candidate"],
        upkeep=ours,
        current_upkeep=theirs,
        rows=rows,
        values={name: objective_values(own, "candidate", ours, costs) for name, own in sets.items()},
        current_values={name: objective_values(own, "current", theirs, costs) for name, own in sets.items()},
        constraints=limits_of("candidate"),
        current_constraints=limits_of("current"),
        intervals={name: intervals(own, ours, theirs, costs) for name, own in sets.items()},
        borne={name: intervals(own, theirs, theirs, costs) for name, own in sets.items()},
    )


def summary(found: Evaluation) -> dict[str, Any]:
    """What evidence says of an evaluation, under the names that evidence uses."""
    return {
        "intervals": plain(found.intervals),
        "values": {
            name: {"current": dict(found.current_values[name]), "candidate": dict(found.values[name])}
            for name in found.values
        },
        "annual_costs": {"current": found.current_upkeep.annual, "candidate": found.upkeep.annual},
    }


def recount_failures(evidence: Evidence, found: Evaluation) -> Iterator[str]:
    """Where what evidence states of its rows is not what they give, rounding aside."""
    given = summary(found)
    for name in ("values", "intervals"):
        for which in dict.fromkeys([*evidence[name], *given[name]]):
            stated, made = evidence[name].get(which, {}), given[name].get(which, {})
            for objective in OBJECTIVES:
                levels = (found.values, found.current_values)
                slack = SLACK * max(abs(one[which][objective]) for one in levels) if made else 0.0
                one, other = _of(stated, name, objective), _of(made, name, objective)
                yield from differences(one, nine(other), f"evidence.json: {name}.{which}.{objective}", slack)
    costs = given["annual_costs"]
    yield from differences(evidence["annual_costs"], costs, "evidence.json: annual_costs", SLACK * max(costs.values()))


def _of(found: Mapping[str, Any], name: str, objective: str) -> Any:
    """Of a set's intervals or values, what speaks of one objective; None where the set is not there."""
    if name == "intervals":
        return found.get(objective)
    return {who: values.get(objective) for who, values in found.items()} or None


def verdict_failures(evidence: Evidence, found: Evaluation) -> Iterator[str]:
    """Where verdict and outcome are not what the held-out rows give."""
    study = study_of(evidence)
    verdict, reason = "no candidate", None
    if evidence["chosen"] is not None:
        judged = judge(found, study.selection.tolerance)
        verdict, reason = judged.verdict, judged.reason
    outcome = "change" if verdict == "improves" else "no change"
    for name, value in (("verdict", verdict), ("outcome", outcome)):
        if evidence[name] != value:
            yield f"evidence.json: {name} is {evidence[name]!r}, and the rows give {value!r}"
    if reason is not None and not evidence["reason"].startswith(reason):
        yield f"evidence.json: reason is {evidence['reason']!r}, and the rows give {reason!r}"


def differences(stated: Any, found: Any, where: str, slack: float = 0.0) -> Iterator[str]:
    """One line per value that differs between what evidence states and what was found, by more than `slack`."""
    if isinstance(stated, Mapping) and isinstance(found, Mapping):
        for key in sorted({*stated, *found}):
            if key not in stated or key not in found:
                yield f"{where}.{key} is {'not stated' if key not in stated else 'stated and not found'}"
            else:
                yield from differences(stated[key], found[key], f"{where}.{key}", slack)
    elif _listed(stated) and _listed(found):
        if len(stated) != len(found):
            yield f"{where} has {len(stated)} entries, and {len(found)} were found"
        for at, (one, other) in enumerate(zip(stated, found, strict=False)):
            yield from differences(one, other, f"{where}[{at}]", slack)
    elif not _same(stated, found, slack):
        yield f"{where} is {stated!r}, and {found!r} was found"


def _listed(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _same(stated: Any, found: Any, slack: float) -> bool:
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (stated, found))
    if slack and numbers:
        return math.isclose(stated, found, rel_tol=SLACK, abs_tol=slack)
    return bool(stated == found) and (numbers or type(stated) is type(found))
