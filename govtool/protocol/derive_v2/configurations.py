"""Named parameter sets that Derive's own tests run under; conformance vectors name them.

Values are facts of derivexyz/v2-core: test/risk-managers/unit-tests/, file at each set.
"""

from dataclasses import replace

from govtool.protocol.derive_v2.rules import (
    AddOns,
    Basis,
    Discounting,
    PortfolioRules,
    Scenario,
    SkewShock,
    Volatility,
    VolatilityShock,
)
from govtool.protocol.derive_v2.standard import Contingency, OptionRules, StandardRules
from govtool.units import SECONDS_PER_DAY

STANDARD: dict[str, StandardRules] = {
    # StandardManager/TestStandardManager_Cases.t.sol; the same option rules in TestStandardManager_Option.t.sol
    "derive-srm-test": StandardRules(
        perp_initial=0.065,
        perp_maintenance=0.05,
        options=OptionRules(
            max_spot=0.15,
            min_spot=0.1,
            maintenance_call=0.075,
            maintenance_put=0.075,
            maintenance_put_value=0.075,
            unpaired_initial=1.2,
            unpaired_maintenance=1.1,
            offset=1.05,
        ),
        base_factor=0.1,
        base_initial_scale=1.0,
        contingency=Contingency(perp_threshold=0.5, option_threshold=0.5, base_threshold=0.5, factor=0.4),
        depeg_threshold=0.98,
        depeg_factor=1.2,
    ),
}

WIDEST_MOVE = 0.18
INNER_MOVES = (0.135, 0.09, 0.045, 0.0, -0.045, -0.09, -0.135)
TAIL_MOVES = (-0.66, -0.33, 0.5, 1.0, 2.0, 3.0)
TAIL_REACH = 0.036
"""A tail counts as much as this move of a linear position would: a fifth of the widest move."""


def _grid() -> tuple[Scenario, ...]:
    """Regular scenarios: inner moves with each shift of volatility, the widest moves with volatility up only."""
    shifts = (Volatility.DOWN, Volatility.NONE, Volatility.UP)
    inner = tuple(Scenario(1.0 + move, shift) for move in INNER_MOVES for shift in shifts)
    return (
        Scenario(1.0 + WIDEST_MOVE, Volatility.UP),
        *inner,
        Scenario(1.0 - WIDEST_MOVE, Volatility.UP),
    )


def _tails(*tails: tuple[float, float]) -> tuple[Scenario, ...]:
    """Tail scenarios, from moves and dampening factors: volatility goes up in each."""
    return tuple(Scenario(1.0 + move, Volatility.UP, dampening) for move, dampening in tails)


def _turns(linear: float = 1.0, absolute: float = 1.0) -> tuple[Scenario, ...]:
    return (Scenario(1.0, Volatility.LINEAR, linear), Scenario(1.0, Volatility.ABSOLUTE, absolute))


_TAILS = _tails(*((move, TAIL_REACH / abs(move)) for move in TAIL_MOVES))

_BASE = PortfolioRules(
    scenarios=_grid() + _TAILS + _turns(),
    maintenance_factor=0.8,
    initial_factor=1.0,
    volatility=VolatilityShock(
        up=0.5,
        down=0.275,
        short_power=0.3,
        long_power=0.13,
        shortest_s=SECONDS_PER_DAY,
        least_shocked_up=0.45,
    ),
    skew=SkewShock(
        linear_cap=0.15,
        linear_slope=-0.05,
        absolute_cap=0.15,
        absolute_slope=-0.05,
        least_width=0.01,
        width=4.0,
        volatility=0.6,
        volatility_slope=-0.1,
    ),
    discounting=Discounting(
        long_share=0.95,
        long_rate_scale=1.0,
        long_rate_add=0.08,
        short_share=1.04,
        short_rate_scale=0.5,
        short_rate_add=0.08,
    ),
    basis=Basis(spot_up=1.045, spot_down=0.955, add=0.5, per_year=2.0),
    add_ons=AddOns(
        peg_threshold=0.98,
        peg_factor=2.0,
        confidence_threshold=0.55,
        confidence_factor=1.0,
        perp_maintenance=0.015,
        perp_initial=0.005,
        option_maintenance=0.003,
        option_initial=0.002,
    ),
)

_WIDE_TAILS = ((-0.66, 4.0), (-0.33, 2.0))

PORTFOLIO: dict[str, PortfolioRules] = {
    # PMRM_2/portfolio_cases/test_1_collateral_cash_only.json and all others not named below
    "derive-pmrm2-1": _BASE,
    # PMRM_2/portfolio_cases/test_38_tails_super_otm.json
    "derive-pmrm2-3": replace(
        _BASE, scenarios=_grid() + _tails(*_WIDE_TAILS, (0.5, 1.0), (1.0, 0.0), (5.0, 1.0 / 27.0)) + _turns()
    ),
    # PMRM_2/portfolio_cases/test_39_tails_slightly_otm_call.json
    "derive-pmrm2-4": replace(
        _BASE, scenarios=_grid() + _tails(*_WIDE_TAILS, (0.5, 0.4), (1.0, 0.0), (5.0, 0.04)) + _turns()
    ),
    # PMRM_2/portfolio_cases/test_41_skews_linear_as_worst_case_simple.json
    "derive-pmrm2-5": replace(
        _BASE,
        scenarios=_grid() + _TAILS + _turns(linear=2.0),
        skew=replace(_BASE.skew, linear_cap=9.5, width=5.0, volatility=4.5, volatility_slope=4.9),
    ),
    # PMRM_2/portfolio_cases/test_42_skews_abs_as_worst_case_simple.json
    "derive-pmrm2-6": replace(
        _BASE,
        scenarios=_grid() + _TAILS + _turns(absolute=2.0),
        skew=replace(_BASE.skew, absolute_cap=9.5, width=4.9, volatility=3.5, volatility_slope=-0.3),
    ),
    # PMRM_2/portfolio_cases/test_54_discounting_cap_mark_up_discounting.json
    "derive-pmrm2-7": replace(_BASE, discounting=replace(_BASE.discounting, short_rate_scale=10.0, short_rate_add=1.2)),
}
