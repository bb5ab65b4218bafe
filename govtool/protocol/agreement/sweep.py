"""Sweeps of random portfolios: the largest difference between the engine's margins and the chain's, tier by tier."""

import math
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from govtool.protocol.agreement import derive_v2, drift_v2, dydx_v4, mango_v4, synthetix_v3
from govtool.protocol.agreement.cases import preset_case
from govtool.protocol.agreement.compiled import Stage, engine_margins, staged
from govtool.protocol.agreement.draw import drawn
from govtool.protocol.agreement.portfolio import TIERS, Case, Exact, Holding, Margins

EXACT: dict[str, Callable[[Case, Holding], Exact]] = {
    "dydx-v4": dydx_v4.exact,
    "drift-v2": drift_v2.exact,
    "synthetix-v3": synthetix_v3.exact,
    "derive-v2": derive_v2.exact,
    "derive-v2-portfolio": derive_v2.exact,
    "mango-v4": mango_v4.exact,
}

UNIT = "quote quantums of 1e-6"
"""What differences count. It is the chain's own unit on dYdX v4, Drift v2 and Mango v4 (whose health counts 2**-48 of
it); Synthetix v3 and Derive v2 count 1e-18, which a float64 of an account cannot."""


class Difference(NamedTuple):
    """Of one tier: portfolios compared, largest difference, and the one that comes nearest to what it is allowed.

    `nearest` is that difference over its allowance: above one, engine and chain disagree. `portfolio` is its number.
    """

    compared: int = 0
    largest: float = 0.0
    nearest: float = 0.0
    allowed: float = 0.0
    portfolio: int = -1

    def with_one(self, difference: float, allowed: float, portfolio: int) -> "Difference":
        """With one portfolio more."""
        found = self._replace(compared=self.compared + 1, largest=max(self.largest, difference))
        # An empty account may differ by nothing.
        nearest = difference / allowed if allowed > 0.0 else math.inf if difference else 0.0
        if nearest > self.nearest:
            return found._replace(nearest=nearest, allowed=allowed, portfolio=portfolio)
        return found


class Agreement(NamedTuple):
    """How far the engine is from a chain over so many portfolios, in quote quantums, by tier."""

    system: str
    portfolios: int
    seed: int
    tiers: dict[str, Difference]
    unit: str = UNIT

    @property
    def holds(self) -> bool:
        """Whether every portfolio is within its own allowance in every tier."""
        return all(tier.nearest <= 1.0 for tier in self.tiers.values())


def margins(
    stage: Stage, case: Case, holding: Holding, exact: Callable[[Case, Holding], Exact] | None = None
) -> tuple[Exact, Margins]:
    """A portfolio's margins by the chain's arithmetic, or another, and by the engine's kernels."""
    return (exact or EXACT[case.system])(case, holding), engine_margins(stage, case, holding)


def differences(exact: Exact, engine: Margins) -> dict[str, tuple[float, float]]:
    """Difference and allowance of each tier that the chain has."""
    found = {}
    for tier in TIERS:
        value, allowed = getattr(exact.margins, tier), getattr(exact.allowed, tier)
        if value is not None and allowed is not None:
            found[tier] = abs(float(value) - getattr(engine, tier)), float(allowed)
    return found


def portfolio(case: Case, seed: int, n: int) -> Holding:
    """Portfolio `n` of a seed: the same wherever and in whatever order it is drawn."""
    return drawn(case, Random(f"{seed}:{n}"))


def sweep(
    system: str,
    portfolios: int,
    seed: int,
    case: Case | None = None,
    exact: Callable[[Case, Holding], Exact] | None = None,
) -> Agreement:
    """Compare so many random portfolios under a preset, or under a case of one's own.

    Example: `sweep("dydx-v4", 10_000, 1).tiers["maintenance"].largest` is below three quantums per position.
    """
    chosen = preset_case(system) if case is None else case
    stage, tiers = staged(chosen), dict.fromkeys(TIERS, Difference())
    for n in range(portfolios):
        found = differences(*margins(stage, chosen, portfolio(chosen, seed, n), exact))
        for tier, (difference, allowed) in found.items():
            tiers[tier] = tiers[tier].with_one(difference, allowed, n)
    return Agreement(system, portfolios, seed, {name: tier for name, tier in tiers.items() if tier.compared})


def described(agreement: Agreement) -> list[str]:
    """The agreement in lines of text."""
    head = f"{agreement.system}: {agreement.portfolios} portfolios of seed {agreement.seed}, in {agreement.unit}"
    rows = [
        f"  {name:<12} {tier.compared:>6} compared, largest difference {tier.largest:.4g};"
        f" nearest to its bound: {tier.nearest:.3f} of {tier.allowed:.4g} (portfolio {tier.portfolio})"
        for name, tier in agreement.tiers.items()
    ]
    return [head, *rows]
