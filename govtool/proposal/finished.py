"""The finished search behind a proposal, from its journal."""

from dataclasses import replace
from pathlib import Path

from govtool.errors import ParamError
from govtool.study.model import Study
from govtool.study.run import Searched, past_search
from govtool.study.search import Found
from govtool.study.select import pareto_front


def finished_search(study: Study, journal: Path | None = None, trials: int | None = None) -> Searched:
    """The first `trials` trials of a study's journal, by default as many as the study names; nothing is replayed.

    Raises
    ------
    FileError
        There is no journal.
    ParamError
        It holds fewer trials, or is of another study or of other code.
    """
    searched = past_search(study, journal)
    wanted, found = trials or study.search.trials, searched.found.trials
    if len(found) < wanted:
        raise ParamError(
            f"{searched.journal}: holds {len(found)} of {wanted} trials; finish the search with `govtool optimize`, "
            "or name fewer with --trials"
        )
    kept = found[:wanted]
    return replace(searched, found=Found(kept, True, 0), front=pareto_front(kept))
