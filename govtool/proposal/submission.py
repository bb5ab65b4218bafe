"""The payload and rollback files of a proposal: made where there is something to submit, absent with a reason else."""

from typing import Any

from govtool.proposal.canonical import digest_bytes
from govtool.proposal.context import Evidence, protocol_of, reconstructed
from govtool.proposal.payload import Payload, Proposal, Texts, render_payload, text_of
from govtool.proposal.words import value

PLACE = "payload/cosmos-v1.json"
BACK = "rollback/cosmos-v1.json"

STAMP = "the price history is reconstructed, not recorded"

Record = dict[str, Any]


def submission(evidence: Evidence) -> tuple[Record, dict[str, bytes]]:
    """The section `payload` of evidence, and the files that it speaks of."""
    stamp = STAMP if reconstructed(evidence) else None
    found: Record = {"present": False, "reason": _absence(evidence), "stamp": stamp}
    if found["reason"] is not None:
        return found, {}
    current, candidate = protocol_of(evidence, "current"), protocol_of(evidence, "candidate")
    payload = render_payload(current, candidate, _texts(evidence), _back_texts(evidence), stamp=stamp)
    if payload is None:
        return {**found, "reason": _unsettable(evidence)}, {}
    files = {PLACE: text_of(payload.proposal).encode()}
    if payload.rollback is not None:
        files[BACK] = text_of(payload.rollback).encode()
    return {**found, **_section(payload, files)}, files


def _absence(evidence: Evidence) -> str | None:
    if evidence["outcome"] != "change":
        return "There is no payload, because no change is proposed."
    return None


def _unsettable(evidence: Evidence) -> str:
    system = evidence["current"]["system"]
    if system != "dydx-v4":
        return f"There is no payload, because the system {system} has no chain whose messages govtool knows."
    return "There is no payload, because no message of the chain sets any of the changed parameters."


def _section(payload: Payload, files: dict[str, bytes]) -> Record:
    return {
        "present": True,
        "title": payload.proposal["title"],
        "deposit": payload.proposal["deposit"],
        "covered": list(payload.covered),
        "uncovered": list(payload.uncovered),
        "messages": _messages(payload.proposal),
        "digest": digest_bytes(files[PLACE]),
        "rollback": None if payload.rollback is None else _messages(payload.rollback),
        "rollback_digest": digest_bytes(files[BACK]) if BACK in files else None,
    }


def _messages(proposal: Proposal) -> list[Record]:
    """Kind of each message and the object that it replaces."""
    return [{"kind": message["@type"], "object": _object(message)} for message in proposal["messages"]]


def _object(message: Record) -> str:
    body = next((one for key, one in message.items() if isinstance(one, dict)), {})
    words = [f"{key} {body[key]}" for key in ("id", "name", "ticker", "pair") if key in body]
    if message.get("amount"):
        words = [f"{coin['amount']} of {coin['denom']} to {message['recipient']}" for coin in message["amount"]]
    return ", ".join(words) or "the whole configuration"


def _texts(evidence: Evidence) -> Texts:
    card = evidence["study"]["proposal"]
    windows = evidence["intervals"]["test"]["tail_loss"]["windows"]
    summary = (
        f"Sets {_changes(evidence, 'current', 'proposed')}. Verdict on {windows} held-out windows of history: "
        f"{evidence['verdict']}. {evidence['reason']} Document, evidence and rollback can be re-run with "
        f"`govtool verify`; study {evidence['study_digest']}."
    )
    return Texts(card["title"], summary, f"govtool study {evidence['study_digest']}", card["deposit"])


def _back_texts(evidence: Evidence) -> Texts:
    card = evidence["study"]["proposal"]
    summary = (
        f"Undoes proposal {card['number']:04d} of study {evidence['study_digest']}: sets "
        f"{_changes(evidence, 'proposed', 'current')}. What was liquidated or paid in between stays as it is."
    )
    metadata = f"govtool rollback, study {evidence['study_digest']}"
    return Texts(f"Roll back: {card['title']}", summary, metadata, card["deposit"])


def _changes(evidence: Evidence, before: str, after: str) -> str:
    return "; ".join(
        f"{row['path']} from {row[before]} to {row[after]} ({value(row[before], row['unit'])} to "
        f"{value(row[after], row['unit'])})"
        for row in evidence["tables"]["parameters"]
        if row["covered"]
    )
