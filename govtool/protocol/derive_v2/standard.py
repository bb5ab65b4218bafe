"""Derive's standard manager: each position margined by rules of its own, options per expiry by the better of two.

Amounts are in cash, net: a margin of -100 needs 100 of cash. 64-bit floats, for option values (see `pricing`).
Source: derivexyz/v2-core: src/risk-managers/StandardManager.sol. The rules are restated here; that code is BUSL.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from govtool.protocol.derive_v2.pricing import Option, option_value, payoff, years


@dataclass(frozen=True)
class OptionRules:
    """Margin of short options, as shares of spot; `unpaired_*` of the forward, `offset` of maintenance margin."""

    max_spot: float
    min_spot: float
    maintenance_call: float
    maintenance_put: float
    maintenance_put_value: float
    unpaired_initial: float
    unpaired_maintenance: float
    offset: float


@dataclass(frozen=True)
class Contingency:
    """Confidence below which perpetuals, options and collateral need more initial margin, and how much."""

    perp_threshold: float
    option_threshold: float
    base_threshold: float
    factor: float


@dataclass(frozen=True)
class StandardRules:
    """A market's parameters under the standard manager."""

    perp_initial: float
    perp_maintenance: float
    options: OptionRules
    base_factor: float
    base_initial_scale: float
    contingency: Contingency
    depeg_threshold: float
    depeg_factor: float


@dataclass(frozen=True)
class Expiry:
    """Options that expire together, in this many seconds, and their forward price."""

    seconds: int
    forward: float
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Holdings:
    """What an account holds in one market, with its prices; `confidence` is the least of the oracles'."""

    spot: float
    cash: float = 0.0
    base: float = 0.0
    perp: float = 0.0
    perp_price: float = 0.0
    perp_pnl: float = 0.0
    expiries: tuple[Expiry, ...] = ()
    stable_price: float = 1.0
    confidence: float = 1.0


def margins(rules: StandardRules, held: Holdings) -> tuple[float, float]:
    """Initial and maintenance margin, net of cash: below zero the account may not trade, or is liquidated."""
    return _margin(rules, held, True), _margin(rules, held, False)


def _margin(rules: StandardRules, held: Holdings, initial: bool) -> float:
    options = sum(expiry_margin(rules.options, expiry, held.spot, initial) for expiry in held.expiries)
    requirement = rules.perp_initial if initial else rules.perp_maintenance
    perp = held.perp_pnl - abs(held.perp) * held.perp_price * requirement if held.perp else 0.0
    factor = rules.base_factor * (rules.base_initial_scale if initial else 1.0)
    net = held.cash + options + perp + held.base * held.spot * factor
    # Doubtful data raises the initial margin only: it stops new risk, but liquidates nobody by itself.
    return net - _penalty(rules, held) if initial else net


def _penalty(rules: StandardRules, held: Holdings) -> float:
    """What low confidence and a stablecoin below its peg add to the initial margin."""
    shorts = sum(max(-option.amount, 0.0) for expiry in held.expiries for option in expiry.options)
    doubted = (
        (abs(held.perp), rules.contingency.perp_threshold),
        (shorts, rules.contingency.option_threshold),
        (held.base, rules.contingency.base_threshold),
    )
    exposed = sum(amount for amount, threshold in doubted if held.confidence < threshold)
    confidence = (1.0 - held.confidence) * rules.contingency.factor * held.spot * exposed
    missing_peg = max(rules.depeg_threshold - held.stable_price, 0.0)
    return confidence + missing_peg * rules.depeg_factor * held.spot * (shorts + abs(held.perp))


def expiry_margin(rules: OptionRules, expiry: Expiry, spot: float, initial: bool) -> float:
    """Margin of one expiry: the better of its options taken one by one, and of their worst common payoff."""
    isolated = sum(
        isolated_margin(
            rules, option, spot, option_value(option, expiry.forward, option.volatility, years(expiry.seconds)), initial
        )
        for option in expiry.options
    )
    return max(isolated, worst_payoff_margin(rules, expiry, initial))


def worst_payoff_margin(rules: OptionRules, expiry: Expiry, initial: bool) -> float:
    """Least payoff over settlement at zero and at each strike; more for calls sold that no bought call covers."""
    prices = [0.0, *(option.strike for option in expiry.options)]
    worst = min(min(sum(payoff(option, price) for option in expiry.options), 0.0) for price in prices)
    uncovered = min(net_calls(expiry.options), 0.0)
    scale = rules.unpaired_initial if initial else rules.unpaired_maintenance
    return worst + scale * expiry.forward * uncovered


def net_calls(options: Sequence[Option]) -> float:
    """Calls bought less calls sold."""
    return sum(option.amount for option in options if option.is_call)


def isolated_margin(rules: OptionRules, option: Option, spot: float, value: float, initial: bool) -> float:
    """Margin of one option of a value; bought options need none, and lend none to others.

    Example: a put of strike 1,600 sold at spot 1,500, worth its payoff: -100 and 15 % of spot make -325.
    """
    if option.amount > 0:
        return 0.0
    out_of_money = max((option.strike - spot if option.is_call else spot - option.strike) / spot, 0.0)
    opening = max(rules.max_spot - out_of_money, rules.min_spot) * spot * option.amount + value
    if option.is_call:
        return opening if initial else value + rules.maintenance_call * spot * option.amount
    maintenance = value + min(rules.maintenance_put * spot * option.amount, rules.maintenance_put_value * value)
    return min(opening, maintenance * rules.offset) if initial else maintenance
