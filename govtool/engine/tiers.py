"""The four margin tiers, and how a tier between maintenance and initial is read."""

from govtool.engine.codes import codes
from govtool.engine.jit import inlined
from govtool.engine.state import Rules

INITIAL, FILL, MAINTENANCE, STOP = codes(4)


@inlined
def tier_share(rules: Rules, tier: int) -> float:
    """How far a tier lies from maintenance (0) to initial (1)."""
    if tier == INITIAL:
        return 1.0
    if tier == FILL:
        return float(rules.fill_share)
    if tier == STOP:
        return float(rules.stop_share)
    return 0.0


@inlined
def between(rules: Rules, tier: int, maintenance: float, initial: float) -> float:
    """Value in a tier of what is one thing in maintenance and another in initial. Example: 0.03, 0.05, half: 0.04."""
    if tier == INITIAL:
        return initial
    if tier == MAINTENANCE:
        return maintenance
    return maintenance + tier_share(rules, tier) * (initial - maintenance)
