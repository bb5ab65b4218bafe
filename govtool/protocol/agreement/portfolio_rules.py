"""Rules of Derive's portfolio manager from the engine's terms."""

from govtool.engine.terms import ABSOLUTE_TURN, DOWN, LINEAR_TURN, UNSHIFTED, UP, ScanRules
from govtool.protocol.agreement.portfolio import Case
from govtool.protocol.derive_v2 import PortfolioRules, Scenario, Volatility
from govtool.protocol.derive_v2.rules import TURNS, AddOns, Basis, Discounting, SkewShock, VolatilityShock

LEAST_MOVE = -0.99
"""The engine lets no scenario take more of a price. Source: rules, section 3a."""

SHIFTS = {
    UNSHIFTED: Volatility.NONE,
    UP: Volatility.UP,
    DOWN: Volatility.DOWN,
    LINEAR_TURN: Volatility.LINEAR,
    ABSOLUTE_TURN: Volatility.ABSOLUTE,
}


def scenarios(scan: ScanRules, m: int) -> tuple[Scenario, ...]:
    """Scenarios of market `m`; one that turns the wings leaves the price."""
    found = []
    for move, shift, damp in zip(scan.move.tolist(), scan.shift.tolist(), scan.damp.tolist(), strict=True):
        volatility = SHIFTS[shift]
        moved = 0.0 if volatility in TURNS else max(move * float(scan.range[m]), LEAST_MOVE)
        found.append(Scenario(1.0 + moved, volatility, damp))
    return tuple(found)


def portfolio_rules(case: Case, m: int) -> PortfolioRules:
    """All rules of market `m`; interest is zero, so rates have no scale."""
    scan, margin = case.terms.scan, case.terms.margin
    return PortfolioRules(
        scenarios=scenarios(scan, m),
        maintenance_factor=scan.scan_maintenance,
        initial_factor=scan.scan_initial,
        volatility=VolatilityShock(
            up=scan.vol_up,
            down=scan.vol_down,
            short_power=scan.short_power,
            long_power=scan.long_power,
            shortest_s=round(scan.shortest_s),
            least_shocked_up=scan.least_up,
        ),
        skew=SkewShock(
            linear_cap=scan.linear_cap,
            linear_slope=scan.linear_slope,
            absolute_cap=scan.absolute_cap,
            absolute_slope=scan.absolute_slope,
            least_width=scan.turn_least,
            width=scan.turn_width,
            volatility=scan.turn_vol,
            volatility_slope=scan.turn_vol_slope,
        ),
        discounting=Discounting(scan.long_share, 0.0, scan.long_rate, scan.short_share, 0.0, scan.short_rate),
        basis=Basis(scan.basis_up, scan.basis_down, scan.basis_add, scan.basis_per_year),
        add_ons=AddOns(
            peg_threshold=margin.peg_threshold,
            peg_factor=margin.peg_factor,
            confidence_threshold=margin.doubt_threshold,
            confidence_factor=margin.doubt_factor,
            perp_maintenance=scan.perp_maintenance,
            perp_initial=scan.perp_initial,
            option_maintenance=scan.option_maintenance,
            option_initial=scan.option_initial,
        ),
    )


def largest_factor(case: Case) -> float:
    """How many times its notional an option may be worth in a scenario: one, and the furthest move that counts."""
    scan = case.terms.scan
    reach = max((scan.damp * (1.0 + abs(scan.move) * scan.range.max())).tolist(), default=1.0)
    return reach * max(scan.scan_initial, scan.scan_maintenance)
