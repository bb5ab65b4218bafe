"""Margins of a portfolio by Derive v2's two managers, restated in floats, from the engine's terms.

The engine's model of a market: forwards, perpetuals and collateral stand at spot, interest is zero and nothing is
discounted; both sides are given the same volatilities. What a perpetual cost stands in cash, so it enters at zero.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import govtool.protocol.derive_v2 as chain
from govtool.engine.terms import POSITION
from govtool.protocol.agreement.portfolio import (
    Case,
    Exact,
    Holding,
    Margins,
    asset_market,
    asset_price,
    first_asset,
    float_noise,
    markets_of,
)
from govtool.protocol.agreement.portfolio_rules import largest_factor, portfolio_rules
from govtool.protocol.derive_v2.portfolio import market_value
from govtool.protocol.derive_v2.pricing import option_value, years
from govtool.protocol.derive_v2.standard import Contingency, OptionRules
from govtool.units import QUANTUMS_PER_QUOTE

ONE_QUANTUM = 1.0
"""Contracts count 1e-18, with exponentials and logarithms of their own that their tests hold to 1e-8 of a margin: the
unit is a quote quantum, 1e-6."""


class Run(NamedTuple):
    """Options that expire together: seconds left, the part of the forward that still moves and the settled part."""

    seconds: int
    moving: float
    fixed: float
    options: tuple[chain.Option, ...]


def runs(case: Case, holding: Holding, m: int) -> Iterator[Run]:
    """Expiries of market `m` of which the account holds something."""
    listing, first = case.listing, markets_of(case)
    rows = [o for o in range(listing.option_market.shape[0]) if listing.option_market[o] == m]
    for expiry, together in groupby(rows, key=lambda o: int(holding.expiry[o])):
        options = tuple(
            chain.Option(
                float(holding.strike[o]),
                bool(holding.call[o]),
                int(holding.size[first + o]) * float(listing.option_unit[o]),
                float(holding.volatility[o]),
            )
            for o in together
            if holding.size[first + o]
        )
        if options:
            moving, fixed = _forward(case, float(holding.price[m]), expiry)
            yield Run(round(expiry * case.step_s), moving, fixed, options)


def _forward(case: Case, price: float, expiry: int) -> tuple[float, float]:
    """Moving and settled part of a forward: once the settlement mean began, the ticks gone are known."""
    window = min(case.terms.options.settle_ticks, expiry + 1)
    if expiry - window >= 0:
        return price, 0.0
    return expiry / window * price, price / window


def exact(case: Case, holding: Holding) -> Exact:
    """Initial, maintenance and buffer margin; the chain has no fill tier.

    Buffer margin, at which an auction stops, is maintenance margin less a share of what that asks for.
    """
    standard = case.terms.margin.method == POSITION
    value, initial, maintenance = (_standard if standard else _portfolio)(case, holding)
    stop = maintenance + (case.terms.restore - 1.0) * (maintenance - value)
    allowed = ONE_QUANTUM + float_noise(case, holding, 1.0 if standard else largest_factor(case))
    return Exact(
        margins=Margins(
            initial=initial * QUANTUMS_PER_QUOTE,
            maintenance=maintenance * QUANTUMS_PER_QUOTE,
            stop=stop * QUANTUMS_PER_QUOTE,
        ),
        allowed=Margins(initial=allowed, maintenance=allowed, stop=allowed),
    )


def standard_rules(case: Case, m: int, base: tuple[float, float] = (0.0, 0.0)) -> chain.StandardRules:
    """Rules of market `m`, with initial and maintenance factor of a base asset."""
    terms, margin, rules = case.terms, case.terms.margin, case.terms.options
    initial, maintenance = base
    threshold = margin.doubt_threshold
    return chain.StandardRules(
        perp_initial=float(terms.initial_weight[m]),
        perp_maintenance=float(terms.maintenance_weight[m]),
        options=OptionRules(
            max_spot=rules.max_spot,
            min_spot=rules.min_spot,
            maintenance_call=rules.maintenance_call,
            maintenance_put=rules.maintenance_put,
            maintenance_put_value=rules.maintenance_put_value,
            unpaired_initial=rules.unpaired_initial,
            unpaired_maintenance=rules.unpaired_maintenance,
            offset=rules.put_offset,
        ),
        base_factor=maintenance,
        base_initial_scale=initial / maintenance if maintenance else 1.0,
        contingency=Contingency(threshold, threshold, threshold, margin.doubt_factor),
        depeg_threshold=margin.peg_threshold,
        depeg_factor=margin.peg_factor,
    )


def _standard(case: Case, holding: Holding) -> tuple[float, float, float]:
    """Value, initial and maintenance margin under the standard manager: cash and the sum over markets.

    Each asset is the base asset of a market of its own, as on chain; one that follows no market is never doubted.
    """
    cash = holding.cash / QUANTUMS_PER_QUOTE
    value, initial, maintenance = cash, cash, cash
    for rules, held in (*_markets(case, holding), *_bases(case, holding)):
        of_initial, of_maintenance = chain.standard_margins(rules, held)
        initial, maintenance = initial + of_initial, maintenance + of_maintenance
        value += held.perp_pnl + held.base * held.spot
        for expiry in held.expiries:
            tau = years(expiry.seconds)
            value += sum(option_value(option, expiry.forward, option.volatility, tau) for option in expiry.options)
    return value, initial, maintenance


def _markets(case: Case, holding: Holding) -> Iterator[tuple[chain.StandardRules, chain.Holdings]]:
    """Perpetual and options of each market."""
    for m in range(markets_of(case)):
        price, perp = float(holding.price[m]), int(holding.size[m]) * float(case.terms.unit[m])
        found = runs(case, holding, m)
        expiries = tuple(chain.Expiry(run.seconds, run.moving + run.fixed, run.options) for run in found)
        if perp or expiries:
            yield (
                standard_rules(case, m),
                chain.Holdings(
                    spot=price,
                    perp=perp,
                    perp_price=price,
                    perp_pnl=perp * price,
                    expiries=expiries,
                    stable_price=holding.peg,
                    confidence=float(holding.confidence[m]),
                ),
            )


def _bases(case: Case, holding: Holding) -> Iterator[tuple[chain.StandardRules, chain.Holdings]]:
    """Collateral, each asset by itself."""
    margin = case.terms.margin
    for k in range(holding.ratio.shape[0]):
        amount = int(holding.size[first_asset(case) + k]) * float(case.listing.asset_unit[k])
        if amount:
            m = asset_market(case, k)
            factors = float(margin.asset_initial[k]), float(margin.asset_maintenance[k])
            yield (
                standard_rules(case, max(m, 0), factors),
                chain.Holdings(
                    spot=asset_price(case, holding, k),
                    base=amount,
                    confidence=float(holding.confidence[m]) if m >= 0 else 1.0,
                ),
            )


def _portfolio(case: Case, holding: Holding) -> tuple[float, float, float]:
    """Value, initial and maintenance margin under the portfolio manager of the one market that the account is in."""
    m = _market_held(case, holding)
    price, perp = float(holding.price[m]), int(holding.size[m]) * float(case.terms.unit[m])
    confidence = float(holding.confidence[m])
    held = chain.Portfolio(
        spot=price,
        cash=holding.cash / QUANTUMS_PER_QUOTE,
        perp=perp,
        perp_price=price,
        perp_value=perp * price,
        expiries=tuple(
            chain.OptionExpiry(run.seconds, run.moving, 0.0, 1.0, run.options, run.fixed)
            for run in runs(case, holding, m)
        ),
        collaterals=tuple(_collaterals(case, holding, m)),
        stable_price=holding.peg,
        confidence=confidence,
    )
    rules = portfolio_rules(case, m)
    return (market_value(rules, held), *chain.portfolio_margins(rules, held))


def _market_held(case: Case, holding: Holding) -> int:
    """The market of which the account holds something, 0 if none."""
    listing, found = case.listing, {m for m in range(markets_of(case)) if holding.size[m]}
    found |= {int(m) for o, m in enumerate(listing.option_market) if holding.size[markets_of(case) + o]}
    found |= {asset_market(case, k) for k in range(holding.ratio.shape[0]) if holding.size[first_asset(case) + k]}
    found -= {-1}
    if len(found) > 1:
        raise ValueError(f"a portfolio manager has one market, not {sorted(found)}")
    return found.pop() if found else 0


def _collaterals(case: Case, holding: Holding, m: int) -> Iterator[chain.Collateral]:
    margin = case.terms.margin
    for k in range(holding.ratio.shape[0]):
        amount = int(holding.size[first_asset(case) + k]) * float(case.listing.asset_unit[k])
        if amount:
            follows = asset_market(case, k) == m
            initial, maintenance = float(margin.asset_initial[k]), float(margin.asset_maintenance[k])
            yield chain.Collateral(
                value=amount * asset_price(case, holding, k),
                maintenance_haircut=1.0 - maintenance,
                initial_haircut=maintenance - initial,
                cancels_risk=follows and bool(margin.asset_hedges[k] > 0.0),
                confidence=float(holding.confidence[m]) if follows else 1.0,
            )
