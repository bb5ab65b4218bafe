"""Whether a proposal folder is what it says: seals, files, derived numbers, payloads, and every replay again."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from govtool import MODEL, __version__
from govtool.errors import DataError, FileError, GovtoolError
from govtool.proposal.bundle import DERIVED, Bundle, compose
from govtool.proposal.canonical import digest_bytes, parse
from govtool.proposal.context import Evidence, protocol_of
from govtool.proposal.cosmos import problems
from govtool.proposal.evidence import NAME, OURS, read_bytes, seal_problems
from govtool.proposal.payload import decoded, settable, values
from govtool.proposal.recount import differences, recount, recount_failures, verdict_failures
from govtool.proposal.redteam_rerun import redteam_failures
from govtool.proposal.rerun import (
    Progress,
    check_model,
    context_of,
    replay_failures,
    study_failures,
    whole_failures,
)
from govtool.proposal.submission import BACK, PLACE
from govtool.protocol.read import read_protocol
from govtool.study.run import quiet
from govtool.study.workers import Workers, usable_cores

Depth = Literal["quick", "rows", "full"]
"""No replay; every row under both protocols; also every trial, alternative and neighbour."""


@dataclass(frozen=True)
class Report:
    """What a verification found; no failure means that the folder is what it says."""

    folder: str
    depth: Depth
    rows: int
    failures: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether nothing differs."""
        return not self.failures


def verify(folder: Path, *, depth: Depth = "rows", workers: int | None = None, progress: Progress = quiet) -> Report:
    """Check a proposal folder, and replay it unless `depth` is "quick".

    Failures of an earlier step end the check, as later ones would only repeat them in other words.

    Raises
    ------
    FileError
        There is no evidence to read.
    DataError
        A history or event that the proposal names is not here.
    ParamError
        The evidence is of another version, or of another replay model.
    """
    evidence, failures = seal_problems(read_bytes(folder))
    if evidence is None:
        return Report(str(folder), depth, 0, tuple(failures))
    failures += file_failures(folder, evidence)
    rows = len(evidence["rows"]) if isinstance(evidence.get("rows"), list) else 0
    notes: tuple[str, ...] = ()
    if not failures:
        if depth != "quick":
            check_model(evidence, MODEL)
        failures = list(_sound(lambda: content_failures(folder, evidence)))
    if not failures and depth == "quick":
        failures, notes = _quick_study(evidence)
    elif not failures:
        with Workers(workers or usable_cores()) as pool:
            failures = list(_replayed(evidence, depth, pool, progress))
    return Report(str(folder), depth, rows, tuple(failures), notes)


def _replayed(evidence: Evidence, depth: Depth, workers: Workers, progress: Progress) -> Iterator[str]:
    context = context_of(evidence)
    found = list(study_failures(evidence, context)) or list(replay_failures(evidence, context, workers, progress))
    found = found or list(redteam_failures(evidence, context, workers, progress))
    yield from found
    if depth == "full" and not found:
        yield from whole_failures(evidence, context, workers, progress)


def _quick_study(evidence: Evidence) -> tuple[list[str], tuple[str, ...]]:
    """The study's digest where its events are known here; else a note, as no replay is asked for."""
    try:
        return list(study_failures(evidence, context_of(evidence))), ()
    except DataError as problem:
        return [], (f"the study's digest was not checked: {problem}",)


def _sound(check: Callable[[], Iterator[str]]) -> Iterator[str]:
    """The failures of a check; evidence that was sealed without sense is itself one."""
    try:
        yield from check()
    except GovtoolError as problem:
        yield str(problem)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as problem:
        yield f"{NAME}: lacks or misstates what the document needs ({type(problem).__name__}: {problem})"


def file_failures(folder: Path, evidence: Evidence) -> list[str]:
    """Files that are missing, changed or not spoken of; of a protocol file the fields that differ."""
    stated = evidence.get("files")
    if not isinstance(stated, dict):
        return [f"{NAME}: files is not a table of digests"]
    failures = []
    for place, digest in sorted(stated.items()):
        if not OURS.fullmatch(place):
            failures.append(f"{NAME}: files names {place}, which is no file of a proposal")
            continue
        try:
            content = (folder / place).read_bytes()
        except OSError as problem:
            failures.append(f"{place}: cannot be read ({problem.strerror})")
            continue
        if digest_bytes(content) != digest:
            failures += _changed(folder, place, evidence)
    return failures + _strangers(folder, stated)


def _changed(folder: Path, place: str, evidence: Evidence) -> list[str]:
    """What is different in a file whose digest differs, as exactly as can be said."""
    which = {"current.toml": "current", "considered.toml": "candidate"}.get(place)
    if place == "protocol.toml":
        which = "candidate" if evidence.get("outcome") == "change" else "current"
    if which is not None:
        try:
            stated, found = values(protocol_of(evidence, which)), values(read_protocol(folder / place))
        except (GovtoolError, LookupError, AttributeError, TypeError) as problem:
            return [f"{place}: is not what {NAME} says ({problem})"]
        fields = [
            f"{place}: {path} is {found.get(path)!r}, and {NAME} says {stated.get(path)!r}"
            for path in dict.fromkeys([*stated, *found])
            if stated.get(path) != found.get(path)
        ]
        return fields or [f"{place}: its digest is not what {NAME} says, though its values are"]
    return [f"{place}: is not what {NAME} says; its digest differs{_line(folder / place, place, evidence)}"]


def _line(path: Path, place: str, evidence: Evidence) -> str:
    """Where a file first departs from what evidence makes, if evidence makes anything."""
    try:
        made = compose(evidence).files[place].split(b"\n")
    except (GovtoolError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
        return ""
    found = path.read_bytes().split(b"\n")
    at = next((at for at, (a, b) in enumerate(zip(made, found, strict=False)) if a != b), min(len(made), len(found)))
    return f", first in line {at + 1}"


def _strangers(folder: Path, stated: dict[str, Any]) -> list[str]:
    """Files in the folder that evidence does not speak of, but for images and a report."""
    known = {NAME, "report.html", *stated}
    places = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if not path.is_dir()]
    strange = [
        place
        for place in places
        if place not in known and not (place.startswith("charts/") and place.endswith((".png", ".svg")))
    ]
    return [f"{place}: {NAME} does not speak of this file; remove it" for place in strange]


def content_failures(folder: Path, evidence: Evidence) -> Iterator[str]:
    """Derived numbers, the document and the payloads, made again from the primary sections."""
    bundle = compose(evidence)
    for section in DERIVED:
        if section in ("tables", "charts", "payload"):
            yield from differences(evidence.get(section), bundle.evidence[section], f"{NAME}: {section}")
    yield from _rendered(folder, evidence, bundle)
    yield from payload_failures(folder, evidence)
    found = recount(evidence)
    if found is not None:
        yield from recount_failures(evidence, found)
        yield from verdict_failures(evidence, found)


def _rendered(folder: Path, evidence: Evidence, bundle: Bundle) -> Iterator[str]:
    """Files whose bytes are not those that evidence makes here."""
    version = evidence["versions"]["govtool"]
    other = "" if version == __version__ else f" (written by govtool {version}, this is {__version__})"
    for place in sorted({*evidence["files"], *bundle.files} - {NAME}):
        if place not in bundle.files or place not in evidence["files"]:
            what = "is no part of" if place not in bundle.files else "is missing from"
            yield f"{place}: {what} what {NAME} makes{other}"
        elif (folder / place).read_bytes() != bundle.files[place]:
            yield f"{place}: is not what {NAME} renders{_line(folder / place, place, evidence)}{other}"


def payload_failures(folder: Path, evidence: Evidence) -> Iterator[str]:
    """Both payload files as they lie there, decoded and held against the protocol files and the document's table."""
    if not evidence["payload"]["present"]:
        return
    current, wanted = read_protocol(folder / "current.toml"), read_protocol(folder / "protocol.toml")
    table = {row["path"]: row for row in evidence["tables"]["parameters"]}
    covered = settable(current, wanted)
    for place, before, after in ((PLACE, current, wanted), (BACK, wanted, current)):
        path = folder / place
        if place == BACK and evidence["payload"]["rollback"] is None:
            continue
        proposal = _read_json(path)
        refused = problems(proposal)
        yield from (f"{place}: {problem}" for problem in refused)
        if refused:
            continue
        reached, start, goal = values(decoded(proposal, before)), values(before), values(after)
        for field, value in reached.items():
            payment = place == BACK and table.get(field, {}).get("payment")
            due = goal[field] if field in covered and not payment else start[field]
            if "." in field and value != due:
                yield f"{place}: {field} decodes to {value}, and the protocol files say {due}"
            column = "proposed" if place == PLACE else "current"
            if field in covered and not payment and value != table[field][column]:
                yield f"{place}: {field} decodes to {value}, and the document's table says {table[field][column]}"


def _read_json(path: Path) -> Any:
    try:
        return parse(path.read_bytes())
    except OSError as problem:
        raise FileError(f"{path}: cannot be read ({problem.strerror}); restore it") from problem
    except (ValueError, json.JSONDecodeError) as problem:
        raise FileError(f"{path}: is not JSON ({problem}); restore it") from problem
