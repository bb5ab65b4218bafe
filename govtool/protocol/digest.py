"""Digest of a protocol: two with the same digest replay alike."""

import hashlib
import json

from govtool.protocol.model import Protocol

LABELS = frozenset({"name", "source", "date"})
"""Fields that say where a protocol comes from and change no rule."""


def digest(protocol: Protocol) -> str:
    """SHA-256 of the parameters as canonical JSON, without name, source and date."""
    data = protocol.model_dump(mode="json", exclude=set(LABELS))
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode('ascii')).hexdigest()}"
