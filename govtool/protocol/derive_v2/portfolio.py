"""Derive's portfolio manager, version 2: the worst loss over a grid of price and volatility, with contingencies.

Amounts are in cash, net: a margin of -100 needs 100 more. 64-bit floats, for option values (see `pricing`).
Source: derivexyz/v2-core: src/risk-managers/PMRMLib_2.sol. The rules are restated here; that code is BUSL.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

from govtool.protocol.derive_v2.pricing import Option, option_value, years
from govtool.protocol.derive_v2.rules import TURNS, AddOns, PortfolioRules, Scenario, SkewShock, Volatility
from govtool.units import SECONDS_PER_DAY

MONTH_S = 30 * SECONDS_PER_DAY


@dataclass(frozen=True)
class OptionExpiry:
    """Options that expire together: their forward (the part settled already does not move), rate and discount."""

    seconds: int
    forward: float
    rate: float
    discount: float
    options: tuple[Option, ...]
    fixed_forward: float = 0.0
    confidence: float = 1.0


@dataclass(frozen=True)
class Collateral:
    """A further asset, by its value in cash; one that cancels risk moves with spot in each scenario."""

    value: float
    maintenance_haircut: float
    initial_haircut: float
    cancels_risk: bool = False
    confidence: float = 1.0


@dataclass(frozen=True)
class Portfolio:
    """An account under the portfolio manager; `perp_value` is unsettled profit, `confidence` that of spot and perp."""

    spot: float
    cash: float = 0.0
    perp: float = 0.0
    perp_price: float = 0.0
    perp_value: float = 0.0
    expiries: tuple[OptionExpiry, ...] = ()
    collaterals: tuple[Collateral, ...] = ()
    stable_price: float = 1.0
    confidence: float = 1.0


def margins(rules: PortfolioRules, held: Portfolio) -> tuple[float, float]:
    """Initial and maintenance margin: value, plus the worst loss times its factor, less static add-ons."""
    losses = [scenario_profit(rules, held, scenario) for scenario in rules.scenarios]
    worst = min([basis_contingency(rules, held), *losses])
    peg = max(rules.add_ons.peg_threshold - held.stable_price, 0.0) * rules.add_ons.peg_factor
    initial_add_on, maintenance_add_on = static_add_ons(rules.add_ons, held)
    value = market_value(rules, held)
    return (
        value + worst * (rules.initial_factor + peg) - initial_add_on - maintenance_add_on,
        value + worst * rules.maintenance_factor - maintenance_add_on,
    )


def market_value(rules: PortfolioRules, held: Portfolio) -> float:
    """Value of all that is held, unshocked."""
    options = sum(shifted_value(rules, expiry, 1.0, Volatility.NONE) for expiry in held.expiries)
    return held.cash + held.perp_value + options + sum(collateral.value for collateral in held.collaterals)


def scenario_profit(rules: PortfolioRules, held: Portfolio, scenario: Scenario) -> float:
    """Change of value in a scenario, dampened; negative if it loses."""
    move = scenario.spot - 1.0
    moved = held.perp * held.perp_price
    moved += sum(collateral.value for collateral in held.collaterals if collateral.cancels_risk)
    options = sum(expiry_profit(rules, expiry, scenario) for expiry in held.expiries)
    return (moved * move + options) * scenario.dampening


def expiry_profit(rules: PortfolioRules, expiry: OptionExpiry, scenario: Scenario) -> float:
    """Change of an expiry's value, undampened. Turned wings always lose: the other turn would gain as much."""
    turned = scenario.volatility in TURNS
    if turned:
        shocked = turned_value(rules.skew, expiry, scenario.volatility)
    else:
        shocked = shifted_value(rules, expiry, scenario.spot, scenario.volatility)
    long_discount, short_discount = static_discounts(rules, expiry)
    shocked *= long_discount if shocked >= 0.0 else short_discount
    profit = shocked - shifted_value(rules, expiry, 1.0, Volatility.NONE)
    return -abs(profit) if turned else profit


def shifted_value(rules: PortfolioRules, expiry: OptionExpiry, spot: float, shift: Volatility) -> float:
    """Value of an expiry at spot times a factor, and volatility shifted."""
    up, down = volatility_multipliers(rules, expiry.seconds)
    multiplier = {Volatility.UP: up, Volatility.DOWN: down, Volatility.NONE: 1.0}[shift]
    least = rules.volatility.least_shocked_up if shift is Volatility.UP else 0.0
    forward, tau = expiry.forward * spot + expiry.fixed_forward, years(expiry.seconds)
    return sum(
        option_value(option, forward, max(option.volatility * multiplier, least), tau, expiry.discount)
        for option in expiry.options
    )


def volatility_multipliers(rules: PortfolioRules, seconds: int) -> tuple[float, float]:
    """Factors of volatility when it is shifted up and down. Nine days before expiry: about 1.7 and 0.6."""
    shock = rules.volatility
    power = shock.short_power if seconds <= MONTH_S else shock.long_power
    size = (MONTH_S / max(seconds, shock.shortest_s)) ** power
    return 1.0 + shock.up * size, max(1.0 - shock.down * size, 0.0)


def turned_value(skew: SkewShock, expiry: OptionExpiry, turn: Volatility) -> float:
    """Value of an expiry with its wings turned (linear) or both lifted (absolute)."""
    forward, tau = expiry.forward + expiry.fixed_forward, years(expiry.seconds)
    return sum(
        option_value(option, forward, option.volatility * _turn(skew, option, forward, tau, turn), tau, expiry.discount)
        for option in expiry.options
    )


def _turn(skew: SkewShock, option: Option, forward: float, tau: float, turn: Volatility) -> float:
    """Factor of volatility at a strike: grows with its distance from the forward, until the surface flattens."""
    root = sqrt(tau)
    linear = turn is Volatility.LINEAR
    slope, cap = (skew.linear_slope, skew.linear_cap) if linear else (skew.absolute_slope, skew.absolute_cap)
    cap += slope * root
    flat = max(skew.least_width, root * skew.width * (skew.volatility + skew.volatility_slope * root))
    distance = log(option.strike / forward)
    if not linear:
        distance = abs(distance)
    change = distance * cap / flat
    return max(1.0 + (min(cap, change) if distance >= 0.0 else max(-cap, change)), 0.0)


def static_discounts(rules: PortfolioRules, expiry: OptionExpiry) -> tuple[float, float]:
    """What a shocked value counts, if positive and if negative; the latter at most what undoes the discount."""
    discounting, tau = rules.discounting, years(expiry.seconds)
    long_rate = expiry.rate * discounting.long_rate_scale + discounting.long_rate_add
    short_rate = expiry.rate * discounting.short_rate_scale + discounting.short_rate_add
    short = discounting.short_share * exp(tau * short_rate)
    return discounting.long_share * exp(-tau * long_rate), min(short, 1.0 / expiry.discount)


def basis_contingency(rules: PortfolioRules, held: Portfolio) -> float:
    """Loss, over expiries, of each forward moving to its own worse side. Never positive."""
    basis, total = rules.basis, 0.0
    for expiry in held.expiries:
        now, up, down = (
            shifted_value(rules, expiry, spot, Volatility.NONE) for spot in (1.0, basis.spot_up, basis.spot_down)
        )
        total += min(up - now, down - now, 0.0) * (basis.add + basis.per_year * years(expiry.seconds))
    return total


def static_add_ons(rules: AddOns, held: Portfolio) -> tuple[float, float]:
    """Add-on of the initial margin alone, and the one common to both."""
    perp = abs(held.perp) * held.spot
    naked = sum(naked_shorts(expiry) for expiry in held.expiries) * held.spot
    maintenance = perp * rules.perp_maintenance + naked * rules.option_maintenance
    initial = perp * rules.perp_initial + naked * rules.option_initial + _doubt(rules, held.confidence, perp)
    for expiry in held.expiries:
        options = sum(abs(option.amount) for option in expiry.options)
        initial += _doubt(rules, min(held.confidence, expiry.confidence), options * held.spot)
    for collateral in held.collaterals:
        maintenance += collateral.value * collateral.maintenance_haircut
        initial += collateral.value * collateral.initial_haircut
        initial += _doubt(rules, min(held.confidence, collateral.confidence), collateral.value)
    return initial, maintenance


def _doubt(rules: AddOns, confidence: float, notional: float) -> float:
    if confidence >= rules.confidence_threshold:
        return 0.0
    return (1.0 - confidence) * rules.confidence_factor * notional


def naked_shorts(expiry: OptionExpiry) -> float:
    """Options sold that no option bought at the same strike, call or put, offsets."""
    by_strike: dict[float, float] = {}
    for option in expiry.options:
        by_strike[option.strike] = by_strike.get(option.strike, 0.0) + option.amount
    return sum(max(-amount, 0.0) for amount in by_strike.values())
