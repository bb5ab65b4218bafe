"""What a Drift account must hold: weighted collateral against a margin requirement, both in 1e-6 quote.

Source: drift-labs/protocol-v2 (Apache-2.0): programs/drift/src/: math/margin.rs, and the file at each function. Every
division truncates unless said. Not counted: open orders, funding that is not settled, high-leverage and isolated
positions, and the weight of profit that falls where all users' net profit is above a market's maximum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from govtool.protocol.drift_v2.units import BASE, QUOTE, WEIGHT
from govtool.protocol.drift_v2.weights import (
    fill_weight,
    scaled_initial_asset_weight,
    size_discount_weight,
    size_premium_weight,
)
from govtool.protocol.fixed import truncated

BASE_DECIMALS = 9

LARGEST_PROFIT = 100 * QUOTE
"""Most unsettled profit of a perpetual that counts in the initial tier. Source: math/constants.rs."""


class Tier(Enum):
    """Margin tiers, strictest first."""

    INITIAL = "initial"
    FILL = "fill"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True)
class Price:
    """An oracle price and its 5-minute mean, in 1e-6; a strict check takes the worse of the two."""

    oracle: int
    mean: int

    def lower(self, strict: bool) -> int:
        """Price of what is held."""
        return min(self.oracle, self.mean) if strict else self.oracle

    def higher(self, strict: bool) -> int:
        """Price of what is owed."""
        return max(self.oracle, self.mean) if strict else self.oracle


ONE_QUOTE = Price(QUOTE, QUOTE)


@dataclass(frozen=True)
class SpotMarket:
    """A token's price, weights in each tier (1e-4), size factor (1e-6), and the pool that scales its initial weight.

    `scale_start` is in 1e-6 quote (0 for never), `deposits` are all tokens that the pool holds.
    """

    decimals: int
    price: Price
    initial_asset_weight: int
    maintenance_asset_weight: int
    initial_liability_weight: int
    maintenance_liability_weight: int
    imf: int = 0
    scale_start: int = 0
    deposits: int = 0


@dataclass(frozen=True)
class PerpMarket:
    """A perpetual's price (1e-6), margin ratios (1e-4) and size factor (1e-6); the same of unsettled profit."""

    price: int
    initial_ratio: int
    maintenance_ratio: int
    imf: int = 0
    initial_profit_weight: int = WEIGHT
    maintenance_profit_weight: int = WEIGHT
    profit_imf: int = 0


@dataclass(frozen=True)
class Tokens:
    """An amount of a token, in its smallest unit; negative if borrowed."""

    market: SpotMarket
    amount: int


@dataclass(frozen=True)
class Position:
    """A perpetual: base in 1e-9, negative for a short, and the quote (1e-6) that it carries until it is settled."""

    market: PerpMarket
    base: int
    quote: int


@dataclass(frozen=True)
class Account:
    """Settlement tokens (1e-6, negative if borrowed) at their price, other tokens, and perpetuals."""

    settlement: int
    tokens: Sequence[Tokens] = ()
    positions: Sequence[Position] = ()
    settlement_price: Price = ONE_QUOTE


@dataclass(frozen=True)
class Margin:
    """Weighted collateral and what is required of it, in 1e-6 quote."""

    collateral: int
    requirement: int

    @property
    def free(self) -> int:
        """Collateral beyond the requirement; negative if it is missed."""
        return self.collateral - self.requirement

    def __add__(self, other: "Margin") -> "Margin":
        return Margin(self.collateral + other.collateral, self.requirement + other.requirement)


def token_value(amount: int, decimals: int, price: int) -> int:
    """Value of tokens in 1e-6 quote, rounded down: what is borrowed counts up. Source: math/spot_balance.rs."""
    value: int = amount * price // 10**decimals
    return value


def asset_weight(market: SpotMarket, amount: int, tier: Tier) -> int:
    """Weight of a deposit: of its tier, the initial one scaled by the pool, then lowered by the deposit's size.

    Source: state/spot_market.rs.
    """
    pool = token_value(market.deposits, market.decimals, market.price.oracle)
    initial = scaled_initial_asset_weight(pool, market.initial_asset_weight, market.scale_start)
    weight = _of_tier(tier, initial, market.maintenance_asset_weight)
    return size_discount_weight(_in_base(amount, market.decimals), market.imf, weight)


def liability_weight(market: SpotMarket, amount: int, tier: Tier) -> int:
    """Weight of a borrow: of its tier, raised by the borrow's size. Source: state/spot_market.rs."""
    weight = _of_tier(tier, market.initial_liability_weight, market.maintenance_liability_weight)
    return size_premium_weight(_in_base(amount, market.decimals), market.imf, weight)


def account_margin(account: Account, tier: Tier, strict: bool = False, buffer: int = 0) -> Margin:
    """Collateral and requirement of an account in a tier.

    `strict` takes the worse of oracle and mean price of tokens, as the checks of orders and withdrawals do in the
    initial tier; perpetuals stand at their oracle price always. A `buffer` (1e-4) adds that share of each liability and
    unsettled loss: a liquidation goes on until the maintenance tier is met with it. Source:
    state/margin_calculation.rs.

    Example: 1,000 USDC and a long of 10 coins at 100, bought there: at 10 % it needs 100 of 1,000.
    """
    total = _settlement_margin(account, strict, buffer)
    for held in account.tokens:
        total = total + tokens_margin(held, tier, strict, buffer)
    for position in account.positions:
        total = total + position_margin(position, account.settlement_price, tier, strict, buffer)
    return total


def _settlement_margin(account: Account, strict: bool, buffer: int) -> Margin:
    """Settlement tokens count in full; borrowed ones are a requirement."""
    price = account.settlement_price
    if account.settlement >= 0:
        return Margin(token_value(account.settlement, 6, price.lower(strict)), 0)
    owed = -token_value(account.settlement, 6, price.higher(strict))
    return Margin(0, owed + _buffered(owed, buffer))


def tokens_margin(held: Tokens, tier: Tier, strict: bool = False, buffer: int = 0) -> Margin:
    """What an amount of a token other than the settlement one counts, or requires if borrowed.

    Example: 10 tokens at 100, weight 0.8: 800 of collateral; borrowed, at 1.2: 1,200 required.
    """
    market = held.market
    if held.amount >= 0:
        value = token_value(held.amount, market.decimals, market.price.lower(strict))
        return Margin(value * asset_weight(market, held.amount, tier) // WEIGHT, 0)
    owed = -token_value(held.amount, market.decimals, market.price.higher(strict))
    weighted = owed * liability_weight(market, -held.amount, tier) // WEIGHT
    return Margin(0, weighted + _buffered(owed, buffer))


def position_margin(
    position: Position, quote_price: Price, tier: Tier, strict: bool = False, buffer: int = 0
) -> Margin:
    """What a perpetual's unsettled profit or loss counts, and what its size requires."""
    market = position.market
    ratio = _of_tier(tier, market.initial_ratio, market.maintenance_ratio)
    size = abs(position.base)
    notional = size * market.price // BASE * quote_price.higher(strict) // QUOTE
    required = notional * size_premium_weight(size, market.imf, ratio) // WEIGHT
    profit = truncated(position.base * market.price, BASE) + position.quote
    counted = weighted_profit(profit, market, quote_price, tier, strict)
    return Margin(counted + truncated(min(counted, 0) * buffer, WEIGHT), required + _buffered(notional, buffer))


def weighted_profit(profit: int, market: PerpMarket, quote_price: Price, tier: Tier, strict: bool = False) -> int:
    """What unsettled profit counts: less where it is large, but in the maintenance tier; a loss counts in full.

    Source: state/perp_market.rs. The size of a profit counts 1e-9 quote.
    """
    if profit <= 0:
        return truncated(profit * quote_price.higher(strict), QUOTE)
    weight = market.maintenance_profit_weight
    if tier is not Tier.MAINTENANCE:
        weight = size_discount_weight(profit * (BASE // QUOTE), market.profit_imf, market.initial_profit_weight)
    counted = profit * weight // WEIGHT * quote_price.lower(strict) // QUOTE
    return min(counted, LARGEST_PROFIT) if tier is Tier.INITIAL else counted


def _of_tier(tier: Tier, initial: int, maintenance: int) -> int:
    if tier is Tier.FILL:
        return fill_weight(initial, maintenance)
    return initial if tier is Tier.INITIAL else maintenance


def _in_base(amount: int, decimals: int) -> int:
    """An amount of a token in 1e-9, as size curves count it."""
    size: int = amount * 10**BASE_DECIMALS // 10**decimals
    return size


def _buffered(liability: int, buffer: int) -> int:
    return liability * buffer // WEIGHT
