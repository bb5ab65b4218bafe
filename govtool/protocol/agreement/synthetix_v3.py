"""Margins of a portfolio by Synthetix v3's wads, from the engine's terms and the depths of its markets.

The reserve for keepers' rewards, which hangs on gas and windows, is left out on both sides.
"""

import govtool.protocol.synthetix_v3 as chain
from govtool.protocol.agreement.portfolio import (
    Case,
    Exact,
    Holding,
    Margins,
    asset_price,
    first_asset,
    float_noise,
    markets_of,
)
from govtool.protocol.fixed import WAD

NANO = 10**9
"""Parameters are read on a grid of 1e-9, finer than any that is set."""

WADS_PER_QUANTUM = WAD // 10**6

ONE_QUANTUM = 1.0
"""A wad counts 1e-18, which no float64 of an account can: the unit is a quote quantum, 1e-6. The chain's own roundings,
of 1e-18 on ratios and values, stay below a millionth of it up to a notional of 1e11."""


def position(case: Case, holding: Holding, m: int) -> chain.Position:
    """The account's position in market `m` as the chain has it."""
    terms, margin, depth = case.terms, case.terms.margin, int(case.depth[m])
    initial = float(terms.initial_weight[m])
    market = chain.Market(
        skew_scale=depth * WAD,
        initial_ratio=_wad(float(margin.curve_initial[m]) * depth),
        minimum_initial_ratio=_wad(initial),
        maintenance_scalar=_wad(float(terms.maintenance_weight[m]) / initial),
        minimum_position_margin=_wad(float(margin.base_margin[m])),
    )
    return chain.Position(market, int(holding.size[m]) * _wad(float(terms.unit[m])), _wad(float(holding.price[m])))


def collateral(case: Case, holding: Holding, k: int) -> chain.Collateral:
    """What the account holds of asset `k` as the chain has it."""
    margin, depth = case.terms.margin, int(case.asset_depth[k])
    amount = int(holding.size[first_asset(case) + k]) * _wad(float(case.listing.asset_unit[k]))
    return chain.Collateral(
        amount=amount,
        price=_wad(asset_price(case, holding, k)),
        spot_skew_scale=depth * WAD,
        discount_scalar=_wad(float(margin.asset_curve[k]) * depth),
        lower_discount=_wad(1.0 - float(margin.asset_initial[k])),
        upper_discount=_wad(1.0 - float(margin.asset_worst[k])),
    )


def exact(case: Case, holding: Holding) -> Exact:
    """Available margin less initial and maintenance margin; the chain has neither a fill nor a stop tier.

    What positions cost stands in cash, so they enter at a price of zero.
    """
    positions = [position(case, holding, m) for m in range(markets_of(case)) if holding.size[m]]
    collaterals = [
        collateral(case, holding, k) for k in range(holding.ratio.shape[0]) if holding.size[first_asset(case) + k]
    ]
    entered = [(held, 0) for held in positions]
    available = chain.available_margin(holding.cash * WADS_PER_QUANTUM, collaterals, entered)
    initial, maintenance = chain.account_margins(positions)
    weight = max((_weight(case, m, abs(int(holding.size[m]))) for m in range(markets_of(case))), default=1.0)
    allowed = ONE_QUANTUM + float_noise(case, holding, weight)
    return Exact(
        margins=Margins(
            initial=(available - initial) / WADS_PER_QUANTUM, maintenance=(available - maintenance) / WADS_PER_QUANTUM
        ),
        allowed=Margins(initial=allowed, maintenance=allowed),
    )


def _weight(case: Case, m: int, size: int) -> float:
    """Initial weight of a size in market `m`; above one, where a position is large beside depth."""
    slope = float(case.terms.margin.curve_initial[m])
    return float(case.terms.initial_weight[m]) + slope * size * float(case.terms.unit[m])


def _wad(value: float) -> int:
    return round(value * NANO) * (WAD // NANO)
