"""evidence.json: sealed, written, read and checked. What it says of the folder beside it stands under `files`."""

import re
from pathlib import Path
from typing import Any

from govtool.errors import FileError, ParamError
from govtool.proposal.canonical import canonical, digest_bytes, digest_of, parse
from govtool.proposal.context import FORMAT, Evidence

NAME = "evidence.json"

OURS = re.compile(
    r"(evidence\.json|proposal\.md|report\.html|(protocol|current|considered)\.toml"
    r"|(payload|rollback)/cosmos-v1\.json|charts/[a-z]+\.(csv|png|svg))"
)
"""Files that govtool writes into a proposal folder; it replaces no folder that holds others."""

SEALS = ("digest", "sections")
"""Keys that speak of the others."""

_VERSION = re.compile(r"govtool/evidence@[0-9]+")


def sealed(evidence: Evidence) -> Evidence:
    """The evidence with the digest of each section and, over all of that, its own."""
    rest = {key: value for key, value in evidence.items() if key not in SEALS}
    sections = {key: digest_of(value) for key, value in rest.items()}
    return {**rest, "sections": sections, "digest": digest_of({**rest, "sections": sections})}


def seal_problems(content: bytes) -> tuple[Evidence | None, list[str]]:
    """The evidence in these bytes, if they can be read, and every way in which they are not what was sealed.

    Raises
    ------
    ParamError
        Intact, but of a version that this govtool does not know.
    """
    try:
        evidence = parse(content)
    except ValueError as problem:
        return None, [f"{NAME}: is not JSON ({problem})"]
    if not isinstance(evidence, dict) or not isinstance(evidence.get("sections"), dict):
        return None, [f"{NAME}: is not an evidence file; it has no table of sections"]
    problems = [] if canonical(evidence) == content else [f"{NAME}: is not in canonical form"]
    rest = {key: value for key, value in evidence.items() if key not in SEALS}
    for key in sorted({*rest, *evidence["sections"]}):
        stated = evidence["sections"].get(key)
        if key not in rest:
            problems.append(f"{NAME}: section {key} is missing")
        elif stated != digest_of(rest[key]):
            problems.append(f"{NAME}: section {key} is not what its digest says")
    if evidence.get("digest") != digest_of({**rest, "sections": evidence["sections"]}):
        problems.append(f"{NAME}: digest {evidence.get('digest')} is not that of the content")
    return _known(evidence, problems)


def _known(evidence: dict[str, Any], problems: list[str]) -> tuple[Evidence | None, list[str]]:
    """Refuse another version of the format, unless it is only what a change left of ours."""
    found = evidence.get("format")
    if found == FORMAT:
        return evidence, problems
    if problems:
        return None, [f"{NAME}: format = {found!r} is not {FORMAT!r}", *problems]
    remedy = "install the govtool that wrote it" if _VERSION.fullmatch(str(found)) else "name a proposal folder"
    raise ParamError(f"{NAME}: format = {found!r} is not {FORMAT!r}; {remedy}")


def read_bytes(folder: Path) -> bytes:
    """The bytes of a folder's evidence."""
    path = folder / NAME
    try:
        return path.read_bytes()
    except OSError as problem:
        raise FileError(f"{path}: {problem.strerror}; name a folder that `govtool propose` wrote") from problem


def file_digests(files: dict[str, bytes]) -> dict[str, str]:
    """Digest of each file by its place in the folder."""
    return {place: digest_bytes(content) for place, content in sorted(files.items())}
