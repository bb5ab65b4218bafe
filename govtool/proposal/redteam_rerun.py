"""The attacks that a proposal speaks of, replayed again with and without every defence, and compared."""

from collections.abc import Iterator, Mapping
from typing import Any

from govtool.proposal.context import Evidence, protocol_of
from govtool.proposal.recount import differences
from govtool.proposal.redteam import SIDES, redteam_facts
from govtool.protocol.digest import digest
from govtool.study.context import Context
from govtool.study.redteam.ground import Fort, attacks_from
from govtool.study.redteam.hunt import Hunt, judge_attack
from govtool.study.redteam.plans import finding, hunt_of_study
from govtool.study.redteam.result import Worst
from govtool.study.search import Progress
from govtool.study.workers import Workers

WHERE = "evidence.json: redteam"


def redteam_failures(evidence: Evidence, context: Context, workers: Workers, progress: Progress) -> Iterator[str]:
    """Where the numbers of the red team are not what its attacks give here; nothing is searched again."""
    told = evidence["redteam"]
    if (told is None) != (context.study.redteam is None):
        yield f"{WHERE} is {'not there' if told is None else 'there'}, and the study says otherwise"
    if told is None or context.study.redteam is None:
        return
    hunt = hunt_of_study(context, workers)
    made = {side: _again(evidence, context, hunt, side, workers, progress) for side in SIDES}
    if made["current"] is None:
        yield f"{WHERE}.current is missing"
        return
    found = redteam_facts(finding(hunt, made["current"], made["candidate"]))
    yield from differences(told, found, WHERE)


def _again(
    evidence: Evidence, context: Context, hunt: Hunt, side: str, workers: Workers, progress: Progress
) -> Worst | None:
    """The finding on one side, from its attacks alone; what only the search knows is as stated."""
    told: Mapping[str, Any] | None = evidence["redteam"][side]
    if told is None or evidence[side] is None:
        return None
    protocol = protocol_of(evidence, side)
    pool = context.pool if digest(protocol) == digest(context.current) else context.pool_of(protocol)
    attacks = attacks_from(told["attacks"], f"{WHERE}.{side}")
    return judge_attack(
        hunt,
        Fort(hunt.ground, protocol, pool),
        attacks,
        workers,
        progress=lambda name, done, total: progress(f"{name} on {side}", done, total),
        trials=told["trials"],
        refused=told["refused"],
    )
