"""Digest of a protocol: two with the same digest replay alike."""

import hashlib
import json

from govtool.kept import Kept
from govtool.protocol.model import Protocol

LABELS = frozenset({"name", "source", "date"})
"""Fields that say where a protocol comes from and change no rule."""

GROWN = ("liquidation", "auction", "keepers", "insurance", "loss_sharing", "withdrawals", "oracle", "sequencer")
"""Groups of which only what differs from its default counts: a field that a later version adds, with a default that
changes no replay, then leaves every digest as it was. A default of theirs is never changed."""


_DIGESTS: Kept[str] = Kept(1)


def digest(protocol: Protocol) -> str:
    """SHA-256 of the parameters as canonical JSON, without name, source, date and the defaults of `GROWN`."""
    return _DIGESTS.get(protocol, None, lambda: _digest(protocol))


def _digest(protocol: Protocol) -> str:
    data = protocol.model_dump(mode="json", exclude={*LABELS, *GROWN})
    for name in GROWN:
        group = getattr(protocol, name)
        told = group.model_dump(mode="json", exclude_defaults=True) if group is not None else None
        # An auction that there is not has always counted, as null; a group that says nothing never did.
        if told or name == "auction":
            data[name] = told
    for market in data["markets"].values():
        if market["pool_share_ppm"] == 0:
            del market["pool_share_ppm"]
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode('ascii')).hexdigest()}"
