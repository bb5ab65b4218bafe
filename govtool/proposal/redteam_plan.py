"""What `govtool redteam` attacks: a red team's file, or a study with the candidate that its proposal holds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from govtool.errors import ParamError
from govtool.files import read_text, toml_of
from govtool.proposal.context import protocol_of
from govtool.proposal.evidence import NAME, read_bytes, seal_problems
from govtool.proposal.write import proposal_folder
from govtool.protocol.model import Protocol
from govtool.protocol.read import read_protocol
from govtool.study.context import Context, open_context
from govtool.study.model import FORMAT as STUDY
from govtool.study.model import read_study
from govtool.study.redteam.ground import Fort
from govtool.study.redteam.hunt import Hunt
from govtool.study.redteam.model import FORMAT as RED_TEAM
from govtool.study.redteam.model import read_redteam
from govtool.study.redteam.plans import UNSAID, hunt_of_file, hunt_of_study
from govtool.study.workers import Workers


def open_plan(path: Path, changes: Mapping[str, Any], protocol: str | None, workers: Workers) -> tuple[Hunt, Fort]:
    """The hunt of a file or study, with some of its trials, budget and goal changed, and what it attacks.

    `protocol` stands above what the file names. A study's candidate is attacked where its proposal, made from this very
    study, has one.

    Raises
    ------
    FileError, DataError, ParamError
        Something is missing or does not fit.
    """
    found = toml_of(read_text(path, "name a red team's file or a study"), path).get("format")
    if found == RED_TEAM:
        plan = read_redteam(path).model_copy(update=dict(changes))
        attacked = read_protocol(protocol or plan.beside(plan.protocol))
        hunt = hunt_of_file(plan)
        return hunt, Fort(hunt.ground, attacked, attacked.insurance.balance)
    if found == STUDY:
        study = read_study(path)
        context = open_context(study)
        told = (study.redteam or UNSAID).model_copy(update=dict(changes))
        context.study = study.model_copy(update={"redteam": told})
        hunt = hunt_of_study(context, workers)
        attacked = read_protocol(protocol) if protocol else candidate_of(context) or context.current
        return hunt, Fort(hunt.ground, attacked, context.pool_of(attacked))
    raise ParamError(f"{path}: format = {found!r} is neither {RED_TEAM!r} nor {STUDY!r}; name one of these")


def candidate_of(context: Context) -> Protocol | None:
    """The candidate of a study's proposal in its usual place; None without one, or if it is of another study."""
    folder = proposal_folder(context.study)
    if not (folder / NAME).is_file():
        return None
    evidence, problems = seal_problems(read_bytes(folder))
    if evidence is None or problems or evidence["study_digest"] != context.identity().study:
        return None
    return None if evidence["candidate"] is None else protocol_of(evidence, "candidate")
