"""Tiers of margin, and what lies between maintenance and initial (rules §3a)."""

from types import SimpleNamespace

INITIAL, FILL, MAINTENANCE, STOP = "initial", "fill", "maintenance", "stop"

FLAT, LINEAR, ROOT = range(3)


def share_of(tier: str, margin: SimpleNamespace) -> float:
    """Of the way from maintenance to initial, for the two tiers between them."""
    return margin.fill_share if tier == FILL else margin.stop_share


def between(maintenance: float, initial: float, tier: str, margin: SimpleNamespace) -> float:
    if tier == MAINTENANCE:
        return maintenance
    if tier == INITIAL:
        return initial
    return maintenance + share_of(tier, margin) * (initial - maintenance)
