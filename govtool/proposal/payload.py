"""From two protocols to the governance message that turns one into the other, its inverse, and back again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govtool.errors import ParamError
from govtool.proposal.cosmos import SPEND, problems
from govtool.protocol.chain import changed, community_pool_spend, from_chain
from govtool.protocol.declare import NONE
from govtool.protocol.fields import Field, Value, fields, replaced
from govtool.protocol.model import Protocol

TRANSFER = "insurance.treasury_transfer_per_year"
"""The one field whose setter is a payment: the chain knows no standing order."""

STAMP = "NOT FOR SUBMISSION"

Proposal = dict[str, Any]


@dataclass(frozen=True)
class Texts:
    """What stands around the messages of a proposal file."""

    title: str
    summary: str
    metadata: str
    deposit: str


@dataclass(frozen=True)
class Payload:
    """The file to submit and the file that undoes it, if any message can; `covered` fields are set by the first."""

    proposal: Proposal
    rollback: Proposal | None
    covered: tuple[str, ...]
    uncovered: tuple[str, ...]


def values(protocol: Protocol) -> dict[str, Value]:
    """Every entry of the protocol file by its path, in the file's order."""
    return dict(_leaves("", protocol.model_dump(mode="python", exclude_none=True)))


def moved(current: Protocol, candidate: Protocol) -> list[Field]:
    """Fields whose value differs, in the order of the protocol file."""
    before, after = values(current), values(candidate)
    return [one for one in fields(candidate) if before.get(one.path) != after[one.path]]


def settable(current: Protocol, candidate: Protocol) -> tuple[str, ...]:
    """Changed fields that a message can set; a payment can only raise."""
    reached = [one.path for one in moved(current, candidate) if one.setter != NONE]
    return tuple(path for path in reached if path != TRANSFER or _increase(current, candidate) > 0)


def _increase(current: Protocol, candidate: Protocol) -> int:
    return candidate.insurance.treasury_transfer_per_year - current.insurance.treasury_transfer_per_year


def render_payload(
    current: Protocol, candidate: Protocol, texts: Texts, rollback: Texts, *, stamp: str | None
) -> Payload | None:
    """The payload and its inverse, decoded back and compared; None if no message can set any changed field.

    Parameters
    ----------
    stamp : str or None
        Why the payload must not be submitted, if so: it then stands first in title, summary and metadata.

    Raises
    ------
    ParamError
        The chain would refuse the file, or it does not decode to the candidate.
    """
    covered = settable(current, candidate)
    if not covered:
        return None
    increase = _increase(current, candidate)
    payment = [community_pool_spend(increase)] if increase > 0 else []
    back = changed(candidate, current)
    payload = Payload(
        _file([*changed(current, candidate), *payment], _stamped(texts, stamp)),
        _file(back, _stamped(rollback, stamp)) if back else None,
        covered,
        tuple(one.path for one in moved(current, candidate) if one.path not in covered),
    )
    for problem in defects(payload, current, candidate):
        raise ParamError(f"{problem}; change the card, or the candidate's bounds, in the study")
    return payload


def decoded(proposal: Mapping[str, Any], before: Protocol) -> Protocol:
    """What the chain would hold after the messages of a proposal; a payment counts as the year's transfer."""
    messages = proposal["messages"]
    after = from_chain([message for message in messages if message.get("@type") != SPEND], before)
    paid = sum(int(coin["amount"]) for m in messages if m.get("@type") == SPEND for coin in m["amount"])
    return replaced(after, {TRANSFER: after.insurance.treasury_transfer_per_year + paid}) if paid else after


def defects(payload: Payload, current: Protocol, candidate: Protocol) -> list[str]:
    """What the chain would refuse of the two files, and fields that they do not set as the document says."""
    found = [f"payload/cosmos-v1.json: {problem}" for problem in problems(payload.proposal)]
    if not found:
        wanted = {path: value for path, value in values(candidate).items() if path in payload.covered}
        found = _differences("payload", decoded(payload.proposal, current), values(current) | wanted)
    if payload.rollback is not None:
        broken = [f"rollback/cosmos-v1.json: {problem}" for problem in problems(payload.rollback)]
        # A payment cannot be called back: all else returns to what it was.
        kept = {path: values(candidate)[path] for path in (*payload.uncovered, TRANSFER)}
        found += broken or _differences("rollback", decoded(payload.rollback, candidate), values(current) | kept)
    return found


def text_of(proposal: Mapping[str, Any]) -> str:
    """The file's text; keys in the order of the chain's own examples."""
    return json.dumps(proposal, indent=2, ensure_ascii=False) + "\n"


def _stamped(texts: Texts, stamp: str | None) -> Texts:
    if stamp is None:
        return texts
    return Texts(
        f"{STAMP}: {texts.title}",
        f"{STAMP}: {stamp}. {texts.summary}",
        f"{STAMP}: {stamp}; {texts.metadata}",
        texts.deposit,
    )


def _file(messages: list[dict[str, Any]], texts: Texts) -> Proposal:
    return {
        "messages": messages,
        "metadata": texts.metadata,
        "deposit": texts.deposit,
        "title": texts.title,
        "summary": texts.summary,
        "expedited": False,
    }


def _differences(folder: str, after: Protocol, wanted: Mapping[str, Value]) -> list[str]:
    """Fields of the decoded protocol that are not as wanted; name, source and date say nothing of the chain."""
    return [
        f"{folder}/cosmos-v1.json: {path} decodes to {value}, not {wanted.get(path)}"
        for path, value in values(after).items()
        if "." in path and value != wanted.get(path)
    ]


def _leaves(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}", value
