"""The journal file: every finished trial at once, so that a killed search goes on where it stopped.

It is an Optuna journal with one study, readable by Optuna's own tools. A resumed search asks its sampler for
the same trials again, as it is a pure function of (seed, batch, what was told before), and takes from the
journal the answers that are there. So a resumed study is the uninterrupted one, and nothing depends on the
order in which trials finished.
"""

import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import optuna
from optuna.distributions import IntDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from govtool.errors import FileError, ParamError
from govtool.study.model import OBJECTIVES, Goals
from govtool.study.result import Trial

FORMAT = "govtool/journal@1"
FOLDER = "GOVTOOL_RUNS"
"""Environment variable that names the folder of journals; `.govtool` in the working folder without it."""

BEGINNING = b'{"op_code":'
"""How every line of an Optuna journal begins."""

LOCK_GRACE_S = 3
"""A writer killed inside a write leaves its lock; a write takes a millisecond. Optuna's least grace."""


def directions(goals: Goals) -> list[Literal["minimize", "maximize"]]:
    """Which way each score is better, in Optuna's words."""
    return ["minimize" if better == "lower" else "maximize" for better in goals.values()]


DIRECTIONS = directions(OBJECTIVES)


@dataclass(frozen=True)
class Identity:
    """Whose trials a journal holds: the study's digest, and that of the code that replayed them."""

    name: str
    study: str
    code: str


class Journal:
    """An open journal and the trials that it held when it was opened, by number."""

    def __init__(self, path: Path, study: optuna.Study, kept: dict[int, Trial], goals: Goals) -> None:
        self.path = path
        self.kept = kept
        self.goals = goals
        self._study = study

    def add(self, trial: Trial, distributions: Mapping[str, IntDistribution]) -> None:
        """Persist one finished trial in one write."""
        complete = trial.state == "complete"
        frozen = optuna.trial.create_trial(
            state=optuna.trial.TrialState.COMPLETE if complete else optuna.trial.TrialState.FAIL,
            values=[trial.values[name] for name in self.goals] if complete else None,
            params=dict(trial.params),
            distributions=dict(distributions),
            constraints=dict(trial.constraints),
            user_attrs={"number": trial.number, "reason": trial.reason},
        )
        try:
            self._study.add_trial(frozen)
        except OSError as problem:
            raise _unwritable(self.path, problem) from problem


def journal_path(identity: Identity) -> Path:
    """Where a study's journal lies by default; another study or other code has another one."""
    folder = Path(os.environ.get(FOLDER) or ".govtool")
    tag = f"{identity.study.removeprefix('sha256:')[:8]}{identity.code.removeprefix('sha256:')[:8]}"
    return folder / f"{identity.name}-{tag}.journal"


def open_journal(path: Path, identity: Identity, goals: Goals = OBJECTIVES) -> Journal:
    """Open or begin a journal of trials with these scores.

    Raises
    ------
    ParamError
        It is no journal, or holds the trials of another study or of other code.
    FileError
        It cannot be read or written.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _cut_unfinished_line(path)
        backend = JournalFileBackend(str(path), JournalFileOpenLock(str(path), LOCK_GRACE_S))
        storage = JournalStorage(backend)
        study = _study_in(storage, path, identity, goals)
        kept = (_trial(frozen, goals) for frozen in study.trials)
        return Journal(path, study, {trial.number: trial for trial in kept}, goals)
    except OSError as problem:
        raise _unwritable(path, problem) from problem
    except (ValueError, KeyError, TypeError, AssertionError) as problem:
        if isinstance(problem, ParamError):
            raise
        raise ParamError(f"{path}: is not a study journal; remove it or name another with --journal") from problem


def _study_in(storage: JournalStorage, path: Path, identity: Identity, goals: Goals) -> optuna.Study:
    wanted = {"format": FORMAT, "study": identity.study, "code": identity.code}
    names = optuna.get_all_study_names(storage)
    if not names:
        study = optuna.create_study(storage=storage, study_name=identity.name, directions=directions(goals))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            study.set_metric_names(list(goals))
        for key, value in wanted.items():
            study.set_user_attr(key, value)
        return study
    study = optuna.load_study(study_name=names[0], storage=storage)
    found = {key: study.user_attrs.get(key) for key in wanted}
    # A kill between creation and the last attribute leaves an empty study: it is begun anew.
    if not study.trials and None in found.values():
        optuna.delete_study(study_name=names[0], storage=storage)
        return _study_in(storage, path, identity, goals)
    for key, what in (("format", "format"), ("study", "study"), ("code", "version of govtool")):
        if found[key] != wanted[key]:
            raise ParamError(
                f"{path}: this journal is of another {what} ({found[key]}, not {wanted[key]}); "
                "remove it or name another with --journal"
            )
    return study


def _trial(frozen: optuna.trial.FrozenTrial, goals: Goals) -> Trial:
    complete = frozen.state == optuna.trial.TrialState.COMPLETE
    return Trial(
        number=int(frozen.user_attrs["number"]),
        params={path: int(value) for path, value in frozen.params.items()},
        values=dict(zip(goals, frozen.values, strict=True)) if complete else {},
        constraints=dict(frozen.constraints) if complete else {},
        state="complete" if complete else "refused",
        reason=str(frozen.user_attrs["reason"]),
    )


def _cut_unfinished_line(path: Path) -> None:
    """Drop what a killed writer left of a line: the next line would be appended to it and be lost as well.

    Raises ValueError, and touches nothing, if the file is no journal.
    """
    content = path.read_bytes() if path.exists() else b""
    if not BEGINNING.startswith(content[: len(BEGINNING)]):
        raise ValueError
    whole = content.rfind(b"\n") + 1
    if whole:
        json.loads(content[:whole].splitlines()[-1])
    if whole < len(content):
        os.truncate(path, whole)


def _unwritable(path: Path, problem: OSError) -> FileError:
    return FileError(
        f"{path}: the journal cannot be read or written ({problem.strerror or problem}); check its "
        "folder, or name another with --journal"
    )
