"""Margins of a portfolio by Drift v2's integers, from the engine's terms.

All profit of perpetuals is settled: cash in the engine is the settlement token together with the quote of perpetuals,
for which the chain has weights of its own.
"""

from fractions import Fraction

import govtool.protocol.drift_v2 as chain
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
from govtool.protocol.drift_v2.margin import liability_weight
from govtool.protocol.drift_v2.units import BASE, QUOTE, WEIGHT
from govtool.protocol.fixed import truncated

PERP_ROUNDINGS = 2
"""Per perpetual: its value in settled profit, and its requirement; the notional before that is rounded too, by a unit
of which the ratio counts. A buffer adds one."""

TOKEN_ROUNDINGS = 1
"""Per token: what the weight leaves; the value before that is rounded too, by a unit of which the weight counts. A
buffer adds one for a borrow."""

NEAR = Fraction(2, 10**6)
"""Units of weight: as near to a whole one, the engine's float may fall on the other side when it rounds down."""


def account(case: Case, holding: Holding) -> chain.Account:
    """The portfolio as the chain has it."""
    positions = [_position(case, holding, m, int(holding.size[m])) for m in range(markets_of(case)) if holding.size[m]]
    tokens = [
        chain.Tokens(spot_market(case, holding, k), int(holding.size[first_asset(case) + k]))
        for k in range(holding.ratio.shape[0])
        if holding.size[first_asset(case) + k]
    ]
    return chain.Account(holding.cash - sum(position.quote for position in positions), tokens, positions)


def _position(case: Case, holding: Holding, m: int, size: int) -> chain.Position:
    terms = case.terms
    price, base = _micros(float(holding.price[m])), size * round(float(terms.unit[m]) * BASE)
    market = chain.PerpMarket(
        price,
        _weight(float(terms.initial_weight[m])),
        _weight(float(terms.maintenance_weight[m])),
        _micros(float(terms.margin.curve_initial[m])),
    )
    return chain.Position(market, base, -truncated(base * price, BASE))


def spot_market(case: Case, holding: Holding, k: int) -> chain.SpotMarket:
    """Asset `k` as the chain has it."""
    margin, unit = case.terms.margin, float(case.listing.asset_unit[k])
    slow = float(holding.slow[first_asset(case) + k])
    return chain.SpotMarket(
        decimals=len(str(round(1.0 / unit))) - 1,
        price=chain.Price(_micros(asset_price(case, holding, k)), _micros(slow)),
        initial_asset_weight=_weight(float(margin.asset_initial[k])),
        maintenance_asset_weight=_weight(float(margin.asset_maintenance[k])),
        initial_liability_weight=_weight(float(margin.liability_initial[k])),
        maintenance_liability_weight=_weight(float(margin.liability_maintenance[k])),
        imf=_micros(float(margin.asset_curve[k])),
        scale_start=_micros(float(margin.asset_scale[k])),
        deposits=int(holding.held[k]),
    )


def exact(case: Case, holding: Holding) -> Exact:
    """Free collateral in each tier; `stop` is maintenance with the buffer that ends a liquidation.

    The chain's buffer counts on a borrowed settlement token too, which the engine does not tell from cash: such
    portfolios have no `stop` here.
    """
    held, buffer = account(case, holding), _weight(case.terms.margin.stop_add)
    stop = chain.account_margin(held, chain.Tier.MAINTENANCE, buffer=buffer).free
    return Exact(
        margins=Margins(
            initial=chain.account_margin(held, chain.Tier.INITIAL, strict=True).free,
            fill=chain.account_margin(held, chain.Tier.FILL).free,
            maintenance=chain.account_margin(held, chain.Tier.MAINTENANCE).free,
            stop=stop if held.settlement >= 0 else None,
        ),
        allowed=Margins(
            initial=_allowed(case, holding, held, chain.Tier.INITIAL),
            fill=_allowed(case, holding, held, chain.Tier.FILL),
            maintenance=_allowed(case, holding, held, chain.Tier.MAINTENANCE),
            stop=_allowed(case, holding, held, chain.Tier.MAINTENANCE) + len(held.positions) + len(held.tokens),
        ),
    )


def _allowed(case: Case, holding: Holding, held: chain.Account, tier: chain.Tier) -> float:
    """The chain's roundings, and one unit of weight of a deposit where its scaled weight is all but whole."""
    weights = [_largest_ratio(position) for position in held.positions]
    total = PERP_ROUNDINGS * len(weights) + sum(weights)
    for tokens in held.tokens:
        market, amount = tokens.market, abs(tokens.amount)
        weights.append(1.0 if tokens.amount > 0 else liability_weight(market, amount, chain.Tier.INITIAL) / WEIGHT)
        total += TOKEN_ROUNDINGS + weights[-1]
        if tokens.amount > 0 and tier is not chain.Tier.MAINTENANCE and _all_but_whole(market):
            total += amount * market.price.oracle / 10**market.decimals / WEIGHT
    return total + float_noise(case, holding, max(weights, default=1.0))


def _largest_ratio(position: chain.Position) -> float:
    market = position.market
    return chain.size_premium_weight(abs(position.base), market.imf, market.initial_ratio) / WEIGHT


def _all_but_whole(market: chain.SpotMarket) -> bool:
    pool = Fraction(market.deposits * market.price.oracle, 10**market.decimals)
    if market.scale_start == 0 or pool < market.scale_start:
        return False
    return -(market.initial_asset_weight * market.scale_start / pool) % 1 < NEAR


def _weight(share: float) -> int:
    return round(share * WEIGHT)


def _micros(value: float) -> int:
    return round(value * QUOTE)
