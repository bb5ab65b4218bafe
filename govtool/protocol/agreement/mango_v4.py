"""Margins of a portfolio by Mango v4's binary fixed point, from the engine's terms.

Profit of perpetuals counts in full, as cash in the engine does: the chain's overall weight on a perpetual's profit is
one here.
"""

from fractions import Fraction

import govtool.protocol.mango_v4 as chain
from govtool.protocol.agreement.portfolio import (
    Case,
    Exact,
    Holding,
    Margins,
    asset_price,
    first_asset,
    float_noise,
    gross_value,
    markets_of,
)
from govtool.protocol.mango_v4.binary import ONE, nearest
from govtool.units import QUANTUMS_PER_QUOTE

ONE_QUANTUM = 1.0
"""Health counts 2**-48 of a quantum, which no float64 of an account can: the unit is a quote quantum, 1e-6."""

PRICE_ROUNDINGS = 2
"""Of 2**-48 quantums on each smallest unit of a token: its price is rounded, then its price times the weight."""

WEIGHT_ROUNDINGS = 3
"""Of 2**-48 of a position's value: its weight is rounded, the pool's scale is, and their product."""


def perp(case: Case, holding: Holding, m: int) -> chain.Perp:
    """The account's perpetual in market `m`, one lot to a quantum of size; what it cost stands in cash."""
    terms, unit = case.terms, _exactly(float(case.terms.unit[m]))
    initial, maintenance = _exactly(float(terms.initial_weight[m])), _exactly(float(terms.maintenance_weight[m]))
    return chain.Perp(
        base_lots=int(holding.size[m]),
        quote=0,
        lot_price=_native(float(holding.price[m]), unit),
        lot_stable_price=_native(float(holding.slow[m]), unit),
        asset_weight=nearest(1 - initial),
        liability_weight=nearest(1 + initial),
        overall_asset_weight=ONE,
        maintenance_asset_weight=nearest(1 - maintenance),
        maintenance_liability_weight=nearest(1 + maintenance),
    )


def token(case: Case, holding: Holding, k: int) -> chain.Token:
    """The account's balance of asset `k` as the chain has it."""
    margin, unit = case.terms.margin, _exactly(float(case.listing.asset_unit[k]))
    price, slow = asset_price(case, holding, k), float(holding.slow[first_asset(case) + k])
    dear = max(price, slow) * float(unit) * QUANTUMS_PER_QUOTE
    return chain.Token(
        balance=int(holding.size[first_asset(case) + k]) * ONE,
        price=_native(price, unit),
        stable_price=_native(slow, unit),
        asset_weight=_weight(margin.asset_initial[k]),
        liability_weight=_weight(margin.liability_initial[k]),
        deposits=_scaling(float(margin.asset_scale[k]), int(holding.held[k]) * dear),
        borrows=_scaling(float(margin.liability_scale[k]), int(holding.borrowed[k]) * dear),
        maintenance_asset_weight=_weight(margin.asset_maintenance[k]),
        maintenance_liability_weight=_weight(margin.liability_maintenance[k]),
    )


def exact(case: Case, holding: Holding) -> Exact:
    """Initial, liquidation-end and maintenance health, in quantums; the chain has no fill tier."""
    cash = chain.Token(holding.cash * ONE, ONE, ONE, ONE, ONE)
    perps = [perp(case, holding, m) for m in range(markets_of(case)) if holding.size[m]]
    rows = [k for k in range(holding.ratio.shape[0]) if holding.size[first_asset(case) + k]]
    tokens = [token(case, holding, k) for k in rows]
    found = {health: chain.account_health([cash, *tokens], perps, 0, health) / ONE for health in chain.Health}
    return Exact(
        margins=Margins(
            initial=found[chain.Health.INITIAL],
            maintenance=found[chain.Health.MAINTENANCE],
            stop=found[chain.Health.LIQUIDATION_END],
        ),
        allowed=Margins(*(4 * [_allowed(case, holding, tokens, perps)])),
    )


def _allowed(case: Case, holding: Holding, tokens: list[chain.Token], perps: list[chain.Perp]) -> float:
    """A quantum, what 2**-48 comes to on balances and values, and what float64 leaves open.

    A borrow's weight may be far above one where the pool is scaled.
    """
    balances = sum(abs(held.balance) / ONE for held in tokens) + sum(abs(held.base_lots) for held in perps)
    largest = max((_liability(held) for held in tokens), default=1.0)
    values = gross_value(case, holding)
    binary = (PRICE_ROUNDINGS * balances + WEIGHT_ROUNDINGS * values) * max(largest, 1.0) / ONE
    return ONE_QUANTUM + binary + float_noise(case, holding, largest)


def _liability(held: chain.Token) -> float:
    return chain.scaled_liability_weight(held.liability_weight, held.borrows) / ONE if held.balance < 0 else 1.0


def _scaling(start: float, value: float) -> chain.Scaling | None:
    return chain.Scaling(start * QUANTUMS_PER_QUOTE, value) if start > 0.0 else None


def _exactly(value: float) -> Fraction:
    """The decimal that a float stands for."""
    return Fraction(repr(value))


def _native(price: float, unit: Fraction) -> int:
    """Price of one smallest unit in quote quantums."""
    return nearest(_exactly(price) * unit * QUANTUMS_PER_QUOTE)


def _weight(value: float) -> int:
    return nearest(_exactly(float(value)))
