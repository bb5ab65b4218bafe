"""All files of a proposal folder but the images, from the primary sections of evidence and from nothing else."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from govtool.proposal.canonical import canonical, parse
from govtool.proposal.context import Evidence, protocol_of
from govtool.proposal.evidence import NAME, file_digests, sealed
from govtool.proposal.plots import charts
from govtool.proposal.render import render_document
from govtool.proposal.submission import submission
from govtool.proposal.tables import tables
from govtool.protocol.read import to_toml

DERIVED = ("tables", "charts", "payload", "files", "sections", "digest")
"""Sections that follow from the others."""


@dataclass(frozen=True)
class Bundle:
    """The evidence of a proposal and, by place in the folder, the bytes of every file but the images."""

    evidence: Evidence
    files: dict[str, bytes]


def compose(facts: Evidence) -> Bundle:
    """The whole proposal. Derived sections among the facts are ignored and made anew; same facts, same bytes."""
    # Through JSON first, so that nothing depends on an order of keys that a file does not keep.
    evidence = parse(canonical({key: value for key, value in facts.items() if key not in DERIVED}))
    evidence["tables"] = tables(evidence)
    evidence["charts"] = charts(evidence)
    evidence["payload"], files = submission(evidence)
    files |= protocol_files(evidence)
    files |= {f"charts/{chart['name']}.csv": csv_bytes(chart) for chart in evidence["charts"]}
    files["proposal.md"] = render_document(evidence).encode()
    evidence["files"] = file_digests(files)
    evidence = sealed(evidence)
    return Bundle(evidence, {**files, NAME: canonical(evidence)})


def protocol_files(evidence: Evidence) -> dict[str, bytes]:
    """The current protocol, the recommended one and, where that is the current one, the best one considered."""
    current = to_toml(protocol_of(evidence, "current")).encode()
    if evidence["candidate"] is None:
        return {"current.toml": current, "protocol.toml": current}
    candidate = to_toml(protocol_of(evidence, "candidate")).encode()
    if evidence["outcome"] == "change":
        return {"current.toml": current, "protocol.toml": candidate}
    return {"current.toml": current, "protocol.toml": current, "considered.toml": candidate}


def csv_bytes(chart: dict[str, Any]) -> bytes:
    """The table of a chart as CSV; an absent number is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(chart["columns"])
    writer.writerows(chart["rows"])
    return text.getvalue().encode()
