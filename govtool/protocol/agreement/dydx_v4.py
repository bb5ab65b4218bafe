"""Margins of a portfolio by dYdX v4's integers, from the engine's terms."""

from fractions import Fraction

import govtool.protocol.dydx_v4 as chain
from govtool.protocol.agreement.portfolio import Case, Exact, Holding, Margins, float_noise, markets_of
from govtool.units import PPM, QUANTUMS_PER_QUOTE

INITIAL_ROUNDINGS = 2
"""Per position: its notional drops a part of a quantum from equity, and the margin is rounded up from that notional."""

MAINTENANCE_ROUNDINGS = 3
"""Per position: the notional as above; the unscaled initial margin is rounded up, then its fraction is."""

NEAR = Fraction(2, 10**6)
"""Parts per million: as near to a whole one from below, a float that is rounded down may already be there."""


def perpetual(case: Case, holding: Holding, m: int) -> chain.Perpetual:
    """Market `m` as the chain has it."""
    terms, digits = case.terms, int(case.digits[m])
    initial = round(float(terms.initial_weight[m]) * PPM)
    return chain.Perpetual(
        atomic_resolution=_exponent(float(terms.unit[m])),
        price=round(float(holding.price[m]) * 10**digits),
        exponent=-digits,
        initial_margin_ppm=initial,
        maintenance_fraction_ppm=round(float(terms.maintenance_weight[m] / terms.initial_weight[m]) * PPM),
        open_interest_base=int(holding.interest[m]),
        oi_lower_cap=round(float(terms.oi_lower[m]) * QUANTUMS_PER_QUOTE),
        oi_upper_cap=round(float(terms.oi_upper[m]) * QUANTUMS_PER_QUOTE),
    )


def exact(case: Case, holding: Holding) -> Exact:
    """Net collateral less initial and maintenance margin; the chain has neither a fill nor a stop tier.

    The engine may be off by the roundings of each position. Where open interest scales the initial weight the chain
    rounds the weight down to a part per million; one of those is allowed where the weight is all but whole.
    """
    held = [m for m in range(markets_of(case)) if holding.size[m]]
    perps = {m: perpetual(case, holding, m) for m in held}
    risk = chain.account_risk(
        chain.Account(holding.cash, tuple(chain.Position(m, int(holding.size[m])) for m in held)), perps
    )
    noise = float_noise(case, holding)
    steps = sum(abs(chain.notional(perps[m], int(holding.size[m]))) / PPM for m in held if _all_but_whole(perps[m]))
    return Exact(
        margins=Margins(
            initial=risk.net_collateral - risk.initial_margin,
            maintenance=risk.net_collateral - risk.maintenance_margin,
        ),
        allowed=Margins(
            initial=INITIAL_ROUNDINGS * len(held) + steps + noise,
            maintenance=MAINTENANCE_ROUNDINGS * len(held) + noise,
        ),
    )


def _all_but_whole(perp: chain.Perpetual) -> bool:
    """Whether a scaled weight is so near to the next part per million that a float may count it."""
    above = chain.notional(perp, perp.open_interest_base) - perp.oi_lower_cap
    width = perp.oi_upper_cap - perp.oi_lower_cap
    if not 0 < above < width:
        return False
    # The chain drops a part of a quantum of open interest first.
    missing = -(PPM - perp.initial_margin_ppm) * above % width
    return missing < NEAR * width + PPM


def _exponent(unit: float) -> int:
    """Power of ten that a unit is."""
    exponent = len(str(round(1.0 / unit))) - 1 if unit < 1.0 else 1 - len(str(round(unit)))
    if Fraction(10) ** -exponent != Fraction(repr(unit)):
        raise ValueError(f"unit = {unit!r} is not a power of ten")
    return -exponent
