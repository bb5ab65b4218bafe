"""Synthetix perps margins, linear in the position's share of market depth. All amounts are wads (1e-18).

Source: Synthetixio/synthetix-v3 (MIT): markets/perps-market/contracts/storage/, file at each function. Products and
quotients of wads round down.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from govtool.protocol.fixed import WAD, wad_product, wad_quotient


@dataclass(frozen=True)
class Market:
    """A perps market's margin parameters; `skew_scale` is depth in base units, the margin minimum is in USD."""

    skew_scale: int
    initial_ratio: int
    minimum_initial_ratio: int
    maintenance_scalar: int
    minimum_position_margin: int


@dataclass(frozen=True)
class Position:
    """A signed size in base units, at a price in USD, in a market."""

    market: Market
    size: int
    price: int


@dataclass(frozen=True)
class Collateral:
    """An amount of a synth at a price, the depth of its spot market, and the scalar and bounds of its discount."""

    amount: int
    price: int
    spot_skew_scale: int
    discount_scalar: int
    lower_discount: int
    upper_discount: int


def required_margins(position: Position) -> tuple[int, int]:
    """Initial and maintenance margin of a position, without the reserve for keepers' rewards.

    notional * (|size| / depth * initial ratio + minimum ratio), scaled down for maintenance; plus the market's minimum
    in both. No position needs no margin. A market without depth has the minimum ratio only.
    Source: PerpsMarketConfiguration.sol. Example: 2 coins at 30,000 in a depth of 100, ratio 2, minimum 1 %: 5 %.
    """
    if position.size == 0:
        return 0, 0
    market, size = position.market, abs(position.size)
    impact = wad_quotient(size, market.skew_scale) if market.skew_scale else 0
    initial_ratio = wad_product(impact, market.initial_ratio) + market.minimum_initial_ratio
    maintenance_ratio = wad_product(initial_ratio, market.maintenance_scalar)
    notional = wad_product(size, position.price)
    return (
        wad_product(notional, initial_ratio) + market.minimum_position_margin,
        wad_product(notional, maintenance_ratio) + market.minimum_position_margin,
    )


def account_margins(positions: Sequence[Position]) -> tuple[int, int]:
    """Initial and maintenance margin of all positions: their sums. Source: PerpsAccount.sol."""
    margins = [required_margins(position) for position in positions]
    return sum(initial for initial, _ in margins), sum(maintenance for _, maintenance in margins)


def collateral_discount(amount: int, spot_skew_scale: int, scalar: int, lower: int, upper: int) -> int:
    """Haircut of an amount of collateral, as a wad: its share of spot depth, scaled, between two bounds.

    Source: PerpsCollateralConfiguration.sol. A market without depth has the lower bound.
    """
    impact = wad_product(wad_quotient(amount, spot_skew_scale), scalar) if spot_skew_scale else 0
    return min(max(impact, lower), upper)


def collateral_value(collateral: Collateral) -> int:
    """What collateral counts in both tiers: its value less the discount for its amount.

    Source: PerpsAccount.sol. Example: 10 at 100 with a discount of 2 % count 980.
    """
    discount = collateral_discount(
        collateral.amount,
        collateral.spot_skew_scale,
        collateral.discount_scalar,
        collateral.lower_discount,
        collateral.upper_discount,
    )
    return wad_product(wad_product(collateral.amount, collateral.price), WAD - discount)


def available_margin(usd: int, collaterals: Sequence[Collateral], positions: Sequence[tuple[Position, int]]) -> int:
    """What an account has to set against its margins: snxUSD less debt, collateral, and profit since entry prices.

    Source: PerpsAccount.sol, Position.sol. Funding is not counted.
    Example: 100 snxUSD and 2 coins bought at 50, now at 40: 80.
    """
    profit = sum(wad_product(position.size, position.price - entry) for position, entry in positions)
    return usd + sum(collateral_value(collateral) for collateral in collaterals) + profit


def skew_fill_price(skew: int, size: int, price: int, skew_scale: int) -> int:
    """Price at which the pool fills an order: the mean of the prices at the skew before and after it.

    Source: AsyncOrder.sol. A market without depth fills at the oracle's price.
    """
    if skew_scale == 0:
        return price
    before = wad_product(price, WAD + wad_quotient(skew, skew_scale))
    after = wad_product(price, WAD + wad_quotient(skew + size, skew_scale))
    return wad_quotient(before + after, 2 * WAD)
